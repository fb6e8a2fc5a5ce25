import FlowModel
import Testing

@testable import Detection

@Suite("D1, horizontal scan")
struct HorizontalScanTests {
    @Test("eight hosts in five minutes fire, seven do not")
    func threshold() throws {
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.sweep(7)).isEmpty)
        var other = DetectionEngine()
        let signals = other.judge(Flows.sweep(8))
        #expect(signals.count == 1)
        let alert = try #require(signals.first).evidence
        #expect(alert.rule == "D1" && alert.name == "horizontal-scan" && alert.severity == .medium)
        #expect(alert.observed == 8 && alert.threshold == 8 && alert.windowSeconds == 300)
        #expect(alert.scope == "10.0.1.11 tcp 445")
        #expect(alert.source == Flows.address("10.0.1.11") && alert.destination == nil)
        #expect(alert.destinationPort == 445 && alert.protocolIdentifier == 6)
        #expect(alert.summary == "10.0.1.11 failed to reach 8 hosts on tcp 445 in 5 min (limit 8)")
        #expect(alert.techniques == "T1046,T1018")
        #expect(alert.firstSeenMilliseconds == Flows.noon && alert.lastSeenMilliseconds == Flows.noon + 700)
        #expect(!alert.isApproximate)
    }

    @Test("a scan of twenty addresses is one signal with all twenty, and no vertical scan")
    func twenty() throws {
        var engine = DetectionEngine()
        let signals = engine.judge(Flows.sweep(20))
        #expect(signals.map(\.evidence.rule) == ["D1"])
        let alert = try #require(signals.first).evidence
        #expect(alert.observed == 20)
        #expect(alert.samples.count == 8)
        #expect(alert.samples.allSatisfy { $0.source == alert.source && $0.destinationPort == 445 && $0.agent == "host-a" })
        #expect(Set(alert.samples.map(\.destination)).count == 8)
    }

    @Test("the same host again is no further host")
    func repeats() {
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.sweep(7) + Flows.sweep(7) + Flows.sweep(7)).isEmpty)
    }

    @Test("the window of five minutes holds what lies less than five minutes apart", arguments: [(299.999, true), (300, false)])
    func window(last: Double, fires: Bool) {
        var engine = DetectionEngine()
        let first = Flows.tcp("10.0.1.11", "10.0.2.100", 445, at: 0)
        let rest = (1...7).map { Flows.tcp("10.0.1.11", "10.0.2.\($0)", 445, at: last - Double($0 - 1)) }
        #expect(engine.judge([first] + rest).isEmpty != fires)
    }

    @Test("sixteen hosts in an hour fire, however slowly", arguments: [(15, 180.0, false), (16, 180, true), (16, 240, false)])
    func slow(hosts: Int, interval: Double, fires: Bool) {
        var engine = DetectionEngine()
        var signals: [AlertSignal] = []
        for record in Flows.sweep(hosts, interval: interval) { signals += engine.judge([record]) }
        #expect(signals.isEmpty != fires)
        if let alert = signals.first?.evidence {
            #expect(alert.threshold == 16 && alert.windowSeconds == 3600)
            #expect(alert.summary.hasSuffix("16 hosts on tcp 445 in 1 h (limit 16)"))
        }
    }

    @Test("arrival in any order, in batches of any size, finds the same", arguments: 0..<20)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for (hosts, fires) in [(7, false), (8, true)] {
            var engine = DetectionEngine()
            var records = Flows.sweep(hosts, interval: 40).shuffled(using: &random)
            var observed: [Double] = []
            while !records.isEmpty {
                let size = Int.random(in: 1...records.count, using: &random)
                let batch = Flows.batch(Array(records.prefix(size)))
                records.removeFirst(size)
                observed += engine.consume(batch, receivedMilliseconds: Flows.noon + 900_000).map(\.evidence.observed)
            }
            #expect(observed.max() == (fires ? 8 : nil))
        }
    }

    @Test("an agent that was cut off for hours is judged by when things happened")
    func lateBatches() {
        var engine = DetectionEngine()
        let late = Flows.batch(Flows.sweep(8))
        let signals = engine.consume(late, receivedMilliseconds: Flows.noon + 6 * 3_600_000)
        #expect(signals.map(\.evidence.lastSeenMilliseconds) == [Flows.noon + 700])
    }

    @Test("sources, ports, protocols and tenants are counted apart")
    func keys() {
        let sweep = Flows.sweep(8)
        let changes: [(inout FlowRecord) -> Void] = [
            { $0.sourceAddress = Flows.address("10.0.1.12") }, { $0.destinationTransportPort = 446 },
            { $0 = Flows.udp("10.0.1.11", $0.destinationAddress.description, 445) }, { $0.vni = 100 }, { $0.vlan = 100 },
        ]
        for change in changes {
            var engine = DetectionEngine()
            let mixed = sweep.enumerated().map { $0.offset % 2 == 0 ? $0.element : $0.element.with(change) }
            #expect(engine.judge(mixed).isEmpty)
        }
        var engine = DetectionEngine()
        let both = sweep.map { $0.with { $0.vni = 100 } } + sweep.map { $0.with { $0.vlan = 100 } }
        #expect(Set(engine.judge(both).map(\.evidence.scope)) == ["vni 100 10.0.1.11 tcp 445", "vlan 100 10.0.1.11 tcp 445"])
    }

    @Test("IPv6 hosts and unanswered UDP count too")
    func otherKinds() {
        var engine = DetectionEngine()
        let six = (1...8).map { Flows.tcp("fd00::1", "fd00::2:\($0)", 22, state: .s0) }
        let udp = (1...8).map { Flows.udp("10.0.1.11", "10.0.2.\($0)", 161) }
        #expect(Set(engine.judge(six + udp).map(\.evidence.scope)) == ["fd00::1 tcp 22", "10.0.1.11 udp 161"])
    }

    @Test("witnesses and sampled records are not looked at")
    func notCounted() {
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.sweep(20).map { $0.with { $0.counted = false } }).isEmpty)
        #expect(engine.judge(Flows.sweep(20).map { $0.with { $0.samplingInterval = 50 } }).isEmpty)
        #expect(engine.judge(Flows.sweep(20).map { $0.with { $0.samplingInterval = 0 } }).count == 1)
    }

    @Test("a scan that goes on fires again with each batch, and old hosts leave the count")
    func goesOn() {
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.sweep(8)).count == 1)
        let later = Flows.tcp("10.0.1.11", "10.0.2.200", 445, at: 100)
        #expect(engine.judge([later]).map(\.evidence.observed) == [9])
        // Half an hour later one more failure: nothing new in the window that had fired.
        #expect(engine.judge([Flows.tcp("10.0.1.11", "10.0.2.201", 445, at: 1800)]).isEmpty)
    }

    @Test("a rule that is switched off does not run")
    func disabled() {
        var engine = DetectionEngine { $0.disabledRules = [.horizontalScan] }
        #expect(engine.judge(Flows.sweep(20)).isEmpty)
        #expect(engine.judge(Flows.portScan(20)).map(\.evidence.rule) == ["D2"])
    }

    @Test("thresholds are configurable")
    func configured() {
        var engine = DetectionEngine { $0.horizontalScan = [.init(targets: 3, windowSeconds: 90)] }
        let alert = engine.judge(Flows.sweep(3)).first?.evidence
        #expect(alert?.summary == "10.0.1.11 failed to reach 3 hosts on tcp 445 in 90 s (limit 3)")
    }

    @Test("one flow from the future does not hide what follows, nor does its answer last for ever")
    func future() {
        var engine = DetectionEngine()
        let year: Double = 31_536_000
        let failed = Flows.tcp("10.0.1.11", "10.0.3.1", 445, at: year)
        let answered = (1...8).map { Flows.tcp("10.0.1.11", "10.0.2.\($0)", 445, state: .sf, at: year) }
        #expect(engine.consume(Flows.batch([failed]), receivedMilliseconds: Flows.noon).isEmpty)
        #expect(engine.judge(Flows.sweep(8)).map(\.evidence.rule) == ["D1"])
        var other = DetectionEngine()
        _ = other.consume(Flows.batch(answered), receivedMilliseconds: Flows.noon)
        // A day and a minute later the answers are forgotten.
        let later = Flows.sweep(8).map { $0.with { $0.flowEndMilliseconds += 86_460_000 } }
        #expect(other.judge(later).map(\.evidence.rule) == ["D1"])
    }
}

/// SplitMix64: the same numbers from the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
