import FlowModel
import Metering
import Testing

@testable import AgentService

/// Shards on threads of their own: what they show together belongs together.
@Suite("Meter pool")
struct MeterPoolTests {
    private static func observation(flow: Int, at time: Int64, interface: UInt16 = 1, direction: FlowDirection = .absent) -> PacketObservation {
        var packet = PacketObservation()
        packet.timestampNanoseconds = time
        packet.key.sourceAddress = IPAddress(ipv4: 0x0A00_0000 | UInt32(flow & 0xFFFF))
        packet.key.destinationAddress = IPAddress(ipv4: 0x0A01_0000)
        packet.key.protocolIdentifier = 17
        packet.key.sourceTransportPort = UInt16(1024 + flow % 60_000)
        packet.key.destinationTransportPort = 53
        packet.octets = 100
        packet.interface = interface
        packet.direction = direction
        return packet
    }

    @Test("the counters shown are those of the publish that all have come to", arguments: [1, 3])
    func balance(threads: Int) {
        let pool = MeterPool(configuration: FlowCacheConfiguration(), seed: (1, 2), epoch: 3, threads: threads)
        var block = ObservationBlock()
        var captured: [UInt64: UInt64] = [0: 0]
        var sent: UInt64 = 0
        var looks = 0
        for number in 1...400 as ClosedRange<UInt64> {
            for _ in 0..<200 {
                block.append(Self.observation(flow: Int(sent % 5000), at: Int64(sent) * 1_000_000))
                sent += 1
            }
            block.orders.append(.advance(Int64(sent) * 1_000_000))
            block.orders.append(.publish(number))
            captured[number] = sent
            pool.take(&block)
            let outcome = pool.look()
            looks += 1
            #expect(outcome.counters.metered + outcome.counters.witnessed == captured[outcome.number])
        }
        pool.beginFinish(number: 401, at: 0)
        captured[401] = sent
        while true {
            let (outcome, isLast) = pool.finishSome()
            #expect(outcome.counters.metered + outcome.counters.witnessed == captured[outcome.number])
            if isLast {
                #expect(outcome.number == 401)
                break
            }
        }
        #expect(looks == 400)
    }

    @Test("an address that several shards know is told once, and their bound is that of all together")
    func addresses() {
        var configuration = FlowCacheConfiguration()
        configuration.localAddressLimit = 64
        let pool = MeterPool(configuration: configuration, seed: (1, 2), epoch: 3, threads: 3)
        var block = ObservationBlock()
        block.orders = [.workload(interface: 1, true)]
        pool.take(&block)
        // One source with many flows, so that every shard has seen it, then far more sources than there is room for.
        for flow in 0..<300 {
            var packet = Self.observation(flow: 7, at: 1_000_000, direction: .ingress)
            packet.key.sourceTransportPort = UInt16(2000 + flow)
            if block.isFull { pool.take(&block) }
            block.append(packet)
        }
        for flow in 1000..<1700 {
            if block.isFull { pool.take(&block) }
            block.append(Self.observation(flow: flow, at: 2_000_000, direction: .ingress))
        }
        block.orders = [.tellAddresses(3_000_000), .publish(1)]
        pool.take(&block)
        pool.beginFinish(number: 2, at: 3_000_000)
        while true {
            let (outcome, isLast) = pool.finishSome()
            guard isLast else { continue }
            #expect(outcome.addresses.count <= 64)
            #expect(Set(outcome.addresses).count == outcome.addresses.count)
            #expect(outcome.addresses.contains { $0.address == IPAddress(ipv4: 0x0A00_0007) })
            break
        }
    }
}
