import FlowModel
import Metering
import Testing

/// Connection states in Zeek's words, for what its state machine (TCPSessionAdapter.cc) and its script
/// (base/protocols/conn, `conn_state`) make of the same packets.
@Suite("TCP states")
struct TCPStateTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// Packets in order: `>` from the initiator, `<` from the responder, then flags.
        let packets: String
        let state: ConnectionState
        var testDescription: String { "\(packets) is \(state.name)" }

        init(_ packets: String, _ state: ConnectionState) {
            self.packets = packets
            self.state = state
        }
    }

    static let cases = [
        Case(">S", .s0), Case(">S >S >S", .s0),
        Case(">S <SA", .s1), Case(">S <SA >A", .s1), Case(">S <SA >A >PA <A", .s1),
        Case(">S <S", .s1),
        Case(">S <SA >A >FA <FA >A", .sf), Case(">S <SA >A <FA >FA <A", .sf),
        Case(">S <SA >A >FA <A", .s2), Case(">S <SA >A <FA >A", .s3),
        // A RST after FINs from both sides, or between them from the side that was done, is an ordinary end.
        Case(">S <SA >A >FA <FA >R", .sf), Case(">S <SA >A >FA <FA <R", .sf), Case(">S <SA >A >FA >R <FA", .sf),
        Case(">S <SA >A >R", .rsto), Case(">S <SA >A >RA <A", .rsto), Case(">S <SA >R", .rsto),
        Case(">S <SA >A <R", .rstr), Case(">S <SA >A >PA <RA", .rstr), Case(">S <SA >A >R <R", .rstr),
        Case(">S <SA >A >FA <R", .rstr), Case(">S <SA >A <FA >R", .rsto), Case(">S <SA >A >FA >R", .rsto),
        Case(">S <RA", .rej), Case(">S >S <RA", .rej),
        Case(">S >R", .rstos0), Case(">S >FA", .sh), Case(">S >FA <R", .rstr),
        // Half of the handshake was not seen.
        Case("<SA >A", .s1), Case("<SA >A >PA <A", .s1), Case("<SA >A >FA <FA", .sf), Case("<SA >A <FA", .s3),
        Case("<SA", .oth), Case("<SA <FA", .shr), Case("<SA <R", .rstrh), Case("<SA >R", .rsto), Case("<SA >A <R", .rstr),
        Case(">S <PA >A", .oth), Case(">S <PA <FA", .s3),
        // Midstream.
        Case(">A <A", .oth), Case(">PA <A >PA", .oth), Case(">PA >FA <FA", .sf), Case(">PA <A >FA", .sh), Case(">PA <FA", .shr),
        Case(">PA <R", .rstrh), Case(">PA >R", .oth), Case(">F <RA", .rstr), Case(">A <R", .rstrh),
    ]

    @Test("the state of a connection", arguments: cases, [Side("10.0.0.1", 4000), Side("10.0.0.9", 4000)])
    func state(one: Case, client: Side) throws {
        let server = Side("10.0.0.5", 80)
        let meter = Meter()
        for (step, word) in one.packets.split(separator: " ").enumerated() {
            let flags = String(word.dropFirst())
            meter.send(
                word.hasPrefix(">")
                    ? .client(Double(step) / 1000, flags, client, server) : .server(Double(step) / 1000, flags, client, server))
        }
        let records = meter.finish()
        #expect(records.count == 1)
        #expect(records.first?.connectionState == one.state)
        #expect(records.first?.sourceAddress == client.address)
    }

    /// Of a simultaneous open either side is as good as the other.
    @Test("the order in which the two directions are read does not matter", arguments: cases.filter { $0.packets != ">S <S" })
    func readInTurn(one: Case) {
        let (client, server) = (Side("10.0.0.1", 4000), Side("10.0.0.5", 80))
        let packets = one.packets.split(separator: " ").enumerated().map { step, word in
            let flags = String(word.dropFirst())
            return word.hasPrefix(">")
                ? PacketObservation.client(Double(step) / 1000, flags, client, server)
                : .server(Double(step) / 1000, flags, client, server)
        }
        let fromServer = packets.filter { $0.key.sourceAddress == server.address }
        let fromClient = packets.filter { $0.key.sourceAddress == client.address }
        for order in [fromServer + fromClient, fromClient + fromServer] {
            let meter = Meter()
            meter.send(order)
            let records = meter.finish()
            #expect(records.map(\.connectionState) == [one.state])
            #expect(records.map(\.sourceAddress) == [client.address])
        }
    }
}
