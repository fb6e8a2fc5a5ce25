/// What one partition holds, and what its bytes are for.
package struct PartitionStatistics: Sendable, Equatable {
    package var name: String
    /// Of the file and its log.
    package var bytes: Int64
    package var records: Int64 = 0
    package var blocks: Int64 = 0
    /// Blocks that are still to be merged.
    package var smallBlocks: Int64 = 0
    package var addresses: Int64 = 0
    /// Ids of delivered batches.
    package var batches: Int64 = 0
    /// Smallest and largest `end`, milliseconds since 1970 UTC; nil for a partition without flows.
    package var oldest: Int64?
    package var newest: Int64?
    /// When its last flows came in, milliseconds since 1970 UTC.
    package var lastWrite: Int64?
    package var isSealed = false
    /// Bytes of the pages of each table, and `free` for pages without use; without SQLite's `dbstat`, of the values.
    package var tables: [String: Int64] = [:]
    /// Why it could not be read; then `name` and `bytes` are all that is known.
    package var problem: String?

    package init(name: String, bytes: Int64) {
        self.name = name
        self.bytes = bytes
    }

    /// The names that `tables` can have.
    package static let tableNames = ["flow_column", "flow_block", "address", "batch", "free"]

    /// - Parameter countsPages: false measures as where SQLite was built without `dbstat`.
    mutating func read(_ reader: PartitionReader, countsPages: Bool) throws {
        let database = reader.database
        try reader.begin()
        defer { reader.end() }
        if let summary = try reader.summary() {
            records = Int64(summary.records)
            blocks = Int64(summary.blocks)
            (oldest, newest) = (summary.oldest, summary.newest)
        }
        smallBlocks = try reader.smallBlocks()
        addresses = try database.integer("SELECT CAST(total(count) AS INTEGER) FROM address")
        batches = try database.integer(
            "SELECT CAST(total(last - first + 1) AS INTEGER) + (SELECT count(*) FROM batch_digest) FROM batch")
        lastWrite = try reader.lastWrite()
        isSealed = try PartitionSeal.isSealed(database)
        let pageSize = try database.integer("PRAGMA page_size")
        tables = try countsPages ? Self.pages(database) : Self.values(database)
        tables["free"] = try pageSize * database.integer("PRAGMA freelist_count")
    }

    private static func pages(_ database: Database) throws -> [String: Int64] {
        let select: Statement
        do {
            select = try database.prepare("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE")
        } catch {
            return try values(database)
        }
        var tables: [String: Int64] = [:]
        while try select.step() {
            let name = select.text(0)
            tables[name == "batch_digest" ? "batch" : name, default: 0] += select.integer(1)
        }
        return tables.filter { tableNames.contains($0.key) }
    }

    private static func values(_ database: Database) throws -> [String: Int64] {
        var tables: [String: Int64] = [:]
        for (name, columns) in [
            ("flow_column", ["data"]), ("flow_block", ["protocols", "names", "columns", "local_addresses"]),
            ("address", ["addresses"]), ("batch", ["agent", "epoch", "first", "last"]),
        ] {
            let sum = columns.map { "total(length(\($0)))" }.joined(separator: " + ")
            tables[name] = try database.integer("SELECT CAST(\(sum) AS INTEGER) FROM \(name)")
        }
        return tables
    }
}

extension SQLiteFlowStore {
    /// What each partition holds, the newest first; reads every page. May run beside a writer.
    package func statistics(countsPages: Bool = true) throws(StoreError) -> [PartitionStatistics] {
        let folder = PartitionFolder(path: path)
        var all: [PartitionStatistics] = []
        for name in try folder.list().partitions {
            var one = PartitionStatistics(name: name.file, bytes: folder.size(name))
            do {
                try one.read(PartitionReader(folder: folder, name: name), countsPages: countsPages)
            } catch {
                // Sealed or removed since the folder was listed.
                if !Files.exists(folder.path(name)) { continue }
                one.problem = StoreError.from(error, place: folder.path(name)).reason
            }
            all.append(one)
        }
        return all
    }
}
