import CSQLite

/// One SQLite connection: the end of its life closes it. Used by one thread at a time; who shares it holds a lock.
///
/// Statements hold their database, so that they are finalised before it is closed.
@safe final class Database {
    enum Mode {
        /// Makes the file if there is none.
        case create
        case write
        case read
        /// For a folder that this process may not write, when no other process writes it.
        case immutable
    }

    let path: String
    private let handle: OpaquePointer

    init(path: String, mode: Mode) throws(SQLiteFailure) {
        self.path = path
        let flags: Int32 =
            switch mode {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .read: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        let name = if case .immutable = mode { Self.immutableName(path) } else { path }
        var opened: OpaquePointer?
        // SQLite sets a handle also when it fails (for the message), and that one is closed here.
        let result = unsafe sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let handle = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            _ = unsafe sqlite3_close_v2(opened)
            throw SQLiteFailure(code: result, path: path, message: message)
        }
        unsafe self.handle = handle
        waitForOthers(milliseconds: Self.usualWait)
    }

    static let usualWait: Int32 = 10_000

    /// Opens a file for reading. A database with a log wants a folder that can be written, if only for the log's index. Where
    /// this process may not do that and nobody else has the log open, the file alone is whole.
    static func reading(_ path: String) throws(SQLiteFailure) -> (Database, isImmutable: Bool) {
        let database = try Database(path: path, mode: .read)
        do throws(SQLiteFailure) {
            _ = try database.integer("PRAGMA user_version")
            return (database, false)
        } catch {
            guard error.cannotOpen, !Files.exists(path + "-wal"), Files.exists(path) else { throw error }
            return (try Database(path: path, mode: .immutable), true)
        }
    }

    /// Copies the whole database, as it is in one moment, into `target`, which is empty and nobody else's.
    func copy(into target: Database) throws(SQLiteFailure) {
        // Both connections outlive the call, and the names are literals.
        guard let backup = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.failure(unsafe sqlite3_errcode(target.handle))
        }
        let step = unsafe sqlite3_backup_step(backup, -1)
        let result = unsafe sqlite3_backup_finish(backup)
        guard step == SQLITE_DONE, result == SQLITE_OK else { throw target.failure(result == SQLITE_OK ? step : result) }
    }

    /// How long a statement waits for another connection's lock before it fails as busy.
    func waitForOthers(milliseconds: Int32) { _ = unsafe sqlite3_busy_timeout(handle, milliseconds) }

    deinit { _ = unsafe sqlite3_close_v2(handle) }

    /// Runs statements that give no rows and need no values.
    func execute(_ sql: String) throws(SQLiteFailure) {
        let result = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw failure(result) }
    }

    func prepare(_ sql: String) throws(SQLiteFailure) -> Statement {
        var prepared: OpaquePointer?
        let result = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let statement = unsafe prepared else { throw failure(result) }
        return unsafe Statement(database: self, handle: statement)
    }

    /// The first column of the first row, 0 when there is none.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// Runs `body` in one transaction that takes the write lock at once; rolls back when it throws.
    func write<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // The cause is what the caller must hear of. A rollback that fails too ends with the connection.
            try? execute("ROLLBACK")
            throw error
        }
    }

    var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }
    var changes: Int { Int(unsafe sqlite3_changes(handle)) }

    func failure(_ code: Int32) -> SQLiteFailure {
        unsafe SQLiteFailure(code: code, path: path, message: String(cString: sqlite3_errmsg(handle)))
    }

    /// A `file:` URI: what would end or change the path in one is escaped.
    private static func immutableName(_ path: String) -> String {
        var name = "file:"
        for octet in path.utf8 {
            switch octet {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x80...:
                name += "%" + String(octet, radix: 16)
            default:
                name.unicodeScalars.append(Unicode.Scalar(octet))
            }
        }
        return name + "?immutable=1"
    }
}
