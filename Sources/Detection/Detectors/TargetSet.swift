/// The distinct targets that one key failed to reach, each with the time of its latest failure.
///
/// Exact up to a small limit; at that limit it becomes wide, if it may, and is exact up to a large one. Past its limit
/// it is saturated, and goes on with the latest targets.
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
    /// The failures of a wide set's targets in the order in which they came, from `head` on; those that are not the latest of
    /// their target are passed over.
    private var arrivals: [Entry] = []
    private var head = 0
    private(set) var isWide = false
    /// The latest failure that was let go of, or found no room, while it was within memory.
    private(set) var lostMilliseconds: Int64?
    /// Targets that were ever put in.
    private(set) var insertions: UInt64 = 0

    var count: Int { isWide ? wide.count : narrow.count }

    var bytes: Int {
        (narrow.capacity + arrivals.capacity) * MemoryLayout<Entry>.stride
            + wide.capacity * (MemoryLayout<Entry>.stride + 1)
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
            insertions += 1
            return true
        }
        if mayWiden {
            arrivals = narrow.sorted { $0.milliseconds < $1.milliseconds } + [Entry(target: target, milliseconds: milliseconds)]
            wide = Dictionary(arrivals.map { ($0.target, $0.milliseconds) }, uniquingKeysWith: max)
            narrow = []
            isWide = true
            insertions += 1
            return true
        }
        guard let oldest = narrow.indices.min(by: { narrow[$0].milliseconds < narrow[$1].milliseconds }),
            narrow[oldest].milliseconds <= milliseconds
        else {
            lost(milliseconds)
            return false
        }
        lost(narrow[oldest].milliseconds)
        narrow[oldest] = Entry(target: target, milliseconds: milliseconds)
        insertions += 1
        return true
    }

    private mutating func insertWide(_ target: UInt64, at milliseconds: Int64, limits: Limits) -> Bool {
        if let known = wide[target] {
            guard milliseconds > known else { return true }
        } else {
            if wide.count >= limits.wide { makeRoom(limits) }
            insertions += 1
        }
        wide[target] = milliseconds
        arrivals.append(Entry(target: target, milliseconds: milliseconds))
        if arrivals.count >= 4 * limits.wide {
            arrivals = arrivals[head...].filter { wide[$0.target] == $0.milliseconds }
            head = 0
        }
        return true
    }

    /// Lets go of the target that has had no failure for longest.
    private mutating func makeRoom(_ limits: Limits) {
        while head < arrivals.count {
            let first = arrivals[head]
            head += 1
            guard wide[first.target] == first.milliseconds else { continue }
            wide[first.target] = nil
            if !Self.isOlder(first.milliseconds, than: newest, by: limits.memoryMilliseconds) { lost(first.milliseconds) }
            return
        }
    }

    private mutating func lost(_ milliseconds: Int64) { lostMilliseconds = max(lostMilliseconds ?? .min, milliseconds) }

    /// Whether a target that was let go of may belong into the window of that length that ends so: then it holds at least
    /// what was counted.
    func hasLost(within window: Int64, endingAt last: Int64) -> Bool {
        lostMilliseconds.map { Self.isWithin(window, $0, last) } ?? false
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
