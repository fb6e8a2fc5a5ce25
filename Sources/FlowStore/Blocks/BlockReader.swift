import FlowModel
import FlowQuery

/// Reads blocks of one partition through one connection, inside a transaction that the caller holds.
///
/// Headers are kept from query to query: a block never changes under its id. So a query of a partition that was asked
/// before reads a list of ids at most, and not even that while nobody has written to the file.
final class BlockReader {
    private let database: Database
    private let hasChecksums: Bool
    private let ids: Statement
    private let one: Statement
    /// Headers by id, and the ids of all blocks as they were when the file had this data version.
    private var kept: [Int64: StoredBlock] = [:]
    private var listed: (version: Int64, blocks: [StoredBlock])?
    private let version: Statement
    private let column: Statement
    private let localAddresses: Statement
    private let names: Statement

    private static let fields = """
        id, first_serial, rows, end_min, end_max, start_min, start_max, flow_start_min, flow_start_max, protocols,
        CASE WHEN length(names) <= \(namesLimit) THEN names END, columns, local_addresses IS NOT NULL, merged,
        counted_records, counted_flows, counted_packets, counted_bytes, counted_rev_packets, counted_rev_bytes
        """
    /// What format 2 has besides.
    private static let checksums = ", checksum, names_checksum"
    /// Octets of names up to which a header has them. They rule blocks out, but a stranger may give each flow of a block
    /// an interface of its own.
    private static let namesLimit = 16_384

    /// - Parameter version: the file's format.
    init(_ database: Database, version format: Int64) throws(SQLiteFailure) {
        self.database = database
        hasChecksums = format >= 2
        let checksums = hasChecksums ? Self.checksums : ", NULL, NULL"
        // Newest first: an answer of single records ends early so.
        ids = try database.prepare("SELECT id FROM flow_block ORDER BY end_max DESC, id DESC")
        one = try database.prepare("SELECT \(Self.fields)\(checksums) FROM flow_block WHERE id = ?1")
        version = try database.prepare("PRAGMA data_version")
        column = try database.prepare("SELECT data FROM flow_column WHERE id = ?1")
        localAddresses = try database.prepare("SELECT local_addresses, \(hasChecksums ? "local_checksum" : "NULL") FROM flow_block WHERE id = ?1")
        names = try database.prepare("SELECT names, \(hasChecksums ? "names_checksum" : "NULL") FROM flow_block WHERE id = ?1")
    }

    /// What is kept in memory, in addresses: a header with its set of addresses is worth about 800 of them, a name 8.
    private(set) var weight = 0

    /// The blocks that can hold records of `range`, the newest `end` first.
    func blocks(_ range: TimeRange, overlap: Bool) throws -> [StoredBlock] {
        let all = try self.all()
        guard range != .always else { return all }
        let first = range.since ?? .min
        let last = range.until.map { $0 &- 1 } ?? .max
        return all.filter { block in
            let header = block.header
            return header.end.upperBound >= first && (overlap ? header.flowStart : header.end).lowerBound <= last
        }
    }

    /// The headers of the same blocks.
    func headers(_ range: TimeRange, overlap: Bool) throws -> [BlockHeader] {
        try blocks(range, overlap: overlap).map(\.header)
    }

    private func all() throws -> [StoredBlock] {
        // Changes when another connection has written: this one writes in no reader, and in a writer it reads one by one.
        guard try version.step() else { throw BlockDamage.badNumber }
        let current = version.integer(0)
        version.reset()
        if let listed, listed.version == current { return listed.blocks }
        var numbers: [Int64] = []
        defer { ids.reset() }
        while try ids.step() { numbers.append(ids.integer(0)) }
        var fresh: [Int64: StoredBlock] = [:]
        var blocks: [StoredBlock] = []
        blocks.reserveCapacity(numbers.count)
        for id in numbers {
            guard let block = try kept[id] ?? header(id: id).map({ StoredBlock($0) }) else { throw BlockDamage.badNumber }
            // Two rows of one id, as a flipped bit makes them: one of them is another block.
            guard fresh.updateValue(block, forKey: id) == nil else { throw BlockDamage.badNumber }
            blocks.append(block)
        }
        kept = fresh
        weight = blocks.reduce(0) { $0 + 800 + 8 * $1.header.names.texts.count }
        listed = (current, blocks)
        return blocks
    }

    func header(id: Int64) throws -> BlockHeader? {
        one.bind(1, id)
        defer { one.reset() }
        return try one.step() ? header(one) : nil
    }

    /// Puts the data of `wanted` columns into the header, also where it has rows of its own, and the block's own list of
    /// addresses and its names where one of them needs these. Both may be long, and a partition has many blocks: no
    /// header has them before.
    ///
    /// - Returns: octets of columns that were fetched.
    @discardableResult
    func load(_ wanted: BlockColumns, into header: inout BlockHeader) throws -> Int {
        var octets = 0
        if !header.hasNames, wanted.contains(.agent) || wanted.contains(.interface) {
            names.bind(1, header.id)
            defer { names.reset() }
            guard try names.step() else { throw BlockDamage.badNumber }
            header.names = try Self.names(names.octets(0), names.optionalInteger(1))
            header.hasNames = true
        }
        if header.hasLocalAddresses, header.localAddresses.isEmpty, wanted.needsAddresses {
            localAddresses.bind(1, header.id)
            defer { localAddresses.reset() }
            guard try localAddresses.step() else { throw BlockDamage.badNumber }
            let octets = localAddresses.octets(0)
            try BlockDamage.check(octets, localAddresses.optionalInteger(1), "addresses of a block")
            try AddressList.decode(octets, into: &header.localAddresses)
            // Four columns of addresses.
            guard header.localAddresses.count <= 4 * header.rows else { throw BlockDamage.badNumber }
        }
        for name in BlockColumn.allCases where wanted.contains(name) {
            guard header.columns[name]?.isElsewhere == true else { continue }
            column.bind(1, header.id << 6 | Int64(name.rawValue))
            defer { column.reset() }
            guard try column.step() else { throw BlockDamage.missingColumn(name.rawValue) }
            let data = column.octets(0)
            octets += data.count
            header.columns[name]?.column.data = data
            header.columns[name]?.isElsewhere = false
        }
        return octets
    }

    private func header(_ row: Statement) throws -> BlockHeader {
        var header = BlockHeader()
        header.id = row.integer(0)
        (header.firstSerial, header.rows) = try Self.serials(row.integer(1), row.integer(2))
        header.end = try range(row, 3)
        header.start = try range(row, 5)
        header.flowStart = try range(row, 7)
        header.protocols = row.octets(9)
        header.hasNames = !row.isNull(10)
        if header.hasNames { header.names = try Self.names(row.octets(10), row.optionalInteger(21)) }
        let directory = row.octets(11)
        try header.readDirectory(directory)
        // Headers are kept in memory: what is longer has a row of its own.
        guard header.columns.values.allSatisfy({ $0.column.data.count <= BlockHeader.inlineLimit }) else { throw BlockDamage.badNumber }
        header.hasLocalAddresses = row.integer(12) != 0
        header.isMerged = row.integer(13) != 0
        header.sums = BlockHeader.Sums(
            records: row.bits(14), flows: row.bits(15), packets: row.bits(16), bytes: row.bits(17),
            reversePackets: row.bits(18), reverseBytes: row.bits(19))
        if let stored = row.optionalInteger(20), stored != Int64(header.checksum(directory: directory)) {
            throw BlockDamage.badChecksum("the numbers of a block")
        }
        if !row.isNull(20), row.isNull(21) { throw BlockDamage.badChecksum("the names of a block") }
        return header
    }

    private static func names(_ octets: [UInt8], _ checksum: Int64?) throws(BlockDamage) -> BlockNames {
        try BlockDamage.check(octets, checksum, "the names of a block")
        return try BlockNames(decoding: octets)
    }

    /// The first serial number and the rows of a block, as far as both can be: what is done with them does not overflow.
    static func serials(_ first: Int64, _ rows: Int64) throws(BlockDamage) -> (first: Int64, rows: Int) {
        guard StoredNumber.range.contains(first), (1...Int64(BlockHeader.rowLimit)).contains(rows) else {
            throw .badNumber
        }
        return (first, Int(rows))
    }

    private func range(_ row: Statement, _ column: Int32) throws -> ClosedRange<Int64> {
        let lowest = row.integer(column)
        let highest = row.integer(column + 1)
        guard lowest <= highest else { throw BlockDamage.badNumber }
        return lowest...highest
    }
}
