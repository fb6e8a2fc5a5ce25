import FlowModel

/// What rollups need of a block of flows, read without making addresses of ids: the counted rows' keys and sums.
struct FlowKeys {
    /// The second word of each row's key, without the bucket.
    private(set) var words: [UInt64] = []
    /// `end` of each row.
    private(set) var ends: [Int64] = []
    private(set) var sums = RollupSums()
    /// Ids of the partition; empty where they are not wanted.
    private var sources: [UInt32] = []
    private var destinations: [UInt32] = []

    /// What a block must have in place.
    static func columns(withAddresses: Bool) -> BlockColumns {
        var columns = BlockColumns([
            .end, .counted, .part, .proto, .sourcePort, .destinationPort, .initiatorBasis, .vni, .vlan, .packets, .bytes,
            .reversePackets, .reverseBytes,
        ])
        if withAddresses { columns.formUnion(BlockColumns([.source, .destination])) }
        return columns
    }

    init(
        _ header: BlockHeader, withAddresses: Bool, tenants: inout RollupTenants, decoder: inout RollupColumns
    ) throws(BlockDamage) {
        let count = header.rows
        let counted = try decoder.octets(header, .counted)
        let times = try decoder.ends(header)
        let parts = try decoder.words32(header, .part)
        let protocols = try decoder.octets(header, .proto)
        let sourcePorts = try decoder.words16(header, .sourcePort)
        let destinationPorts = try decoder.words16(header, .destinationPort)
        let bases = try decoder.octets(header, .initiatorBasis)
        let networks = try decoder.words32(header, .vni, bias: .max)
        let tags = try decoder.words16(header, .vlan, bias: .max)
        // A value that this version does not know reads as absent, as it does in answers from flows.
        let basisTable = (0...255).map { InitiatorBasis(rawValue: UInt8(truncatingIfNeeded: $0)) ?? .absent }
        ends.reserveCapacity(count)
        words.reserveCapacity(count)
        var rows: [Int] = []
        for row in 0..<count where counted[row] != 0 {
            rows.append(row)
            let tenant = tenants.number(vni: networks[row], vlan: tags[row])
            guard tenant < RollupKey.tenantLimit else { throw .badNumber }
            let port = basisTable[Int(bases[row])].servicePort(source: sourcePorts[row], destination: destinationPorts[row])
            words.append(
                tenant << RollupKey.tenantShift | UInt64(protocols[row]) << RollupKey.protocolShift | UInt64(port))
            ends.append(times[row])
        }
        sums.packets = try decoder.words64(header, .packets)
        sums.bytes = try decoder.words64(header, .bytes)
        sums.reversePackets = try decoder.words64(header, .reversePackets)
        sums.reverseBytes = try decoder.words64(header, .reverseBytes)
        sums.records = [UInt64](repeating: 1, count: count)
        sums.flows = parts.map { $0 == 0 ? 1 : 0 }
        if withAddresses {
            sources = try decoder.words32(header, .source)
            destinations = try decoder.words32(header, .destination)
        }
        if rows.count < count {
            sums = sums.keeping(rows)
            sources = withAddresses ? rows.map { sources[$0] } : []
            destinations = withAddresses ? rows.map { destinations[$0] } : []
        }
    }

    /// The second words of the rows' keys.
    ///
    /// - Throws: damage, for rows that end outside of what their partition is for.
    func keys(_ kind: RollupKind, firstBucket: Int64) throws(BlockDamage) -> [UInt64] {
        var keys = words
        let span = kind.bucketMilliseconds
        // Most rows end in the bucket of the row before.
        var begin = firstBucket &* span
        var bits: UInt64 = 0
        for row in keys.indices {
            let end = ends[row]
            if end < begin || end &- begin >= span {
                let bucket = kind.bucket(end) &- firstBucket
                guard (0..<RollupKey.bucketLimit).contains(bucket) else { throw .badNumber }
                begin = (firstBucket &+ bucket) &* span
                bits = UInt64(bucket) << RollupKey.bucketShift
            }
            keys[row] |= bits
        }
        return keys
    }

    /// The first words: both addresses as ids of a file of rollups.
    func addresses(
        _ mapping: inout AddressMapping, _ known: [IPAddress], _ local: [IPAddress], _ target: inout RollupAddresses
    ) throws(BlockDamage) -> [UInt64] {
        var keys = [UInt64](repeating: 0, count: sources.count)
        for row in keys.indices {
            keys[row] =
                try mapping.id(destinations[row], known, local, &target) << 32
                | mapping.id(sources[row], known, local, &target)
        }
        return keys
    }
}
