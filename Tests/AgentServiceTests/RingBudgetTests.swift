import Capture
import Testing

@testable import AgentService

/// Memory for rings, whichever way interfaces come.
@Suite("Ring budget")
struct RingBudgetTests {
    private static let total = 256 << 20

    /// Opens interfaces in groups.
    ///
    /// - Returns: the sizes of their rings; nil for one that was refused.
    private func open(_ groups: [Int], total: Int = Self.total, snapLength: Int32 = 256) -> [Int?] {
        var budget = RingBudget(total: total)
        var options = PacketRing.Options()
        options.snapLength = snapLength
        var sizes: [Int?] = []
        for group in groups {
            let share = budget.share(missing: group)
            for _ in 0..<group {
                guard let bytes = budget.size(share: share, options) else {
                    sizes.append(nil)
                    continue
                }
                options.ringBytes = bytes
                budget.take(PacketRing.ringBytes(options))
                sizes.append(PacketRing.ringBytes(options))
                #expect(budget.spent <= total)
            }
        }
        return sizes
    }

    @Test("five hundred that come one by one all find room, the last too")
    func oneByOne() {
        let sizes = open(Array(repeating: 1, count: 500))
        #expect(sizes.allSatisfy { $0 ?? 0 >= 128 << 10 })
        #expect(sizes.first == 32 << 20)
        #expect(sizes[1] ?? 0 >= 512 << 10, "a late one is no beggar")
    }

    @Test("those of the start share half of it evenly, and hundreds may follow", arguments: [1, 10, 100, 500])
    func atOnce(count: Int) {
        let sizes = open([count] + Array(repeating: 1, count: 300))
        #expect(sizes.allSatisfy { $0 != nil })
        #expect(Set(sizes.prefix(count)).count == 1)
        #expect(sizes.prefix(count).reduce(0) { $0 + ($1 ?? 0) } <= Self.total / 2 / 8 * 9, "rounded up to whole blocks")
    }

    @Test("what does not fit is refused, and never more is spent than there is")
    func spent() {
        #expect(open([1, 1, 1], total: 300 << 10) == [10 * 16_384, 8 * 16_384, nil], "in whole blocks")
        #expect(open([4], total: 100 << 10) == [nil, nil, nil, nil])
        #expect(open([1], total: 0) == [nil])
    }

    @Test("a ring of whole frames takes what it takes: the budget holds all the same")
    func wholeFrames() {
        let sizes = open(Array(repeating: 1, count: 400), snapLength: 262_144)
        #expect(sizes.contains { $0 == nil })
        #expect(sizes.compactMap { $0 }.count > 100)
        #expect(sizes.compactMap { $0 }.allSatisfy { $0 >= 1 << 20 })
    }

    @Test("memory that is given back is there for others")
    func giveBack() {
        var budget = RingBudget(total: 256 << 10)
        #expect(budget.size(share: 256 << 10, .init()) == 256 << 10)
        budget.take(256 << 10)
        #expect(budget.size(share: 128 << 10, .init()) == nil)
        budget.giveBack(128 << 10)
        #expect(budget.size(share: 256 << 10, .init()) == 128 << 10)
    }
}
