package import FlowModel

/// What an answer says of a group beside its key, and what groups are ordered by.
///
/// Written as `bytes`, `distinct_dst`, `min_start`, `max_end`, `p95_duration`; the same names head the columns.
package enum GroupValue: Hashable, Sendable {
    /// The sum of a measure (`FlowRequest.sums`); as an order also a field of `by`.
    case plain(Field)
    /// How many different values a field has in the group, exactly; absent values are none.
    case distinct(Field)
    /// The smallest and the largest value of a field; absent where no record of the group has one.
    case least(Field)
    case greatest(Field)
    /// The smallest value that at least so many percent of the group's present values do not exceed (nearest rank).
    case percentile(Int, Field)

    /// The six that an aggregate, series or top names when it names none.
    package static let standard: [GroupValue] = Field.measures.map(GroupValue.plain)

    package static let records = GroupValue.plain(.records)
    package static let flows = GroupValue.plain(.flows)
    package static let packets = GroupValue.plain(.packets)
    package static let bytes = GroupValue.plain(.bytes)
    package static let revPackets = GroupValue.plain(.revPackets)
    package static let revBytes = GroupValue.plain(.revBytes)
    package static let totalBytes = GroupValue.plain(.totalBytes)
    package static let totalPackets = GroupValue.plain(.totalPackets)

    package var field: Field {
        switch self {
        case .plain(let field), .distinct(let field), .least(let field), .greatest(let field), .percentile(_, let field): field
        }
    }

    package var name: String {
        switch self {
        case .plain(let field): field.rawValue
        case .distinct(let field): "distinct_\(field.rawValue)"
        case .least(let field): "min_\(field.rawValue)"
        case .greatest(let field): "max_\(field.rawValue)"
        case .percentile(let percent, let field): "p\(percent)_\(field.rawValue)"
        }
    }

    /// How a value of the column is read and printed.
    package var kind: Field.Kind {
        if case .distinct = self { .count } else { field.kind }
    }

    /// Reads a name in any case: a field's, or `distinct_`, `min_`, `max_`, `p1_` … `p99_` and a field's.
    package init?(name: String) {
        let lower = name.lowercased()
        if let field = Field(name: lower) {
            self = .plain(field)
            return
        }
        guard let mark = lower.firstIndex(of: "_"), let field = Field(name: String(lower[lower.index(after: mark)...])) else {
            return nil
        }
        switch lower[..<mark] {
        case "distinct": self = .distinct(field)
        case "min": self = .least(field)
        case "max": self = .greatest(field)
        case let word:
            guard word.first == "p", let percent = Int(word.dropFirst()), (1...99).contains(percent),
                word.dropFirst() == "\(percent)"
            else { return nil }
            self = .percentile(percent, field)
        }
    }
}

extension GroupValue {
    /// Of which fields the values of a kind can be told; nil where there is nothing wrong with this one.
    var fault: String? {
        switch self {
        case .plain(let field):
            let sums = FlowRequest.sums.map(\.rawValue).joined(separator: ", ")
            return FlowRequest.sums.contains(field)
                ? nil : "'\(field.rawValue)' cannot be summed over groups; there are \(sums), and distinct_, min_, max_ or p95_ before a field"
        case .distinct(let field):
            return field.isGroupOnly ? "'\(field.rawValue)' is a number of groups, not a field of records" : nil
        case .least(let field), .greatest(let field):
            return field.isOrdered ? nil : "'\(field.rawValue)' has no smallest or largest value that would say anything"
        case .percentile(_, let field):
            return field.isOrdered && field.kind != .timestamp && field.kind != .port
                ? nil : "there are percentiles of counts and of spans of time (\(Self.example)), not of '\(field.rawValue)'"
        }
    }

    private static let example = "p50_duration, p95_rtt, p99_bytes"
}

extension Field {
    /// True when one value is smaller than another in a way that means something.
    var isOrdered: Bool {
        if isGroupOnly || FieldCode.domain(self) == nil { return false }
        switch kind {
        case .timestamp, .milliseconds, .microseconds, .port, .count, .number: return true
        default: return false
        }
    }
}
