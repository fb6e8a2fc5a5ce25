/// A pcapng file written by hand, block by block (draft-ietf-opsawg-pcapng).
struct PcapngBytes {
    private(set) var octets: [UInt8] = []
    private var isBigEndian = false

    mutating func section(isBigEndian: Bool, minor: UInt16 = 0) {
        self.isBigEndian = isBigEndian
        block(0x0A0D_0D0A, bytes(UInt32(0x1A2B_3C4D)) + bytes(UInt16(1)) + bytes(minor) + [UInt8](repeating: 0xFF, count: 8))
    }

    /// - Parameters:
    ///   - resolution: if_tsresol; nil leaves it out.
    ///   - offset: if_tsoffset in seconds; nil leaves it out.
    mutating func interface(linkType: UInt16 = 1, snapLength: UInt32 = 0, resolution: UInt8? = nil, offset: Int64? = nil) {
        var body = bytes(linkType) + bytes(UInt16(0)) + bytes(snapLength)
        if let resolution { body += option(9, [resolution]) }
        if let offset { body += option(14, bytes(UInt64(bitPattern: offset))) }
        if resolution != nil || offset != nil { body += option(0, []) }
        block(1, body)
    }

    mutating func enhanced(interface: UInt32 = 0, stamp: UInt64, _ frame: [UInt8], wireLength: UInt32? = nil) {
        block(
            6,
            bytes(interface) + bytes(UInt32(truncatingIfNeeded: stamp >> 32)) + bytes(UInt32(truncatingIfNeeded: stamp))
                + bytes(UInt32(frame.count)) + bytes(wireLength ?? UInt32(frame.count)) + padded(frame) + option(2, [0, 0, 0, 1]) + option(0, []))
    }

    mutating func obsolete(interface: UInt16 = 0, stamp: UInt64, _ frame: [UInt8]) {
        block(
            2,
            bytes(interface) + bytes(UInt16(0xFFFF)) + bytes(UInt32(truncatingIfNeeded: stamp >> 32)) + bytes(UInt32(truncatingIfNeeded: stamp))
                + bytes(UInt32(frame.count)) + bytes(UInt32(frame.count)) + padded(frame))
    }

    mutating func simple(_ frame: [UInt8], wireLength: UInt32? = nil) {
        block(3, bytes(wireLength ?? UInt32(frame.count)) + padded(frame))
    }

    mutating func block(_ type: UInt32, _ body: [UInt8]) {
        let total = bytes(UInt32(body.count + 12))
        octets += bytes(type) + total + body + total
    }

    private func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] { bytes(code) + bytes(UInt16(value.count)) + padded(value) }
    private func padded(_ value: [UInt8]) -> [UInt8] { value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4) }

    private func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        let value = isBigEndian ? value.bigEndian : value.littleEndian
        return (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Number($0 * 8)) }
    }
}
