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
