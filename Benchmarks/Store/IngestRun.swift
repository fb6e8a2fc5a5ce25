import FlowModel
import FlowQuery
import FlowStore
import Foundation
import Synchronization

/// Flows per second from batches in memory to disk; then merging and sealing, told apart.
///
/// Every append is durable when it returns. What the generator takes is not counted: its CPU time is taken off the process's, and
/// the clock on the wall stands while it works.
struct IngestRun {
    private let flows: FlowGenerator
    private let threads: Int
    private let size: Int
    private let style: FlowBatches.Style
    /// nil: a folder of its own, which goes in the end.
    private let kept: String?
    private let isSealed: Bool

    init(_ flows: FlowGenerator, _ options: Options) {
        self.flows = flows
        threads = max(1, options.number("threads", default: 1))
        size = min(65_536, max(1, options.number("size", default: 65_536)))
        guard let style = FlowBatches.Style(rawValue: options.text("style") ?? "metered") else { fail("--style is metered or exported") }
        self.style = style
        kept = options.text("data")
        isSealed = options.number("seal", default: 1) != 0
    }

    func run() throws {
        let path = kept ?? FileManager.default.temporaryDirectory.appendingPathComponent("zonal-bench-\(UUID().uuidString)").path
        if kept != nil, FileManager.default.fileExists(atPath: path) { fail("\(path) is there already") }
        defer { if kept == nil { try? FileManager.default.removeItem(atPath: path) } }
        let folder = try DataFolder.openForWriting(path)
        defer { folder.close() }

        let ingest = try append(to: folder.store)
        let peak = memory("VmHWM")
        let fresh = diskBytes(path + "/flows")
        var clock = Stopwatch()
        try folder.store.compact(everything: false)
        let merge = clock.lap()
        if isSealed { try folder.store.compact(everything: true) }
        let seal = clock.lap()
        let held = try folder.store.held()
        let count = Double(flows.total)
        printJSON([
            "flows": flows.total, "style": style.rawValue, "threads": threads, "size": size, "hours": flows.hours,
            "ingest": ["cpu": rounded(ingest.cpu), "wall": rounded(ingest.wall), "longest": rounded(ingest.longest)],
            "flows_per_cpu_second": rounded(count / ingest.cpu, 0), "flows_per_second": rounded(count / ingest.wall, 0),
            "merge": ["cpu": rounded(merge.cpu), "wall": rounded(merge.wall)],
            "seal": ["cpu": rounded(seal.cpu), "wall": rounded(seal.wall)],
            "peak_mib": rounded(peak, 1), "peak_mib_with_merging": rounded(memory("VmHWM"), 1),
            "partitions": held.partitions, "blocks": held.blocks, "bytes_fresh": fresh, "bytes": held.bytes,
            "bytes_per_flow": rounded(Double(held.bytes) / count, 3),
        ])
    }

    private func append(to store: SQLiteFlowStore) throws -> (cpu: Double, wall: Double, longest: Double) {
        var batches = FlowBatches(flows, style: style, size: size)
        var (wall, generator) = (0.0, 0.0)
        let longest = Mutex(0.0)
        let failure = Mutex<(any Error)?>(nil)
        var sequence: UInt64 = 0
        let began = cpuSeconds()
        while true {
            let made = cpuSeconds(ofThread: true)
            var round: [(sequence: UInt64, batch: FlowBatch)] = []
            while round.count < threads, let batch = batches.next() {
                sequence += 1
                round.append((sequence, batch))
            }
            generator += cpuSeconds(ofThread: true) - made
            guard !round.isEmpty else { break }
            let start = wallSeconds()
            let work = round
            @Sendable func appendOne(_ place: Int) {
                let begun = wallSeconds()
                do {
                    let (sequence, batch) = work[place]
                    _ = try store.append(
                        batch, identity: .sequence(agent: "hv-1", epoch: 1, sequence: sequence),
                        exportMilliseconds: batch.flowEndMilliseconds.max() ?? FlowGenerator.epoch)
                } catch {
                    failure.withLock { $0 = error }
                }
                let took = wallSeconds() - begun
                longest.withLock { $0 = max($0, took) }
            }
            if threads == 1 { appendOne(0) } else { DispatchQueue.concurrentPerform(iterations: work.count) { appendOne($0) } }
            wall += wallSeconds() - start
            if let problem = failure.withLock({ $0 }) { throw problem }
        }
        return (cpuSeconds() - began - generator, wall, longest.withLock { $0 })
    }
}
