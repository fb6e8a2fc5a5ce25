import CSQLite

/// The calls of SQLite's for the table `flow` (sqlite.org/vtab.html), each a few lines around `FlowTable` and
/// `FlowTableCursor`.
///
/// Memory: SQLite frees nothing of ours. `xConnect` and `xOpen` make a structure that begins as SQLite wants it and holds
/// one reference to our object; `xDisconnect` and `xClose` let go of both. A text of a fault is SQLite's (`sqlite3_malloc64`).
enum FlowTableModule {
    /// What stands behind a `sqlite3_vtab *`: `base` comes first, so that both have one address.
    @unsafe private struct Table {
        var base = unsafe sqlite3_vtab()
        let table: Unmanaged<FlowTable>
    }

    @unsafe private struct Cursor {
        var base = unsafe sqlite3_vtab_cursor()
        let cursor: Unmanaged<FlowTableCursor>
    }

    /// Makes `flow` a table of the connection: one that is simply there, and that no `CREATE` can make again.
    static func register(_ table: FlowTable, on connection: SQLConnection) throws(SQLFault) {
        // SQLite lets go of this reference when the connection is closed, also when the call fails.
        let reference = unsafe Unmanaged.passRetained(table).toOpaque()
        let code = unsafe sqlite3_create_module_v2(connection.handle, "flow", module, reference) { reference in
            if let reference = unsafe reference { unsafe Unmanaged<FlowTable>.fromOpaque(reference).release() }
        }
        guard code == SQLITE_OK else { throw SQLFault(.failed, connection.message) }
    }

    /// Never written after it is made, and there for ever: every connection may have it.
    private nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
        // What makes a pointer to ours one to SQLite's, and back.
        precondition(unsafe MemoryLayout<Table>.offset(of: \.base) == 0 && MemoryLayout<Cursor>.offset(of: \.base) == 0)
        var module = sqlite3_module()
        module.iVersion = 1
        // No xCreate: the table is there without being made.
        unsafe module.xConnect = connect
        unsafe module.xBestIndex = { unsafe FlowTableModule.plan($0, $1) }
        unsafe module.xDisconnect = disconnect
        unsafe module.xOpen = open
        unsafe module.xClose = close
        unsafe module.xFilter = filter
        unsafe module.xNext = next
        unsafe module.xEof = isAtEnd
        unsafe module.xColumn = column
        unsafe module.xRowid = rowid
        unsafe module.xFindFunction = findFunction
        let memory = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        unsafe memory.initialize(to: module)
        return unsafe UnsafePointer(memory)
    }()

    // MARK: - Between SQLite's pointers and our objects

    /// `table` is one that `connect` made and `disconnect` has not seen.
    @unsafe static func object(of table: UnsafeMutablePointer<sqlite3_vtab>?) -> FlowTable? {
        guard let table = unsafe table else { return nil }
        return unsafe UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).pointee.table.takeUnretainedValue()
    }

    /// `cursor` is one that `open` made and `close` has not seen.
    @unsafe private static func object(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> FlowTableCursor? {
        guard let cursor = unsafe cursor else { return nil }
        return unsafe UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self).pointee.cursor.takeUnretainedValue()
    }

    /// Says what went wrong: to SQLite, which carries the text, and in our own words for the session.
    ///
    /// - Returns: SQLite's code for it.
    @unsafe static func fail(_ table: UnsafeMutablePointer<sqlite3_vtab>?, _ fault: SQLFault) -> Int32 {
        guard let table = unsafe table else { return SQLITE_ERROR }
        unsafe object(of: table)?.fault = fault
        // The text before it is SQLite's memory, and ours to free (sqlite.org/vtab.html#xconnect).
        unsafe sqlite3_free(table.pointee.zErrMsg)
        unsafe table.pointee.zErrMsg = textOwnedBySQLite(fault.message)
        return fault.code == .cancelled ? SQLITE_INTERRUPT : SQLITE_ERROR
    }

    /// Runs `body`, which may fail, with the objects of a cursor.
    @unsafe private static func run(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ body: (FlowTableCursor) throws(SQLFault) -> Void
    ) -> Int32 {
        guard let walk = unsafe object(cursor) else { return SQLITE_INTERNAL }
        do throws(SQLFault) {
            try body(walk)
            return SQLITE_OK
        } catch {
            // SQLite has set the table of a cursor that is open.
            return unsafe fail(cursor?.pointee.pVtab, error)
        }
    }

    // MARK: - The calls

    private static let connect:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<UnsafePointer<CChar>?>?,
            UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        ) -> Int32 = { database, reference, _, _, result, _ in
            guard let reference = unsafe reference, let result = unsafe result else { return SQLITE_INTERNAL }
            let code = unsafe sqlite3_declare_vtab(database, FlowColumn.declaration)
            guard code == SQLITE_OK else { return code }
            let table = unsafe Unmanaged<FlowTable>.fromOpaque(reference).takeUnretainedValue()
            let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
            unsafe memory.initialize(to: Table(table: Unmanaged.passRetained(table)))
            unsafe result.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab.self)
            return SQLITE_OK
        }

    private static let disconnect: @convention(c) (UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 = { table in
        guard let table = unsafe table else { return SQLITE_OK }
        unsafe sqlite3_free(table.pointee.zErrMsg)
        // SQLite does not use the table after this call.
        let memory = unsafe UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self)
        unsafe memory.pointee.table.release()
        unsafe memory.deinitialize(count: 1)
        unsafe memory.deallocate()
        return SQLITE_OK
    }

    private static let open:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vtab>?, UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
        ) -> Int32 = { table, result in
            guard let object = unsafe object(of: table), let result = unsafe result else { return SQLITE_INTERNAL }
            let memory = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            unsafe memory.initialize(to: Cursor(cursor: Unmanaged.passRetained(FlowTableCursor(table: object))))
            unsafe result.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }

    private static let close: @convention(c) (UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 = { cursor in
        guard let cursor = unsafe cursor else { return SQLITE_OK }
        // SQLite does not use the cursor after this call.
        let memory = unsafe UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self)
        unsafe memory.pointee.cursor.release()
        unsafe memory.deinitialize(count: 1)
        unsafe memory.deallocate()
        return SQLITE_OK
    }

    /// The plan's text was written by `plan(_:_:)`; each of its conditions has one argument.
    private static let filter:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vtab_cursor>?, Int32, UnsafePointer<CChar>?, Int32,
            UnsafeMutablePointer<OpaquePointer?>?
        ) -> Int32 = { cursor, _, text, count, arguments in
            guard let text = unsafe text, let plan = unsafe FlowPlan(text: String(cString: text)),
                plan.conditions.count == Int(count)
            else { return SQLITE_INTERNAL }
            var values: [[SQLValue]] = []
            for index in 0..<Int(count) {
                // As many as SQLite says there are, good for this call.
                guard let argument = unsafe arguments?[index] else { return SQLITE_INTERNAL }
                if plan.conditions[index].operation == .oneOf {
                    values.append(unsafe list(argument))
                } else {
                    values.append([unsafe SQLValue(argument)])
                }
            }
            return unsafe run(cursor) { walk throws(SQLFault) in try walk.begin(plan, values) }
        }

    /// The values of a list that SQLite hands over at once (sqlite.org/c3ref/vtab_in_first.html).
    @unsafe private static func list(_ argument: OpaquePointer) -> [SQLValue] {
        var values: [SQLValue] = []
        var value: OpaquePointer?
        var code = unsafe sqlite3_vtab_in_first(argument, &value)
        while code == SQLITE_OK, let found = unsafe value {
            values.append(unsafe SQLValue(found))
            code = unsafe sqlite3_vtab_in_next(argument, &value)
        }
        return values
    }

    private static let next: @convention(c) (UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 = { cursor in
        unsafe run(cursor) { walk throws(SQLFault) in try walk.advance() }
    }

    private static let isAtEnd: @convention(c) (UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 = { cursor in
        unsafe object(cursor)?.isAtEnd == false ? 0 : 1
    }

    private static let column:
        @convention(c) (UnsafeMutablePointer<sqlite3_vtab_cursor>?, OpaquePointer?, Int32) -> Int32 = { cursor, context, index in
            unsafe run(cursor) { walk throws(SQLFault) in try unsafe FlowColumnResult.give(walk, Int(index), to: context) }
        }

    private static let rowid:
        @convention(c) (UnsafeMutablePointer<sqlite3_vtab_cursor>?, UnsafeMutablePointer<sqlite3_int64>?) -> Int32 = { cursor, result in
            unsafe run(cursor) { walk throws(SQLFault) in
                let number = try walk.rowid()
                unsafe result?.pointee = number
            }
        }

    /// `net(src, '10.0.0.0/8')` with a column of ours becomes a condition that `plan(_:_:)` is offered.
    private static let findFunction:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vtab>?, Int32, UnsafePointer<CChar>?,
            UnsafeMutablePointer<(@convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void)?>?,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32 = { _, count, name, function, _ in
            guard count == 2, let name = unsafe name, let function = unsafe function,
                unsafe String(cString: name).lowercased() == "net"
            else { return 0 }
            unsafe function.pointee = SQLFunctions.net
            return networkCondition
        }

    /// SQLITE_INDEX_CONSTRAINT_FUNCTION, the first number that is free for such conditions.
    static let networkCondition: Int32 = 150
}
