import FlowModel
import Metering
import Testing

/// Packet sampling: which packets are metered, and what records say of it.
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

    @Test("what needs every packet of a flow is not measured")
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
        #expect(record?.packetDeltaCount == 5)
        #expect(record?.retransmits == .max)
        #expect(record?.outOfOrder == .max)
        #expect(record?.serverRoundTripMicroseconds == .max)
    }
}
