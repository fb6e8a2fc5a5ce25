import FlowModel
import Metering
import Testing

/// Round-trip times of the handshake: exact where it is unambiguous, absent where it is not.
@Suite("Handshake")
struct HandshakeTests {
    let client = Side("10.0.0.9", 40_000)
    let server = Side("10.0.0.5", 443)

    private func syn(_ seconds: Double) -> PacketObservation { .client(seconds, "S", client, server, on: 1).numbered(1000) }
    private func answer(_ seconds: Double, acknowledging number: UInt32 = 1001) -> PacketObservation {
        .server(seconds, "SA", client, server, on: 2).numbered(9000, number)
    }
    private func acknowledgement(_ seconds: Double, of number: UInt32 = 9001) -> PacketObservation {
        .client(seconds, "A", client, server, on: 1).numbered(1001, number)
    }

    private func times(_ packets: [PacketObservation]) -> [UInt32?] {
        let meter = Meter()
        meter.send(packets)
        let records = meter.finish()
        return [records.first?.clientRoundTripMicroseconds, records.first?.serverRoundTripMicroseconds]
    }

    @Test("SYN to SYN-ACK is the server's, SYN-ACK to ACK the client's, in whatever order the rings are read")
    func orders() {
        let (first, second, third) = (syn(0), answer(0.0123), acknowledgement(0.0168))
        #expect(times([first, second, third]) == [4500, 12_300])
        #expect(times([first, third, second]) == [4500, 12_300])
        #expect(times([second, first, third]) == [4500, 12_300])
    }

    @Test("the ACK that completes the handshake may carry data, and data does not disturb it")
    func dataWithAcknowledgement() {
        let data = PacketObservation.client(0.02, "PA", client, server, on: 1).numbered(1001, 9001, payload: 500)
        let more = PacketObservation.client(0.5, "PA", client, server, on: 1).numbered(1501, 9001, payload: 500)
        #expect(times([syn(0), answer(0.01), data, more]) == [10_000, 10_000])
    }

    @Test("data that the server sends before the ACK changes nothing, unless the ACK is for the data too")
    func earlyData() {
        let data = PacketObservation.server(0.011, "PA", client, server, on: 2).numbered(9001, 1001, payload: 20)
        #expect(times([syn(0), answer(0.01), data, acknowledgement(0.02)]) == [10_000, 10_000])
        #expect(times([answer(0.01), data, syn(0), acknowledgement(0.02)]) == [10_000, 10_000])
        #expect(times([syn(0), answer(0.01), data, acknowledgement(0.02, of: 9021)]) == [.max, 10_000])
    }

    @Test("a SYN sent twice: there is no telling which was answered (Karn); the client's time is known")
    func repeatedSyn() {
        #expect(times([syn(0), syn(1), answer(1.01), acknowledgement(1.02)]) == [10_000, .max])
        // Read late: the second SYN was sent before the answer.
        #expect(times([syn(0), answer(1.01), syn(1), acknowledgement(1.02)]) == [10_000, .max])
    }

    @Test("a SYN sent again after its answer changes nothing of the server's time")
    func synAfterAnswer() {
        #expect(times([syn(0), answer(0.01), syn(1), acknowledgement(1.02)]) == [1_010_000, 10_000])
    }

    @Test("a SYN-ACK sent twice: there is no telling which was acknowledged; the server's time is known")
    func repeatedAnswer() {
        #expect(times([syn(0), answer(0.01), answer(1), acknowledgement(1.02)]) == [.max, 10_000])
    }

    @Test("numbers that do not fit measure nothing")
    func numbers() {
        #expect(times([syn(0), answer(0.01, acknowledging: 1002), acknowledgement(0.02)]) == [.max, .max])
        #expect(times([syn(0), answer(0.01), acknowledgement(0.02, of: 9301)]) == [.max, 10_000])
        #expect(times([syn(0), acknowledgement(0.02, of: 9301), answer(0.01)]) == [.max, .max])
    }

    @Test("without a SYN the client's time is measured, without a SYN-ACK nothing")
    func parts() {
        #expect(times([answer(0), acknowledgement(0.005)]) == [5000, .max])
        #expect(times([syn(0), acknowledgement(0.005)]) == [.max, .max])
        #expect(times([syn(0)]) == [.max, .max])
        #expect(times([.udp(0, from: client, to: server), .udp(1, from: server, to: client)]) == [.max, .max])
    }

    @Test("two SYNs, one from each side, measure nothing")
    func simultaneous() {
        let other = PacketObservation.server(0.001, "S", client, server, on: 2).numbered(9000)
        #expect(times([syn(0), other, answer(0.01), acknowledgement(0.02)]) == [.max, .max])
    }

    @Test("a refused connection has the server's time alone, when it was answered at all")
    func refused() {
        let reset = PacketObservation.server(0.01, "RA", client, server, on: 2).numbered(0, 1001)
        #expect(times([syn(0), reset]) == [.max, .max])
        #expect(times([syn(0), answer(0.01), reset]) == [.max, 10_000])
    }

    @Test("times are the flow's: every part has them, a new connection on the same ports has its own")
    func parts2() {
        let meter = Meter()
        meter.send(syn(0), answer(0.01), acknowledgement(0.03))
        meter.send(.client(100, "PA", client, server, on: 1).numbered(1001, 9001, payload: 10))
        meter.send(.client(101, "R", client, server, on: 1).numbered(1011))
        meter.send(syn(110), answer(110.5), acknowledgement(110.75))
        let records = meter.finish()
        #expect(records.map(\.serverRoundTripMicroseconds) == [10_000, 10_000, 500_000])
        #expect(records.map(\.clientRoundTripMicroseconds) == [20_000, 20_000, 250_000])
    }

    @Test("a clock that goes back gives no round trip")
    func backwards() {
        #expect(times([syn(1), answer(0.5), acknowledgement(1.5)]) == [1_000_000, .max])
    }

    @Test("only the primary's packets are measured")
    func witnesses() {
        let packets = [syn(0), answer(0.01), acknowledgement(0.02)]
        #expect(times(packets.flatMap { [$0, $0.seen(on: 7, .egress, after: 3_000_000)] }) == [10_000, 10_000])
    }
}
