import CSQLite
package import FlowModel
import FlowQuery
package import FlowStore

/// Plain SQL over the flows of a store: one connection in memory whose only table is `flow`, read-only and within a budget.
///
/// Used by one thread at a time.
package final class SQLSession {
    private let connection: SQLConnection
    private let table: FlowTable
    private let budget: SQLBudget
    private let gate = Gate()
    private let clock = SQLFunctions.Clock()
    private let now: @Sendable () -> Int64

    /// What the authorizer has last refused.
    private final class Gate {
        var refusal: String?
    }

    /// - Parameters:
    ///   - now: milliseconds since 1970 UTC, for `ts('-1h')`.
    ///   - isCancelled: asked every few steps, on the thread that runs a statement.
    package init(
        store: SQLiteFlowStore, limits: SQLLimits = SQLLimits(),
        now: @escaping @Sendable () -> Int64 = SQLiteFlowStore.wallClock,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SQLFault) {
        self.now = now
        budget = SQLBudget(limits, isCancelled: isCancelled)
        table = FlowTable(store: store, budget: budget)
        connection = try SQLConnection(path: ":memory:")
        // What is sorted and grouped stays in memory, where it is counted, and never lands in a file.
        try connection.execute("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
        try FlowTableModule.register(table, on: connection)
        try SQLFunctions.register(on: connection, clock: clock)
        for (limit, value) in [
            (SQLITE_LIMIT_LENGTH, SQLLimits.valueBytes), (SQLITE_LIMIT_SQL_LENGTH, SQLLimits.statementBytes),
            (SQLITE_LIMIT_EXPR_DEPTH, 200), (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
            (SQLITE_LIMIT_COMPOUND_SELECT, 100), (SQLITE_LIMIT_WORKER_THREADS, 0),
        ] { _ = unsafe sqlite3_limit(connection.handle, limit, value) }
        // To connect a virtual table SQLite reads its CREATE TABLE: while that may still be.
        _ = try connection.prepare("SELECT 1 FROM flow, json_each('[]'), json_tree('[]')")
        watch()
    }

    /// From here on every statement is asked about, and every few steps of it.
    ///
    /// Both objects live as long as this one, and the connection's end, before which SQLite may call, is this one's.
    private func watch() {
        let gate = unsafe Unmanaged.passUnretained(gate).toOpaque()
        _ = unsafe sqlite3_set_authorizer(connection.handle, { gate, action, first, second, _, _ in
            guard let gate = unsafe gate else { return SQLITE_DENY }
            let names = unsafe (first.map { unsafe String(cString: $0) }, second.map { unsafe String(cString: $0) })
            guard let refusal = SQLGuard.refusal(action: action, first: names.0, second: names.1) else { return SQLITE_OK }
            unsafe Unmanaged<Gate>.fromOpaque(gate).takeUnretainedValue().refusal = refusal
            return SQLITE_DENY
        }, gate)
        let budget = unsafe Unmanaged.passUnretained(budget).toOpaque()
        unsafe sqlite3_progress_handler(connection.handle, SQLLimits.steps, { budget in
            guard let budget = unsafe budget else { return 1 }
            return unsafe Unmanaged<SQLBudget>.fromOpaque(budget).takeUnretainedValue().mayGoOn() ? 0 : 1
        }, budget)
    }

    deinit {
        // A statement that somebody still holds keeps the connection open, and would ask objects that are gone.
        _ = unsafe sqlite3_set_authorizer(connection.handle, nil, nil)
        unsafe sqlite3_progress_handler(connection.handle, 0, nil, nil)
    }

    /// Begins one question. The statement is run as its rows are taken.
    ///
    /// - Throws: what is wrong with the text, with its place; or what it may not do.
    package func query(_ sql: String) throws(SQLFault) -> SQLRows {
        budget.begin()
        table.begin()
        clock.now = now()
        gate.refusal = nil
        if let zero = sql.firstIndex(of: "\0") {
            throw SQLFault(.wrong, "the text has a NUL", column: sql.distance(from: sql.startIndex, to: zero) + 1)
        }
        guard sql.utf8.count <= Int(SQLLimits.statementBytes) else {
            throw SQLFault(.wrong, "the text is longer than \(SQLLimits.statementBytes >> 20) MiB")
        }
        let statement: SQLStatement?
        let rest: Int
        do {
            (statement, rest) = try connection.prepare(sql)
        } catch {
            throw explained(error, in: sql)
        }
        guard let statement else {
            throw SQLFault(.wrong, "there is no SQL in the text; write SELECT src, sum(bytes) FROM flow GROUP BY src")
        }
        try refuseSecond(sql, from: rest)
        guard statement.isReadOnly else { throw SQLFault(.notAllowed, "this only reads flows: one SELECT") }
        return SQLRows(session: self, statement: statement)
    }

    /// What was read so far for the statement under way: how complete it is.
    package func completeness() throws(SQLFault) -> Completeness {
        do {
            return try table.store.completeness(of: table.account)
        } catch {
            throw SQLFault(error)
        }
    }

    /// What was read so far for the statement under way.
    package var account: ScanAccount { table.account }

    private func refuseSecond(_ sql: String, from rest: Int) throws(SQLFault) {
        let text = String(decoding: sql.utf8.dropFirst(rest), as: UTF8.self)
        // What cannot be read is something too.
        let isNothing: Bool
        do {
            isNothing = try connection.prepare(text).statement == nil
        } catch {
            isNothing = false
        }
        guard !isNothing else { return }
        let blanks = text.prefix { $0.isWhitespace }.count
        let before = String(decoding: sql.utf8.prefix(rest), as: UTF8.self).count
        throw SQLFault(.wrong, "one statement at a time: a second one begins here", column: before + blanks + 1)
    }

    /// A fault of SQLite's in our words, with its place.
    private func explained(_ fault: SQLFault, in sql: String) -> SQLFault {
        if let stop = budget.fault { return stop }
        let column = connection.faultOffset.map { offset in
            String(decoding: sql.utf8.prefix(offset), as: UTF8.self).count + 1
        }
        if let refusal = gate.refusal { return SQLFault(.notAllowed, refusal, column: column) }
        if let own = table.fault { return SQLFault(own.code, own.message, column: own.column ?? column) }
        return SQLFault(fault.code, SQLHint.message(fault.message), column: column)
    }

    /// One step of a statement of this connection.
    func step(_ statement: SQLStatement) throws(SQLFault) -> Bool {
        switch statement.step() {
        case .success(let isRow): return isRow
        case .failure(let failure):
            if let stop = budget.fault { throw stop }
            if let own = table.fault { throw own }
            let message = connection.message
            switch failure.code & 0xFF {
            case SQLITE_NOMEM: throw SQLFault(.memoryBudget, "there is not enough memory for the query; narrow it")
            case SQLITE_TOOBIG:
                throw SQLFault(
                    .failed, "a value is longer than \(SQLLimits.valueBytes >> 10) KiB: group_concat and the like hold no more")
            case SQLITE_ERROR: throw SQLFault(.failed, message)
            default: throw SQLFault(.failed, "\(message) (SQLite \(failure.code))")
            }
        }
    }
}

/// The rows of one question, as they are found.
package struct SQLRows: ~Copyable {
    private let session: SQLSession
    private let statement: SQLStatement

    init(session: SQLSession, statement: SQLStatement) {
        self.session = session
        self.statement = statement
    }

    /// The names of the columns, as SQL has them: two may have one name.
    package var columns: [String] { statement.columns }

    /// The next row; nil behind the last one.
    ///
    /// - Throws: why the statement came to no end.
    package func next() throws(SQLFault) -> [SQLValue]? {
        guard try session.step(statement) else { return nil }
        return statement.columns.indices.map { statement.value(Int32(truncatingIfNeeded: $0)) }
    }
}
