import Compression

/// Writes whole numbers and texts of the store's small tables (docs/formats/store.md).
struct OctetWriter {
    private(set) var octets: [UInt8] = []

    mutating func append(_ value: UInt8) { octets.append(value) }

    /// Seven bits an octet, the lowest first, the top bit set on all but the last (LEB128).
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The length as a varint, then the octets.
    mutating func append(counted bytes: [UInt8]) {
        append(varint: UInt64(bytes.count))
        octets.append(contentsOf: bytes)
    }
}

/// Reads what `OctetWriter` wrote; never past the end.
struct OctetReader {
    private let octets: [UInt8]
    private var position = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    var isAtEnd: Bool { position == octets.count }

    mutating func octet() throws(BlockDamage) -> UInt8 {
        guard position < octets.count else { throw .cut }
        position += 1
        return octets[position - 1]
    }

    mutating func varint() throws(BlockDamage) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try octet()
            guard shift < 63 || next <= 1 else { throw .badNumber }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    /// A varint that counts something in memory: at most `limit`.
    mutating func count(limit: Int) throws(BlockDamage) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw .badNumber }
        return Int(value)
    }

    mutating func counted() throws(BlockDamage) -> [UInt8] {
        let length = try count(limit: octets.count)
        guard length <= octets.count - position else { throw .cut }
        defer { position += length }
        return Array(octets[position..<(position + length)])
    }
}

extension BlockDamage {
    /// Compares octets with the checksum that was stored beside them; rows of format 1 have none.
    static func check(_ octets: [UInt8], _ stored: Int64?, _ what: String) throws(BlockDamage) {
        if let stored, stored != Int64(Checksum.crc32(octets)) { throw .badChecksum(what) }
    }
}

/// Why the octets of a block cannot be what the store wrote.
enum BlockDamage: Error, Hashable, Sendable {
    case cut
    case badNumber
    case unknownEncoding(UInt8)
    case missingColumn(UInt8)
    case badPlane(String)
    case unknownAddress(UInt32)
    case badText
    case badChecksum(String)
}

extension BlockDamage: CustomStringConvertible {
    var description: String {
        switch self {
        case .cut: "a table ends too early"
        case .badNumber: "a number is out of its range"
        case .unknownEncoding(let code): "a column has the unknown encoding \(code)"
        case .missingColumn(let column): "column \(column) is missing"
        case .badPlane(let text): "a column cannot be unpacked: \(text)"
        case .unknownAddress(let id): "address \(id) is not in the dictionary"
        case .badText: "a name is no UTF-8 text"
        case .badChecksum(let what): "\(what) do not match their checksum"
        }
    }
}
