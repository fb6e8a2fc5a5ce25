import CSQLite

/// One SQLite connection of this module: the end of its life closes it. Used by one thread at a time.
///
/// Statements hold their connection, so that they are finalised before it is closed.
@safe final class SQLConnection {
    let handle: OpaquePointer

    /// - Parameter path: `:memory:`, or a file that is made when it is not there.
    init(path: String) throws(SQLFault) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        // SQLite sets a handle also when it fails (for the message), and that one is closed here.
        let result = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let handle = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            _ = unsafe sqlite3_close_v2(opened)
            throw SQLFault(.failed, "\(path): cannot be opened (\(message))")
        }
        unsafe self.handle = handle
    }

    deinit { _ = unsafe sqlite3_close_v2(handle) }

    /// Runs statements that give no rows and need no values.
    func execute(_ sql: String) throws(SQLFault) {
        let result = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw SQLFault(.failed, message) }
    }

    /// The message of the last call that failed.
    var message: String { unsafe String(cString: sqlite3_errmsg(handle)) }

    /// Where in the text the last call found its fault, in octets from 0; nil where it is no one place.
    var faultOffset: Int? {
        let offset = unsafe sqlite3_error_offset(handle)
        return offset >= 0 ? Int(offset) : nil
    }

    /// Prepares the first statement of a text.
    ///
    /// - Returns: nil for a text of blanks and comments; `rest` is where the next statement begins, in octets.
    func prepare(_ sql: String) throws(SQLFault) -> (statement: SQLStatement?, rest: Int) {
        var prepared: OpaquePointer?
        var rest = 0
        let count = sql.utf8.count
        // The text lives for the length of the call, and the end that SQLite found lies in it.
        let result = unsafe sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let result = unsafe sqlite3_prepare_v3(handle, text, Int32(clamping: count), 0, &prepared, &tail)
            if let tail = unsafe tail { rest = unsafe tail - text }
            return result
        }
        guard result == SQLITE_OK else { throw SQLFault(result == SQLITE_ERROR ? .wrong : .failed, message) }
        guard let handle = unsafe prepared else { return (nil, rest) }
        return (unsafe SQLStatement(connection: self, handle: handle), rest)
    }
}
