import Capture
import FlowModel
import Foundation
import Metering
import PacketDecoding

/// What the flow cache costs a packet, alone on packets decoded beforehand and with reading and decoding, on a capture
/// file of the traffic generator.
///
/// `metering-benchmark FILE [RUNS] [PART]`, PART one of `decode`, `whole`, `hold`, `hash`, `one`, `batch`; all without it.
/// Times are CPU nanoseconds of this process for a packet: the least of the runs and their median.
@main
struct MeteringBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else {
            print("usage: metering-benchmark FILE [RUNS] [decode | whole | hold | hash | one | batch]")
            exit(2)
        }
        let path = arguments[1]
        let runs = max(1, arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5)
        let part = arguments.count > 3 ? arguments[3] : ""
        func isWanted(_ name: String) -> Bool { part.isEmpty || part == name }
        if isWanted("decode") { try measure("read and decode", runs) { try decodeAlone(path) } }
        if isWanted("whole") { try measure("read, decode and meter", runs) { try whole(path) } }
        if part == "decode" || part == "whole" { return }
        let packets = try decoded(path)
        // `hold` is the rest alone: the packets in memory, for others to be compared with.
        if part == "hold" { print("\(packets.count) packets") }
        if isWanted("hash") { try measure("shard index", runs) { shardIndex(packets) } }
        if isWanted("one") { try measure("flow cache, packet by packet", runs) { oneByOne(packets) } }
        if isWanted("batch") { try measure("flow cache, in batches", runs) { inBatches(packets) } }
    }

    /// Packets and what else a run has to tell.
    typealias Outcome = (packets: Int, note: String)

    private static func measure(_ name: String, _ runs: Int, _ run: () throws -> Outcome) throws {
        var times: [Double] = []
        var outcome: Outcome = (0, "")
        for _ in 0..<runs {
            let start = cpuNanoseconds()
            outcome = try run()
            times.append((cpuNanoseconds() - start) / Double(max(1, outcome.packets)))
        }
        times.sort()
        let text = String(format: "least %.1f, median %.1f ns a packet", times[0], times[times.count / 2])
        print("\(name): \(text) (\(outcome.packets) packets\(outcome.note))")
    }

    private static func cpuNanoseconds() -> Double {
        var time = timespec()
        // The address of a local, for the length of the call.
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func decoded(_ path: String) throws -> [PacketObservation] {
        var packets: [PacketObservation] = []
        try read(path) { packets.append($0) }
        return packets
    }

    private static func read(_ path: String, _ take: (PacketObservation) -> Void, _ pause: () -> Void = {}) throws {
        var file = try CaptureFile(path: path)
        guard let linkType = LinkType(number: file.linkType) else { return }
        let decoder = PacketDecoder(linkType: linkType)
        var fragments = FragmentTable(seed: 1)
        var observation = PacketObservation()
        while try file.read(
            limit: 1024,
            { octets, wireLength, time in
                observation.timestampNanoseconds = time
                if decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments).isObserved { take(observation) }
            })
        {
            pause()
        }
    }

    private static func decodeAlone(_ path: String) throws -> Outcome {
        var count = 0
        var octets: UInt64 = 0
        try read(path) {
            count += 1
            octets &+= UInt64($0.octets)
        }
        return (count, ", \(octets) octets")
    }

    private static func whole(_ path: String) throws -> Outcome {
        var meter = BatchedMeter()
        var count = 0
        try read(path) {
            meter.take($0)
            count += 1
        }
        return (count, meter.finish())
    }

    private static func inBatches(_ packets: [PacketObservation]) -> Outcome {
        var meter = BatchedMeter()
        var first = 0
        let all = packets.span
        while first < all.count {
            let end = min(first + 1024, all.count)
            meter.meter(all.extracting(first..<end))
            first = end
        }
        return (packets.count, meter.finish())
    }

    private static func oneByOne(_ packets: [PacketObservation]) -> Outcome {
        var meter = BatchedMeter()
        let all = packets.span
        for position in all.indices {
            meter.cache.meter(all[position])
            if position & 1023 == 1023 { meter.advance(to: all[position].timestampNanoseconds) }
        }
        return (packets.count, meter.finish())
    }

    private static func shardIndex(_ packets: [PacketObservation]) -> Outcome {
        var counts = [0, 0, 0, 0]
        let all = packets.span
        for position in all.indices { counts[FlowShard.index(of: all[position], count: 4, seed: 7)] += 1 }
        return (packets.count, ", of four shards \(counts)")
    }
}

/// A flow cache that is fed in batches and drained as an agent does it.
struct BatchedMeter: ~Copyable {
    var cache = FlowCache(configuration: FlowCacheConfiguration(), seed: (1, 2), epoch: 3)
    private var waiting: [PacketObservation] = []
    private var latest: Int64 = .min
    private var records = 0
    private var peakBytes = 0
    private static let recordLimit = 4096

    mutating func take(_ packet: PacketObservation) {
        waiting.append(packet)
        if waiting.count == 1024 { meterWaiting() }
    }

    private mutating func meterWaiting() {
        // Out of the way for the call, whose argument must not lie in what it changes.
        var packets: [PacketObservation] = []
        swap(&packets, &waiting)
        meter(packets.span)
        packets.removeAll(keepingCapacity: true)
        swap(&packets, &waiting)
    }

    mutating func meter(_ packets: borrowing Span<PacketObservation>) {
        cache.meter(packets)
        if packets.count > 0 { advance(to: packets[packets.count - 1].timestampNanoseconds) }
    }

    mutating func advance(to time: Int64) {
        latest = max(latest, time)
        while !cache.advance(to: latest, recordLimit: Self.recordLimit) { drain() }
        if cache.exported.count >= Self.recordLimit { drain() }
    }

    private mutating func drain() {
        peakBytes = max(peakBytes, cache.bytesUsed)
        records += cache.drain().count
    }

    mutating func finish() -> String {
        meterWaiting()
        while !cache.flush(recordLimit: Self.recordLimit) { drain() }
        drain()
        return ", \(records) records, \(cache.counters.flows) flows, \(peakBytes / 1024) KiB of tables"
    }
}
