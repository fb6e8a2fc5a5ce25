import FlowModel
import FlowQuery

/// One file of rollups open for reading, with its dictionary as far as it was read. It has one owner at a time.
///
/// `@unchecked Sendable`: the owner hands it on, and within a query one thread reads it.
final class RollupReader: @unchecked Sendable {
    let name: RollupName
    let blocks: RollupBlocks
    /// True when the file was opened as one that nobody writes: not to be kept for the next query.
    let isImmutable: Bool
    private let database: Database
    private(set) var addresses: [IPAddress] = [.zero]

    init(folder: RollupFolder, name: RollupName) throws {
        self.name = name
        (database, isImmutable) = try Database.reading(folder.path(name))
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

    /// The partitions that the file's rows are made from.
    func takenPartitions() throws -> [TakenPartition] {
        let select = try database.prepare("SELECT DISTINCT slot_start, slot_span, origin FROM taken")
        var partitions: [TakenPartition] = []
        while try select.step() {
            guard StoredNumber.spans.contains(select.integer(1)) else { throw BlockDamage.badNumber }
            let slot = PartitionName.Slot(holding: select.integer(0), spanMilliseconds: select.integer(1))
            partitions.append(TakenPartition(slot: slot, origin: select.integer(2)))
        }
        return partitions
    }

    func lastWrite() throws -> Int64 { try PartitionWriter.number("last_write_ms", database) ?? 0 }

    func readAddresses() throws { try PartitionWriter.read(database, version: PartitionSchema.version, into: &addresses) }
}
