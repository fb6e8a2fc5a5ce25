import FlowModel
import Testing

@testable import Detection

@Suite("What counts as a failed first contact")
struct ContactOutcomeTests {
    static func outcome(_ record: FlowRecord) -> ContactOutcome { ContactOutcome.of(Flows.batch([record]), row: 0) }
    static let probe = Flows.tcp("10.0.1.11", "10.0.2.1", 445)

    @Test(
        "TCP by state",
        arguments: [
            (ConnectionState.s0, ContactOutcome.failed), (.rej, .failed), (.rstos0, .failed), (.s1, .answered),
            (.sf, .answered), (.s2, .answered), (.s3, .answered), (.rsto, .answered), (.rstr, .answered),
            (.rstrh, .unknown), (.sh, .unknown), (.shr, .unknown), (.absent, .unknown), (.oth, .answered),
        ])
    func states(state: ConnectionState, expected: ContactOutcome) {
        #expect(Self.outcome(Flows.tcp("10.0.1.11", "10.0.2.1", 445, state: state)) == expected)
    }

    @Test("without the initiator's SYN nothing has failed", arguments: InitiatorBasis.allCases)
    func basis(_ basis: InitiatorBasis) {
        #expect(Self.outcome(Self.probe.with { $0.initiatorBasis = basis }) == (basis == .syn ? .failed : .unknown))
    }

    @Test("an initiator that acknowledged something was answered, though the answer was not seen")
    func oneSided() {
        let half = Flows.tcp("10.0.1.11", "10.0.2.1", 445, state: .s0).with { $0.tcpControlBits.insert(.ack) }
        #expect(Self.outcome(half) == .unknown)
    }

    @Test("only the first record of a flow is a first contact")
    func part() {
        #expect(Self.outcome(Self.probe.with { $0.part = 1 }) == .unknown)
        #expect(Self.outcome(Flows.udp("10.0.1.11", "10.0.2.1", 161).with { $0.part = 1 }) == .unknown)
    }

    @Test("UDP fails unanswered, ICMP never; midstream on one side tells nothing")
    func others() {
        #expect(Self.outcome(Flows.udp("10.0.1.11", "10.0.2.1", 161)) == .failed)
        #expect(Self.outcome(Flows.udp("10.0.1.11", "10.0.2.1", 161, answered: true)) == .answered)
        #expect(Self.outcome(Flows.udp("10.0.1.11", "10.0.2.1", 161).with { $0.connectionState = .absent }) == .unknown)
        #expect(Self.outcome(Self.probe.with { $0.protocolIdentifier = 1; $0.connectionState = .s0 }) == .unknown)
        let midstream = Flows.tcp("10.0.1.11", "10.0.2.1", 445, state: .oth).with { $0.reversePacketDeltaCount = 0 }
        #expect(Self.outcome(midstream) == .unknown)
    }

    @Test("backscatter to a spoofed address raises nothing")
    func backscatter() {
        var engine = DetectionEngine()
        let answers = (1...40).map { host in
            Flows.tcp("10.0.2.9", "10.0.3.\(host)", 40_000, state: .oth).with {
                $0.initiatorBasis = .synAck
                $0.reversePacketDeltaCount = 0
            }
        }
        let resets = (1...40).map { port in
            Flows.tcp("10.0.2.9", "10.0.3.1", UInt16(40_000 + port), state: .rej).with { $0.initiatorBasis = .port }
        }
        #expect(engine.judge(answers + resets).isEmpty)
    }

    @Test("hosts that had answered before are an outage, not a scan")
    func outage() {
        let hosts = (1...20).map { "10.0.2.\($0)" }
        var engine = DetectionEngine()
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9100, state: .sf) }).isEmpty)
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9100, state: .s0, at: 60) }).isEmpty)
        // Another source, another port, and a day later: first contacts again.
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.12", $0, 9100, at: 60) }).count == 1)
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9101, at: 60) }).count == 1)
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9100, at: 86_399.9) }).isEmpty)
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9100, at: 86_400) }).count == 1)
    }

    @Test("without the memory of answered contacts every failure is a first contact")
    func noMemory() {
        let hosts = (1...20).map { "10.0.2.\($0)" }
        var engine = DetectionEngine { $0.answeredContactLimit = 0 }
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9100, state: .sf) }).isEmpty)
        #expect(engine.judge(hosts.map { Flows.tcp("10.0.1.11", $0, 9100, at: 60) }).count == 1)
    }
}
