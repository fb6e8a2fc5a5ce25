import CSQLite

/// What SQLite answered, before the store says what it means for its caller.
struct SQLiteFailure: Error, Sendable {
    /// The extended result code.
    let code: Int32
    let path: String
    let message: String

    private var primary: Int32 { code & 0xFF }

    /// The file is no database, or one of its pages cannot be right.
    var isDamage: Bool { primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB }
    var isFull: Bool { primary == SQLITE_FULL }
    var cannotOpen: Bool { primary == SQLITE_CANTOPEN }
    /// The system could not read: SQLITE_IOERR_READ, _SHORT_READ, _FSTAT and _CORRUPTFS, macros that Swift does not import.
    var cannotRead: Bool { primary == SQLITE_IOERR && [1, 2, 7, 33].contains(code >> 8) }
    var isNotWritable: Bool { primary == SQLITE_READONLY || primary == SQLITE_PERM }
    var isBusy: Bool { primary == SQLITE_BUSY || primary == SQLITE_LOCKED }
}
