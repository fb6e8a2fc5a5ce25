import Compression
import FlowModel

/// What the row of a block in `flow_block` says: enough to decide whether to read its columns.
struct BlockHeader: Sendable, Equatable {
    /// 0 until it is stored.
    var id: Int64 = 0
    /// Serial number, within the partition, of the first row; the others count on.
    var firstSerial: Int64 = 0
    var rows = 0
    /// A large block, never rewritten.
    var isMerged = false
    var end: ClosedRange<Int64> = 0...0
    var start: ClosedRange<Int64> = 0...0
    var flowStart: ClosedRange<Int64> = 0...0
    /// One bit for each IP protocol in the block, 32 octets.
    var protocols: [UInt8] = []
    var names = BlockNames()
    /// False while long names are still to be read, with the columns that need them.
    var hasNames = true
    /// Sums over the rows that count (`counted`), modulo 2^64.
    var sums = Sums()
    /// Addresses that found no room in the dictionary: ids from `localBase` on.
    var localAddresses: [IPAddress] = []
    /// The stored block has such addresses, whether they were read yet or not.
    var hasLocalAddresses = false
    var columns: [BlockColumn: Entry] = [:]

    /// Ids from here on are places in the block's own list of addresses.
    static let localBase: UInt32 = 0x8000_0000
    /// A block holds no more rows; the file may not claim more.
    static let rowLimit = 1 << 20

    struct Sums: Sendable, Equatable {
        var records: UInt64 = 0
        var flows: UInt64 = 0
        var packets: UInt64 = 0
        var bytes: UInt64 = 0
        var reversePackets: UInt64 = 0
        var reverseBytes: UInt64 = 0
    }

    /// One column in the block's directory. `column.data` is empty where the octets have a row of their own.
    struct Entry: Sendable, Equatable {
        var column: EncodedColumn
        var isElsewhere: Bool
    }

    /// Octets up to which a column's data stands in the directory.
    static let inlineLimit = 256

    /// The directory as it is stored.
    var directory: [UInt8] {
        var writer = OctetWriter()
        writer.append(varint: UInt64(columns.count))
        for (name, entry) in columns.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.append(name.rawValue)
            writer.append(entry.column.encoding.rawValue | (entry.isElsewhere ? 0x80 : 0))
            writer.append(varint: entry.column.minimum)
            writer.append(varint: entry.column.maximum &- entry.column.minimum)
            if !entry.isElsewhere { writer.append(counted: entry.column.data) }
        }
        return writer.octets
    }

    /// CRC-32 over what a row says of its block but for names and local addresses, which are read apart: the numbers in
    /// eight octets each, lowest first, then the protocols and the directory.
    func checksum(directory: [UInt8]) -> UInt32 {
        var octets: [UInt8] = []
        octets.reserveCapacity(160 + directory.count)
        let bounds = [end, start, flowStart].flatMap { [UInt64(bitPattern: $0.lowerBound), UInt64(bitPattern: $0.upperBound)] }
        let numbers = [UInt64(bitPattern: firstSerial), UInt64(rows), isMerged ? 1 : 0] + bounds
            + [sums.records, sums.flows, sums.packets, sums.bytes, sums.reversePackets, sums.reverseBytes]
        for number in numbers {
            for shift in stride(from: UInt64(0), to: 64, by: 8) { octets.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        return Checksum.crc32(octets + protocols + directory)
    }

    mutating func readDirectory(_ octets: [UInt8]) throws(BlockDamage) {
        var reader = OctetReader(octets)
        for _ in 0..<(try reader.count(limit: 64)) {
            let number = try reader.octet()
            let code = try reader.octet()
            guard let encoding = EncodedColumn.Encoding(rawValue: code & 0x7F) else { throw .unknownEncoding(code) }
            let minimum = try reader.varint()
            let (maximum, overflow) = minimum.addingReportingOverflow(try reader.varint())
            guard !overflow else { throw .badNumber }
            let isElsewhere = code & 0x80 != 0
            let data = isElsewhere ? [] : try reader.counted()
            // A column of a later version of the same format is left alone.
            guard let name = BlockColumn(rawValue: number) else { continue }
            columns[name] = Entry(
                column: EncodedColumn(encoding: encoding, minimum: minimum, maximum: maximum, data: data),
                isElsewhere: isElsewhere)
        }
        guard reader.isAtEnd else { throw .badNumber }
    }
}
