import FlowModel
import Metering
import TestSupport
import Testing

/// The cache against a naive model of the timeouts, on random packets.
@Suite("Metering against a naive model")
struct ModelTests {
    /// What the model says of one record.
    struct Cut: Hashable {
        var key: String
        var start: Int64
        var end: Int64
        var packets: UInt64
        var octets: UInt64
        var part: UInt32
    }

    /// UDP as the design words it: a silence of the idle timeout ends the flow, the active timeout the record.
    private func model(_ packets: [PacketObservation], active: (String) -> Int64) -> [Cut] {
        struct Open {
            var cut: Cut
            var last: Int64
        }
        var open: [String: Open] = [:]
        var done: [Cut] = []
        let idle: Int64 = 15_000_000_000
        for packet in packets {
            let ends = ["\(packet.key.sourceAddress)", "\(packet.key.destinationAddress)"].sorted()
            let key = ends.joined(separator: " ")
            let time = packet.timestampNanoseconds
            var part: UInt32 = 0
            if let before = open[key] {
                let limit = before.cut.part == 0 ? active(key) : 60_000_000_000
                if time - before.last >= idle {
                    done.append(before.cut)
                    open[key] = nil
                } else if time - before.cut.start >= limit {
                    done.append(before.cut)
                    part = before.cut.part + 1
                    open[key] = nil
                }
            }
            var now = open[key] ?? Open(cut: Cut(key: key, start: time, end: time, packets: 0, octets: 0, part: part), last: time)
            now.cut.packets += 1
            now.cut.octets += UInt64(packet.octets)
            now.cut.end = time
            now.last = time
            open[key] = now
        }
        return done + open.values.map(\.cut)
    }

    private func cuts(_ records: [FlowRecord]) -> [Cut] {
        records.map { record in
            Cut(
                key: ["\(record.sourceAddress)", "\(record.destinationAddress)"].sorted().joined(separator: " "),
                start: record.flowStartMilliseconds, end: record.flowEndMilliseconds, packets: record.allPackets,
                octets: record.allOctets, part: record.part)
        }
    }

    private func udp(seed: UInt64) -> [PacketObservation] {
        var random = RandomPackets(seed: seed, hosts: 12)
        return (0..<30_000).compactMap { _ in
            let packet = random.next()
            return packet.key.protocolIdentifier == 17 ? packet : nil
        }
    }

    @Test("every record is cut where the timeouts say, whenever time is told", arguments: [UInt64(11), 12, 13], [0, 1, 97])
    func cuts(seed: UInt64, tellTimeEvery interval: Int) {
        let packets = udp(seed: seed)
        let meter = Meter()
        for (index, packet) in packets.enumerated() {
            meter.send(packet)
            if interval > 0, index % interval == 0 { meter.cache.advance(to: packet.timestampNanoseconds) }
        }
        let seen = cuts(meter.finish())
        // The first part's length is spread by the key's hash: the model takes it from what the cache did.
        var firstLengths: [String: Int64] = [:]
        for cut in seen where cut.part == 1 {
            let before = seen.filter { $0.key == cut.key && $0.part == 0 && $0.start < cut.start }.map(\.start).max() ?? 0
            firstLengths[cut.key] = min(firstLengths[cut.key] ?? .max, (cut.start - before - 1) * 1_000_000)
        }
        let expected = model(packets) { key in firstLengths[key] ?? 60_000_000_000 }
        let modelled = expected.map { cut in
            var cut = cut
            cut.start /= 1_000_000
            cut.end /= 1_000_000
            return cut
        }
        #expect(Set(seen) == Set(modelled))
        #expect(seen.count == modelled.count)
        #expect(firstLengths.values.allSatisfy { $0 >= 29_900_000_000 && $0 <= 75_000_000_000 })
    }

    @Test("in batches of any size, at several interfaces: the same records as one by one", arguments: [UInt64(31), 32, 33])
    func batches(seed: UInt64) {
        var random = RandomPackets(seed: seed, hosts: 10)
        var numbers = SeededGenerator(seed: seed)
        var packets: [PacketObservation] = []
        for _ in 0..<20_000 {
            let packet = random.next().numbered(
                UInt32.random(in: 0...3000, using: &numbers), 1, payload: UInt32.random(in: 0...100, using: &numbers))
            packets.append(packet)
            if Bool.random(using: &numbers) { packets.append(packet.seen(on: UInt16.random(in: 1...3, using: &numbers), .egress)) }
        }
        let single = Meter()
        single.send(packets)
        let expected = single.finishAll()
        for size in [1, 31, 32, 33, 1000, packets.count] {
            let meter = Meter()
            var first = 0
            while first < packets.count {
                let end = min(first + size, packets.count)
                meter.cache.meter(packets.span.extracting(first..<end))
                first = end
            }
            let batch = meter.finishAll()
            #expect((0..<batch.count).map { batch[$0] } == (0..<expected.count).map { expected[$0] })
            #expect(batch.witnessRecords == expected.witnessRecords)
            #expect(meter.counters == single.counters)
        }
        #expect((0..<expected.count).contains { expected.protocolIdentifier[$0] == 6 && expected.retransmits[$0] > 0 })
        #expect(!expected.witnessRecords.isEmpty)
    }

    @Test("TCP, UDP and ICMP together: the same records, however often time is told", arguments: [UInt64(21), 22, 23, 24])
    func sameRecords(seed: UInt64) {
        var random = RandomPackets(seed: seed, hosts: 10)
        let packets = (0..<30_000).map { _ in random.next() }
        var results: [Set<FlowRecord>] = []
        for interval in [1, 7, 1000, 0] {
            let meter = Meter()
            for (index, packet) in packets.enumerated() {
                if interval > 0, index % interval == 0 { meter.cache.advance(to: packet.timestampNanoseconds) }
                meter.send(packet)
            }
            #expect(meter.counters.metered == UInt64(packets.count))
            let records = meter.finish()
            let ids = records.reduce(into: Set<String>()) { $0.insert("\($1.flowId) \($1.part)") }
            #expect(ids.count == records.count)
            // Which reason ends the last record of all is a matter of whether time was told after it.
            results.append(
                Set(
                    records.map { record in
                        var record = record
                        if record.flowEndReason == .forcedEnd { record.flowEndReason = .idleTimeout }
                        return record
                    }))
        }
        #expect(results.dropFirst().allSatisfy { $0 == results[0] })
    }
}
