import FlowModel
@testable import Metering
import TestSupport
import Testing

/// Packet sampling: which packets are counted, and what records say of it.
@Suite("Packet sampling")
struct SamplingTests {
    private func packets(_ count: Int) -> [PacketObservation] {
        (0..<count).map { .udp(Double($0) / 10_000, from: Side("10.0.0.\($0 % 7)", 7), to: Side("10.1.0.1", 53)) }
    }

    private func meter(_ sampling: PacketSampling, _ packets: [PacketObservation], seed: (UInt64, UInt64) = (1, 2), inBatches: Bool = false) -> Meter {
        var configuration = FlowCacheConfiguration()
        configuration.sampling = sampling
        let meter = Meter(configuration, seed: seed)
        if inBatches { meter.cache.meter(packets.span) } else { meter.send(packets) }
        return meter
    }

    @Test("systematic 1 in n: the first of every n, those passed over are counted", arguments: [UInt32(2), 3, 10, 100], [false, true])
    func systematic(interval: UInt32, inBatches: Bool) {
        let meter = meter(.systematic(interval: interval), packets(1000), inBatches: inBatches)
        let expected = UInt64((1000 + Int(interval) - 1) / Int(interval))
        #expect(meter.counters.metered == expected)
        #expect(meter.counters.sampledOut == 1000 - expected)
        #expect(meter.counters.flows == 7)
        let records = meter.finish()
        #expect(records.allSatisfy { $0.samplingInterval == interval })
        #expect(records.reduce(0) { $0 + $1.packetDeltaCount } == expected)
        // The first packet is one of them.
        #expect(records.map(\.start).min() == 0)
    }

    @Test("uniform 1 in n: about the share, other packets with another seed, the same with the same")
    func uniform() {
        let all = packets(100_000)
        let first = meter(.uniform(interval: 10), all)
        // 10,000 on average, a standard deviation of 95.
        #expect((9_500...10_500).contains(first.counters.metered))
        #expect(first.counters.metered + first.counters.sampledOut == 100_000)
        let (again, batches, other) = (
            meter(.uniform(interval: 10), all), meter(.uniform(interval: 10), all, inBatches: true), meter(.uniform(interval: 10), all, seed: (5, 6))
        )
        let records = first.finish()
        #expect(records.allSatisfy { $0.samplingInterval == 10 })
        #expect(again.finish() == records)
        #expect(batches.finish() == records)
        #expect(other.finish() != records)
    }

    @Test("an interval of 0 or 1 is every packet", arguments: [UInt32(0), 1])
    func everyPacket(interval: UInt32) {
        for sampling in [PacketSampling.systematic(interval: interval), .uniform(interval: interval), .everyPacket] {
            let meter = meter(sampling, packets(100))
            #expect(meter.counters.metered == 100)
            #expect(meter.finish().allSatisfy { $0.samplingInterval == 1 })
        }
    }

    @Test("several interfaces: counted once, however slow the traffic is", arguments: [1, 2, 3], [Double(5), 1000])
    func severalInterfaces(interfaces: UInt16, perSecond: Double) {
        for sampling in [PacketSampling.systematic(interval: 10), .uniform(interval: 10)] {
            let meter = meter(sampling, [])
            var records: [FlowRecord] = []
            for step in 0..<10_000 {
                let packet = PacketObservation.udp(Double(step) / perSecond, from: Side("10.0.0.1", 7), to: Side("10.1.0.1", 53))
                for interface in 0..<interfaces { meter.send(packet.seen(on: interface, .ingress, after: Int64(interface) * 1000)) }
                meter.cache.advance(to: packet.timestampNanoseconds)
                records += meter.drain()
            }
            records += meter.finish()
            let scaled = records.reduce(0) { $0 + $1.packetDeltaCount * UInt64($1.samplingInterval) }
            #expect((9_000...11_000).contains(scaled))
            #expect(records.allSatisfy { $0.interface == 1 && $0.packetDeltaCount > 0 && $0.witnesses == interfaces - 1 })
            #expect(meter.counters.flows == 1)
            #expect(meter.counters.witnessed == UInt64(interfaces - 1) * 10_000)
            #expect(meter.counters.metered + meter.counters.sampledOut == 10_000)
        }
    }

    @Test("a primary that falls silent is replaced, and nothing is made of what was sampled before")
    func replaced() {
        let meter = meter(.systematic(interval: 10), [])
        for step in 0..<2000 {
            let packet = PacketObservation.udp(Double(step) / 100, from: Side("10.0.0.1", 7), to: Side("10.1.0.1", 53))
            if step < 1000 { meter.send(packet.seen(on: 1, .ingress, after: 0)) }
            meter.send(packet.seen(on: 2, .egress))
        }
        // The packets of the three seconds before the other interface takes over are witnessed and in no record.
        let counted = meter.finish().reduce(0) { $0 + $1.packetDeltaCount }
        #expect((165...175).contains(counted))
        #expect(meter.counters.metered == counted)
        #expect(meter.cache.meteredAhead == 0)
        #expect(meter.counters.metered + meter.counters.witnessed + meter.counters.sampledOut == 3000)
    }

    @Test("flows, states and beginnings are those of all packets; a record without a counted packet does not go out")
    func flowsOfAllPackets() {
        var random = RandomPackets(seed: 5, hosts: 10)
        let packets = (0..<20_000).map { _ in random.next() }
        let (all, sampled) = (meter(.everyPacket, packets), meter(.systematic(interval: 4), packets))
        let expected = Dictionary(grouping: all.finish(), by: \.flowId)
        let records = sampled.finish()
        #expect(sampled.counters.flows == all.counters.flows)
        #expect(records.allSatisfy { $0.allPackets > 0 })
        #expect(records.reduce(0) { $0 + $1.allPackets } == sampled.counters.metered)
        #expect(UInt64(records.count) == sampled.counters.records)
        #expect(sampled.counters.metered + sampled.counters.sampledOut == 20_000)
        var wrong = 0
        for record in records {
            // The same flow, the same cut.
            let match = expected[record.flowId]?.first {
                $0.flowStartMilliseconds == record.flowStartMilliseconds && $0.flowEndMilliseconds == record.flowEndMilliseconds
            }
            guard let match, match.allPackets >= record.allPackets, match.sourceAddress == record.sourceAddress,
                match.connectionState == record.connectionState, match.tcpControlBits == record.tcpControlBits,
                match.initialStartMilliseconds == record.initialStartMilliseconds, match.flowEndReason == record.flowEndReason
            else {
                wrong += 1
                continue
            }
        }
        #expect(wrong == 0)
        // Parts are numbered without holes.
        for parts in Dictionary(grouping: records, by: \.flowId).values {
            #expect(parts.map(\.part).sorted() == Array(0..<UInt32(parts.count)))
        }
    }

    @Test("random interfaces, losses, bounds and times under sampling: the account adds up", arguments: UInt64(1)...6)
    func account(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var packets = RandomPackets(seed: seed, hosts: 8)
        var configuration = FlowCacheConfiguration()
        configuration.sampling = seed % 2 == 0 ? .systematic(interval: 5) : .uniform(interval: 5)
        if seed % 3 == 0 { configuration.flowLimit = 20 }
        let meter = Meter(configuration)
        var (captured, metered, witnessed) = (UInt64(0), UInt64(0), UInt64(0))
        func take(_ batch: FlowBatch) {
            let records = Set((0..<batch.count).map { "\(batch.flowId[$0]) \(batch.part[$0])" })
            for row in 0..<batch.count { metered += batch.packetDeltaCount[row] + batch.reversePacketDeltaCount[row] }
            for witness in batch.witnessRecords {
                witnessed += witness.packetDeltaCount + witness.reversePacketDeltaCount
                #expect(records.contains("\(witness.flowId) \(witness.part)"))
            }
        }
        for step in 0..<20_000 {
            let packet = packets.next()
            for interface in [0, 1, 2].shuffled(using: &random) where Int.random(in: 0..<4, using: &random) > 0 {
                meter.send(packet.seen(on: UInt16(interface), .ingress, after: Int64(interface) * 1000))
                captured += 1
            }
            if step % 10 == 0 { meter.cache.advance(to: packet.timestampNanoseconds) }
            if step % 1000 == 0 { take(meter.cache.drain()) }
        }
        take(meter.finishAll())
        let counters = meter.counters
        #expect(counters.metered + counters.witnessed + counters.sampledOut == captured)
        #expect(metered == counters.metered)
        #expect(witnessed + counters.witnessedUnlisted == counters.witnessed)
        #expect(meter.count == 0)
        #expect(meter.cache.extras.points.count == 0)
        #expect(meter.cache.extras.witnesses.count == 0)
    }

    @Test("what is not told of all packets is absent")
    func absent() {
        let (client, server) = (Side("10.0.0.9", 40_000), Side("10.0.0.5", 443))
        var configuration = FlowCacheConfiguration()
        configuration.sampling = .systematic(interval: 2)
        let meter = Meter(configuration)
        for (step, flags) in ["S", "SA", "A", "PA", "PA", "PA"].enumerated() {
            let packet = PacketObservation.tcp(
                Double(step), flags, from: flags == "SA" ? server : client, to: flags == "SA" ? client : server)
            meter.send(packet.numbered(5, payload: 100), packet)
        }
        let record = meter.finish().first
        #expect(record?.retransmits == .max)
        #expect(record?.outOfOrder == .max)
        #expect(record?.serverRoundTripMicroseconds == .max)
    }
}
