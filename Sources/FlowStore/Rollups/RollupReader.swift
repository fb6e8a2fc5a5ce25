import FlowModel
import FlowQuery

/// One file of rollups open for reading, with its dictionary as far as it was read. It has one owner at a time.
///
/// `@unchecked Sendable`: the owner hands it on, and within a query one thread reads it.
final class RollupReader: @unchecked Sendable {
    let name: RollupName
    let blocks: RollupBlocks
    private let database: Database
    private(set) var addresses: [IPAddress] = [.zero]

    init(folder: RollupFolder, name: RollupName) throws {
        self.name = name
        let (database, _) = try PartitionReader.open(folder.path(name))
        self.database = database
        try RollupSchema.check(database)
        try database.execute(PartitionSchema.readerPragmas)
        blocks = try RollupBlocks(database)
    }

    /// Begins the one read transaction of a query: rows and the list of taken blocks are of the same moment.
    ///
    /// - Throws: `not-found` when the file has been removed.
    func begin() throws {
        try database.execute("BEGIN")
        _ = try database.integer("SELECT count(*) FROM meta")
        guard Files.exists(database.path) else {
            end()
            throw StoreError(.notFound, place: database.path, "the rollups have been removed")
        }
    }

    func end() {
        // A read transaction has nothing to lose; the next `begin` fails aloud if this one is still open.
        try? database.execute("COMMIT")
    }

    /// Rows of flows that the file's rows are made from.
    func takenRows() throws -> Int64 { try database.integer("SELECT CAST(total(rows) AS INTEGER) FROM taken") }

    func lastWrite() throws -> Int64 { try PartitionWriter.number("last_write_ms", database) ?? 0 }

    func readAddresses() throws { try PartitionWriter.read(database, into: &addresses) }

    /// The first and the last bucket with rows, as the milliseconds in which they begin; nil for none.
    func span() throws -> ClosedRange<Int64>? {
        let select = try database.prepare("SELECT min(bucket_min), max(bucket_max) FROM rollup_block")
        guard try select.step(), !select.isNull(0) else { return nil }
        defer { select.reset() }
        guard select.integer(0) <= select.integer(1) else { throw BlockDamage.badNumber }
        return select.integer(0)...select.integer(1)
    }
}
