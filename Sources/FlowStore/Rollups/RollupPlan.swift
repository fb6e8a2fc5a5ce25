import FlowModel
import FlowQuery

/// What of a request rollups can answer exactly: sums of counted records, of whole buckets of time, by fields that the
/// rows of rollups still have.
struct RollupPlan: Sendable {
    /// The kinds that have all that is asked about, the one with fewer rows first. Never empty.
    let kinds: [RollupKind]
    private let range: TimeRange
    /// Flows answer sooner where they are still held: few addresses are looked for, whose blocks their sets tell, or all is
    /// asked for at once, which the sums of blocks tell.
    let prefersFlows: Bool

    /// So many addresses are few: those of a /20.
    private static let fewAddresses = 4096.0

    /// nil for a request that wants more than rollups have.
    init?(_ request: FlowRequest) {
        guard !request.includeWitnesses, !request.overlap else { return nil }
        var fields = request.filter.testedFields
        var interval: Int64 = 0
        let values: [GroupValue]
        switch request.kind {
        case .flows:
            return nil
        case .aggregate(let by, let measures, let order, _, _):
            fields.formUnion(by)
            // An order by a field of `by` is no sum.
            let isKey = by.contains { .plain($0) == order }
            values = isKey ? measures : measures + [order]
        case .series(let milliseconds, let by, let measures, _):
            fields.formUnion(by)
            interval = milliseconds
            values = measures
        }
        for value in values {
            switch value {
            case .plain(let field):
                guard FlowRequest.sums.contains(field) else { return nil }
            case .distinct(let field), .least(let field), .greatest(let field):
                // A row of rollups has each value that some of its records have, and no other.
                fields.insert(field)
            case .percentile:
                return nil
            }
        }
        range = request.range
        if let required = request.filter.requiredAddresses {
            let count = required.reduce(0.0) { sum, network in
                var size = 1.0
                for _ in network.length..<network.address.bitWidth { size *= 2 }
                return sum + size
            }
            prefersFlows = count <= Self.fewAddresses
        } else if case .aggregate(let by, _, _, _, _) = request.kind {
            prefersFlows = by.isEmpty && request.filter.matchesAll
                && values.allSatisfy { if case .plain = $0 { true } else { false } }
        } else {
            prefersFlows = false
        }
        let whole = Self.whole
        let wanted = fields
        let asked = request.range
        kinds = RollupKind.allCases.filter { kind in
            wanted.isSubset(of: kind.keys) && interval % kind.bucketMilliseconds == 0 && whole(asked, kind) != nil
        }
        if kinds.isEmpty { return nil }
    }

    /// The buckets that lie in the asked time wholly: what is taken from rollups.
    func whole(_ kind: RollupKind) -> TimeRange { Self.whole(range, kind) ?? TimeRange(since: 0, until: 0) }

    /// The ends of the asked time that are part of a bucket: what is always taken from flows.
    func ragged(_ kind: RollupKind) -> [TimeRange] {
        let whole = whole(kind)
        var ends: [TimeRange] = []
        if let since = range.since, let first = whole.since, since < first { ends.append(TimeRange(since: since, until: first)) }
        if let until = range.until, let last = whole.until, last < until { ends.append(TimeRange(since: last, until: until)) }
        return ends
    }

    /// nil where the asked time has no whole bucket.
    private static func whole(_ range: TimeRange, _ kind: RollupKind) -> TimeRange? {
        let span = kind.bucketMilliseconds
        var whole = TimeRange()
        if let since = range.since {
            let bucket = kind.bucket(since)
            let (begin, overflow) = bucket.multipliedReportingOverflow(by: span)
            if overflow { return nil }
            let (next, isPast) = begin.addingReportingOverflow(begin == since ? 0 : span)
            if isPast { return nil }
            whole.since = next
        }
        if let until = range.until {
            let (begin, overflow) = kind.bucket(until).multipliedReportingOverflow(by: span)
            if overflow { return nil }
            whole.until = begin
        }
        if let since = whole.since, let until = whole.until, since >= until { return nil }
        return whole
    }
}
