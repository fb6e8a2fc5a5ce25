import FlowModel
import IPFIX
import Testing

/// What is known of who opened a flow, and what is guessed.
@Suite("the initiator of two halves")
struct JoinInitiatorTests {
    typealias T = JoinTester
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isThere: Bool
        var basis: InitiatorBasis
        var change: @Sendable (_ there: inout FlowRecord, _ back: inout FlowRecord) -> Void
        init(
            _ description: String, _ isThere: Bool, _ basis: InitiatorBasis,
            _ change: @escaping @Sendable (_ there: inout FlowRecord, _ back: inout FlowRecord) -> Void
        ) { (testDescription, self.isThere, self.basis, self.change) = (description, isThere, basis, change) }
    }

    /// From port 40000 to port 80, both of the same start; what is told otherwise.
    static let cases: [Case] = [
        Case("SYN alone, refused", true, .syn) { $0.tcpControlBits = .syn; $1.tcpControlBits = [.rst, .ack] },
        Case("SYN alone of the other, against ports and start", false, .syn) { $0.tcpControlBits = [.rst, .ack]; $1.tcpControlBits = .syn; $0.flowStartMilliseconds = 1 },
        Case("first flags say more than all flags", false, .syn) {
            ($0.tcpControlBits, $1.tcpControlBits, $1.initialTCPFlags) = ([.syn, .ack], [.syn, .ack], .syn)
        },
        Case("SYN-ACK first, the SYN not told", false, .synAck) {
            ($0.tcpControlBits, $1.tcpControlBits, $0.initialTCPFlags) = ([.syn, .ack], [.syn, .ack], [.syn, .ack])
        },
        Case("both began: the earlier one", false, .firstPacket) {
            ($0.tcpControlBits, $1.tcpControlBits, $1.flowStartMilliseconds) = ([.syn, .ack], [.syn, .ack], 999)
        },
        Case("both began, sampled: the earlier one may be any", true, .port) {
            ($0.tcpControlBits, $1.tcpControlBits, $1.flowStartMilliseconds) = ([.syn, .ack], [.syn, .ack], 999)
            ($0.samplingInterval, $1.samplingInterval) = (100, 100)
        },
        Case("both began at once", true, .port) { ($0.tcpControlBits, $1.tcpControlBits) = ([.syn, .ack], [.syn, .ack]) },
        Case("under way: the port, not the earlier one", true, .port) { ($0.tcpControlBits, $1.tcpControlBits, $1.flowStartMilliseconds) = (.ack, .ack, 999) },
        Case("no flags at all", true, .port) { $1.flowStartMilliseconds = 999 },
        Case("a SYN of one side that has ACKs too says nothing", true, .port) { $0.tcpControlBits = .ack; $1.tcpControlBits = [.syn, .ack] },
        Case("under way, no port known: earlier, not known", false, .unknown) {
            ($0.destinationTransportPort, $1.sourceTransportPort, $1.flowStartMilliseconds) = (8080, 8080, 999)
        },
        Case("nothing to go by: the higher port, not known", true, .unknown) { ($0.destinationTransportPort, $1.sourceTransportPort) = (8080, 8080) },
        Case("two low ports", true, .unknown) { ($0.sourceTransportPort, $1.destinationTransportPort) = (1023, 1023) },
        Case("UDP: the port, against the earlier one", true, .port) { udp(&$0, &$1); $1.flowStartMilliseconds = 999; $1.initialStartMilliseconds = 999 },
        Case("UDP, no port known: the earlier one, not known", false, .unknown) {
            udp(&$0, &$1)
            ($0.destinationTransportPort, $1.sourceTransportPort) = (8080, 8080)
            ($1.flowStartMilliseconds, $1.initialStartMilliseconds) = (1, 1)
        },
        Case("UDP, both ports known (NTP peers): the earlier one, not known", false, .unknown) {
            udp(&$0, &$1)
            ($0.sourceTransportPort, $0.destinationTransportPort) = (123, 123)
            ($1.sourceTransportPort, $1.destinationTransportPort) = (123, 123)
            $1.flowStartMilliseconds = 999
        },
        Case("without ports: the earlier one, not known", false, .unknown) {
            ($0.protocolIdentifier, $1.protocolIdentifier) = (47, 47)
            ($0.sourceTransportPort, $0.destinationTransportPort, $1.sourceTransportPort, $1.destinationTransportPort) = (0, 0, 0, 0)
            $1.flowStartMilliseconds = 999
        },
        Case("UDP at once: the port", true, .port) { udp(&$0, &$1) },
        Case("UDP sampled", true, .port) { udp(&$0, &$1); $1.flowStartMilliseconds = 999; ($0.samplingInterval, $1.samplingInterval) = (2, 2) },
        Case("UDP under way by its part", true, .port) { udp(&$0, &$1); $1.flowStartMilliseconds = 999; ($0.part, $1.part) = (1, 1) },
        Case("UDP under way by its first start", true, .port) { udp(&$0, &$1); $1.flowStartMilliseconds = 999; $1.initialStartMilliseconds = 5 },
        Case("without ports, at once: the lower address, not known", true, .unknown) {
            ($0.protocolIdentifier, $1.protocolIdentifier) = (47, 47)
            ($0.sourceTransportPort, $0.destinationTransportPort, $1.sourceTransportPort, $1.destinationTransportPort) = (0, 0, 0, 0)
        },
    ]

    private static func udp(_ there: inout FlowRecord, _ back: inout FlowRecord) {
        (there.protocolIdentifier, back.protocolIdentifier) = (17, 17)
    }

    @Test("records that an active timeout makes of one flow point the same way, whichever end's packet came first after the cut")
    func activeTimeout() {
        var tester = T()
        var rows: [SpelledRecord] = []
        for cut in 0..<4 as Range<Int64> {
            // A question every minute: the cut lies now before the question, now before the answer.
            let start = 1000 + cut * 60_000
            let udp: (inout FlowRecord) -> Void = { ($0.protocolIdentifier, $0.part) = (17, 0) }
            rows += tester.join([
                T.half(from: start + cut % 2 * 20, to: start + 100, udp), T.half(true, from: start + (1 - cut % 2) * 20, to: start + 100, udp),
            ], at: start)
        }
        #expect(rows.map(\.record.destinationTransportPort) == [80, 80, 80, 80])
        #expect(rows.allSatisfy { $0.record.initiatorBasis == .port })
    }

    @Test("whichever half came first", arguments: cases)
    func initiator(of given: Case) {
        for isTurned in [false, true] {
            var (tester, there, back) = (T(), T.half(), T.half(true))
            given.change(&there.record, &back.record)
            let rows = tester.join(isTurned ? [back, there] : [there, back])
            #expect(rows.map(\.record.initiatorBasis) == [given.basis])
            #expect(rows.map(\.record.packetDeltaCount) == [given.isThere ? 5 : 7])
            #expect(rows.map(\.interface) == [given.isThere ? "outside" : "inside"])
        }
    }
}
