import FlowModel
@testable import Metering
import TestSupport
import Testing

/// What interfaces beside the primary saw travels beside the record, to the packet.
@Suite("Witness records")
struct WitnessRecordTests {
    let client = Side("10.0.0.9", 40_000)
    let server = Side("10.0.0.5", 443)

    private func packet(_ step: Int) -> PacketObservation {
        let seconds = Double(step) / 100
        return step % 3 == 1
            ? .udp(seconds, from: server, to: client, octets: UInt32(100 + step)) : .udp(seconds, from: client, to: server, octets: UInt32(100 + step))
    }

    @Test("packets and octets of each interface, of the initiator's and of the other direction")
    func counters() throws {
        let meter = Meter()
        let packets = (0..<100).map(packet)
        for packet in packets {
            let isClient = packet.key.sourceAddress == client.address
            meter.send(packet.seen(on: 4, isClient ? .ingress : .egress, after: 0), packet.seen(on: 5, isClient ? .egress : .ingress))
            // A third one sees the answers alone.
            if !isClient { meter.send(packet.seen(on: 6, .ingress)) }
        }
        let batch = meter.finishAll()
        #expect(batch.count == 1)
        let record = batch[0]
        #expect(record.interface == 5)
        #expect(record.witnesses == 2)
        let seen = Dictionary(grouping: batch.witnessRecords, by: \.interface)
        #expect(Set(seen.keys) == [6, 7])
        let second = try #require(seen[6]?.first)
        #expect(second.flowId == record.flowId && second.part == 0)
        #expect(second.packetDeltaCount == record.packetDeltaCount)
        #expect(second.octetDeltaCount == record.octetDeltaCount)
        #expect(second.reversePacketDeltaCount == record.reversePacketDeltaCount)
        #expect(second.reverseOctetDeltaCount == record.reverseOctetDeltaCount)
        #expect(second.direction == .egress)
        let third = try #require(seen[7]?.first)
        #expect(third.packetDeltaCount == 0)
        #expect(third.reversePacketDeltaCount == record.reversePacketDeltaCount)
        #expect(third.direction == .ingress)
        #expect(meter.counters.witnessedUnlisted == 0)
    }

    @Test("the initiator is the higher side: counters are turned round with the record")
    func turned() throws {
        let meter = Meter()
        for step in 0..<4 {
            let isAnswer = step % 2 == 1
            let packet = PacketObservation.udp(
                Double(step), from: isAnswer ? server : client, to: isAnswer ? client : server, octets: isAnswer ? 1000 : 10)
            meter.send(packet.seen(on: 1, .ingress, after: 0), packet.seen(on: 2, isAnswer ? .ingress : .egress))
        }
        let batch = meter.finishAll()
        let witness = try #require(batch.witnessRecords.first)
        #expect(batch[0].sourceAddress == client.address)
        #expect(witness.octetDeltaCount == 20)
        #expect(witness.reverseOctetDeltaCount == 2000)
        #expect(witness.direction == .egress)
    }

    @Test("each part of a flow has its own, with its number")
    func parts() {
        let meter = Meter()
        for step in 0..<15 {
            let packet = PacketObservation.udp(Double(step) * 10, from: client, to: server)
            meter.send(packet.seen(on: 1, .ingress, after: 0), packet.seen(on: 2, .egress))
        }
        let batch = meter.finishAll()
        #expect(batch.count > 1)
        #expect(batch.witnessRecords.count == batch.count)
        for row in 0..<batch.count {
            let of = batch.witnessRecords.filter { $0.part == batch.part[row] }
            #expect(of.count == 1)
            #expect(of.first?.packetDeltaCount == batch.packetDeltaCount[row])
        }
    }

    @Test("more interfaces than a record keeps: the packets of the others are counted")
    func overflow() {
        let meter = Meter()
        for step in 0..<10 {
            for interface in UInt16(0)..<12 { meter.send(packet(step).seen(on: interface, .ingress, after: Int64(interface))) }
        }
        let batch = meter.finishAll()
        #expect(batch.witnessRecords.count == 8)
        #expect(batch.witnessRecords.reduce(0) { $0 + $1.packetDeltaCount + $1.reversePacketDeltaCount } == 80)
        #expect(meter.counters.witnessed == 110)
        #expect(meter.counters.witnessedUnlisted == 30)
    }

    @Test("packets that a witness sees when the last record is out are counted as in none")
    func late() {
        let meter = Meter()
        let packets: [PacketObservation] = [
            .client(0, "S", client, server, on: 1), .server(0.1, "SA", client, server, on: 1), .client(0.2, "R", client, server, on: 1),
        ]
        meter.send(packets)
        meter.advance(to: 3)
        #expect(meter.drain().count == 1)
        meter.send(packets.map { $0.seen(on: 2, .egress) })
        let batch = meter.finishAll()
        #expect(batch.count == 0)
        #expect(batch.witnessRecords.isEmpty)
        #expect(meter.counters.witnessed == 3)
        #expect(meter.counters.witnessedUnlisted == 3)
    }

    @Test("when a witness takes over, what it brings along is no longer a witness's")
    func takeOver() {
        let meter = Meter()
        for step in 0..<200 {
            let packet = PacketObservation.udp(Double(step) / 10, from: client, to: server)
            if step <= 20 || step >= 100 { meter.send(packet.seen(on: 1, .ingress, after: 0)) }
            meter.send(packet.seen(on: 2, .egress))
        }
        let batch = meter.finishAll()
        #expect(batch.packetDeltaCount == [200])
        // 121 of interface 1, of which 21 were the primary's; 21 of interface 2 that the primary had counted.
        #expect(batch.witnessRecords.map(\.interface).sorted() == [2, 3])
        #expect(batch.witnessRecords.reduce(0) { $0 + $1.packetDeltaCount } == 121)
        #expect(meter.counters.witnessed == 121)
        #expect(meter.cache.meteredAhead == 0)
    }

    @Test("random interfaces, losses, silences and parts: the account adds up to the packet", arguments: UInt64(1)...8)
    func account(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var packets = RandomPackets(seed: seed, hosts: 8)
        var configuration = FlowCacheConfiguration()
        if seed % 2 == 0 { configuration.flowLimit = 20 }
        let meter = Meter(configuration)
        var captured: UInt64 = 0
        var loss = [0.0, 0.0, 0.0, 0.0]
        var metered: UInt64 = 0
        var witnessed: UInt64 = 0
        func take(_ batch: FlowBatch) {
            let records = Dictionary(grouping: (0..<batch.count).map { batch[$0] }, by: { "\($0.flowId) \($0.part)" })
            for row in 0..<batch.count { metered += batch.packetDeltaCount[row] + batch.reversePacketDeltaCount[row] }
            for witness in batch.witnessRecords {
                witnessed += witness.packetDeltaCount + witness.reversePacketDeltaCount
                #expect(records["\(witness.flowId) \(witness.part)"]?.count == 1)
                #expect(witness.packetDeltaCount + witness.reversePacketDeltaCount > 0)
            }
        }
        for step in 0..<20_000 {
            if step % 300 == 0 { loss = loss.map { _ in [0, 0, 0.1, 1].randomElement(using: &random) ?? 0 } }
            let packet = packets.next()
            for interface in [0, 1, 2, 3].shuffled(using: &random) where Double.random(in: 0..<1, using: &random) >= loss[interface] {
                meter.send(packet.seen(on: UInt16(interface), .ingress, after: Int64(interface) * 1000))
                captured += 1
            }
            if step % 10 == 0 { meter.cache.advance(to: packet.timestampNanoseconds) }
            if step % 1000 == 0 { take(meter.cache.drain()) }
        }
        take(meter.finishAll())
        let counters = meter.counters
        #expect(counters.metered + counters.witnessed == captured)
        #expect(metered == counters.metered + meter.cache.meteredAhead)
        #expect(witnessed + counters.witnessedUnlisted + meter.cache.meteredAhead == counters.witnessed)
        // Everything was given back.
        #expect(meter.cache.extras.points.count == 0)
        #expect(meter.cache.extras.witnesses.count == 0)
        #expect(meter.cache.extras.gaps.count == 0)
    }
}
