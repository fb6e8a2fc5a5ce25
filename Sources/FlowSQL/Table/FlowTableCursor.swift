import FlowModel
import FlowQuery
import FlowStore

/// One walk of SQLite's through the table: block by block, and in each row by row.
final class FlowTableCursor {
    let table: FlowTable
    private var scan: FlowScan?
    private var block = Block()
    /// Place in the block's rows; behind them at the end of all.
    private var place = 0
    /// The columns that were read, as bits of their places.
    private var held: UInt64 = 0
    /// What `filter` and `include_witnesses` show: what was asked for.
    private(set) var filter = ""
    private(set) var includesWitnesses = false
    /// The text of the last value that was one; kept so that not every one needs memory.
    private(set) var text: [UInt8] = []

    /// The block that the cursor is in. Never changed: what is read of it needs no copy, which of a batch with all its columns
    /// took more time than all the rest.
    private final class Block {
        let batch: FlowBatch
        let rows: [Int32]
        let first: RowLocator

        init() { (batch, rows, first) = (FlowBatch(), [], RowLocator()) }
        init(_ block: FlowScan.Block) { (batch, rows, first) = (block.batch, block.rows, block.first) }

        func value(_ field: Field, place: Int, text: inout [UInt8]) -> FlowSQLValue {
            batch.sqlValue(field, row: Int(rows[place]), text: &text)
        }
    }

    init(table: FlowTable) { self.table = table }

    deinit { finish() }

    var isAtEnd: Bool { place >= block.rows.count }

    func begin(_ plan: FlowPlan, _ values: [[SQLValue]]) throws(SQLFault) {
        finish()
        held = 0
        for (index, field) in FlowColumn.fields.enumerated() where plan.fields.contains(field) { held |= FlowColumn.bit(index) }
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
        block = Block()
        let next: FlowScan.Block?
        do {
            next = try scan?.next()
        } catch {
            // The scan knows what was left of the time; people know the whole.
            throw error.code == .timeBudget ? table.budget.timeFault : SQLFault(error)
        }
        guard let next else { return finish() }
        block = Block(next)
    }

    private func finish() {
        (block, place) = (Block(), 0)
        guard let done = scan else { return }
        scan = nil
        done.close()
        table.account.add(done)
    }

    /// The value of one field, by the place of its column, of the row that the cursor stands at; where it is a text, that is in
    /// `text`.
    func value(_ column: Int) throws(SQLFault) -> FlowSQLValue {
        let field = FlowColumn.fields[column]
        guard !isAtEnd else { return .null }
        guard held & FlowColumn.bit(column) != 0 else {
            throw SQLFault(.failed, "the column '\(field.rawValue)' was not planned for; this is a fault of Zonal's")
        }
        return block.value(field, place: place, text: &text)
    }

    func rowid() throws(SQLFault) -> Int64 {
        guard !isAtEnd else { return 0 }
        return try table.rowid(block.first, row: block.rows[place])
    }
}
