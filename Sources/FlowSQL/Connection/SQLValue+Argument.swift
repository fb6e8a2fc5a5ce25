import CSQLite

extension SQLValue {
    /// Copies a value that SQLite hands to one of our functions or to our table.
    ///
    /// `value` is good for the call that it is an argument of.
    @unsafe init(_ value: OpaquePointer?) {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(unsafe sqlite3_value_double(value))
        case SQLITE_TEXT:
            // First the text, then its length: the other order may convert the value twice.
            guard let start = unsafe sqlite3_value_text(value) else {
                self = .text("")
                return
            }
            let count = Int(unsafe sqlite3_value_bytes(value))
            self = unsafe .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let start = unsafe sqlite3_value_blob(value) else {
                self = .octets([])
                return
            }
            let count = Int(unsafe sqlite3_value_bytes(value))
            self = unsafe .octets([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: self = .null
        }
    }
}

/// A text in memory of SQLite's, which frees it; nil without memory.
@unsafe func textOwnedBySQLite(_ text: String) -> UnsafeMutablePointer<CChar>? {
    // A NUL would end it.
    let octets = text.utf8.filter { $0 != 0 }
    guard let memory = unsafe sqlite3_malloc64(UInt64(octets.count + 1)) else { return nil }
    let start = unsafe memory.bindMemory(to: CChar.self, capacity: octets.count + 1)
    // As many as were asked for, and the end.
    for (index, octet) in octets.enumerated() { unsafe start[index] = CChar(bitPattern: octet) }
    unsafe start[octets.count] = 0
    return unsafe start
}

/// Gives a text as the result of a function or column; SQLite copies it within the call.
@unsafe func result(_ context: OpaquePointer?, text octets: [UInt8]) {
    unsafe octets.withUnsafeBufferPointer { octets in
        unsafe octets.withMemoryRebound(to: CChar.self) { text in
            unsafe sqlite3_result_text64(
                context, text.baseAddress ?? emptyText, UInt64(text.count), copiedBySQLite, UInt8(SQLITE_UTF8))
        }
    }
}
