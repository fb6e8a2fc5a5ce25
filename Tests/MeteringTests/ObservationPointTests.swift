import FlowModel
@testable import Metering
import TestSupport
import Testing

/// One packet, many interfaces: counted once, every witness counted as one (design section 4).
@Suite("Observation points")
struct ObservationPointTests {
    static let vethOfClient: UInt16 = 0
    static let bridge: UInt16 = 1
    static let underlay: UInt16 = 2
    let client = Side("10.0.0.9", 40_000)
    let server = Side("10.0.0.5", 443)

    enum Order: String, CaseIterable, Sendable {
        case interfaceAfterInterface, packetByPacket, reverse, ringAfterRing, shuffledTurns
    }

    /// 300 packets of a connection as three interfaces of the client's host see them.
    private func views() -> [[PacketObservation]] {
        var packets: [PacketObservation] = []
        for step in 0..<300 {
            let seconds = Double(step) / 1000
            let size = UInt32(40 + step)
            let flags = step == 0 ? "S" : step == 1 ? "SA" : step == 298 ? "FA" : step == 299 ? "FA" : "PA"
            packets.append(
                (step % 3 == 1 && step != 298) || step == 299
                    ? .server(seconds, flags, client, server, octets: size) : .client(seconds, flags, client, server, octets: size))
        }
        let isClient = packets.map { $0.key.sourceAddress == client.address }
        return [
            zip(packets, isClient).map { $0.ofTenant(77).seen(on: Self.vethOfClient, $1 ? .ingress : .egress, after: $1 ? 0 : 30_000) },
            packets.map { $0.ofTenant(77).seen(on: Self.bridge, .ingress, after: 10_000) },
            zip(packets, isClient).map {
                $0.inVXLAN(77, outer: $1 ? ("192.0.2.1", "192.0.2.2") : ("192.0.2.2", "192.0.2.1"))
                    .seen(on: Self.underlay, $1 ? .egress : .ingress, after: $1 ? 20_000 : 0)
            },
        ]
    }

    private func arrange(_ views: [[PacketObservation]], _ order: Order) -> [PacketObservation] {
        switch order {
        case .interfaceAfterInterface: return views.flatMap { $0 }
        case .packetByPacket: return (0..<300).flatMap { step in views.map { $0[step] } }
        case .reverse: return views.reversed().flatMap { $0 }
        case .ringAfterRing:
            return views.flatMap { view in view.filter { $0.direction == .ingress } + view.filter { $0.direction != .ingress } }
        case .shuffledTurns:
            var random = SeededGenerator(seed: 5)
            var rings = views
            var result: [PacketObservation] = []
            while rings.contains(where: { !$0.isEmpty }) {
                let ring = Int.random(in: 0..<3, using: &random)
                let turn = Int.random(in: 1...40, using: &random)
                result += rings[ring].prefix(turn)
                rings[ring].removeFirst(min(turn, rings[ring].count))
            }
            return result
        }
    }

    @Test("three interfaces, whatever the order in which their rings are read", arguments: Order.allCases)
    func orders(order: Order) throws {
        let views = views()
        let meter = Meter()
        meter.cache.setWorkload(interface: Self.vethOfClient, true)
        let arranged = arrange(views, order)
        meter.send(arranged)
        let records = meter.finish()
        let record = try #require(records.first)
        #expect(records.count == 1)
        let sent = views[0].filter { $0.key.sourceAddress == client.address }
        let answered = views[0].filter { $0.key.sourceAddress == server.address }
        #expect(record.packetDeltaCount == UInt64(sent.count))
        #expect(record.octetDeltaCount == sent.reduce(0) { $0 + UInt64($1.octets) })
        #expect(record.reversePacketDeltaCount == UInt64(answered.count))
        #expect(record.reverseOctetDeltaCount == answered.reduce(0) { $0 + UInt64($1.octets) })
        #expect(meter.counters.metered == 300)
        #expect(meter.counters.witnessed == 600)
        #expect(record.witnesses == 2)
        #expect(record.sourceAddress == client.address)
        #expect(record.initiatorBasis == .syn)
        #expect(record.connectionState == .sf)
        #expect(record.vni == 77)
        // Only the underlay knows the tunnel.
        #expect(record.encapsulation == .vxlan)
        #expect(record.tunnelDepth == 1)
        #expect(record.outerSource.description == "192.0.2.1")
        #expect(record.outerDestination.description == "192.0.2.2")
        // Interface and direction are of the first that the initiator's packets were seen on.
        let first = try #require(arranged.first { $0.key.sourceAddress == client.address })
        #expect(record.interface == UInt32(first.interface) + 1)
        #expect(record.direction == first.direction)
        // The client is local: its veth told so, also when it was a witness only. The server is not.
        #expect(
            meter.cache.localAddresses(at: Packet.time(1)) == [.init(tenant: Tenant(.virtualNetwork, 77), address: client.address)])
    }

    /// Interface 1 is silent between two and ten seconds; interface 2 sees all of it.
    private func interrupted() -> [PacketObservation] {
        (0..<200).flatMap { step in
            let packet = PacketObservation.udp(Double(step) / 10, from: client, to: server, octets: UInt32(100 + step))
            let second = packet.seen(on: 2, .egress)
            return step <= 20 || step >= 100 ? [packet.seen(on: 1, .ingress, after: 0), second] : [second]
        }
    }

    @Test("a primary that is silent while a witness goes on is replaced, and no packet is lost or doubled")
    func replaced() throws {
        let meter = Meter()
        let packets = interrupted()
        for packet in packets {
            meter.send(packet)
            meter.cache.advance(to: packet.timestampNanoseconds)
        }
        #expect(meter.counters.metered + meter.counters.witnessed == UInt64(packets.count))
        #expect(meter.cache.meteredAhead == 0)
        let record = try #require(meter.finish().first)
        #expect(record.packetDeltaCount == 200)
        #expect(record.octetDeltaCount == (0..<200).reduce(0) { $0 + 100 + UInt64($1) })
        #expect(meter.counters.metered == 200)
        #expect(meter.counters.witnessed == 121)
        #expect(record.interface == 3)
        #expect(record.direction == .egress)
        #expect(record.witnesses == 1)
    }

    @Test("the ring of a primary that is read seconds late: no packet is lost or doubled")
    func lateRing() {
        let meter = Meter()
        let packets = (0..<300).map { PacketObservation.udp(Double($0) / 10, from: client, to: server) }
        meter.send(packets.prefix(50).flatMap { [$0.seen(on: 1, .ingress, after: 0), $0.seen(on: 2, .egress)] })
        meter.send(packets.dropFirst(50).map { $0.seen(on: 2, .egress) })
        meter.send(packets.dropFirst(50).map { $0.seen(on: 1, .ingress, after: 0) })
        #expect(meter.finish().reduce(0) { $0 + $1.packetDeltaCount } == 300)
        #expect(meter.counters.metered == 300)
        #expect(meter.counters.witnessed == 300)
    }

    @Test("a witness that came late brings less along, and nothing is doubled")
    func lateWitness() {
        let meter = Meter()
        for step in 0..<200 {
            let packet = PacketObservation.udp(Double(step) / 10, from: client, to: server)
            if step <= 100 { meter.send(packet.seen(on: 1, .ingress, after: 0)) }
            if step >= 50 { meter.send(packet.seen(on: 2, .egress)) }
        }
        let counted = meter.finish().reduce(0) { $0 + $1.packetDeltaCount }
        // Interface 1 counted 101; of what 2 saw up to its turn, 80 packets, nothing is beyond that.
        #expect(counted == 101 + 70)
        #expect(meter.counters.metered + meter.counters.witnessed == 101 + 150)
    }

    @Test("random interfaces, losses and orders: never more than was sent, and the account adds up", arguments: [UInt64(1), 2, 3, 4])
    func never(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let meter = Meter()
        var captured: UInt64 = 0
        var loss = [0.0, 0.0, 0.0]
        let sent = 5000
        for step in 0..<sent {
            if step % 200 == 0 { loss = loss.map { _ in [0, 0, 0.1, 1].randomElement(using: &random) ?? 0 } }
            let packet = PacketObservation.udp(Double(step) / 40, from: client, to: server)
            for interface in [0, 1, 2].shuffled(using: &random) where Double.random(in: 0..<1, using: &random) >= loss[interface] {
                meter.send(packet.seen(on: UInt16(interface), .ingress, after: Int64(interface) * 1000))
                captured += 1
            }
            meter.cache.advance(to: packet.timestampNanoseconds)
            #expect(meter.counters.metered + meter.counters.witnessed == captured)
        }
        let records = meter.finish()
        let counted = records.reduce(0) { $0 + $1.packetDeltaCount }
        #expect(counted <= UInt64(sent))
        #expect(counted == meter.counters.metered + meter.cache.meteredAhead)
        #expect(counted > UInt64(sent) / 2)
    }

    @Test("packets further apart than that, seen by both interfaces, are counted once in any order", arguments: [true, false])
    func sparse(firstFirst: Bool) {
        let meter = Meter()
        for step in 0..<20 {
            let packet = PacketObservation.udp(Double(step) * 5, from: client, to: server)
            let pair = [packet.seen(on: 1, .ingress, after: 0), packet.seen(on: 2, .egress)]
            meter.send(firstFirst || step % 2 == 0 ? pair : pair.reversed())
        }
        #expect(meter.finish().reduce(0) { $0 + $1.packetDeltaCount } == 20)
        #expect(meter.counters.metered == 20)
        #expect(meter.counters.witnessed == 20)
    }

    @Test("an interface that saw the answers alone is a witness of the flow")
    func asymmetric() {
        let meter = Meter()
        meter.send(.udp(0, from: client, to: server, on: 1), .udp(0.01, from: server, to: client, on: 2, .egress))
        let records = meter.finish()
        #expect(records.first?.interface == 2)
        #expect(records.first?.witnesses == 1)
    }

    @Test("nine interfaces and more: the number of witnesses is bounded, packets are counted once", arguments: [UInt16(0), 16_370, 32_740])
    func manyWitnesses(base: UInt16) {
        let meter = Meter()
        for step in 0..<10 {
            let isAnswer = step % 2 == 1
            let packet = PacketObservation.udp(Double(step) / 10, from: isAnswer ? server : client, to: isAnswer ? client : server)
            for interface in 0..<20 { meter.send(packet.seen(on: base + UInt16(interface), .ingress, after: Int64(interface) * 1000)) }
        }
        let records = meter.finish()
        #expect(records.map(\.allPackets) == [10])
        #expect(records.map(\.witnesses) == [8])
        #expect(meter.counters.metered == 10)
        #expect(meter.counters.witnessed == 190)
    }

    @Test("eight interfaces that see both directions are seven witnesses", arguments: [UInt16(0), 32_750])
    func eightInterfaces(base: UInt16) {
        let meter = Meter()
        for isAnswer in [false, true, false, true] {
            let packet = PacketObservation.udp(0, from: isAnswer ? server : client, to: isAnswer ? client : server)
            for interface in 0..<8 { meter.send(packet.seen(on: base + UInt16(interface), .ingress, after: Int64(interface))) }
        }
        #expect(meter.finish().map(\.witnesses) == [7])
    }

    @Test("outer addresses are kept, turned with the flow, and given back; without room they are counted")
    func outerAddresses() throws {
        let meter = Meter()
        let outer = ("2001:db8::1", "2001:db8:ffff::2")
        meter.send(
            PacketObservation.server(0, "SA", client, server).inVXLAN(7, outer: outer),
            PacketObservation.client(1, "A", client, server).inVXLAN(7, outer: (outer.1, outer.0)))
        #expect(meter.cache.extras.outers.count == 1)
        let record = try #require(meter.finish().first)
        #expect(record.sourceAddress == client.address)
        #expect([record.outerSource.description, record.outerDestination.description] == [outer.1, outer.0])
        #expect(record.encapsulation == .vxlan)
        #expect(meter.cache.extras.outers.count == 0)

        var configuration = FlowCacheConfiguration()
        configuration.byteLimit = 1 << 20
        let small = Meter(configuration)
        // An eighth is kept for each of the two other kinds.
        let room = configuration.extrasByteLimit / 4 * 3 / SparePool<OuterAddresses>.bytesPerElement
        let capacity = min(configuration.capacity, room + 100)
        for number in 0..<capacity {
            small.send(PacketObservation.udp(0, from: Side("10.1.\(number / 250).\(number % 250)", 1), to: server).inVXLAN(7, outer: outer))
        }
        let records = small.finish()
        #expect(records.count == capacity)
        #expect(small.counters.outersDropped == UInt64(max(0, capacity - room)))
        #expect(records.filter { $0.outerSource.description == outer.0 }.count == min(capacity, room))
    }

    @Test("MAC addresses of the first frame, a broadcast one and absent ones among them", arguments: [true, false])
    func macAddresses(isAnswerFirst: Bool) {
        let values: [(MACAddress, MACAddress)] = [
            (MACAddress(0x0242_AC11_0002), MACAddress(0xFFFF_FFFF_FFFF)), (MACAddress(0), MACAddress(0x0242_AC11_0003)), (.absent, .absent),
        ]
        for (source, destination) in values {
            var packet: PacketObservation = isAnswerFirst ? .server(0, "SA", client, server) : .client(0, "S", client, server)
            (packet.sourceMAC, packet.destinationMAC) = (source, destination)
            let meter = Meter()
            meter.send(packet)
            let record = meter.finish().first
            #expect(record?.sourceMAC == (isAnswerFirst ? destination : source))
            #expect(record?.destinationMAC == (isAnswerFirst ? source : destination))
        }
    }

    @Test("two tenants with the same inner addresses are two flows")
    func tenants() {
        let meter = Meter()
        let packet = PacketObservation.udp(0, from: client, to: server)
        var tagged = packet
        tagged.vlan = 77
        tagged.key.tenant = Tenant(.vlan, 77)
        meter.send(packet, packet.ofTenant(77), packet.ofTenant(78), tagged)
        let records = meter.finish()
        #expect(records.count == 4)
        #expect(Set(records.map(\.tenant)) == [.none, Tenant(.virtualNetwork, 77), Tenant(.virtualNetwork, 78), Tenant(.vlan, 77)])
    }

    @Test("with an idle timeout below the primary's silence, too, no packet of a witness is lost", arguments: [Int64(1), 2, 3, 5])
    func replacedBeforeIdle(idle: Int64) {
        var configuration = FlowCacheConfiguration()
        configuration.idleTimeout = idle * 1_000_000_000
        let meter = Meter(configuration)
        for packet in interrupted() {
            meter.send(packet)
            meter.cache.advance(to: packet.timestampNanoseconds)
        }
        #expect(meter.finish().reduce(0) { $0 + $1.packetDeltaCount } == 200)
        #expect(meter.counters.metered == 200)
        #expect(meter.counters.witnessed == 121)
    }

    @Test("a record that begins with what a witness brings along is dated by the first of it")
    func firstOfBroughtAlong() throws {
        let meter = Meter()
        let packets: [PacketObservation] = [
            .client(0, "S", client, server), .server(0.1, "SA", client, server), .client(0.2, "FA", client, server),
            .server(0.3, "FA", client, server),
        ]
        meter.send(packets.flatMap { [$0.seen(on: 1, .ingress, after: 0), $0.seen(on: 2, .egress)] })
        meter.advance(to: 2)
        #expect(meter.drain().count == 1)
        // What is late comes over the second interface alone.
        for seconds in [2.5, 2.8, 3.1, 3.5] { meter.send(.server(seconds, "PA", client, server, on: 2, .egress)) }
        let record = try #require(meter.finish().first)
        #expect(record.part == 1)
        #expect(record.reversePacketDeltaCount == 4)
        #expect(record.start == 2.5)
        #expect(record.end == 3.5)
    }

    // MARK: An interface that a packet crosses twice

    @Test("a packet that comes in and goes out over one interface is counted once", arguments: [UInt16(0), 1, 32_000])
    func hairpin(interface: UInt16) throws {
        let meter = Meter()
        for step in 0..<30 {
            let isAnswer = step % 3 == 2
            let packet = PacketObservation.udp(
                Double(step) / 10, from: isAnswer ? server : client, to: isAnswer ? client : server, octets: UInt32(100 + step))
            meter.send(packet.seen(on: interface, .ingress, after: 0), packet.seen(on: interface, .egress))
        }
        #expect(meter.counters.metered == 30)
        #expect(meter.counters.witnessed == 30)
        let batch = meter.finishAll()
        #expect(batch.count == 1)
        let record = batch[0]
        #expect([record.packetDeltaCount, record.reversePacketDeltaCount] == [20, 10])
        #expect(record.interface == UInt32(interface) + 1)
        #expect(record.direction == .ingress)
        #expect(record.witnesses == 1)
        let witness = try #require(batch.witnessRecords.first)
        #expect(batch.witnessRecords.count == 1)
        #expect(witness.interface == record.interface)
        #expect(witness.direction == .egress)
        #expect([witness.packetDeltaCount, witness.reversePacketDeltaCount] == [20, 10])
        #expect([witness.octetDeltaCount, witness.reverseOctetDeltaCount] == [record.octetDeltaCount, record.reverseOctetDeltaCount])
    }

    @Test("beside another interface it is a witness twice, and its two ways are told apart")
    func hairpinWitness() {
        let meter = Meter()
        for step in 0..<10 {
            let packet = PacketObservation.udp(Double(step) / 10, from: client, to: server)
            meter.send(packet.seen(on: 3, .ingress, after: 0), packet.seen(on: 5, .ingress), packet.seen(on: 5, .egress, after: 40_000))
        }
        let batch = meter.finishAll()
        #expect(batch.packetDeltaCount == [10])
        #expect(batch.witnesses == [2])
        #expect(batch.interface == [4])
        #expect(batch.witnessRecords.map(\.interface) == [6, 6])
        #expect(Set(batch.witnessRecords.map(\.direction)) == [.ingress, .egress])
        #expect(batch.witnessRecords.map(\.packetDeltaCount) == [10, 10])
    }

    @Test("a veth that sees each direction one way is one place, as primary and as witness")
    func veth() throws {
        let meter = Meter()
        for step in 0..<10 {
            let isAnswer = step % 2 == 1
            let packet = PacketObservation.udp(Double(step) / 10, from: isAnswer ? server : client, to: isAnswer ? client : server)
            meter.send(
                packet.seen(on: 1, isAnswer ? .egress : .ingress, after: 0), packet.seen(on: 2, isAnswer ? .ingress : .egress))
        }
        let batch = meter.finishAll()
        #expect(batch.packetDeltaCount == [5])
        #expect(batch.reversePacketDeltaCount == [5])
        #expect(batch.witnesses == [1])
        let witness = try #require(batch.witnessRecords.first)
        #expect(batch.witnessRecords.count == 1)
        #expect(witness.interface == 3)
        #expect([witness.packetDeltaCount, witness.reversePacketDeltaCount] == [5, 5])
        // One that saw a direction each is nobody's witness.
        let alone = Meter()
        alone.send(
            PacketObservation.udp(0, from: client, to: server).seen(on: 1, .ingress),
            PacketObservation.udp(1, from: server, to: client).seen(on: 1, .egress))
        #expect(alone.finish().map(\.witnesses) == [0])
    }

    @Test("all interfaces up to the limit are told apart, and those beyond it are none of them")
    func interfaceLimit() {
        #expect(FlowCache.interfaceLimit == 32_767)
        let meter = Meter()
        let numbers = [0, 1, FlowCache.interfaceLimit - 2, FlowCache.interfaceLimit - 1].map { UInt16($0) }
        for (host, interface) in numbers.enumerated() {
            for direction in [FlowDirection.ingress, .egress] {
                let packet = PacketObservation.udp(0, from: Side("10.1.0.\(host)", direction == .ingress ? 1 : 2), to: server)
                meter.send(packet.seen(on: interface, direction), packet.seen(on: interface, direction))
            }
        }
        #expect(meter.counters.metered == 16)
        // The last of all, which would be taken for none, and the first beyond.
        for interface in [UInt16.max, UInt16(FlowCache.interfaceLimit)] {
            meter.send(PacketObservation.udp(0, from: Side("10.2.0.1", interface), to: server).seen(on: interface, .egress))
            meter.send(PacketObservation.udp(0, from: server, to: Side("10.2.0.1", interface)).seen(on: interface, .egress))
        }
        #expect(meter.counters.metered == 20)
        let records = meter.finish()
        #expect(records.count == 10)
        #expect(Set(records.map(\.interface)) == Set(numbers.map { UInt32($0) + 1 }))
        #expect(records.allSatisfy { $0.allPackets == 2 && $0.witnesses == 0 })
    }

    @Test("where directions are not known an interface is one point")
    func unknownDirections() {
        let meter = Meter()
        for step in 0..<10 { meter.send(PacketObservation.udp(Double(step) / 10, from: client, to: server).seen(on: 1, .absent)) }
        #expect(meter.counters.metered == 10)
        let record = meter.finish().first
        #expect(record?.direction == .absent)
        #expect(record?.interface == 2)
        #expect(record?.witnesses == 0)
    }

    @Test("when one way over the interface falls silent the other takes over, with what was missed")
    func hairpinReplaced() {
        let meter = Meter()
        for step in 0..<200 {
            let packet = PacketObservation.udp(Double(step) / 10, from: client, to: server)
            if step <= 20 || step >= 100 { meter.send(packet.seen(on: 1, .ingress, after: 0)) }
            meter.send(packet.seen(on: 1, .egress))
        }
        let batch = meter.finishAll()
        #expect(batch.packetDeltaCount == [200])
        #expect(batch.interface == [2])
        #expect(batch.direction == [.egress])
        #expect(batch.witnesses == [1])
        #expect(batch.witnessRecords.reduce(0) { $0 + $1.packetDeltaCount } == 121)
        #expect(Set(batch.witnessRecords.map(\.direction)) == [.ingress, .egress])
        #expect(meter.counters.witnessed == 121)
    }
}
