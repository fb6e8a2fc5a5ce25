package import FlowModel

/// Answers one request from batches: the store hands over blocks as columns, this keeps what belongs to the answer.
///
/// For parallel work give each thread its own execution of the same request and `merge` them at the end; the answer does
/// not depend on the order of batches and merges.
package struct FlowExecution: Sendable {
    package static let defaultGroupLimit = 2_000_000
    package let request: FlowRequest
    /// The stored fields whose columns `consume` reads; the store may leave all others empty.
    package let neededFields: Set<Field>
    /// Rows of the batches so far, and those of them that passed time, witnesses and filter.
    package private(set) var rowsScanned = 0
    package private(set) var rowsMatched = 0

    private enum State: Sendable {
        case rows(NewestRows)
        case groups(GroupTable)
    }
    private var state: State

    /// - Precondition: `request.faults` is empty; `RequestParser` sees to that.
    package init(_ request: FlowRequest, groupLimit: Int = FlowExecution.defaultGroupLimit) {
        precondition(request.faults.isEmpty, "a request with faults was to be executed")
        self.request = request
        var needed = request.filter.fields
        if request.range != .always { needed.insert(.end) }
        if request.range.until != nil, request.overlap { needed.insert(.flowStart) }
        if !request.includeWitnesses { needed.insert(.counted) }
        switch request.kind {
        case .flows(let fields, let limit, let cursor):
            let columns = (fields ?? Field.stored).reduce(into: Set([Field.end])) { $0.formUnion($1.columns) }
            needed.formUnion(columns)
            state = .rows(NewestRows(limit: limit, cursor: cursor, columns: columns))
        case .aggregate(let by, let measures, let order, _, _):
            let sums = Self.sums(measures, by.contains(order) ? nil : order)
            for field in by + sums { needed.formUnion(field.columns) }
            state = .groups(GroupTable(by: by, measures: sums, interval: 0, limit: groupLimit))
        case .series(let interval, let by, let measures, _):
            let sums = Self.sums(measures, nil)
            for field in by + sums { needed.formUnion(field.columns) }
            needed.insert(.end)
            state = .groups(GroupTable(by: by, measures: sums, interval: interval, limit: groupLimit))
        }
        neededFields = needed
    }

    /// What must be summed: the measures, each once, and the order where it is none of them.
    private static func sums(_ measures: [Field], _ order: Field?) -> [Field] {
        var sums: [Field] = []
        for measure in measures where !sums.contains(measure) { sums.append(measure) }
        if let order, !sums.contains(order) { sums.append(order) }
        return sums
    }

    /// Takes in one batch.
    ///
    /// - Parameter first: the locator of row 0; the rows of a batch count on from it. Only `flows` requests look at it.
    /// - Throws: `FlowQueryError` past the bound on groups or buckets; the execution is of no use then.
    package mutating func consume(_ batch: FlowBatch, first: RowLocator = RowLocator()) throws(FlowQueryError) {
        rowsScanned += batch.count
        let rows = select(batch)
        rowsMatched += rows.count
        if rows.isEmpty { return }
        // The state is taken out while it changes: in place, it would be copied.
        switch take() {
        case .rows(var newest):
            newest.add(batch, rows, first: first)
            state = .rows(newest)
        case .groups(var table):
            try table.add(batch, rows)
            state = .groups(table)
        }
    }

    /// Takes in what another execution of the same request has met.
    package mutating func merge(_ other: FlowExecution) throws(FlowQueryError) {
        switch (take(), other.state) {
        case (.rows(var newest), .rows(let others)):
            newest.merge(others)
            state = .rows(newest)
        case (.groups(var table), .groups(let others)):
            guard table.measures == others.measures, table.layout.parts.map(\.field) == others.layout.parts.map(\.field)
            else { throw .differentRequests }
            try table.merge(others)
            state = .groups(table)
        default:
            throw .differentRequests
        }
        rowsScanned += other.rowsScanned
        rowsMatched += other.rowsMatched
    }

    private mutating func take() -> State {
        let taken = state
        state = .rows(NewestRows(limit: 0, cursor: nil, columns: []))
        return taken
    }

    /// The rows of a batch that belong to the request.
    private func select(_ batch: FlowBatch) -> [Int32] {
        var selection = RowSelection.all(batch.count)
        let since = request.range.since
        let until = request.range.until
        if since != nil || until != nil {
            let ends = batch.flowEndMilliseconds
            let first = since ?? .min
            let last = until ?? .max
            if request.overlap {
                selection = selection.keeping { ends[$0] >= first }
                if until != nil {
                    let begins = batch.initialStartMilliseconds
                    selection = selection.keeping { begins[$0] < last }
                }
            } else {
                let isOpen = until == nil
                selection = selection.keeping { ends[$0] >= first && (isOpen || ends[$0] < last) }
            }
        }
        if !request.includeWitnesses {
            let counted = batch.counted
            selection = selection.keeping { counted[$0] }
        }
        return request.filter.plan.select(batch, from: selection).list
    }

    /// Records that end before this cannot be in the answer any more (`flows` only): the store may skip partitions and
    /// blocks whose largest `end` is smaller. nil while any record may still be.
    package var oldestKept: Int64? {
        if case .rows(let newest) = state { newest.oldestKept } else { nil }
    }

    /// The answer so far.
    package func finish() -> ResultTable {
        switch (request.kind, state) {
        case (.flows(let fields, _, _), .rows(let newest)):
            let shown = fields ?? Field.stored
            return ResultTable(columns: shown.map { .init($0) }, rows: newest.finish(shown).rows)
        case (.aggregate(let by, let measures, let order, let descending, let limit), .groups(let table)):
            return table.aggregate(by: by, measures: measures, order: order, descending: descending, limit: limit)
        case (.series(let interval, let by, let measures, let limit), .groups(let table)):
            return table.series(interval: interval, by: by, measures: measures, limit: limit)
        default:
            return ResultTable(columns: [])
        }
    }

    /// The records themselves, as a request that is `asRecords` wants them; nil for any other kind.
    package func finishRecords() -> FlowBatch? {
        if case .rows(let newest) = state { newest.records() } else { nil }
    }

    /// Where the next page begins (`flows` only); nil when there is none.
    package var nextCursor: FlowCursor? {
        if case .rows(let newest) = state { newest.finish([]).next } else { nil }
    }
}
