import FlowModel
import Testing

@testable import Detection

@Suite("D2, vertical scan")
struct VerticalScanTests {
    @Test("fifteen ports in five minutes fire, fourteen do not")
    func threshold() throws {
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.portScan(14)).isEmpty)
        var other = DetectionEngine()
        let alert = try #require(other.judge(Flows.portScan(15)).first).evidence
        #expect(alert.rule == "D2" && alert.observed == 15 && alert.threshold == 15 && alert.windowSeconds == 300)
        #expect(alert.scope == "10.0.1.11 10.0.2.9")
        #expect(alert.destination == Flows.address("10.0.2.9") && alert.destinationPort == nil)
        #expect(alert.summary == "10.0.1.11 failed to reach 15 ports of 10.0.2.9 in 5 min (limit 15)")
    }

    @Test("a scan of a hundred ports is one signal with all hundred, and no horizontal scan")
    func hundred() {
        var engine = DetectionEngine()
        let signals = engine.judge(Flows.portScan(100))
        #expect(signals.map(\.evidence.rule) == ["D2"])
        #expect(signals.first?.evidence.observed == 100)
    }

    @Test("what lies five minutes apart is not in one window", arguments: [(21.4, true), (21.5, false)])
    func window(interval: Double, fires: Bool) {
        // 14 intervals: 299.6 s, and 301 s.
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.portScan(15, interval: interval)).isEmpty != fires)
    }

    @Test("ports count, not attempts; TCP and UDP count together, a port once")
    func ports() {
        var engine = DetectionEngine()
        let tcp = Flows.portScan(8)
        let udp = (1...8).map { Flows.udp("10.0.1.11", "10.0.2.9", UInt16($0)) }
        #expect(engine.judge(tcp + udp + tcp).isEmpty)
        let more = (201...207).map { Flows.udp("10.0.1.11", "10.0.2.9", UInt16($0)) }
        let alert = engine.judge(more).first?.evidence
        #expect(alert?.observed == 15 && alert?.protocolIdentifier == nil)
    }

    @Test("a port scan that was answered on some ports counts the others")
    func mixed() {
        var engine = DetectionEngine()
        let open = (1...20).map { Flows.tcp("10.0.1.11", "10.0.2.9", UInt16($0), state: .rsto) }
        let closed = (21...34).map { Flows.tcp("10.0.1.11", "10.0.2.9", UInt16($0)) }
        #expect(engine.judge(open + closed).isEmpty)
        #expect(engine.judge([Flows.tcp("10.0.1.11", "10.0.2.9", 35)]).map(\.evidence.observed) == [15])
    }

    @Test("a scan of all ports counts exactly to the limit of targets, and says «at least» past it")
    func allPorts() {
        var engine = DetectionEngine()
        let records = (1...65_535).map { Flows.tcp("10.0.1.11", "10.0.2.9", UInt16($0), at: Double($0) * 0.001) }
        let alert = engine.judge(records).first { $0.evidence.rule == "D2" }?.evidence
        #expect(alert?.observed == 2048)
        #expect(alert?.isApproximate == true)
        #expect(alert?.summary == "10.0.1.11 failed to reach at least 2048 ports of 10.0.2.9 in 5 min (limit 15)")
    }

    @Test("a scan of more targets than are counted goes on firing")
    func goesOn() {
        var engine = DetectionEngine()
        for round in 0..<6 {
            let records = (1...1000).map { Flows.tcp("10.0.1.11", "10.0.2.9", UInt16(round * 1000 + $0), at: Double(round * 240) + Double($0) * 0.1) }
            let alerts = engine.judge(records).filter { $0.evidence.rule == "D2" }
            #expect(alerts.count == 1, "minute \(round * 4)")
            #expect(alerts.first?.evidence.observed ?? 0 >= 1000)
        }
    }
}
