import FlowModel
import FlowQuery
import FlowStore

/// The table `flow` of one connection: plans scans of the store and keeps the account of them.
///
/// Used by the thread that runs the connection's statement.
final class FlowTable {
    let store: SQLiteFlowStore
    let budget: SQLBudget
    /// About how many records the store held when the connection was made; for the planner's guesses.
    private let records: Int
    /// What the scans of the statement have asked for and left out.
    var account = ScanAccount()
    /// Why the last call failed, in our own words: SQLite carries the text alone.
    var fault: SQLFault?
    /// A number for each partition that rows were read of, so that a row has the same `rowid` in all scans.
    private var ordinals: [Int64: Int64] = [:]

    /// Rows that a partition may number in a `rowid`.
    private static let serialBits: Int64 = 40

    init(store: SQLiteFlowStore, budget: SQLBudget) {
        self.store = store
        self.budget = budget
        records = store.roughRecords()
    }

    func begin() {
        account = ScanAccount()
        fault = nil
    }

    // MARK: - Planning

    /// What SQLite asks when it plans: a condition of the statement, in its order.
    struct Offer {
        var column: FlowColumn?
        /// nil for what this table makes nothing of.
        var operation: FlowPlan.Operation?
        /// False where its value is not known before the rows of this table are read.
        var isUsable: Bool
        /// A list that may be had at once.
        var isList = false
        /// Texts are compared letter by letter.
        var isBinary = true
        /// The value where it stands in the statement.
        var literal: SQLValue?
    }

    enum Answer {
        /// `taken` says which conditions are handed over, in the order of the plan's.
        case plan(FlowPlan, taken: [Int])
        /// The statement may be right, but not so.
        case otherOrder
    }

    /// - Parameter used: bits of the columns that the statement looks at.
    func plan(_ offers: [Offer], used: UInt64) throws(SQLFault) -> Answer {
        var plan = FlowPlan()
        var taken: [Int] = []
        var told: Set<FlowColumn> = []
        for (index, offer) in offers.enumerated() {
            guard let column = offer.column else { continue }
            switch column {
            case .filter, .includeWitnesses:
                guard offer.operation == .equal, !offer.isList, offer.isUsable else { return .otherOrder }
                guard told.insert(column).inserted else {
                    throw SQLFault(.wrong, "'\(column.name)' is asked for twice; join filters with 'and' in one text")
                }
                plan.conditions.append(FlowPlan.Condition(column: column, operation: .equal))
                taken.append(index)
            case .field(let field):
                guard let operation = offer.operation else { continue }
                if let literal = offer.literal, let fault = FlowLiteral.fault(field, operation, literal) {
                    throw SQLFault(.wrong, fault)
                }
                guard offer.isUsable, offer.isBinary || field.sqlType != .text, FlowPlan.takes(field, operation) else { continue }
                plan.conditions.append(
                    FlowPlan.Condition(column: column, operation: offer.isList && operation == .equal ? .oneOf : operation))
                taken.append(index)
            }
        }
        for (index, column) in FlowColumn.all.enumerated() where used & FlowColumn.bit(index) != 0 {
            switch column {
            case .field(let field): plan.fields.append(field)
            // Nobody but this table can tell whether a row meets it. SQLite may ask for a part of the statement alone, so this
            // is no fault yet; where it finds no other way, there is no plan at all.
            case .filter, .includeWitnesses:
                guard told.contains(column) else { return .otherOrder }
            }
        }
        return .plan(plan, taken: taken)
    }

    func estimate(_ plan: FlowPlan) -> (cost: Double, rows: Int64) { plan.estimate(records: records) }

    // MARK: - Reading

    /// Begins a scan.
    ///
    /// - Parameter values: of each condition of the plan.
    /// - Returns: nil where no row can meet the conditions.
    func scan(_ plan: FlowPlan, _ values: [[SQLValue]]) throws(SQLFault) -> FlowScan? {
        var request = FlowScan.Request(fields: plan.fields)
        var tests: [FilterExpression] = []
        for (condition, values) in zip(plan.conditions, values) {
            switch condition.column {
            case .filter:
                guard case .text(let text)? = values.first else {
                    throw SQLFault(.wrong, "'filter' wants a text, such as filter = 'dst port 445'")
                }
                do {
                    request.filter = try FlowFilter(text)
                } catch {
                    throw SQLFault(.wrong, "the filter is wrong:\n\(error.caret(in: text))")
                }
            case .includeWitnesses:
                switch values.first {
                case .integer(0)?: request.includeWitnesses = false
                case .integer(1)?: request.includeWitnesses = true
                default: throw SQLFault(.wrong, "'include_witnesses' is 0 or 1")
                }
            case .field(let field):
                switch FlowCondition(field, condition.operation, values) {
                case .anything: continue
                case .nothing: return nil
                case .expression(let test):
                    tests.append(test)
                    if field == .end, case .test(_, .numbers(let set)) = test { request.range.narrow(to: set) }
                }
            }
        }
        if let since = request.range.since, let until = request.range.until, since >= until { return nil }
        if !tests.isEmpty {
            let all = request.filter.matchesAll ? tests : [request.filter.expression] + tests
            request.filter = FlowFilter(
                text: request.filter.text, expression: all.count == 1 ? all[0] : .and(all))
        }
        do {
            return try store.scan(request, limits: QueryLimits(time: budget.timeLeft), isCancelled: budget.isCancelled)
        } catch {
            throw SQLFault(error)
        }
    }

    /// - Throws: where there are more rows than numbers for them.
    func rowid(_ locator: RowLocator, row: Int32) throws(SQLFault) -> Int64 {
        let ordinal = ordinals[locator.partition] ?? Int64(ordinals.count)
        ordinals[locator.partition] = ordinal
        let serial = locator.row &+ Int64(row)
        guard (0..<(1 << Self.serialBits)).contains(serial), ordinal < 1 << (62 - Self.serialBits) else {
            throw SQLFault(.failed, "the flows of this time have no rowid: there are too many of them")
        }
        return ordinal << Self.serialBits | serial
    }
}

extension TimeRange {
    /// Takes away what lies before the first and after the last number of a set of codes of `end`.
    mutating func narrow(to set: NumberSet) {
        guard let first = set.ranges.first?.lowerBound, let last = set.ranges.last?.upperBound else { return }
        if first > 0 {
            let begin = FieldCode.milliseconds(time: first)
            since = max(since ?? begin, begin)
        }
        if last < .max {
            let end = FieldCode.milliseconds(time: last + 1)
            until = min(until ?? end, end)
        }
    }
}
