import FlowModel
import Metering
import Testing

/// How a TCP connection ends, and what comes after its end.
@Suite("The end of a connection")
struct ConnectionEndTests {
    let client = Side("10.0.0.9", 40_000)
    let server = Side("10.0.0.5", 443)

    private func open(at seconds: Double) -> [PacketObservation] {
        [
            .client(seconds, "S", client, server), .server(seconds + 0.001, "SA", client, server),
            .client(seconds + 0.002, "A", client, server),
        ]
    }

    private func close(at seconds: Double) -> [PacketObservation] {
        [
            .client(seconds, "FA", client, server), .server(seconds + 0.001, "FA", client, server),
            .client(seconds + 0.002, "A", client, server),
        ]
    }

    @Test("FINs from both sides end the record a second later")
    func fins() throws {
        let meter = Meter()
        meter.send(open(at: 0) + close(at: 1))
        meter.advance(to: 2)
        #expect(meter.drain().isEmpty)
        meter.advance(to: 2.5, from: 2)
        let record = try #require(meter.drain().first)
        #expect(record.flowEndReason == .endOfFlow)
        #expect(record.connectionState == .sf)
        #expect(record.packetDeltaCount == 4)
        #expect(record.reversePacketDeltaCount == 2)
        #expect(record.end == 1.002)
        // What is known of the flow stays for the idle timeout, then goes without another record.
        #expect(meter.count == 1)
        meter.advance(to: 17, from: 2.5)
        #expect(meter.count == 0)
        #expect(meter.finish().isEmpty)
    }

    @Test("one FIN does not end it")
    func oneFin() {
        let meter = Meter()
        meter.send(open(at: 0))
        meter.send(.client(1, "FA", client, server))
        meter.advance(to: 10)
        #expect(meter.drain().isEmpty)
        #expect(meter.finish().first?.connectionState == .s2)
    }

    @Test("a RST ends the record a second later", arguments: [true, false])
    func reset(fromClient: Bool) throws {
        let meter = Meter()
        meter.send(open(at: 0))
        meter.send(fromClient ? .client(3, "R", client, server) : .server(3, "RA", client, server))
        meter.advance(to: 4.5)
        let record = try #require(meter.drain().first)
        #expect(record.flowEndReason == .endOfFlow)
        #expect(record.connectionState == (fromClient ? .rsto : .rstr))
    }

    @Test("late segments after the end are the next part of the flow, not a new one", arguments: [true, false])
    func lateSegments(isToldTime: Bool) throws {
        let meter = Meter()
        meter.send(open(at: 0) + close(at: 1))
        if isToldTime { meter.advance(to: 5) }
        meter.send(.server(5, "PA", client, server, octets: 700))
        if isToldTime {
            meter.advance(to: 7, from: 5)
            #expect(meter.counters.records == 2)
        }
        let records = meter.finish()
        #expect(records.map(\.part) == [0, 1])
        #expect(records.map(\.flowEndReason) == [.endOfFlow, .endOfFlow])
        #expect(Set(records.map(\.flowId)).count == 1)
        #expect(records.last?.sourceAddress == client.address)
        #expect(records.last?.initiatorBasis == .syn)
        #expect(records.last?.reverseOctetDeltaCount == 700)
        #expect(records.last?.packetDeltaCount == 0)
        #expect(records.last?.connectionState == .sf)
        #expect(meter.counters.flows == 1)
    }

    @Test("what comes later than the idle timeout after the end is a new flow", arguments: [true, false])
    func longAfter(isToldTime: Bool) {
        let meter = Meter()
        meter.send(open(at: 0) + close(at: 1))
        if isToldTime { meter.advance(to: 30) }
        meter.send(.server(30, "PA", client, server))
        let records = meter.finish()
        #expect(records.map(\.part) == [0, 0])
        #expect(Set(records.map(\.flowId)).count == 2)
        #expect(records.map(\.flowEndReason) == [.endOfFlow, .forcedEnd])
        #expect(records.last?.initiatorBasis == .port)
    }

    @Test("a new SYN after the end begins a new flow", arguments: [1.5, 8])
    func newSyn(at seconds: Double) throws {
        let meter = Meter()
        meter.send(open(at: 0) + close(at: 1))
        meter.advance(to: seconds)
        meter.send(open(at: seconds))
        let records = meter.finish()
        #expect(records.map(\.part) == [0, 0])
        #expect(Set(records.map(\.flowId)).count == 2)
        #expect(records.map(\.flowEndReason) == [.endOfFlow, .forcedEnd])
        #expect(records.map(\.connectionState) == [.sf, .s1])
        #expect(records.map(\.allPackets) == [6, 3])
        let second = try #require(records.last)
        #expect(second.initialStartMilliseconds == second.flowStartMilliseconds)
        #expect(second.start == seconds)
        #expect(second.initialTCPFlags == .syn)
        #expect(second.reverseInitialTCPFlags == [.syn, .ack])
        #expect(second.tcpControlBits == [.syn, .ack])
    }

    @Test("a new SYN from the other side turns the new flow round")
    func newSynFromServer() {
        let meter = Meter()
        meter.send(open(at: 0))
        meter.send(.client(1, "R", client, server), .server(2, "S", client, server))
        let records = meter.finish()
        #expect(records.map(\.sourceAddress) == [client.address, server.address])
        #expect(records.map(\.initiatorBasis) == [.syn, .syn])
    }

    @Test("a SYN that is sent again while nobody answers is the same flow")
    func retransmittedSyn() {
        let meter = Meter()
        for seconds in [0.0, 1, 3, 7] {
            meter.advance(to: seconds, from: max(0, seconds - 4))
            meter.send(.client(seconds, "S", client, server))
        }
        let records = meter.finish()
        #expect(records.count == 1)
        #expect(records.first?.packetDeltaCount == 4)
        #expect(records.first?.connectionState == .s0)
        #expect(meter.counters.flows == 1)
    }

    @Test("a SYN of the ended connection that is read late, with its own clock, does not begin a new flow")
    func synReadAfterReset() {
        let meter = Meter()
        meter.send(.server(0.0005, "RA", client, server, on: 2), .client(0, "S", client, server, on: 1))
        let records = meter.finish()
        #expect(records.count == 1)
        #expect(records.first?.connectionState == .rej)
        #expect(records.first?.sourceAddress == client.address)
        #expect(meter.counters.flows == 1)
    }

    @Test("a flow on the entry of an ended one learns its overlay, witnesses and local addresses anew")
    func reusedEntry() throws {
        let meter = Meter()
        meter.cache.setWorkload(interface: 1, true)
        let outer = ("192.0.2.1", "192.0.2.2")
        for start in [0.0, 5] {
            for packet in open(at: start) + close(at: start + 1) {
                let isClient = packet.key.sourceAddress == client.address
                meter.send(
                    packet.ofTenant(77).seen(on: 1, isClient ? .ingress : .egress, after: 0),
                    packet.seen(on: 2, isClient ? .egress : .ingress).inVXLAN(77, outer: isClient ? outer : (outer.1, outer.0)))
            }
        }
        let records = meter.finish()
        #expect(records.count == 2)
        for record in records {
            #expect(record.encapsulation == .vxlan)
            #expect(record.outerSource.description == outer.0)
            #expect(record.outerDestination.description == outer.1)
            #expect(record.witnesses == 1)
            #expect(record.interface == 2)
            #expect(record.direction == .ingress)
        }
    }

    @Test("a flow on the entry of an ended one, seen on the underlay alone, keeps its overlay")
    func reusedEntryOnUnderlay() {
        let meter = Meter()
        for start in [0.0, 5] {
            meter.send((open(at: start) + close(at: start + 1)).map { $0.inVXLAN(7, outer: ("192.0.2.1", "192.0.2.2")) })
        }
        #expect(meter.finish().map(\.encapsulation) == [.vxlan, .vxlan])
    }

    /// A numbered connection with some data from either side, of which no end is seen.
    private func unended(at seconds: Double, _ number: UInt32) -> [PacketObservation] {
        [
            .client(seconds, "S", client, server).numbered(number),
            .server(seconds + 0.001, "SA", client, server).numbered(number &+ 70_000, number &+ 1),
            .client(seconds + 0.002, "A", client, server).numbered(number &+ 1, number &+ 70_001),
            .client(seconds + 0.003, "PA", client, server).numbered(number &+ 1, number &+ 70_001, payload: 100),
            .server(seconds + 0.004, "PA", client, server).numbered(number &+ 70_001, number &+ 101, payload: 500),
        ]
    }

    @Test("a new connection on the ports of one whose end was not seen is a flow of its own", arguments: [1_000_000, 4_000_000_000, 99] as [UInt32])
    func unseenEnd(number: UInt32) {
        let meter = Meter()
        meter.send(unended(at: 0, 500_000) + unended(at: 5, number))
        let records = meter.finish()
        #expect(records.map(\.flowEndReason) == [.endOfFlow, .forcedEnd])
        #expect(Set(records.map(\.flowId)).count == 2)
        #expect(records.map(\.part) == [0, 0])
        #expect(records.map(\.start) == [0, 5])
        #expect(records.map(\.allPackets) == [5, 5])
        #expect(records.map(\.connectionState) == [.s1, .s1])
        #expect(records.allSatisfy { $0.retransmits == 0 && $0.reverseRetransmits == 0 })
        #expect(records.allSatisfy { $0.serverRoundTripMicroseconds == 1000 && $0.clientRoundTripMicroseconds == 1000 })
    }

    @Test("a SYN of the connection itself, sent again or read late, begins none")
    func synOfOpenConnection() {
        let packets = unended(at: 0, 1000)
        for (syn, position) in [
            (packets[0].later(3), 2), (packets[0].seen(on: 2, .egress), 3), (packets[0].later(-0.001), 4), (packets[0].later(0.01), 5),
        ] {
            let meter = Meter()
            meter.send(Array(packets.prefix(position)) + [syn] + packets.dropFirst(position))
            #expect(meter.finish().count == 1)
            #expect(meter.counters.flows == 1)
        }
    }

    @Test("a RST whose number its sender cannot have ends nothing when the sender goes on", arguments: [UInt32(1) << 30, 0, 3_000_000_000], [1.0, 3])
    func forgedReset(number: UInt32, goesOn seconds: Double) throws {
        let packets = unended(at: 0, 500_000_000)
        let meter = Meter()
        meter.send(packets)
        meter.send(.server(0.5, "R", client, server).numbered(number))
        meter.advance(to: seconds)
        meter.send(
            .server(seconds, "PA", client, server).numbered(500_070_501, 500_000_101, payload: 20),
            .client(seconds + 0.1, "PA", client, server).numbered(500_000_101, 500_070_521, payload: 20))
        meter.advance(to: seconds + 10, from: seconds)
        let records = meter.drain() + meter.finish()
        #expect(records.last?.connectionState == .s1)
        #expect(records.last?.flowEndReason == .forcedEnd)
        #expect(records.reduce(0) { $0 + $1.allPackets } == 8)
        #expect(meter.counters.flows == 1)
    }

    @Test("it ends the connection as any other when nothing follows, or what is late, or from the other side")
    func resetOfOddNumber() {
        for late in [
            [], [PacketObservation.server(0.4, "PA", client, server).numbered(500_070_501, 500_000_101, payload: 20)],
            [.client(0.6, "PA", client, server).numbered(500_000_101, 500_070_501, payload: 20)],
            [.server(0.6, "PA", client, server).numbered(500_000_000, 500_000_101, payload: 20)],
            // A second RST, with the right number.
            [.server(0.6, "R", client, server).numbered(500_070_501), .server(0.7, "PA", client, server).numbered(500_070_501, payload: 5)],
        ] {
            let meter = Meter()
            meter.send(unended(at: 0, 500_000_000))
            meter.send(.server(0.5, "R", client, server).numbered(7))
            meter.send(late)
            meter.advance(to: 3)
            let records = meter.drain()
            #expect(records.map(\.connectionState) == [.rstr])
            #expect(records.map(\.flowEndReason) == [.endOfFlow])
        }
    }
}
