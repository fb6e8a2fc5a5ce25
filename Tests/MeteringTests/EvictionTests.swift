import FlowModel
@testable import Metering
import Testing

/// The cache at its bound: who goes, with which reason, and what is counted.
@Suite("Eviction")
struct EvictionTests {
    private func configuration(_ flows: Int) -> FlowCacheConfiguration {
        var configuration = FlowCacheConfiguration()
        configuration.flowLimit = flows
        return configuration
    }

    private func client(_ number: Int) -> Side { Side("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)", 40_000) }
    private let server = Side("10.200.0.1", 443)

    @Test("at the bound a flow goes with reason 5, and is counted")
    func bound() {
        let meter = Meter(configuration(100))
        for number in 0..<250 { meter.send(.udp(Double(number) / 1000, from: client(number), to: server)) }
        #expect(meter.count == 100)
        #expect(meter.counters.evicted == 150)
        let early = meter.drain()
        #expect(early.count == 150)
        #expect(early.allSatisfy { $0.flowEndReason == .lackOfResources })
        #expect(meter.finish().count == 100)
        #expect(meter.counters.metered == 250)
    }

    @Test("the least recently used goes first, whatever the idle timeout", arguments: [Int64(15), 120, 3600])
    func leastRecentlyUsed(idle: Int64) {
        var configuration = configuration(20)
        configuration.idleTimeout = idle * 1_000_000_000
        let meter = Meter(configuration)
        // Recently is told apart to the width of a slot, a 400th of the timeout.
        let unit = max(1, Double(idle) / 300)
        for number in 0..<20 { meter.send(.udp(Double(number) * unit, from: client(number), to: server)) }
        // The ten oldest speak again.
        for number in 0..<10 { meter.send(.udp(21 * unit + Double(number) / 100, from: client(number), to: server)) }
        for number in 100..<110 { meter.send(.udp(22 * unit, from: client(number), to: server)) }
        let gone = Set(meter.drain().filter { $0.flowEndReason == .lackOfResources }.map(\.sourceAddress))
        #expect(gone == Set((10..<20).map { client($0).address }))
    }

    @Test("of flows that all came within a moment the oldest goes first", arguments: [Int64(15), 120])
    func oldestOfAMoment(idle: Int64) {
        var configuration = configuration(20)
        configuration.idleTimeout = idle * 1_000_000_000
        let meter = Meter(configuration)
        for number in 0..<30 { meter.send(.udp(Double(number) / 300, from: client(number), to: server)) }
        #expect(meter.drain().map(\.sourceAddress) == (0..<10).map { client($0).address })
    }

    @Test("silent established connections, which have nothing to lose, go before flows with data")
    func dormantFirst() {
        let meter = Meter(configuration(30))
        for number in 0..<20 {
            meter.send(
                .client(0, "S", client(number), server), .server(0.1, "SA", client(number), server),
                .client(0.2, "A", client(number), server))
        }
        meter.advance(to: 20)
        #expect(meter.drain().count == 20)
        for number in 100..<130 { meter.send(.udp(20 + Double(number) / 1000, from: client(number), to: server)) }
        #expect(meter.counters.evicted == 0)
        #expect(meter.drain().isEmpty)
        #expect(meter.count == 30)
        meter.send(.udp(21, from: client(200), to: server))
        #expect(meter.counters.evicted == 1)
    }

    @Test("ended connections, which have nothing to lose, go before flows with data and before silent ones")
    func closedFirst() {
        let meter = Meter(configuration(30))
        meter.send(
            .client(0, "S", client(500), server), .server(0.1, "SA", client(500), server), .client(0.2, "A", client(500), server))
        for number in 0..<20 { meter.send(.client(15, "R", client(number), server)) }
        meter.advance(to: 17)
        #expect(meter.drain().count == 21)
        for number in 100..<129 { meter.send(.udp(17 + Double(number) / 1000, from: client(number), to: server)) }
        #expect(meter.counters.evicted == 0)
        #expect(meter.count == 30)
        // The silent connection is still known.
        meter.send(.server(18, "PA", client(500), server))
        #expect(meter.finish().contains { $0.part == 1 && $0.sourceAddress == client(500).address })
    }

    @Test("packets are neither lost nor doubled under a tiny bound", arguments: [UInt64(1), 2, 3])
    func sums(seed: UInt64) {
        var random = RandomPackets(seed: seed, hosts: 60)
        let meter = Meter(configuration(16))
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var records: [FlowRecord] = []
        for step in 0..<20_000 {
            let packet = random.next()
            packets += 1
            octets += UInt64(packet.octets)
            meter.send(packet)
            #expect(meter.count <= 16)
            if step % 50 == 0 { meter.cache.advance(to: packet.timestampNanoseconds) }
            if step % 1000 == 0 { records += meter.drain() }
        }
        records += meter.finish()
        #expect(records.reduce(0) { $0 + $1.allPackets } == packets)
        #expect(records.reduce(0) { $0 + $1.allOctets } == octets)
        #expect(meter.counters.metered == packets)
        #expect(UInt64(records.filter { $0.flowEndReason == .lackOfResources }.count) == meter.counters.evicted)
        #expect(UInt64(records.count) == meter.counters.records)
        #expect(records.allSatisfy { $0.allPackets > 0 })
        var parts: Set<String> = []
        for record in records { #expect(parts.insert("\(record.flowId) \(record.part)").inserted) }
    }

    @Test("what every packet touches is 96 octets; with the detail and the slots a flow is at most 192")
    func entrySize() {
        #expect(MemoryLayout<FlowHead>.stride == 32)
        #expect(MemoryLayout<FlowSide>.stride == 32)
        #expect(MemoryLayout<FlowDetail>.stride == 64)
        #expect(MemoryLayout<CanonicalKey>.size <= 48)
        #expect(MemoryLayout<PreparedPacket>.stride == 80)
        #expect(MemoryLayout<WitnessSet>.stride == 120)
        #expect(MemoryLayout<WitnessPoint>.stride == 40)
        #expect(MemoryLayout<SequenceGaps>.stride == 128)
        #expect(MemoryLayout<FlowTable.Slot>.stride == 8)
    }

    @Test("the byte limit bounds the flows")
    func byteLimit() {
        var configuration = FlowCacheConfiguration()
        configuration.flowLimit = 1_000_000
        configuration.byteLimit = 100_000
        #expect(configuration.capacity == 75_000 / (32 + 64 + 64 + 32 + 36))
        let meter = Meter(configuration)
        for number in 0..<2000 { meter.send(.udp(Double(number) / 1000, from: client(number), to: server)) }
        #expect(meter.count == configuration.capacity)
        #expect(meter.cache.bytesUsed <= 100_000)
        // Without room for more than a few there is still room for some.
        configuration.byteLimit = 0
        #expect(configuration.capacity == 16)
        // The default holds half a million flows.
        #expect(FlowCacheConfiguration().capacity > 500_000)
    }
}
