import FlowModel
import FlowQuery

/// Reads blocks of one partition through one connection, inside a transaction that the caller holds.
final class BlockReader {
    private let all: Statement
    private let ending: Statement
    private let alive: Statement
    private let one: Statement
    private let column: Statement
    private let localAddresses: Statement
    private let names: Statement

    private static let fields = """
        id, first_serial, rows, end_min, end_max, start_min, start_max, flow_start_min, flow_start_max, protocols,
        CASE WHEN length(names) <= \(namesLimit) THEN names END, columns, local_addresses IS NOT NULL
        """
    /// Octets of names up to which a header has them. They rule blocks out, but a stranger may give each flow of a block
    /// an interface of its own.
    private static let namesLimit = 16_384

    init(_ database: Database) throws(SQLiteFailure) {
        let select = "SELECT \(Self.fields) FROM flow_block"
        // Newest first: an answer of single records ends early so.
        all = try database.prepare("\(select) ORDER BY end_max DESC, id DESC")
        ending = try database.prepare("\(select) WHERE end_max >= ?1 AND end_min <= ?2 ORDER BY end_max DESC, id DESC")
        alive = try database.prepare("\(select) WHERE end_max >= ?1 AND flow_start_min <= ?2 ORDER BY end_max DESC, id DESC")
        one = try database.prepare("\(select) WHERE id = ?1")
        column = try database.prepare("SELECT data FROM flow_column WHERE id = ?1")
        localAddresses = try database.prepare("SELECT local_addresses FROM flow_block WHERE id = ?1")
        names = try database.prepare("SELECT names FROM flow_block WHERE id = ?1")
    }

    /// The blocks that can hold records of `range`, the newest `end` first.
    func headers(_ range: TimeRange, overlap: Bool) throws -> [BlockHeader] {
        var headers: [BlockHeader] = []
        let statement = range == .always ? all : overlap ? alive : ending
        if range != .always {
            statement.bind(1, range.since ?? .min)
            statement.bind(2, range.until.map { $0 &- 1 } ?? .max)
        }
        defer { statement.reset() }
        while try statement.step() { headers.append(try header(statement)) }
        return headers
    }

    func header(id: Int64) throws -> BlockHeader? {
        one.bind(1, id)
        defer { one.reset() }
        return try one.step() ? header(one) : nil
    }

    /// Puts the data of `wanted` columns into the header, also where it has rows of its own, and the block's own list of
    /// addresses and its names where one of them needs these. Both may be long, and a partition has many blocks: no
    /// header has them before.
    func load(_ wanted: BlockColumns, into header: inout BlockHeader) throws {
        if !header.hasNames, wanted.contains(.agent) || wanted.contains(.interface) {
            names.bind(1, header.id)
            defer { names.reset() }
            guard try names.step() else { throw BlockDamage.badNumber }
            header.names = try BlockNames(decoding: names.octets(0))
            header.hasNames = true
        }
        if header.hasLocalAddresses, header.localAddresses.isEmpty, wanted.needsAddresses {
            localAddresses.bind(1, header.id)
            defer { localAddresses.reset() }
            guard try localAddresses.step() else { throw BlockDamage.badNumber }
            try AddressList.decode(localAddresses.octets(0), into: &header.localAddresses)
            // Four columns of addresses.
            guard header.localAddresses.count <= 4 * header.rows else { throw BlockDamage.badNumber }
        }
        for name in BlockColumn.allCases where wanted.contains(name) {
            guard header.columns[name]?.isElsewhere == true else { continue }
            column.bind(1, header.id << 6 | Int64(name.rawValue))
            defer { column.reset() }
            guard try column.step() else { throw BlockDamage.missingColumn(name.rawValue) }
            header.columns[name]?.column.data = column.octets(0)
            header.columns[name]?.isElsewhere = false
        }
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
        if header.hasNames { header.names = try BlockNames(decoding: row.octets(10)) }
        try header.readDirectory(row.octets(11))
        header.hasLocalAddresses = row.integer(12) != 0
        return header
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
