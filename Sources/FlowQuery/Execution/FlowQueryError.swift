/// Why a sound request could not be answered.
package enum FlowQueryError: Error, Sendable, Hashable {
    /// More groups than are allowed. `advice`: what would fit, or empty.
    case tooManyGroups(limit: Int, advice: String)
    /// More memory than is set aside (octets), with so many groups.
    case tooMuchMemory(limit: Int, groups: Int, advice: String)
    /// A series over an open range met more buckets than a series may have.
    case tooManyBuckets(limit: Int)
    /// Two executions of different requests cannot be joined.
    case differentRequests
}

extension FlowQueryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooManyGroups(let limit, let advice):
            "the answer has more than \(limit) groups; narrow the filter or the time, or group by fewer fields"
                + Self.appended(advice)
        case .tooMuchMemory(let limit, let groups, let advice):
            "the answer needs more than its memory of \(limit >> 20) MiB (\(groups) groups fit); "
                + "narrow the filter or the time, group by fewer fields, or ask for fewer distinct counts and percentiles"
                + Self.appended(advice)
        case .tooManyBuckets(let limit):
            "the series has more than \(limit) buckets; ask for a longer interval or a shorter time"
        case .differentRequests:
            "parts of different requests cannot be joined"
        }
    }

    private static func appended(_ advice: String) -> String { advice.isEmpty ? "" : ": \(advice)" }
}
