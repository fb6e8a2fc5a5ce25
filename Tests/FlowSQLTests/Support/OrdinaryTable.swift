import CSQLite
import FlowModel
import FlowQuery
import FlowSQL
import FlowStore

/// A file as `zonal export --format sqlite` writes it, read with nothing but SQLite.
@safe final class OrdinaryTable {
    private let handle: OpaquePointer

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(path: String) throws {
        var opened: OpaquePointer?
        guard unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let opened = unsafe opened else {
            throw Failure(description: "\(path) cannot be opened")
        }
        unsafe handle = opened
    }

    deinit { _ = unsafe sqlite3_close_v2(handle) }

    func rows(_ sql: String) throws -> [[SQLValue]] {
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK else {
            throw Failure(description: unsafe "\(String(cString: sqlite3_errmsg(handle))): \(sql)")
        }
        let statement = unsafe prepared
        // Made by the call above, and ended once.
        defer { _ = unsafe sqlite3_finalize(statement) }
        var rows: [[SQLValue]] = []
        while true {
            let code = unsafe sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else {
                throw Failure(description: unsafe "\(String(cString: sqlite3_errmsg(handle))): \(sql)")
            }
            let count = unsafe sqlite3_column_count(statement)
            rows.append((0..<count).map { column in
                switch unsafe sqlite3_column_type(statement, column) {
                case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(statement, column))
                case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(statement, column))
                case SQLITE_NULL: .null
                // The text is SQLite's until the next step, and copied.
                default: .text(unsafe sqlite3_column_text(statement, column).map { unsafe String(cString: $0) } ?? "")
                }
            })
        }
    }

    /// Exports all records of a store, witnesses' too.
    static func export(_ store: SQLiteFlowStore, to path: String) throws -> OrdinaryTable {
        let file = try FlowTableFile(path: path)
        let scan = try store.scan(FlowScan.Request(includeWitnesses: true))
        while let block = try scan.next() { try file.append(block.matching(Field.stored)) }
        try file.finish()
        return try OrdinaryTable(path: path)
    }
}
