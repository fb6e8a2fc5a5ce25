import FlowModel
import FlowQuery
import FlowStore

/// One walk of SQLite's through the table: block by block, and in each row by row.
final class FlowTableCursor {
    let table: FlowTable
    private var scan: FlowScan?
    // The block that the cursor is in, part by part: an optional of all of it would be copied for each value.
    private var batch = FlowBatch()
    private var rows: [Int32] = []
    private var first = RowLocator()
    /// Place in `rows`; behind them at the end of all.
    private var place = 0
    private var fields: Set<Field> = []
    /// What `filter` and `include_witnesses` show: what was asked for.
    private(set) var filter = ""
    private(set) var includesWitnesses = false
    /// The text of the last value that was one; kept so that not every one needs memory.
    private(set) var text: [UInt8] = []

    init(table: FlowTable) { self.table = table }

    deinit { finish() }

    var isAtEnd: Bool { place >= rows.count }

    func begin(_ plan: FlowPlan, _ values: [[SQLValue]]) throws(SQLFault) {
        finish()
        fields = Set(plan.fields)
        filter = ""
        for (condition, values) in zip(plan.conditions, values) where condition.column == .filter {
            if case .text(let text)? = values.first { filter = text }
        }
        scan = try table.scan(plan, values)
        includesWitnesses = scan?.request.includeWitnesses ?? false
        try advanceBlock()
    }

    func advance() throws(SQLFault) {
        place += 1
        if isAtEnd { try advanceBlock() }
    }

    private func advanceBlock() throws(SQLFault) {
        place = 0
        rows = []
        let next: FlowScan.Block?
        do {
            next = try scan?.next()
        } catch {
            // The scan knows what was left of the time; people know the whole.
            throw error.code == .timeBudget ? table.budget.timeFault : SQLFault(error)
        }
        guard let next else { return finish() }
        (batch, rows, first) = (next.batch, next.rows, next.first)
    }

    private func finish() {
        (batch, rows, place) = (FlowBatch(), [], 0)
        guard let done = scan else { return }
        scan = nil
        done.close()
        table.account.add(done)
    }

    /// The value of one field of the row that the cursor stands at; where it is a text, that is in `text`.
    func value(_ field: Field) throws(SQLFault) -> FlowSQLValue {
        guard place < rows.count else { return .null }
        guard fields.contains(field) else {
            throw SQLFault(.failed, "the column '\(field.rawValue)' was not planned for; this is a fault of Zonal's")
        }
        return batch.sqlValue(field, row: Int(rows[place]), text: &text)
    }

    func rowid() throws(SQLFault) -> Int64 {
        guard place < rows.count else { return 0 }
        return try table.rowid(first, row: rows[place])
    }
}
