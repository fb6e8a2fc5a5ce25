/// The asked interval, milliseconds since 1970 UTC: `since` ≤ `end` < `until`. nil is open.
package struct TimeRange: Sendable, Hashable {
    package var since: Int64?
    package var until: Int64?

    package init(since: Int64? = nil, until: Int64? = nil) {
        self.since = since
        self.until = until
    }

    package static let always = TimeRange()

    /// The same with a beginning: where it has none, so long before its end, or before now where it has no end either.
    ///
    /// - Parameters:
    ///   - span: milliseconds, at least 1; nil leaves the beginning open.
    ///   - now: milliseconds since 1970 UTC.
    package func beginning(span: Int64?, now: Int64) -> TimeRange {
        guard since == nil, let span else { return self }
        let (since, overflow) = (until ?? now).subtractingReportingOverflow(span)
        return TimeRange(since: overflow ? nil : since, until: until)
    }

    /// True when a record that ends then belongs to the interval.
    package func contains(end: Int64) -> Bool {
        (since.map { $0 <= end } ?? true) && (until.map { end < $0 } ?? true)
    }

    /// True when a flow that lived from `flowStart` to `end` was alive in the interval (`--overlap`).
    package func overlaps(flowStart: Int64, end: Int64) -> Bool {
        (until.map { flowStart < $0 } ?? true) && (since.map { end >= $0 } ?? true)
    }
}
