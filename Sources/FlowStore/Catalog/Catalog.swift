import Synchronization

/// `DATA/catalog.sqlite`: what the collector knows beside flows: agents and their account, alerts, imported files.
///
/// Safe to use from any thread. One process writes it (the one with the folder's lock), others may read meanwhile.
package final class Catalog: Sendable {
    package let path: String
    let isWritable: Bool
    private let connection: Mutex<Connection>

    /// `@unchecked Sendable`: reached only through `Catalog.connection`, a `Mutex`.
    final class Connection: @unchecked Sendable {
        let database: Database
        var account = AccountBound()
        /// Agents whose addresses were saved before anything else was heard of them, the oldest first.
        var waiting: [String] = []
        var refusedReports: UInt64 = 0
        /// The collector's clock when the report came that is kept of an agent, milliseconds since 1970 UTC. What is not here
        /// is of the last run.
        var taken: [String: Int64] = [:]
        init(_ database: Database) { self.database = database }
    }

    /// When the rows of the account are counted again: a count walks through all of them, so it is done once for so many
    /// written rows, and the bound is kept to that.
    struct AccountBound {
        var limit = Limits.accountRows
        private var written = Int64.max

        var step: Int64 { limit / 100 }

        /// - Returns: whether the rows are to be counted now.
        mutating func isDue(adding rows: Int64) -> Bool {
            written = written > .max - rows ? .max : written + rows
            guard written >= step else { return false }
            written = 0
            return true
        }
    }

    /// Bounds on what foreigners can make the catalogue hold.
    enum Limits {
        static let agents = 10_000
        /// An agent that was not heard of for so long makes room for another one.
        static let goneMilliseconds: Int64 = 300_000
        /// Reports come every 20 s at least. When for so long only older ones came, the agent's clock was set back: they count.
        static let overtakenMilliseconds: Int64 = 60_000
        static let interfaces = 4_096
        static let addresses = 65_536
        static let reasons = 256
        static let epochs = 16
        static let runs = 1_024
        static let accountRows: Int64 = 2_000_000
        /// Agents that have addresses here, and nothing else yet.
        static let waiting = 64
        static let alerts: Int64 = 100_000
        static let samples = 8
        static let imports: Int64 = 1_000_000
    }

    /// Opens the catalogue, or makes a new one where `isWritable`.
    init(path: String, isWritable: Bool) throws(StoreError) {
        self.path = path
        self.isWritable = isWritable
        do {
            if isWritable && Files.size(path) == 0 { try Self.make(path) }
            var database = try Database(path: path, mode: isWritable ? .write : .read)
            do {
                try Self.checkVersion(database)
            } catch let failure as SQLiteFailure
                where failure.cannotOpen && !isWritable && !Files.exists(path + "-wal")
            {
                // A folder that this process may not write, and that nobody else has open: the file alone is whole.
                database = try Database(path: path, mode: .immutable)
                try Self.checkVersion(database)
            }
            try database.execute(isWritable ? CatalogSchema.writerPragmas : CatalogSchema.readerPragmas)
            // Of agents whose first batch was never stored: nobody would take these away.
            if isWritable { try database.execute("DELETE FROM agent_address WHERE agent NOT IN (SELECT name FROM agent)") }
            connection = Mutex(Connection(database))
        } catch {
            throw Self.explained(error, path)
        }
    }

    /// Under another name first: a file named `catalog.sqlite` is always whole.
    private static func make(_ path: String) throws {
        let making = path + ".making"
        for suffix in ["", "-wal", "-shm"] { _ = Files.remove(making + suffix) }
        do { try Database(path: making, mode: .create).execute(CatalogSchema.creation) }
        // The log of a file that was moved away would be played into the new one.
        for suffix in ["-wal", "-shm"] {
            if let problem = Files.remove(path + suffix) {
                throw StoreError(.notWritable, place: path + suffix, "the old catalogue's log cannot be removed (\(problem))")
            }
        }
        if let problem = Files.rename(making, to: path) {
            throw StoreError(.notWritable, place: path, "the catalogue cannot be made (\(problem))")
        }
    }

    private static func checkVersion(_ database: Database) throws {
        let version = try database.integer("PRAGMA user_version")
        guard version <= CatalogSchema.version else {
            throw StoreError(
                .newerFormat, place: database.path,
                "the data folder has format \(version), this program reads up to \(CatalogSchema.version); use a newer one")
        }
        guard version > 0, try database.integer("PRAGMA application_id") == CatalogSchema.applicationID else {
            throw StoreError(.damaged, place: database.path, "the file is no catalogue")
        }
    }

    private static func explained(_ error: any Error, _ path: String) -> StoreError {
        let problem = StoreError.from(error, place: path)
        guard problem.code == .damaged else { return problem }
        return StoreError(
            .damaged, place: path,
            problem.reason + "; stop the collector and move it away together with catalog.sqlite-wal and "
                + "catalog.sqlite-shm, and a new one is made: agents and alerts are lost, flows are not")
    }

    func run<Result: Sendable>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try connected { try body($0.database) }
    }

    /// `body` with the connection and what belongs to it, alone.
    func connected<Result: Sendable>(_ body: (Connection) throws -> Result) throws(StoreError) -> Result {
        do {
            return try connection.withLock { try body($0) }
        } catch {
            throw Self.explained(error, path)
        }
    }

    /// `body` in one transaction.
    func write<Result: Sendable>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try change { try body($0.database) }
    }

    /// `body` in one transaction, with what belongs to the connection.
    func change<Result: Sendable>(_ body: (Connection) throws -> Result) throws(StoreError) -> Result {
        guard isWritable else {
            throw StoreError(.notWritable, place: path, "the data folder is open for reading only")
        }
        return try connected { connection in try connection.database.write { try body(connection) } }
    }
}

// MARK: - Settings of the folder

extension Catalog {
    /// A number that belongs to the folder; nil before it was set. - Throws: `damaged` for one that cannot be.
    func number(_ key: String) throws(StoreError) -> Int64? {
        try run { database in
            let select = try database.prepare("SELECT value FROM meta WHERE key = ?1")
            select.bind(1, key)
            defer { select.reset() }
            guard try select.step() else { return nil }
            guard StoredNumber.range.contains(select.integer(0)) else { throw BlockDamage.badNumber }
            return select.integer(0)
        }
    }

    func set(_ key: String, _ value: Int64) throws(StoreError) {
        try write { database in
            let replace = try database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")
            replace.bind(1, key)
            replace.bind(2, value)
            try replace.run()
        }
    }

    /// Takes a number away.
    func forget(_ key: String) throws(StoreError) {
        try write { database in
            let delete = try database.prepare("DELETE FROM meta WHERE key = ?1")
            delete.bind(1, key)
            try delete.run()
        }
    }

    /// A generation for a new file: higher than any before and than `highest`, which the folder shows.
    func nextGeneration(above highest: Int64) throws(StoreError) -> Int64 {
        let next = max(try number("generation") ?? 0, highest) + 1
        guard StoredNumber.range.contains(next) else {
            throw StoreError(.damaged, place: path, "the generations of files are used up; no store counts that far")
        }
        try set("generation", next)
        return next
    }
}
