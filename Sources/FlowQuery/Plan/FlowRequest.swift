package import FlowModel

/// One question to a store: which records, and what of them.
package struct FlowRequest: Sendable {
    package enum Kind: Sendable, Equatable {
        /// Single records, newest `end` first. `fields` nil is every stored field.
        case flows(fields: [Field]?, limit: Int, cursor: FlowCursor?)
        /// Groups by equal values of `by` (none: one line of totals), the first `limit` in the order of one measure or
        /// one field of `by`.
        case aggregate(by: [Field], measures: [GroupValue], order: GroupValue, descending: Bool, limit: Int)
        /// Groups in buckets of `end`. Keeps the `limit` largest groups over the whole interval; the others are summed
        /// in one line a bucket whose `by` fields are all absent.
        case series(intervalMilliseconds: Int64, by: [Field], measures: [GroupValue], limit: Int)
    }

    package var filter: FlowFilter
    package var range: TimeRange
    /// Records that another agent's record already counts (`counted` false) are left out unless this is true.
    package var includeWitnesses: Bool
    /// Asks for all flows alive in the range, not for the records that end in it.
    package var overlap: Bool
    package var kind: Kind
    /// Of `flows`: the answer has the records themselves (`QueryAnswer.records`), whole, and no table.
    package var asRecords = false
    /// The answer's table is how the request was answered (`QueryPlan`), not its rows.
    package var explains = false

    package init(
        filter: FlowFilter = .all, range: TimeRange = .always, includeWitnesses: Bool = false, overlap: Bool = false,
        kind: Kind
    ) {
        self.filter = filter
        self.range = range
        self.includeWitnesses = includeWitnesses
        self.overlap = overlap
        self.kind = kind
    }
}
