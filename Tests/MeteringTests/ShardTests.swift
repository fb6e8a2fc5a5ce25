import FlowModel
import Metering
import TestSupport
import Testing

/// The same flow always in the same shard.
@Suite("Shards")
struct ShardTests {
    private func turned(_ packet: PacketObservation) -> PacketObservation {
        var copy = packet
        (copy.key.sourceAddress, copy.key.destinationAddress) = (packet.key.destinationAddress, packet.key.sourceAddress)
        (copy.key.sourceTransportPort, copy.key.destinationTransportPort) = (packet.key.destinationTransportPort, packet.key.sourceTransportPort)
        return copy
    }

    @Test("both directions, at every interface, are in one shard; flows spread evenly", arguments: [1, 2, 3, 7, 64])
    func symmetric(count: Int) {
        var random = SeededGenerator(seed: 3)
        var flows = [Int](repeating: 0, count: count)
        for number in 0..<64_000 {
            var packet = PacketObservation.udp(0, from: Side("10.0.\(number >> 8 & 255).\(number & 255)", UInt16(number >> 6)), to: Side("10.9.9.9", 53))
            if number % 2 == 0 {
                packet.key.sourceAddress = IPAddress(high: random.next(), low: random.next())
                packet.key.destinationAddress = IPAddress(high: random.next(), low: random.next())
            }
            let shard = FlowShard.index(of: packet, count: count, seed: 77)
            guard flows.indices.contains(shard) else {
                Issue.record("\(shard) is no shard of \(count)")
                return
            }
            flows[shard] += 1
            let back = turned(packet).seen(on: 9, .egress)
            #expect(FlowShard.index(of: back, count: count, seed: 77) == shard)
        }
        let even = 64_000 / count
        #expect((flows.min() ?? 0) > even * 8 / 10)
        #expect((flows.max() ?? 0) < even * 12 / 10 + 1)
    }

    @Test("tenants, protocols and ports spread too, and another seed spreads otherwise")
    func spread() {
        let packet = PacketObservation.udp(0, from: Side("10.0.0.1", 7), to: Side("10.0.0.1", 7))
        var tenants = Set<Int>()
        var seeds = Set<Int>()
        for number in 0..<1000 {
            tenants.insert(FlowShard.index(of: packet.ofTenant(UInt32(number)), count: 16, seed: 1))
            seeds.insert(FlowShard.index(of: packet, count: 16, seed: UInt64(number)))
        }
        #expect(tenants.count == 16)
        #expect(seeds.count == 16)
    }

    @Test("counters of shards add up, and their flow ids differ")
    func sums() {
        var total = FlowCacheCounters()
        var ids = Set<UInt64>()
        for shard in UInt8(0)..<4 {
            var cache = FlowCache(configuration: FlowCacheConfiguration(), seed: (1, 2), epoch: 9, shard: shard)
            for number in 0..<100 { cache.meter(.udp(0, from: Side("10.0.0.\(number)", 1), to: Side("10.9.9.9", 2))) }
            cache.flush()
            total += cache.counters
            ids.formUnion(cache.drain().flowId)
        }
        #expect(total.metered == 400)
        #expect(total.flows == 400)
        #expect(total.records == 400)
        #expect(ids.count == 400)
    }
}
