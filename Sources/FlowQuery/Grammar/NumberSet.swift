/// A set of whole numbers as sorted ranges that neither touch nor overlap.
package struct NumberSet: Sendable, Hashable {
    package let ranges: [ClosedRange<UInt64>]

    package init(_ unordered: [ClosedRange<UInt64>]) {
        var merged: [ClosedRange<UInt64>] = []
        merged.reserveCapacity(unordered.count)
        for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                if range.upperBound > last.upperBound {
                    merged[merged.count - 1] = last.lowerBound...range.upperBound
                }
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    package init(values: some Sequence<UInt64>) {
        self.init(values.map { $0...$0 })
    }

    package static let none = NumberSet([])

    package var isEmpty: Bool { ranges.isEmpty }

    /// - Complexity: O(log ranges).
    package func contains(_ value: UInt64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= value
    }

    /// True when some number of `range` is in the set.
    package func intersects(_ range: ClosedRange<UInt64>) -> Bool {
        ranges.contains { $0.overlaps(range) }
    }

    /// True when every number of `range` is in the set.
    package func covers(_ range: ClosedRange<UInt64>) -> Bool {
        ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }

    /// The part of the set that lies in `domain`.
    package func clamped(to domain: ClosedRange<UInt64>) -> NumberSet {
        NumberSet(ranges.compactMap { $0.overlaps(domain) ? $0.clamped(to: domain) : nil })
    }
}
