import Testing

@testable import FlowStore

@Suite("Plan of retention")
struct RetentionPlanTests {
    private typealias Candidate = RetentionPlan.Candidate

    private static func candidates(_ generator: inout SeededGenerator) -> [Candidate] {
        (0..<Int.random(in: 0..<12, using: &generator)).map { index in
            let time = Int64.random(in: 0..<6, using: &generator) * hour
            let isAside = Int.random(in: 0..<4, using: &generator) == 0
            let slot = PartitionName.Slot(holding: time, spanMilliseconds: hour)
            return Candidate(
                file: "\(index)", partition: isAside ? nil : PartitionName(slot: slot, generation: Int64(index + 1)), time: time,
                bytes: Int64.random(in: 0..<100, using: &generator),
                lastWrite: Int.random(in: 0..<5, using: &generator) == 0 ? nil : Int64.random(in: 0..<10, using: &generator) * hour,
                isBeingWritten: !isAside && Int.random(in: 0..<6, using: &generator) == 0)
        }
    }

    @Test("what is too old goes, then the oldest until the rest fits, and not one more", arguments: 1...300 as ClosedRange<UInt64>)
    func model(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let all = Self.candidates(&generator)
        let others = Int64.random(in: 0..<50, using: &generator)
        let total = all.reduce(others) { $0 + $1.bytes }
        let limit = Bool.random(using: &generator) ? Int64.random(in: 0..<10, using: &generator) * hour : nil
        let bytes = Bool.random(using: &generator) ? Int64.random(in: 0..<600, using: &generator) : nil
        let retired = RetentionPlan.retired(all, total: total, writtenBefore: limit, bytes: bytes)
        let old = Set(retired.filter { $0.reason == .age }.map(\.candidate.file))
        #expect(old == Set(all.filter { one in limit.map { one.lastWrite ?? .max < $0 } ?? false }.map(\.file)))
        let forBytes = retired.filter { $0.reason == .bytes }.map(\.candidate)
        let kept = all.filter { one in !retired.contains { $0.candidate.file == one.file } }
        let left = kept.reduce(others) { $0 + $1.bytes }
        guard let bytes else {
            #expect(forBytes.isEmpty)
            return
        }
        // What flows come into stays where the bound cannot be kept without it either.
        #expect(left <= bytes || kept.isEmpty || others > bytes && !kept.contains { !$0.isBeingWritten })
        // Without the last one that went, there would still be too much.
        if let last = forBytes.last { #expect(left + last.bytes > bytes) }
        for gone in forBytes {
            for stays in kept where gone.isBeingWritten == stays.isBeingWritten { #expect(gone.time <= stays.time) }
            if gone.isBeingWritten { #expect(!kept.contains { !$0.isBeingWritten }) }
        }
    }

    @Test("of one time, what was set aside goes before what is whole")
    func aside() {
        let slot = PartitionName.Slot(holding: hour14, spanMilliseconds: hour)
        let whole = Candidate(file: "a", partition: PartitionName(slot: slot, generation: 2), time: hour14, bytes: 10)
        let aside = Candidate(file: "b.damaged", time: hour14, bytes: 10)
        let retired = RetentionPlan.retired([whole, aside], total: 20, writtenBefore: nil, bytes: 15)
        #expect(retired.map(\.candidate) == [aside])
    }

    @Test("the usual bound is 80 % of what was free, and of what an older version's folder has taken of it")
    func usual() {
        #expect(ByteBound.usual(free: 1_000, held: 0) == 800)
        #expect(ByteBound.usual(free: 600, held: 400) == 800)
        #expect(ByteBound.usual(free: 100, held: 900) == 900)
        #expect(ByteBound.usual(free: .max, held: 0) == Int64.max / 5 * 4)
        #expect(RetentionPolicy.limit(.seconds(60), now: 100_000) == 40_000)
        #expect(RetentionPolicy.limit(.seconds(Int64.max), now: 0) == .min)
        #expect(RetentionPolicy.limit(nil, now: 0) == nil)
    }
}
