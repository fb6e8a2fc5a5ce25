/// A block of flows as rollups name it: its number in its partition, which it keeps when the partition is sealed, and
/// something of what it holds, so that no other block can pass for it, whatever became of the catalogue that counts
/// generations.
struct TakenBlock: Hashable, Sendable {
    var id: Int64
    /// 63 bits of serial number, rows and bounds of `end` and `start`.
    var fingerprint: Int64

    init(id: Int64, fingerprint: Int64) {
        self.id = id
        self.fingerprint = fingerprint
    }

    init(_ header: BlockHeader) {
        id = header.id
        var hash: UInt64 = 0x5A6E_6C52
        for number in [
            header.firstSerial, Int64(header.rows), header.end.lowerBound, header.end.upperBound, header.start.lowerBound,
            header.start.upperBound,
        ] {
            // A 64 × 64 → 128 bit product, folded: the same on every machine, for it is on disk.
            let product = (hash ^ UInt64(bitPattern: number) ^ 0x9E37_79B9_7F4A_7C15)
                .multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low
        }
        fingerprint = Int64(hash >> 1)
    }
}

/// The partition that a taken block is of.
struct TakenPartition: Hashable, Sendable {
    var slot: PartitionName.Slot
    /// The generation that the first file of the partition had.
    var origin: Int64
}
