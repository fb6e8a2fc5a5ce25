/// The distinct targets that one key failed to reach, each with the time of its latest failure.
///
/// Exact up to a small limit; at that limit it becomes wide, if it may, and is exact up to a large one. Past its limit
/// it is saturated: a narrow set goes on with the latest targets, a wide one with those that it has.
struct TargetSet: Sendable {
    struct Limits: Sendable {
        var narrow: Int
        var wide: Int
        /// Failures older than the newest one by this much are forgotten.
        var memoryMilliseconds: Int64
    }
    /// The most targets in one window, and the times of the first and last of them.
    struct Densest: Sendable, Equatable {
        var count: Int
        var first: Int64
        var last: Int64
    }
    private struct Entry: Sendable {
        var target: UInt64
        var milliseconds: Int64
    }

    private var narrow: [Entry] = []
    private var wide: [UInt64: Int64] = [:]
    private var newest: Int64 = .min
    private var nextPurge: Int64 = .min
    private(set) var isWide = false
    private(set) var isSaturated = false

    var count: Int { isWide ? wide.count : narrow.count }

    var bytes: Int {
        narrow.capacity * MemoryLayout<Entry>.stride + wide.capacity * (MemoryLayout<Entry>.stride + 1)
    }

    /// - Parameter mayWiden: whether the set may become wide now if it must.
    /// - Returns: whether the set has changed: false for a failure that is too old, or that found no room.
    mutating func insert(_ target: UInt64, at milliseconds: Int64, limits: Limits, mayWiden: Bool) -> Bool {
        if newest != .min, Self.isOlder(milliseconds, than: newest, by: limits.memoryMilliseconds) { return false }
        newest = max(newest, milliseconds)
        return isWide
            ? insertWide(target, at: milliseconds, limits: limits)
            : insertNarrow(target, at: milliseconds, limits: limits, mayWiden: mayWiden)
    }

    private mutating func insertNarrow(_ target: UInt64, at milliseconds: Int64, limits: Limits, mayWiden: Bool) -> Bool {
        if let index = narrow.firstIndex(where: { $0.target == target }) {
            narrow[index].milliseconds = max(narrow[index].milliseconds, milliseconds)
            return true
        }
        let newest = newest
        if narrow.count >= limits.narrow {
            narrow.removeAll { Self.isOlder($0.milliseconds, than: newest, by: limits.memoryMilliseconds) }
        }
        if narrow.count < limits.narrow {
            narrow.append(Entry(target: target, milliseconds: milliseconds))
            return true
        }
        if mayWiden {
            wide = Dictionary(narrow.map { ($0.target, $0.milliseconds) }, uniquingKeysWith: max)
            wide[target] = milliseconds
            narrow = []
            isWide = true
            return true
        }
        isSaturated = true
        guard let oldest = narrow.indices.min(by: { narrow[$0].milliseconds < narrow[$1].milliseconds }),
            narrow[oldest].milliseconds <= milliseconds
        else { return false }
        narrow[oldest] = Entry(target: target, milliseconds: milliseconds)
        return true
    }

    private mutating func insertWide(_ target: UInt64, at milliseconds: Int64, limits: Limits) -> Bool {
        if let known = wide[target] {
            wide[target] = max(known, milliseconds)
            return true
        }
        // Looking for old ones costs a pass over all, so not more often than sixteen times in their lifetime.
        if wide.count >= limits.wide, newest >= nextPurge {
            let newest = newest
            wide = wide.filter { !Self.isOlder($0.value, than: newest, by: limits.memoryMilliseconds) }
            nextPurge = newest.addingReportingOverflow(limits.memoryMilliseconds / 16).partialValue
        }
        guard wide.count < limits.wide else {
            isSaturated = true
            return false
        }
        wide[target] = milliseconds
        return true
    }

    /// The window of that length with the most targets, among those windows that reach into `changed`: a window that
    /// holds nothing new has been judged before.
    ///
    /// - Complexity: O(n log n) for n targets.
    func densest(within window: Int64, changed: ClosedRange<Int64>) -> Densest? {
        let times = (isWide ? Array(wide.values) : narrow.map(\.milliseconds)).sorted()
        var best: Densest?
        var start = 0
        for (end, last) in times.enumerated() {
            while !Self.isWithin(window, times[start], last) { start += 1 }
            guard last >= changed.lowerBound, times[start] <= changed.upperBound else { continue }
            let count = end - start + 1
            if count > best?.count ?? 0 { best = Densest(count: count, first: times[start], last: last) }
        }
        return best
    }

    private static func isOlder(_ time: Int64, than newest: Int64, by age: Int64) -> Bool {
        !isWithin(age, time, newest)
    }

    /// True when the two lie in one window of that length, whose end does not belong to it.
    private static func isWithin(_ window: Int64, _ first: Int64, _ last: Int64) -> Bool {
        let (difference, overflow) = last.subtractingReportingOverflow(first)
        return overflow ? last < first : difference < window
    }
}
