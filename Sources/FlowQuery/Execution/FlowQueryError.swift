/// Why a sound request could not be answered.
package enum FlowQueryError: Error, Sendable, Hashable {
    /// More groups than memory is set aside for.
    case tooManyGroups(limit: Int)
    /// A series over an open range met more buckets than a series may have.
    case tooManyBuckets(limit: Int)
    /// Two executions of different requests cannot be joined.
    case differentRequests
}

extension FlowQueryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooManyGroups(let limit):
            "the answer has more than \(limit) groups; narrow the filter or the time, or group by fewer fields"
        case .tooManyBuckets(let limit):
            "the series has more than \(limit) buckets; ask for a longer interval or a shorter time"
        case .differentRequests:
            "parts of different requests cannot be joined"
        }
    }
}
