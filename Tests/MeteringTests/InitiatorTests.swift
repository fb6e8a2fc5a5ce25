import FlowModel
import Metering
import Testing

/// Who is taken for the initiator, and on which ground (design: never present a guess as a fact).
///
/// Each case runs with the client as the lower and as the higher side of the canonical key.
@Suite("Initiator")
struct InitiatorTests {
    static let clients = [Side("10.0.0.1", 40_000), Side("10.0.0.9", 40_000)]
    let server = Side("10.0.0.5", 443)

    @Test("a SYN tells", arguments: clients)
    func syn(client: Side) throws {
        let meter = Meter()
        meter.send(.client(0, "S", client, server), .server(0.001, "SA", client, server), .client(0.002, "A", client, server))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.sourceTransportPort == client.port)
        #expect(record.initiatorBasis == .syn)
        #expect(record.connectionState == .s1)
        #expect(record.initialTCPFlags == .syn)
        #expect(record.reverseInitialTCPFlags == [.syn, .ack])
        #expect(record.packetDeltaCount == 2)
        #expect(record.reversePacketDeltaCount == 1)
    }

    @Test("a SYN-ACK tells, when the SYN was not seen", arguments: clients)
    func synAck(client: Side) throws {
        let meter = Meter()
        meter.send(.server(0, "SA", client, server), .client(0.001, "A", client, server))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.initiatorBasis == .synAck)
        #expect(record.initialTCPFlags == .ack)
        #expect(record.reverseInitialTCPFlags == [.syn, .ack])
    }

    @Test("a SYN that is read after the SYN-ACK, with the earlier clock, makes the ground better", arguments: clients)
    func synReadLate(client: Side) {
        // Both rings of interface 2 are read before those of interface 1; the SYN crossed 2 as well, unseen.
        let meter = Meter()
        meter.send(.server(0.001, "SA", client, server, on: 2, .ingress), .client(0, "S", client, server, on: 1, .ingress))
        let records = meter.finish()
        #expect(records.count == 1)
        #expect(records.first?.initiatorBasis == .syn)
        #expect(records.first?.sourceAddress == client.address)
        #expect(records.first?.start == 0)
    }

    @Test("midstream, a well-known port on one side is the server's", arguments: clients, [true, false])
    func port(client: Side, serverSpeaksFirst: Bool) throws {
        let meter = Meter()
        meter.send(serverSpeaksFirst ? .server(0, "PA", client, server) : .client(0, "PA", client, server))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.destinationTransportPort == 443)
        #expect(record.initiatorBasis == .port)
        #expect(record.initiatorBasis.biflowDirection == 0)
        #expect(record.connectionState == .oth)
    }

    @Test("midstream, well-known ports on both sides or on none tell nothing", arguments: [(22, 22), (40_000, 50_000), (1024, 1023)])
    func unknown(ports: (UInt16, UInt16)) throws {
        let meter = Meter()
        let sender = Side("10.0.0.9", ports.0)
        meter.send(.tcp(0, "A", from: sender, to: Side("10.0.0.5", ports.1)))
        let record = try #require(meter.finish().first)
        let isTold = ports == (1024, 1023)
        #expect(record.initiatorBasis == (isTold ? .port : .unknown))
        #expect(record.sourceAddress == sender.address)
    }

    @Test("midstream, both directions' first flags are noted", arguments: clients)
    func firstFlagsMidstream(client: Side) throws {
        let meter = Meter()
        meter.send(
            .client(0, "PA", client, server), .server(0.001, "A", client, server), .server(0.002, "PA", client, server),
            .server(0.003, "FA", client, server))
        let record = try #require(meter.finish().first)
        #expect(record.initialTCPFlags == [.psh, .ack])
        #expect(record.reverseInitialTCPFlags == .ack)
    }

    @Test("a SYN later in a guessed flow, soon after its beginning, mends the guess", arguments: clients)
    func mendedGuess(client: Side) throws {
        let meter = Meter()
        meter.send(.client(0.0005, "A", client, server), .client(0, "S", client, server))
        let records = meter.finish()
        #expect(records.count == 1)
        #expect(records.first?.initiatorBasis == .syn)
        #expect(records.first?.sourceAddress == client.address)
    }

    @Test("UDP: the first packet's sender", arguments: clients)
    func udp(client: Side) throws {
        let meter = Meter()
        meter.send(.udp(0, from: client, to: server), .udp(0.001, from: server, to: client))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.initiatorBasis == .firstPacket)
        #expect(record.connectionState == .sf)
    }

    @Test("UDP: an answer that is read before the request, with a later clock", arguments: clients)
    func udpAnswerFirst(client: Side) throws {
        let meter = Meter()
        var answer = PacketObservation.udp(0.001, from: server, to: client)
        answer.dscp = 46
        meter.send(answer, .udp(0, from: client, to: server))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.start == 0)
        #expect(record.initialStartMilliseconds == record.flowStartMilliseconds)
        #expect(record.dscp == 0)
    }

    @Test("UDP without an answer is S0")
    func udpUnanswered() throws {
        let meter = Meter()
        meter.send(.udp(0, from: Self.clients[0], to: server))
        #expect(meter.finish().first?.connectionState == .s0)
    }

    @Test("a ping is one biflow, whichever packet came first", arguments: clients, [true, false])
    func ping(client: Side, answerFirst: Bool) throws {
        let meter = Meter()
        let request = PacketObservation.icmp(answerFirst ? 0.001 : 0, type: 8, code: 0, pair: 0, isRequest: true, from: client, to: server)
        let answer = PacketObservation.icmp(answerFirst ? 0 : 0.001, type: 0, pair: 8, from: server, to: client)
        meter.send(answerFirst ? [answer, request] : [request, answer])
        let records = meter.finish()
        let record = try #require(records.first)
        #expect(records.count == 1)
        #expect(record.sourceAddress == client.address)
        #expect(record.initiatorBasis == .icmp)
        #expect(record.icmpType == 8)
        #expect(record.icmpCode == 0)
        #expect(record.packetDeltaCount == 1)
        #expect(record.reversePacketDeltaCount == 1)
        #expect(record.sourceTransportPort == 0)
        #expect(record.destinationTransportPort == 0)
    }

    @Test("an answer alone still names the asker, with the request's type", arguments: clients)
    func answerAlone(client: Side) throws {
        let meter = Meter()
        meter.send(.icmp(0, type: 0, pair: 8, from: server, to: client))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.icmpType == 8)
        #expect(record.packetDeltaCount == 0)
        #expect(record.reversePacketDeltaCount == 1)
    }

    @Test("the code of an ICMPv6 request that comes after its answer is the request's own", arguments: clients)
    func requestCode(client: Side) throws {
        let meter = Meter()
        // Node information query (RFC 4620): code 2 says that the subject is an IPv4 address.
        meter.send(
            .icmp(0, type: 140, code: 0, pair: 139, from: server, to: client, protocolIdentifier: 58),
            .icmp(0.001, type: 139, code: 2, pair: 140, isRequest: true, from: client, to: server, protocolIdentifier: 58))
        let record = try #require(meter.finish().first)
        #expect(record.icmpType == 139)
        #expect(record.icmpCode == 2)
    }

    @Test("two pings at once, one each way, are two flows")
    func crossedPings() {
        let meter = Meter()
        let a = Self.clients[0]
        meter.send(
            .icmp(0, type: 8, pair: 0, isRequest: true, from: a, to: server), .icmp(0.1, type: 8, pair: 0, isRequest: true, from: server, to: a),
            .icmp(0.2, type: 0, pair: 8, from: server, to: a), .icmp(0.3, type: 0, pair: 8, from: a, to: server))
        let records = meter.finish()
        #expect(Set(records.map(\.sourceAddress)) == [a.address, server.address])
        #expect(records.allSatisfy { $0.packetDeltaCount == 1 && $0.reversePacketDeltaCount == 1 })
    }

    @Test("one-way ICMP types are never joined, also where type equals code", arguments: [(3, 1), (3, 3), (11, 0), (5, 5)])
    func oneWay(pair: (UInt8, UInt8)) throws {
        let meter = Meter()
        let a = Self.clients[0]
        meter.send(
            .icmp(0, type: pair.0, code: pair.1, pair: nil, from: a, to: server),
            .icmp(0.1, type: pair.0, code: pair.1, pair: nil, from: server, to: a),
            .icmp(0.2, type: pair.0, code: pair.1, pair: nil, from: server, to: a))
        let records = meter.finish().sorted { $0.packetDeltaCount < $1.packetDeltaCount }
        #expect(records.map(\.sourceAddress) == [a.address, server.address])
        #expect(records.map(\.packetDeltaCount) == [1, 2])
        #expect(records.allSatisfy { $0.reversePacketDeltaCount == 0 && $0.icmpType == pair.0 && $0.icmpCode == pair.1 })
        #expect(records.allSatisfy { $0.initiatorBasis == .firstPacket })
    }

    @Test("DSCP is that of the initiator's first packet", arguments: clients)
    func dscp(client: Side) throws {
        let meter = Meter()
        var answer = PacketObservation.server(0, "SA", client, server)
        answer.dscp = 46
        var own = PacketObservation.client(0.001, "A", client, server)
        own.dscp = 8
        var later = own
        later.dscp = 12
        meter.send(answer, own, later)
        #expect(meter.finish().first?.dscp == 8)
    }

    @Test("DSCP of a flow whose initiator said nothing is absent", arguments: clients)
    func noDSCP(client: Side) throws {
        let meter = Meter()
        meter.send(.server(0, "SA", client, server))
        #expect(meter.finish().first?.dscp == .max)
    }

    @Test("a later fragment of an ICMP message whose first was not seen tells neither who asked nor what", arguments: clients, [UInt8(1), 58])
    func laterFragment(client: Side, proto: UInt8) throws {
        var fragment = PacketObservation.icmp(0, type: 0, pair: 0, from: server, to: client, protocolIdentifier: proto)
        (fragment.icmpType, fragment.icmpCode) = (.max, .max)
        let meter = Meter()
        meter.send(fragment)
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == server.address)
        #expect(record.initiatorBasis == .firstPacket)
        #expect(record.icmpType == .max)
        #expect(record.icmpCode == .max)
        #expect(record.packetDeltaCount == 1)
    }

    @Test("an answer to a group was not asked for by it", arguments: [
        (UInt8(58), UInt8(134), UInt8(133), "fe80::1", "ff02::1"), (58, 136, 135, "fe80::1", "ff02::1"), (58, 131, 130, "fe80::1", "ff02::1:3"),
        (1, 9, 10, "10.0.0.1", "224.0.0.1"), (1, 9, 10, "10.0.0.1", "255.255.255.255"),
    ])
    func answerToGroup(proto: UInt8, type: UInt8, pair: UInt8, source: String, group: String) throws {
        let meter = Meter()
        meter.send(.icmp(0, type: type, code: 16, pair: pair, from: Side(source, 0), to: Side(group, 0), protocolIdentifier: proto))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == IPAddress(source))
        #expect(record.destinationAddress == IPAddress(group))
        #expect(record.initiatorBasis == .firstPacket)
        #expect(record.icmpType == type)
        #expect(record.icmpCode == 16)
        #expect(record.packetDeltaCount == 1)
        #expect(record.reversePacketDeltaCount == 0)
    }

    @Test("a clock that steps back further than a ring is late does not turn a flow round", arguments: clients, [2.0, 30, 59])
    func clockBack(client: Side, step: Double) throws {
        let meter = Meter()
        meter.send(.udp(100, from: client, to: server), .udp(100.1, from: server, to: client), .udp(100.2 - step, from: server, to: client))
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect(record.start == 100)
        #expect(record.packetDeltaCount == 1)
        #expect(record.reversePacketDeltaCount == 2)
    }
}
