import Testing

@testable import Detection

@Suite("Sets of targets")
struct TargetSetTests {
    /// The rule in plain words: of each target the latest time; the largest number of times in one window.
    static func naive(_ latest: [UInt64: Int64], window: Int64) -> Int {
        latest.values.map { start in latest.values.count { $0 >= start && $0 < start + window } }.max() ?? 0
    }

    @Test("the densest window is that of a naive count", arguments: 0..<50)
    func densest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limits = TargetSet.Limits(narrow: 10, wide: 500, memoryMilliseconds: 1_000_000)
        var set = TargetSet()
        var latest: [UInt64: Int64] = [:]
        for _ in 0..<200 {
            let target = UInt64.random(in: 0..<60, using: &random)
            let time = Int64.random(in: 0..<500, using: &random)
            let isNew = set.insert(target, at: time, limits: limits, mayWiden: true)
            #expect(isNew)
            latest[target] = max(latest[target] ?? .min, time)
            let window = Int64.random(in: 1..<600, using: &random)
            #expect(set.densest(within: window, changed: .min ... .max)?.count == Self.naive(latest, window: window))
            #expect(set.count == latest.count)
        }
        #expect(set.isWide && set.lostMilliseconds == nil)
    }

    @Test("a window that holds nothing new is not found again")
    func changed() {
        let limits = TargetSet.Limits(narrow: 10, wide: 20, memoryMilliseconds: 10_000)
        var set = TargetSet()
        for target in 0..<5 { _ = set.insert(UInt64(target), at: Int64(target), limits: limits, mayWiden: true) }
        _ = set.insert(9, at: 5000, limits: limits, mayWiden: true)
        #expect(set.densest(within: 100, changed: 5000...5000) == .init(count: 1, first: 5000, last: 5000))
        #expect(set.densest(within: 100, changed: 4...4) == .init(count: 5, first: 0, last: 4))
        #expect(set.densest(within: 100, changed: 2000...3000) == nil)
    }

    @Test("a full narrow set that may not widen keeps the latest, and forgets what is too old first")
    func narrow() {
        let limits = TargetSet.Limits(narrow: 3, wide: 4, memoryMilliseconds: 100)
        var set = TargetSet()
        for (target, time) in [(1, 0), (2, 10), (3, 20)] {
            #expect(set.insert(UInt64(target), at: Int64(time), limits: limits, mayWiden: false) == true)
        }
        #expect(set.insert(4, at: 105, limits: limits, mayWiden: false) == true)
        #expect(set.count == 3 && set.lostMilliseconds == nil)
        #expect(set.insert(5, at: 106, limits: limits, mayWiden: false) == true)
        #expect(set.count == 3 && set.lostMilliseconds != nil)
        #expect(set.densest(within: 100, changed: .min ... .max) == .init(count: 3, first: 20, last: 106))
        // Too old for the set, and older than all that it keeps.
        #expect(set.insert(6, at: 6, limits: limits, mayWiden: false) == false)
        #expect(set.insert(6, at: 15, limits: limits, mayWiden: false) == false)
    }

    @Test("a full wide set lets the target go that has had no failure for longest")
    func wide() {
        let limits = TargetSet.Limits(narrow: 2, wide: 5, memoryMilliseconds: 1600)
        var set = TargetSet()
        for target in 0..<5 { #expect(set.insert(UInt64(target), at: Int64(target), limits: limits, mayWiden: true) == true) }
        #expect(set.count == 5 && set.isWide && set.lostMilliseconds == nil)
        // 0 fails again, so 1 goes.
        #expect(set.insert(0, at: 11, limits: limits, mayWiden: true) == true)
        #expect(set.insert(5, at: 12, limits: limits, mayWiden: true) == true)
        #expect(set.count == 5 && set.lostMilliseconds != nil)
        #expect(set.densest(within: 1600, changed: .min ... .max) == .init(count: 5, first: 2, last: 12))
        #expect(set.insert(6, at: 1700, limits: limits, mayWiden: true) == true)
        #expect(set.densest(within: 100, changed: .min ... .max)?.count == 4)
        #expect(set.densest(within: 100, changed: 1700...1700)?.count == 1)
    }

    @Test("a full wide set has the latest targets, however many come", arguments: 0..<10)
    func latest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limits = TargetSet.Limits(narrow: 3, wide: 50, memoryMilliseconds: 1_000_000)
        var set = TargetSet()
        for time in 0..<2000 {
            _ = set.insert(UInt64.random(in: 0..<100, using: &random), at: Int64(time), limits: limits, mayWiden: true)
            #expect(set.count <= 50)
        }
        for time in 2000..<2050 { _ = set.insert(UInt64(time), at: Int64(time), limits: limits, mayWiden: true) }
        #expect(set.densest(within: 1_000_000, changed: .min ... .max) == .init(count: 50, first: 2000, last: 2049))
    }

    @Test("times at the ends of their type do no harm")
    func extremes() {
        let limits = TargetSet.Limits(narrow: 3, wide: 4, memoryMilliseconds: 100)
        var set = TargetSet()
        #expect(set.insert(1, at: .min + 1, limits: limits, mayWiden: true) == true)
        for (target, time) in [(UInt64(2), Int64.max), (3, .max), (4, .max - 1), (5, .max), (6, .max), (7, .max)] {
            _ = set.insert(target, at: time, limits: limits, mayWiden: true)
        }
        #expect(set.insert(8, at: .min, limits: limits, mayWiden: true) == false)
        #expect(set.densest(within: 100, changed: .min ... .max)?.count == 4)
    }
}
