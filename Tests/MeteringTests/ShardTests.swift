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

    @Test("no address or port aims at one shard, whatever the seed", arguments: [UInt64(1), 77, 0x1234_5678_9ABC_DEF0])
    func chosenAddresses(seed: UInt64) {
        func fewest(_ change: (inout PacketObservation, UInt64) -> Void) -> Int {
            var flows = [Int](repeating: 0, count: 16)
            for number in 0..<10_000 {
                var packet = PacketObservation.udp(0, from: Side("10.0.0.1", 1), to: Side("10.9.9.9", 2))
                packet.key.destinationAddress = IPAddress(high: 1, low: 2)
                packet.key.sourceAddress = IPAddress(high: 3, low: 4)
                change(&packet, UInt64(number))
                flows[FlowShard.index(of: packet, count: 16, seed: seed)] += 1
            }
            return flows.min() ?? 0
        }
        // 625 on average, a standard deviation of 24.
        for word in [0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x9E37_79B9_7F4A_7C15] as [UInt64] {
            #expect(fewest { ($0.key.sourceAddress, $0.key.sourceTransportPort) = (IPAddress(high: $1, low: word), 0) } > 450)
            #expect(fewest { ($0.key.sourceAddress, $0.key.sourceTransportPort) = (IPAddress(high: word, low: $1), 0) } > 450)
        }
        // Address and port changed together.
        #expect(
            fewest {
                $0.key.sourceAddress = IPAddress(high: 3, low: 4 ^ $1 << 48)
                $0.key.sourceTransportPort = UInt16($1)
            } > 450)
    }
}
