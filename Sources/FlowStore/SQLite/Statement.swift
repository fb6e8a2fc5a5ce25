import CSQLite

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
///
/// Text and octets are copied when they are bound and when they are read, so that no pointer leaves this file.
@safe final class Statement {
    private let database: Database
    private let handle: OpaquePointer
    /// SQLITE_TRANSIENT: SQLite takes its own copy before the call returns.
    private nonisolated(unsafe) static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Takes over `handle`, which belongs to `database`.
    @unsafe init(database: Database, handle: OpaquePointer) {
        self.database = database
        unsafe self.handle = handle
    }

    deinit { _ = unsafe sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64) { _ = unsafe sqlite3_bind_int64(handle, index, value) }
    func bind(_ index: Int32, real value: Double) { _ = unsafe sqlite3_bind_double(handle, index, value) }
    func bindNull(_ index: Int32) { _ = unsafe sqlite3_bind_null(handle, index) }

    /// SQLite has no unsigned 64-bit type: the bits are stored.
    func bind(_ index: Int32, bits value: UInt64) { bind(index, Int64(bitPattern: value)) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ text: String) {
        _ = unsafe sqlite3_bind_text(handle, index, text, Int32(truncatingIfNeeded: text.utf8.count), Self.copied)
    }

    func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ octets: [UInt8]) {
        guard !octets.isEmpty else {
            _ = unsafe sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        // The pointer is good for the call, and SQLite copies within it.
        unsafe octets.withUnsafeBytes {
            _ = unsafe sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.copied)
        }
    }

    /// One step. - Returns: whether there is a row.
    func step() throws(SQLiteFailure) -> Bool {
        let result = unsafe sqlite3_step(handle)
        switch result {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            _ = unsafe sqlite3_reset(handle)
            return false
        default:
            let failure = database.failure(result)
            _ = unsafe sqlite3_reset(handle)
            throw failure
        }
    }

    /// Runs a statement that gives no rows, to its end.
    func run() throws(SQLiteFailure) {
        while try step() {}
    }

    /// Ends a statement of which not all rows were read.
    func reset() { _ = unsafe sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }
    func bits(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }
    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }
    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }
    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }

    func text(_ column: Int32) -> String {
        // First the text, then its length, as for octets; a text may hold a NUL.
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func octets(_ column: Int32) -> [UInt8] {
        // First the pointer, then the length: the other order may convert the value twice. Both hold until the next
        // step or reset, and the copy is made here.
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(start: start, count: count))
            initialized = count
        }
    }
}
