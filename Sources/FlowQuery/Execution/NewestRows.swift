import FlowModel

/// Keeps the first rows in the order of output (`end` newest first, then locator largest first) of all that it is shown.
struct NewestRows: Sendable {
    private struct Entry: Sendable {
        var end: Int64
        var locator: RowLocator
        /// Row of `kept`.
        var row: Int32

        func isBefore(_ other: Entry) -> Bool {
            end != other.end ? end > other.end : other.locator < locator
        }
    }
    /// One more than the answer has, so that we know whether there is a next page.
    private let wanted: Int
    private let cursor: FlowCursor?
    private let columns: Set<Field>
    /// Octets that the kept rows may take.
    private let memory: Int
    private var entries: [Entry] = []
    private var kept = FlowBatch()
    private var sortAt: Int
    /// Once `wanted` rows are kept: the `end` of the last of them.
    private(set) var oldestKept: Int64?

    /// - Parameter columns: the stored fields to keep, `end` among them.
    init(limit: Int, cursor: FlowCursor?, columns: Set<Field>, memory: Int) {
        self.memory = memory
        wanted = max(0, limit) + 1
        self.cursor = cursor
        self.columns = columns
        sortAt = wanted
    }

    /// The rows of a selection that may be in the answer: after the cursor, and not older than the last one kept.
    func candidates(_ block: FlowBlock, _ rows: RowSelection) -> RowSelection {
        let ends = block.batch.flowEndMilliseconds
        var rows = rows
        if let oldestKept { rows = rows.keeping { ends[$0] >= oldestKept } }
        if let cursor {
            rows = rows.keeping { cursor.isBefore(end: ends[$0], locator: block.locator(Int32(truncatingIfNeeded: $0))) }
        }
        return rows
    }

    mutating func add(_ block: FlowBlock, _ rows: RowSelection) throws(FlowQueryError) {
        let ends = block.batch.flowEndMilliseconds
        var candidates = candidates(block, rows).list
        if candidates.count > wanted {
            // Of one batch no more than `wanted` can stay. Locators rise with the row.
            let newest = TopSelection.first(wanted, of: candidates.count) { a, b in
                let (x, y) = (ends[Int(candidates[a])], ends[Int(candidates[b])])
                return x != y ? x > y : a > b
            }
            candidates = newest.map { candidates[$0] }
        }
        for row in candidates {
            entries.append(
                Entry(
                    end: ends[Int(row)], locator: block.locator(row),
                    row: Int32(truncatingIfNeeded: entries.count)))
        }
        kept.gather(block, rows: candidates, fields: columns)
        if entries.count >= sortAt { shorten() }
        // About: a value of the widest column, and an entry.
        guard entries.count * (columns.count * 8 + 48) <= memory else {
            throw .tooMuchMemory(limit: memory, groups: entries.count, advice: "ask for fewer rows or fields at a time")
        }
    }

    mutating func merge(_ other: NewestRows) {
        for entry in other.entries {
            var moved = entry
            moved.row += Int32(truncatingIfNeeded: kept.count)
            entries.append(moved)
        }
        kept.gather(FlowBlock(other.kept), rows: Array(0..<Int32(truncatingIfNeeded: other.kept.count)), fields: columns)
        if entries.count >= sortAt { shorten() }
    }

    private var sorted: [Entry] { Array(entries.sorted { $0.isBefore($1) }.prefix(wanted)) }

    /// Lets go of what cannot be in the answer any more.
    private mutating func shorten() {
        var best = sorted
        var fresh = FlowBatch()
        fresh.gather(FlowBlock(kept), rows: best.map(\.row), fields: columns)
        for index in best.indices { best[index].row = Int32(truncatingIfNeeded: index) }
        entries = best
        kept = fresh
        if best.count == wanted { oldestKept = best.last?.end }
        sortAt = wanted + max(4096, wanted / 4)
    }

    /// The records of the page in order.
    func records() -> FlowBatch {
        var records = FlowBatch()
        records.gather(FlowBlock(kept), rows: sorted.prefix(wanted - 1).map(\.row), fields: columns)
        return records
    }

    /// The rows in order, and where the next page begins.
    func finish(_ fields: [Field]) -> (rows: [[FieldValue]], next: FlowCursor?) {
        let best = sorted
        let page = best.prefix(wanted - 1)
        let rows = page.map { entry in fields.map { kept.value($0, row: Int(entry.row)) } }
        guard best.count == wanted, let last = page.last else { return (rows, nil) }
        return (rows, FlowCursor(end: last.end, locator: last.locator))
    }
}
