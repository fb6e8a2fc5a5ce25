import FlowModel
import FlowQuery

/// One partition open for reading, with its dictionary as far as it was read.
///
/// `@unchecked Sendable`: it has one owner at a time. The pool's lock hands it from query to query, and within a query
/// `BlockSource`'s lock guards it.
final class PartitionReader: @unchecked Sendable {
    let name: PartitionName
    private(set) var blocks: BlockReader
    private var version: Int64
    /// True when the file was opened as one that nobody writes: not to be kept for the next query.
    let isImmutable: Bool
    let database: Database
    /// The dictionary as far as it was read; the same table until it grows.
    private(set) var table = AddressTable([.zero])
    var addresses: [IPAddress] { table.addresses }

    init(folder: PartitionFolder, name: PartitionName) throws {
        self.name = name
        (database, isImmutable) = try Database.reading(folder.path(name))
        version = try PartitionWriter.checkVersion(database)
        try database.execute(PartitionSchema.readerPragmas)
        blocks = try BlockReader(database, version: version)
    }

    /// Begins the one read transaction of a query: dictionary and blocks are of the same moment from here on.
    ///
    /// - Throws: `not-found` when the file has been removed. It goes before its log does, so while it is there, the log
    ///   that the first read has opened is whole.
    func begin() throws {
        try database.execute("BEGIN")
        _ = try database.integer("SELECT count(*) FROM meta")
        guard Files.exists(database.path) else {
            end()
            throw StoreError(.notFound, place: database.path, "the partition has been removed")
        }
        // The writer makes an older file one of its own format.
        let current = try database.integer("PRAGMA user_version")
        if current != version {
            version = try PartitionWriter.checkVersion(database)
            blocks = try BlockReader(database, version: version)
        }
    }

    func end() {
        // A read transaction has nothing to lose; the next `begin` fails aloud if this one is still open.
        try? database.execute("COMMIT")
    }

    /// Reads the part of the dictionary that is new since the last time.
    func readAddresses() throws {
        var addresses = table.addresses
        let before = addresses.count
        try PartitionWriter.read(database, version: version, into: &addresses)
        if addresses.count > before { table = AddressTable(addresses) }
    }

    /// What is kept in memory, in addresses.
    var weight: Int { table.addresses.count + blocks.weight }

    /// Bounds of what the partition holds; nil when it is empty.
    func summary() throws -> PartitionSummary? {
        // `total`, not `sum`: that one fails where the bounds of the rows, looked at first, are what is wrong.
        let select = try database.prepare(
            """
            SELECT min(end_min), max(end_max), min(rows), max(rows), CAST(total(rows) AS INTEGER), count(*)
            FROM flow_block
            """)
        guard try select.step(), !select.isNull(0) else { return nil }
        guard select.integer(2) > 0, select.integer(3) <= Int64(BlockHeader.rowLimit) else { throw BlockDamage.badNumber }
        return PartitionSummary(
            oldest: select.integer(0), newest: select.integer(1), records: Int(select.integer(4)),
            blocks: Int(select.integer(5)))
    }

    /// Blocks that a merge may take.
    func smallBlocks() throws -> Int64 {
        try database.integer("SELECT count(*) FROM flow_block WHERE merged = 0")
    }

    /// Blocks that never change any more, oldest first, and how many rows each has.
    func mergedBlocks() throws -> [(block: TakenBlock, rows: Int, end: ClosedRange<Int64>)] {
        let select = try database.prepare(
            """
            SELECT id, first_serial, rows, end_min, end_max, start_min, start_max FROM flow_block WHERE merged = 1
            ORDER BY id
            """)
        var blocks: [(TakenBlock, Int, ClosedRange<Int64>)] = []
        while try select.step() {
            var header = BlockHeader()
            header.id = select.integer(0)
            (header.firstSerial, header.rows) = try BlockReader.serials(select.integer(1), select.integer(2))
            guard select.integer(3) <= select.integer(4), select.integer(5) <= select.integer(6) else {
                throw BlockDamage.badNumber
            }
            header.end = select.integer(3)...select.integer(4)
            header.start = select.integer(5)...select.integer(6)
            blocks.append((TakenBlock(header), header.rows, header.end))
        }
        return blocks
    }

    /// The generation that the first file of the partition had.
    func origin() throws -> Int64 { try number("origin") ?? name.generation }

    func lastWrite() throws -> Int64 { try number("last_write_ms") ?? 0 }

    private func number(_ key: String) throws -> Int64? { try PartitionWriter.number(key, database) }

    /// - Throws: damage, when a number that the file keeps of itself cannot be.
    func checkNumbers() throws {
        for key in ["next_serial", "last_write_ms", "sealed_serial", "origin"] { _ = try number(key) }
    }

    /// Whether this file was made from `older` after the last flows of that one had come in: all that `older` holds is
    /// here too. The serial numbers alone do not say so: two files of one time may have nothing in common.
    func holdsAll(of older: PartitionReader) throws -> Bool {
        guard let next = try older.number("next_serial") else { return true }
        guard let origin = try number("origin"), let sealed = try number("sealed_serial") else { return false }
        return try origin == older.number("origin") ?? older.name.generation && sealed >= next
    }
}

/// What one partition holds, by its own word.
struct PartitionSummary: Sendable, Equatable {
    /// Smallest and largest `end`.
    var oldest: Int64
    var newest: Int64
    var records: Int
    var blocks: Int
}
