import FlowModel
import Testing

@testable import Detection

@Suite("Bounded tables")
struct BoundsTests {
    /// One refused contact each of many other sources.
    static func crowd(_ count: Int, at seconds: Double = 0) -> [FlowRecord] {
        (0..<count).map { Flows.tcp("10.9.\($0 / 250).\($0 % 250 + 1)", "10.0.2.1", 445, at: seconds) }
    }

    @Test("at the limit the key that has waited longest goes out, and is counted")
    func eviction() {
        var engine = DetectionEngine { $0.keyLimit = 10 }
        #expect(engine.judge(Flows.sweep(7)).isEmpty)
        _ = engine.judge(Self.crowd(9))
        #expect(engine.tables.first { $0.rule == .horizontalScan }?.evictions == 0)
        _ = engine.judge(Self.crowd(10))
        #expect(engine.tables.first { $0.rule == .horizontalScan }?.evictions == 1)
        #expect(engine.tables.first { $0.rule == .horizontalScan }?.entries == 10)
        // The sweep's seven hosts are gone: it begins anew.
        #expect(engine.judge([Flows.tcp("10.0.1.11", "10.0.2.8", 445)]).isEmpty)
    }

    @Test("what is counted after an eviction within the window is approximate, what was there before is not")
    func approximate() {
        var engine = DetectionEngine { $0.keyLimit = 10 }
        // Touched last, the sweep stays while a key of the crowd goes.
        _ = engine.judge(Self.crowd(9) + Flows.sweep(7))
        _ = engine.judge([Flows.tcp("10.9.9.9", "10.0.2.1", 445)])
        let kept = engine.judge([Flows.tcp("10.0.1.11", "10.0.2.8", 445)])
        #expect(kept.map(\.evidence.isApproximate) == [false])
        let newcomer = (1...8).map { Flows.tcp("10.0.1.99", "10.0.2.\($0)", 445) }
        #expect(engine.judge(newcomer).map(\.evidence.isApproximate) == [true])
        // An hour later the loss is outside every window.
        let later = (1...8).map { Flows.tcp("10.0.1.98", "10.0.2.\($0)", 445, at: 3601) }
        _ = engine.tick(nowMilliseconds: Flows.noon + 3_600_900)
        #expect(engine.judge(later).map(\.evidence.isApproximate) == [false])
    }

    @Test("with more keys in one batch than the table holds, no alert that was due is lost")
    func dueBeforeLeaving() {
        var engine = DetectionEngine { $0.keyLimit = 10 }
        let signals = engine.judge(Flows.sweep(8) + Self.crowd(50))
        #expect(signals.map(\.evidence.scope) == ["10.0.1.11 tcp 445"])
    }

    @Test("keys that are past every window are let go without being counted as evicted")
    func expiry() {
        var engine = DetectionEngine()
        _ = engine.judge(Flows.sweep(7) + Self.crowd(100))
        let before = engine.tables
        #expect(before[0].entries == 101 && before[0].bytes > 0)
        _ = engine.tick(nowMilliseconds: Flows.noon + 301_000)
        #expect(engine.tables[0].entries == 101)
        #expect(engine.tables[1].entries == 0)
        _ = engine.tick(nowMilliseconds: Flows.noon + 3_601_000)
        #expect(engine.tables.map(\.entries) == [0, 0, 0])
        #expect(engine.tables.map(\.evictions) == [0, 0, 0])
        #expect(engine.judge(Flows.sweep(8)).count == 1)
    }

    @Test("only so many keys count far; the others go on at the small limit and say so")
    func wideKeys() {
        var engine = DetectionEngine { $0.wideKeyLimit = 1 }
        let first = Flows.sweep(200)
        let second = first.map { $0.with { $0.sourceAddress = Flows.address("10.0.1.12") } }
        let signals = engine.judge(first) + engine.judge(second)
        #expect(signals.map(\.evidence.observed) == [200, 18])
        #expect(signals.map(\.evidence.isApproximate) == [false, true])
        #expect(signals.last?.evidence.summary.contains("at least 18 hosts") == true)
        // Both go on firing with what is new.
        let more = Flows.tcp("10.0.1.12", "10.0.3.1", 445, at: 30)
        #expect(engine.judge([more]).map(\.evidence.observed) == [18])
    }

    @Test("a table filled to its default limit stays within its bytes")
    func bytes() {
        var engine = DetectionEngine()
        let many = (0..<100_000).map { index in
            Flows.tcp("10.\(index / 62_500).\(index / 250 % 250).\(index % 250 + 1)", "10.0.2.1", 445)
        }
        _ = engine.judge(many)
        let hosts = engine.tables[0]
        #expect(hosts.entries == 65_536 && hosts.evictions == 100_000 - 65_536)
        #expect(hosts.bytes < 40_000_000)
    }

    @Test("the memory of answered contacts keeps what is well below its size, and counts what it forgets")
    func answeredContacts() {
        var engine = DetectionEngine { $0.answeredContactLimit = 32_768 }
        // A quarter of the places.
        let contacts = (0..<8192).map { index in
            Flows.tcp("10.0.\(index / 64).1", "10.1.0.\(index % 64)", 443, state: .sf)
        }
        _ = engine.judge(contacts)
        let forgotten = engine.tables[0].evictions
        #expect(forgotten < 200, "one place for each hash would forget about 950")
        // Each on a key of its own in D2's table: what is not remembered is a first contact.
        _ = engine.judge(contacts.map { contact in
            Flows.tcp(contact.sourceAddress.description, contact.destinationAddress.description, 443, at: 1)
        })
        #expect(UInt64(engine.tables[1].entries) == forgotten)
    }

    @Test("evidence and doubt are those of the window that is told, not of an hour ago")
    func evidence() throws {
        var engine = DetectionEngine { $0.targetLimit = 20; $0.verticalScan = [.init(targets: 5, windowSeconds: 60)] }
        let first = try #require(engine.judge(Flows.portScan(40)).last).evidence
        #expect(first.isApproximate && first.samples.count == 8)
        let later = (0..<10).map { Flows.tcp("10.0.1.11", "10.0.2.9", UInt16(1000 + $0), at: 50 + Double($0)) }
        #expect(try #require(engine.judge(later).last).evidence.isApproximate)
        let muchLater = (0..<6).map { Flows.tcp("10.0.1.11", "10.0.2.9", UInt16(2000 + $0), at: 200 + Double($0)) }
        let last = try #require(engine.judge(muchLater).last).evidence
        #expect(last.observed == 6 && !last.isApproximate)
        #expect(Set(last.samples.map(\.destinationPort)) == Set(2000...2005))
        for sample in last.samples {
            #expect((last.firstSeenMilliseconds...last.lastSeenMilliseconds).contains(sample.endMilliseconds))
        }
    }
}
