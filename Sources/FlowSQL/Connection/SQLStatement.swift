import CSQLite

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
///
/// Text and octets are copied when they are bound and when they are read, so that no pointer leaves this file.
@safe final class SQLStatement {
    let connection: SQLConnection
    private let handle: OpaquePointer
    let columns: [String]

    /// Takes over `handle`, which belongs to `connection`.
    @unsafe init(connection: SQLConnection, handle: OpaquePointer) {
        self.connection = connection
        unsafe self.handle = handle
        // The names are SQLite's, good until the next step, and copied here.
        let count = unsafe sqlite3_column_count(handle)
        columns = (0..<count).map { column in
            unsafe sqlite3_column_name(handle, column).map { unsafe String(cString: $0) } ?? ""
        }
    }

    deinit { _ = unsafe sqlite3_finalize(handle) }

    /// False for a statement that would change the database.
    var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }

    func bind(_ index: Int32, _ value: Int64) { _ = unsafe sqlite3_bind_int64(handle, index, value) }
    func bind(_ index: Int32, real value: Double) { _ = unsafe sqlite3_bind_double(handle, index, value) }
    func bindNull(_ index: Int32) { _ = unsafe sqlite3_bind_null(handle, index) }

    func bind(_ index: Int32, text octets: [UInt8]) {
        // The octets are good for the call, and SQLite copies within it.
        unsafe octets.withUnsafeBufferPointer { octets in
            unsafe octets.withMemoryRebound(to: CChar.self) { text in
                _ = unsafe sqlite3_bind_text64(
                    handle, index, text.baseAddress ?? emptyText, UInt64(text.count), copiedBySQLite, UInt8(SQLITE_UTF8))
            }
        }
    }

    /// One step. - Returns: whether there is a row, or SQLite's code of what went wrong.
    func step() -> Result<Bool, StepFailure> {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: .success(true)
        case SQLITE_DONE: .success(false)
        case let code: .failure(StepFailure(code: code))
        }
    }

    /// Runs a statement that gives no rows to its end, and makes it ready for the next values.
    func run() throws(SQLFault) {
        let result = unsafe sqlite3_step(handle)
        let message = connection.message
        _ = unsafe sqlite3_reset(handle)
        guard result == SQLITE_DONE || result == SQLITE_ROW else { throw SQLFault(.failed, message) }
    }

    struct StepFailure: Error {
        /// The extended result code.
        let code: Int32
    }

    func value(_ column: Int32) -> SQLValue {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(handle, column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .octets(octets(column))
        default: .null
        }
    }

    private func text(_ column: Int32) -> String {
        // First the text, then its length: the other order may convert the value twice. Both hold until the next step.
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func octets(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// SQLITE_TRANSIENT: SQLite takes its own copy before the call returns.
nonisolated(unsafe) let copiedBySQLite = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// A text without letters, for where a list of octets has no address. Never written, and there for ever.
nonisolated(unsafe) let emptyText: UnsafePointer<CChar> = {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    unsafe text.initialize(to: 0)
    return unsafe UnsafePointer(text)
}()
