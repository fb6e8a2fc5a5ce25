package import FlowModel

/// Answers one request from blocks: the store hands over columns, this keeps what belongs to the answer.
///
/// A store that can read columns one by one goes by `steps`: each wants a few columns and leaves fewer rows, and only where
/// rows are left the columns of `telling` are read, for these rows alone if they are few. Who has whole batches calls
/// `consume`.
///
/// For parallel work give each thread its own execution of the same request and `merge` them at the end; the answer does
/// not depend on the order of blocks and merges.
package struct FlowExecution: Sendable {
    package static let defaultGroupLimit = 20_000_000
    /// Octets: a gibibyte.
    package static let defaultMemory = 1 << 30
    package let request: FlowRequest
    /// The stored fields whose columns the answer is made of; the store may leave all others empty.
    package let neededFields: Set<Field>
    /// True when a text is made of addresses: their columns must hold addresses then, not ids.
    package let readsAddresses: Bool
    /// Rows of the blocks so far, and those of them that passed time, witnesses and filter.
    package private(set) var rowsScanned = 0
    package private(set) var rowsMatched = 0
    private var matches = AddressMatches()
    /// What the answer is made of when the rows are known.
    private let shownFields: Set<Field>
    /// `end` is among these for the sake of the buckets alone.
    private let readsEndForBuckets: Bool

    private enum State: Sendable {
        case rows(NewestRows)
        case groups(GroupTable)
    }
    private var state: State

    /// - Parameters:
    ///   - groupLimit: groups of one execution.
    ///   - memory: octets of one execution.
    /// - Precondition: `request.faults` is empty; `RequestParser` sees to that.
    package init(
        _ request: FlowRequest, groupLimit: Int = FlowExecution.defaultGroupLimit, memory: Int = FlowExecution.defaultMemory
    ) {
        precondition(request.faults.isEmpty, "a request with faults was to be executed")
        self.request = request
        let limits = GroupLimits(groups: groupLimit, memory: memory)
        var shown: Set<Field> = []
        var made: [Field] = []
        switch request.kind {
        case .flows(let fields, let limit, let cursor):
            shown = (fields ?? Field.stored).reduce(into: Set([Field.end])) { $0.formUnion($1.columns) }
            state = .rows(NewestRows(limit: limit, cursor: cursor, columns: shown, memory: memory))
        case .aggregate(let by, let measures, let order, _, _):
            let values = Self.values(measures, by.contains(where: { .plain($0) == order }) ? nil : order)
            made = by + values.map(\.field)
            state = .groups(GroupTable(by: by, values: values, interval: 0, limits: limits))
        case .series(let interval, let by, let measures, _):
            let hasSum = measures.contains { if case .plain = $0 { true } else { false } }
            let values = Self.values(measures, hasSum ? nil : .records)
            made = by + values.map(\.field)
            shown.insert(.end)
            state = .groups(GroupTable(by: by, values: values, interval: interval, limits: limits))
        }
        for field in made { shown.formUnion(field.columns) }
        shownFields = shown
        if case .series = request.kind {
            readsEndForBuckets = !made.contains { $0.columns.contains(.end) }
        } else {
            readsEndForBuckets = false
        }
        readsAddresses = (made + request.filter.expression.fields).contains { field in
            AddressColumn(field) == nil && field.columns.contains { AddressColumn($0) != nil }
        }
        neededFields = shown.union(Self.decidingFields(request))
    }

    /// What must be kept: the measures, each once, and the order where it is none of them.
    private static func values(_ measures: [GroupValue], _ order: GroupValue?) -> [GroupValue] {
        var values: [GroupValue] = []
        for measure in measures where !values.contains(measure) { values.append(measure) }
        if let order, !values.contains(order) { values.append(order) }
        return values
    }

    private static func decidingFields(_ request: FlowRequest) -> Set<Field> {
        var fields = request.filter.fields
        if request.range != .always { fields.insert(.end) }
        if request.range.until != nil, request.overlap { fields.insert(.flowStart) }
        if !request.includeWitnesses { fields.insert(.counted) }
        return fields
    }

    /// Takes in one batch.
    ///
    /// - Parameter first: the locator of row 0; the rows of a batch count on from it. Only `flows` requests look at it.
    /// - Throws: `FlowQueryError` past the bound on groups, memory or buckets; the execution is of no use then.
    package mutating func consume(_ batch: FlowBatch, first: RowLocator = RowLocator()) throws(FlowQueryError) {
        let block = FlowBlock(batch, first: first)
        let rows = select(block, knowing: BlockFacts())
        try add(block, rows)
    }

    /// Takes in a block with all columns of `neededFields`.
    ///
    /// - Parameter ranges: rows that end in none of them are left out; they lie in the asked time.
    package mutating func consume(_ block: FlowBlock, within ranges: [TimeRange]) throws(FlowQueryError) {
        var facts = BlockFacts()
        facts.ranges = ranges
        let rows = select(block, knowing: facts)
        try add(block, rows)
    }

    /// Takes in what another execution of the same request has met.
    package mutating func merge(_ other: FlowExecution) throws(FlowQueryError) {
        switch (take(), other.state) {
        case (.rows(var newest), .rows(let others)):
            newest.merge(others)
            state = .rows(newest)
        case (.groups(var table), .groups(let others)):
            guard table.values == others.values, table.by == others.by else { throw .differentRequests }
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
        state = .rows(NewestRows(limit: 0, cursor: nil, columns: [], memory: .max))
        return taken
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
        case (.aggregate(_, let measures, let order, let descending, let limit), .groups(let table)):
            return table.aggregate(shown: measures, order: order, descending: descending, limit: limit)
        case (.series(let interval, _, let measures, let limit), .groups(let table)):
            return table.series(interval: interval, shown: measures, limit: limit)
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

// MARK: - Block by block

/// One test of rows, and the stored fields whose columns it reads.
package struct SelectionStep: Sendable {
    enum Kind: Sendable {
        case range, counted
        /// Rows that end in one of these times.
        case ranges([TimeRange])
        case filter(FilterPlan.Step)
        /// Of a `flows` request: rows that may still be among the first ones.
        case newest
    }
    let kind: Kind
    package let fields: Set<Field>
}

/// What is known of all rows of a block before its columns are read.
package struct BlockFacts: Sendable, Equatable {
    /// Every row lies in the asked time.
    package var isInRange = false
    /// Every row counts (`counted`).
    package var isCounted = false
    /// Every row passes the filter.
    package var isMatching = false
    /// Only rows that end in one of these times are wanted, all of which lie in the asked time.
    package var ranges: [TimeRange]?

    package init() {}
}

extension FlowExecution {
    /// The tests that decide which rows of a block belong to the answer, in the order in which they are made.
    package func steps(_ facts: BlockFacts) -> [SelectionStep] {
        var steps: [SelectionStep] = []
        if let ranges = facts.ranges {
            steps.append(SelectionStep(kind: .ranges(ranges), fields: [.end]))
        } else if !facts.isInRange, request.range != .always {
            var fields: Set<Field> = [.end]
            if request.range.until != nil, request.overlap { fields.insert(.flowStart) }
            steps.append(SelectionStep(kind: .range, fields: fields))
        }
        if !request.includeWitnesses, !facts.isCounted { steps.append(SelectionStep(kind: .counted, fields: [.counted])) }
        if !facts.isMatching {
            steps += request.filter.plan.steps.map { SelectionStep(kind: .filter($0), fields: $0.fields) }
        }
        if case .rows = state { steps.append(SelectionStep(kind: .newest, fields: [.end])) }
        return steps
    }

    /// The stored fields that `add` reads of the rows that were selected.
    ///
    /// - Parameter ends: bounds of `end` in the block, where they are known: in one bucket, nothing need tell which.
    package func telling(_ ends: ClosedRange<Int64>?) -> Set<Field> {
        guard readsEndForBuckets, let ends, isOneBucket(ends) else { return shownFields }
        return shownFields.subtracting([.end])
    }

    /// Counts the rows of a block of which any are looked at.
    package mutating func scan(_ rows: Int) { rowsScanned += rows }

    /// The rows that pass one test.
    ///
    /// - Parameter block: with the columns of the step's fields.
    package mutating func select(_ step: SelectionStep, _ block: FlowBlock, from selection: RowSelection) -> RowSelection {
        switch step.kind {
        case .range:
            return inRange(block.batch, selection)
        case .ranges(let ranges):
            let ends = block.batch.flowEndMilliseconds
            return selection.keeping { row in ranges.contains { $0.contains(end: ends[row]) } }
        case .counted:
            let counted = block.batch.counted
            return selection.keeping { counted[$0] }
        case .filter(let test):
            return request.filter.plan.select(test, block, from: selection, &matches)
        case .newest:
            rowsMatched += selection.count
            if case .rows(let newest) = state { return newest.candidates(block, selection) }
            return selection
        }
    }

    /// The rows of a block that belong to the answer, counted as scanned.
    private mutating func select(_ block: FlowBlock, knowing facts: BlockFacts) -> RowSelection {
        scan(block.batch.count)
        var selection = RowSelection.all(block.batch.count)
        for step in steps(facts) { selection = select(step, block, from: selection) }
        return selection
    }

    private func inRange(_ batch: FlowBatch, _ selection: RowSelection) -> RowSelection {
        let (since, until) = (request.range.since, request.range.until)
        guard since != nil || until != nil else { return selection }
        let ends = batch.flowEndMilliseconds
        let first = since ?? .min
        let last = until ?? .max
        if request.overlap {
            let alive = selection.keeping { ends[$0] >= first }
            if until == nil { return alive }
            let begins = batch.initialStartMilliseconds
            return alive.keeping { begins[$0] < last }
        }
        let isOpen = until == nil
        return selection.keeping { ends[$0] >= first && (isOpen || ends[$0] < last) }
    }

    /// Adds the rows of a block that belong to the answer.
    ///
    /// - Parameter block: with the columns of `telling` for these rows; it may hold nothing else (`places`).
    package mutating func add(_ block: FlowBlock, _ rows: RowSelection) throws(FlowQueryError) {
        if rows.count == 0 { return }
        if case .groups = state { rowsMatched += rows.count }
        // The state is taken out while it changes: in place, it would be copied.
        switch take() {
        case .rows(var newest):
            try newest.add(block, rows)
            state = .rows(newest)
        case .groups(var table):
            try table.add(block, rows)
            state = .groups(table)
        }
    }

    /// True when the answer can be told from the sums of whole blocks: there are no groups but buckets of time, and
    /// nothing but sums is asked.
    package var canUseSums: Bool {
        guard case .groups(let table) = state, table.by.isEmpty, !request.includeWitnesses else { return false }
        return table.values.allSatisfy { if case .plain = $0 { true } else { false } }
    }

    /// True when rows that end in these bounds are in one bucket.
    package func isOneBucket(_ bounds: ClosedRange<Int64>) -> Bool {
        guard case .series(let interval, _, _, _) = request.kind else { return true }
        return UTCTime.floorDivide(bounds.lowerBound, interval) == UTCTime.floorDivide(bounds.upperBound, interval)
    }

    /// Takes in a whole block by its sums: every row of it that counts belongs to the answer, and all are in one bucket.
    package mutating func add(rows: Int, counted: Int, end: Int64, sums: (Field) -> UInt64) throws(FlowQueryError) {
        rowsScanned += rows
        rowsMatched += counted
        guard counted > 0, case .groups(var table) = state else { return }
        _ = take()
        try table.add(end: end, sums: sums)
        state = .groups(table)
    }
}
