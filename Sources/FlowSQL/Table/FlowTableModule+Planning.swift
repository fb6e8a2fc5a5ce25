import CSQLite

extension FlowTableModule {
    /// `xBestIndex`: what of a statement's conditions the table takes, and what that costs.
    ///
    /// The structure is SQLite's, good for the call, with as many conditions as it says.
    @unsafe static func plan(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?, _ info: UnsafeMutablePointer<sqlite3_index_info>?
    ) -> Int32 {
        guard let info = unsafe info, let table = unsafe table else { return SQLITE_INTERNAL }
        guard let object = unsafe object(of: table) else { return SQLITE_INTERNAL }
        let offers = unsafe offers(info)
        do throws(SQLFault) {
            guard case .plan(let plan, let taken) = try object.plan(offers, used: unsafe info.pointee.colUsed) else {
                return SQLITE_CONSTRAINT
            }
            for (place, index) in taken.enumerated() {
                guard let usage = unsafe info.pointee.aConstraintUsage else { return SQLITE_INTERNAL }
                unsafe usage[index].argvIndex = Int32(place + 1)
                // What only this table knows, SQLite cannot look at again.
                unsafe usage[index].omit = plan.conditions[place].column == .filter || plan.conditions[place].column == .includeWitnesses ? 1 : 0
                if plan.conditions[place].operation == .oneOf { _ = unsafe sqlite3_vtab_in(info, Int32(index), 1) }
            }
            guard let text = unsafe textOwnedBySQLite(plan.text) else { return SQLITE_NOMEM }
            unsafe info.pointee.idxStr = text
            unsafe info.pointee.needToFreeIdxStr = 1
            let (cost, rows) = object.estimate(plan)
            unsafe info.pointee.estimatedCost = cost
            unsafe info.pointee.estimatedRows = rows
            return SQLITE_OK
        } catch {
            return unsafe fail(table, error)
        }
    }

    @unsafe private static func offers(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> [FlowTable.Offer] {
        guard let conditions = unsafe info.pointee.aConstraint else { return [] }
        return unsafe (0..<Int(info.pointee.nConstraint)).map { index in
            let condition = unsafe conditions[index]
            let place = Int(condition.iColumn)
            let column = FlowColumn.all.indices.contains(place) ? FlowColumn.all[place] : nil
            var offer = FlowTable.Offer(
                column: column, operation: operation(Int32(condition.op)), isUsable: condition.usable != 0)
            guard offer.operation != nil else { return offer }
            let mayBeList = unsafe sqlite3_vtab_in(info, Int32(index), -1)
            offer.isList = offer.operation == .equal && mayBeList != 0
            // Names of collations come in any case.
            offer.isBinary = unsafe sqlite3_vtab_collation(info, Int32(index))
                .map { unsafe String(cString: $0).uppercased() == "BINARY" } ?? true
            var value: OpaquePointer?
            // The value is SQLite's and good for the call.
            if unsafe sqlite3_vtab_rhs_value(info, Int32(index), &value) == SQLITE_OK, let value = unsafe value {
                offer.literal = unsafe SQLValue(value)
            }
            return offer
        }
    }

    private static func operation(_ code: Int32) -> FlowPlan.Operation? {
        switch code {
        case SQLITE_INDEX_CONSTRAINT_EQ: .equal
        case SQLITE_INDEX_CONSTRAINT_LT: .less
        case SQLITE_INDEX_CONSTRAINT_LE: .atMost
        case SQLITE_INDEX_CONSTRAINT_GT: .greater
        case SQLITE_INDEX_CONSTRAINT_GE: .atLeast
        case SQLITE_INDEX_CONSTRAINT_ISNULL: .isNull
        case SQLITE_INDEX_CONSTRAINT_ISNOTNULL: .isPresent
        case networkCondition: .inNetwork
        default: nil
        }
    }
}
