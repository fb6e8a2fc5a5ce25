import FlowModel
import FlowQuery
import FlowStore
import Foundation

/// How many flows a second go into the store, durably, and how long a top ten over them takes.
///
/// Flows as an hour of 20,000 hosts and 2,000 services gives them, made from a seed before the clock starts; batches of
/// 65,536, each committed with `synchronous=FULL`. Times are CPU and wall seconds of this process.
@main
struct StoreBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        let count = arguments.count > 1 ? Int(arguments[1]) ?? 1_000_000 : 1_000_000
        let runs = arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5
        let batches = FlowGenerator.batches(count: count, size: 65_536)
        let folderPath = FileManager.default.temporaryDirectory.appendingPathComponent("zonal-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folderPath) }
        let folder = try DataFolder.openForWriting(folderPath)

        var clock = Stopwatch()
        for (number, batch) in batches.enumerated() {
            _ = try folder.store.append(
                batch, identity: .sequence(agent: "bench", epoch: 1, sequence: UInt64(number + 1)),
                exportMilliseconds: FlowGenerator.start)
        }
        let ingest = clock.lap()
        try folder.store.compact(everything: true)
        let compact = clock.lap()
        let held = try folder.store.held()
        print("flows: \(count) in batches of 65536, one hour, 20000 hosts")
        print("into the store:      \(rate(count, ingest.cpu)) flows per CPU second, \(rate(count, ingest.wall)) per wall second")
        print("merging and sealing: \(rate(count, compact.cpu)) flows per CPU second")
        print("on disk:             \(String(format: "%.1f", Double(held.bytes) / Double(count))) bytes a flow")

        let questions: [(String, FlowRequest.Kind, String)] = [
            ("top 10 sources by bytes", .aggregate(by: [.src], measures: GroupValue.standard, order: .bytes, descending: true, limit: 10), ""),
            ("top 10 src,dst,dst_port", .aggregate(by: [.src, .dst, .dstPort], measures: GroupValue.standard, order: .bytes, descending: true, limit: 10), ""),
            ("one address, newest 1000", .flows(fields: nil, limit: 1000, cursor: nil), "host 10.0.3.77"),
            ("dst port 445 by dst", .aggregate(by: [.dst], measures: GroupValue.standard, order: .bytes, descending: true, limit: 10), "proto tcp and dst port 445"),
        ]
        for (name, kind, filter) in questions {
            let request = FlowRequest(filter: try FlowFilter(filter), range: .always, kind: kind)
            var times: [Double] = []
            for run in 0...runs {
                clock = Stopwatch()
                _ = try folder.store.query(request)
                if run > 0 { times.append(clock.lap().wall) }
            }
            times.sort()
            let label = (name + ":").padding(toLength: 26, withPad: " ", startingAt: 0)
            print("\(label) \(seconds(times[times.count / 2])) s (\(seconds(times[0]))..\(seconds(times[times.count - 1])))")
        }
        folder.close()
    }

    private static func rate(_ count: Int, _ seconds: Double) -> String { String(format: "%.2f M", Double(count) / seconds / 1e6) }
    private static func seconds(_ value: Double) -> String { String(format: "%.4f", value) }
}

/// CPU (user and system) and wall seconds since the last lap.
struct Stopwatch {
    private var cpu = Stopwatch.cpuSeconds()
    private var wall = ProcessInfo.processInfo.systemUptime

    mutating func lap() -> (cpu: Double, wall: Double) {
        let now = (Self.cpuSeconds(), ProcessInfo.processInfo.systemUptime)
        defer { (cpu, wall) = now }
        return (now.0 - cpu, now.1 - wall)
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
