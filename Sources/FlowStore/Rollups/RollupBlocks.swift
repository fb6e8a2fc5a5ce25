import Compression
import FlowModel
import FlowQuery

/// Reads blocks of one file of rollups through one connection, inside a transaction that the caller holds.
final class RollupBlocks {
    private let ending: Statement
    private let ofRun: Statement
    private let column: Statement
    private let localAddresses: Statement
    private let taken: Statement

    private static let fields = "id, rows, bucket_min, bucket_max, protocols, columns, local_addresses IS NOT NULL, checksum"

    init(_ database: Database) throws(SQLiteFailure) {
        ending = try database.prepare(
            "SELECT \(Self.fields) FROM rollup_block WHERE bucket_max >= ?1 AND bucket_min <= ?2 ORDER BY bucket_max DESC, id")
        ofRun = try database.prepare("SELECT \(Self.fields) FROM rollup_block WHERE window = ?1 AND run = ?2 ORDER BY id")
        column = try database.prepare("SELECT data FROM rollup_column WHERE id = ?1")
        localAddresses = try database.prepare("SELECT local_addresses, local_checksum FROM rollup_block WHERE id = ?1")
        taken = try database.prepare(
            "SELECT block, fingerprint FROM taken WHERE slot_start = ?1 AND slot_span = ?2 AND origin = ?3")
    }

    /// The blocks that can have rows whose buckets begin in `range`, the newest first.
    func headers(_ range: TimeRange) throws -> [BlockHeader] {
        ending.bind(1, range.since ?? .min)
        ending.bind(2, range.until.map { $0 &- 1 } ?? .max)
        return try headers(ending)
    }

    func headers(window: Int64, run: Int64) throws -> [BlockHeader] {
        ofRun.bind(1, window)
        ofRun.bind(2, run)
        return try headers(ofRun)
    }

    /// What of a partition the file's rows are made from.
    func taken(_ partition: TakenPartition) throws -> Set<TakenBlock> {
        taken.bind(1, partition.slot.start)
        taken.bind(2, partition.slot.spanMilliseconds)
        taken.bind(3, partition.origin)
        defer { taken.reset() }
        var blocks: Set<TakenBlock> = []
        while try taken.step() { blocks.insert(TakenBlock(id: taken.integer(0), fingerprint: taken.integer(1))) }
        return blocks
    }

    /// Puts the data of `wanted` columns into the header, and the block's own list of addresses where one needs it.
    func load(_ wanted: BlockColumns, into header: inout BlockHeader) throws {
        if header.hasLocalAddresses, header.localAddresses.isEmpty, wanted.needsAddresses {
            localAddresses.bind(1, header.id)
            defer { localAddresses.reset() }
            guard try localAddresses.step() else { throw BlockDamage.badNumber }
            let octets = localAddresses.octets(0)
            try BlockDamage.check(octets, localAddresses.integer(1), "addresses of a block")
            try AddressList.decode(octets, into: &header.localAddresses)
            guard header.localAddresses.count <= 2 * header.rows else { throw BlockDamage.badNumber }
        }
        for name in header.columns.keys where wanted.contains(name) {
            guard header.columns[name]?.isElsewhere == true else { continue }
            column.bind(1, header.id << 6 | Int64(name.rawValue))
            defer { column.reset() }
            guard try column.step() else { throw BlockDamage.missingColumn(name.rawValue) }
            header.columns[name]?.column.data = column.octets(0)
            header.columns[name]?.isElsewhere = false
        }
    }

    private func headers(_ statement: Statement) throws -> [BlockHeader] {
        var headers: [BlockHeader] = []
        defer { statement.reset() }
        while try statement.step() {
            var header = BlockHeader()
            header.id = statement.integer(0)
            guard (1...Int64(BlockHeader.rowLimit)).contains(statement.integer(1)),
                (0...StoredNumber.range.upperBound >> 6).contains(header.id),
                statement.integer(2) <= statement.integer(3)
            else { throw BlockDamage.badNumber }
            header.rows = Int(statement.integer(1))
            header.end = statement.integer(2)...statement.integer(3)
            header.protocols = statement.octets(4)
            let directory = statement.octets(5)
            guard statement.integer(7) == Int64(header.rollupChecksum(directory: directory)) else {
                throw BlockDamage.badChecksum("the numbers of a block")
            }
            try header.readDirectory(directory)
            header.hasLocalAddresses = statement.integer(6) != 0
            headers.append(header)
        }
        return headers
    }
}

/// Rows of rollups as a batch of flows: each row stands for `records[row]` records, `flows[row]` of them the first of their
/// flow. `end` is the beginning of the bucket, `dst_port` the service port (with a basis that says so), and what rollups do
/// not have is missing.
struct RollupBatch: Sendable {
    var rows: FlowBatch
    var records: [UInt64]
    var flows: [UInt64]
}

extension RollupBatch {
    /// - Parameters:
    ///   - header: with the data of all columns of `RollupBatch.columns` in place.
    ///   - addresses: the file's dictionary, by id; empty where no address is wanted.
    init(
        _ header: BlockHeader, withAddresses: Bool, addresses: [IPAddress], decoder: inout BlockDecoder
    ) throws(BlockDamage) {
        rows = try decoder.decode(header, Self.columns(withAddresses: withAddresses, withCounts: false), addresses: addresses)
        rows.sourceTransportPort = [UInt16](repeating: 0, count: header.rows)
        rows.initiatorBasis = [InitiatorBasis](repeating: .syn, count: header.rows)
        rows.counted = [Bool](repeating: true, count: header.rows)
        records = []
        flows = []
        try decoder.coder.words64(try BlockDecoder.column(header, .records), rows: header.rows, into: &records)
        try decoder.coder.words64(try BlockDecoder.column(header, .flows), rows: header.rows, into: &flows)
    }

    static func columns(withAddresses: Bool, withCounts: Bool = true) -> BlockColumns {
        var columns = BlockColumns([
            .end, .proto, .destinationPort, .vni, .vlan, .packets, .bytes, .reversePackets, .reverseBytes,
        ])
        if withAddresses { columns.formUnion(BlockColumns([.source, .destination])) }
        if withCounts { columns.formUnion(BlockColumns([.records, .flows])) }
        return columns
    }
}

extension BlockHeader {
    /// CRC-32 over what a row of `rollup_block` says of its block but for window and run: rows and bounds in eight octets
    /// each, lowest first, then the protocols and the directory.
    func rollupChecksum(directory: [UInt8]) -> UInt32 {
        var octets: [UInt8] = []
        octets.reserveCapacity(64 + directory.count)
        for number in [UInt64(rows), UInt64(bitPattern: end.lowerBound), UInt64(bitPattern: end.upperBound)] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) { octets.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        return Checksum.crc32(octets + protocols + directory)
    }

    /// What a filter may know of a block of rollups.
    var rollupBounds: BlockBounds {
        var bounds = bounds
        bounds.numbers[.servicePort] = bounds.numbers.removeValue(forKey: .dstPort)
        return bounds
    }
}
