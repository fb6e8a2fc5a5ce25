import FlowModel

/// Everything that is wrong with a request, all at once.
package struct RequestFaults: Error, Sendable, Hashable, CustomStringConvertible {
    /// Never empty.
    package let faults: [RequestFault]

    package init(_ faults: [RequestFault]) {
        self.faults = faults
    }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Builds a request from parameters as text: the HTTP API and the command line share it.
///
/// | parameter | meaning |
/// |---|---|
/// | `filter` | the filter language; empty or missing is every flow |
/// | `since`, `until` | a `TimePoint` each |
/// | `by` | fields with commas between, for aggregate and series |
/// | `fields` | columns of flows; measures of aggregate and series: sums, `distinct_dst`, `min_start`, `max_end`, `p95_duration` |
/// | `order` | aggregate: `bytes` and `-bytes` and `bytes:desc` largest first, `bytes:asc` smallest first |
/// | `limit` | rows of flows, groups of aggregate and series |
/// | `interval` | of series: a time span; a bare number counts seconds |
/// | `cursor` | of flows: where the page before ended |
/// | `witnesses`, `overlap`, `explain` | `true`, `false`, `1`, `0`, or empty for true |
package enum RequestParser {
    package enum Shape: String, Sendable, CaseIterable {
        case flows, aggregate, series
    }

    package static let commonParameters = ["filter", "since", "until", "fields", "limit", "witnesses", "overlap", "explain"]

    /// The parameters that an answer of the shape understands.
    package static func parameters(_ shape: Shape) -> [String] {
        switch shape {
        case .flows: commonParameters + ["order", "cursor"]
        case .aggregate: commonParameters + ["by", "order"]
        case .series: commonParameters + ["by", "interval"]
        }
    }

    /// - Parameters:
    ///   - now: milliseconds since 1970 UTC, for relative times.
    ///   - defaultSpan: milliseconds; a missing `since` is so long before `until`, or before now without it. nil leaves it open.
    ///   - ignoring: names of parameters that are the caller's own, such as `format`.
    package static func parse(
        _ parameters: [String: String], as shape: Shape, now: Int64, defaultSpan: Int64? = nil,
        ignoring: Set<String> = []
    ) throws(RequestFaults) -> FlowRequest {
        var reader = ParameterReader(parameters)
        reader.rejectUnknown(self.parameters(shape), ignoring: ignoring, shape: shape.rawValue)
        let filter = reader.filter()
        let range = reader.range(now: now, defaultSpan: defaultSpan)
        let witnesses = reader.flag("witnesses")
        let overlap = reader.flag("overlap")
        let kind: FlowRequest.Kind
        switch shape {
        case .flows:
            let limit = reader.limit(default: 1000)
            reader.checkFlowOrder()
            kind = .flows(fields: reader.fields("fields"), limit: limit, cursor: reader.cursor())
        case .aggregate:
            let limit = reader.limit(default: 10)
            let by = reader.fields("by") ?? []
            let measures = reader.groupValues() ?? GroupValue.standard
            let (order, descending) = reader.order()
            kind = .aggregate(by: by, measures: measures, order: order, descending: descending, limit: limit)
        case .series:
            let limit = reader.limit(default: 1000)
            let by = reader.fields("by") ?? []
            let measures = reader.groupValues() ?? GroupValue.standard
            let interval = reader.interval(default: defaultInterval(range, now: now))
            kind = .series(intervalMilliseconds: interval, by: by, measures: measures, limit: limit)
        }
        var request = FlowRequest(
            filter: filter, range: range, includeWitnesses: witnesses, overlap: overlap, kind: kind)
        request.explains = reader.flag("explain")
        // What could not be read was replaced by its default, so that nothing is reported twice.
        let faults = reader.faults + request.faults
        if !faults.isEmpty { throw RequestFaults(faults) }
        return request
    }

    /// The shortest of some round intervals that cuts the range into at most 120 buckets; an hour for an open range.
    package static func defaultInterval(_ range: TimeRange, now: Int64) -> Int64 {
        guard let since = range.since else { return 3_600_000 }
        let (span, overflow) = (range.until ?? max(now, since)).subtractingReportingOverflow(since)
        let seconds: [Int64] = [
            1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000,
        ]
        if overflow { return 2_592_000_000 * 100 }
        if let fitting = seconds.first(where: { span / ($0 * 1000) <= 120 }) { return fitting * 1000 }
        return max(2_592_000_000, span / 120)
    }
}
