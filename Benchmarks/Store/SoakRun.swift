import FlowModel
import FlowQuery
import FlowStore
import Foundation
import Synchronization

/// Flows of many hours as fast as they go in, while queries, merging and retention by bytes go on: is memory flat, does ingest
/// never stall, do the files stay within their bound?
///
/// Time is that of the flows: an hour is a partition, however soon it is over. A line of JSON each second, the verdict last.
final class SoakRun: Sendable {
    private let flows: FlowGenerator
    private let folder: String
    private let bound: Int64
    private let rate: Int
    private let size: Int

    private struct Second {
        var longestAppend = 0.0
        var appends = 0
        var queries = Samples()
    }
    private struct State {
        var second = Second()
        var flows = 0
        var newest: Int64 = 0
        var failures: [String] = []
        var retired = 0
        var isOver = false
    }
    private let state = Mutex(State())

    private static let stallLimit = 1.0
    private static let retentionPeriod: UInt32 = 250_000
    /// Of the memory in the last quarter over that in the second.
    private static let growthLimit = 1.1

    init(_ flows: FlowGenerator, folder: String, _ options: Options) {
        self.flows = flows
        self.folder = folder
        bound = Int64(options.number("bound", default: 2_000_000_000))
        rate = options.number("rate", default: 0)
        size = min(65_536, max(1, options.number("size", default: 65_536)))
    }

    func run() throws {
        if FileManager.default.fileExists(atPath: folder) { fail("\(folder) is there already") }
        let data = try DataFolder.openForWriting(folder)
        defer { data.close() }
        let store = data.store
        let group = DispatchGroup()
        let isOver: @Sendable () -> Bool = { [self] in state.withLock { $0.isOver } }
        let cpu = cpuSeconds()
        Thread.runs(in: group) { self.append(to: store) }
        Thread.runs(in: group) { self.ask(store, isOver) }
        Thread.runs(in: group) { self.repeatedly(isOver, "merging", 100_000) { try store.compact(everything: false, isCancelled: isOver) } }
        Thread.runs(in: group) {
            self.repeatedly(isOver, "retention", Self.retentionPeriod) {
                let gone = try ByteRetention(store: store, bytes: self.bound).enforce()
                self.state.withLock { $0.retired += gone }
            }
        }
        let samples = watch(isOver)
        group.wait()
        try tell(samples, store, cpu: cpuSeconds() - cpu)
    }

    // MARK: - The load

    private func append(to store: SQLiteFlowStore) {
        defer { state.withLock { $0.isOver = true } }
        var batches = FlowBatches(flows, style: .metered, size: size)
        var sequence: UInt64 = 0
        var done = 0
        let began = wallSeconds()
        while let batch = batches.next() {
            if rate > 0 {
                let ahead = began + Double(done) / Double(rate) - wallSeconds()
                if ahead > 0 { usleep(UInt32(ahead * 1e6)) }
            }
            let last = batch.flowEndMilliseconds.max() ?? FlowGenerator.epoch
            sequence += 1
            let start = wallSeconds()
            do {
                _ = try store.append(batch, identity: .sequence(agent: "hv-1", epoch: 1, sequence: sequence), exportMilliseconds: last)
            } catch {
                note("append", error)
                return
            }
            let took = wallSeconds() - start
            done += batch.count
            state.withLock { state in
                state.second.longestAppend = max(state.second.longestAppend, took)
                state.second.appends += 1
                state.flows = done
                state.newest = max(state.newest, last)
            }
        }
    }

    private func ask(_ store: SQLiteFlowStore, _ isOver: () -> Bool) {
        let questions = DashboardQuestion.all
        var limits = QueryLimits(time: .seconds(60))
        limits.threads = 1
        var turn = 0
        while !isOver() {
            let question = questions[turn % questions.count]
            turn += 1
            let newest = state.withLock { $0.newest }
            let began = wallSeconds()
            do {
                let request = FlowRequest(filter: try FlowFilter(question.filter), range: question.range(newest), kind: question.kind)
                _ = try store.query(request, limits: limits, isCancelled: { false })
                let took = wallSeconds() - began
                state.withLock { $0.second.queries.add(took) }
            } catch {
                note("query", error)
            }
            usleep(20_000)
        }
    }

    private func repeatedly(_ isOver: () -> Bool, _ what: String, _ pause: UInt32, _ body: () throws -> Void) {
        while !isOver() {
            do { try body() } catch { note(what, error) }
            usleep(pause)
        }
    }

    private func note(_ what: String, _ error: any Error) {
        state.withLock { if $0.failures.count < 20 { $0.failures.append("\(what): \(error)") } }
    }

    // MARK: - What is seen of it

    private struct Sample {
        var memory: Double
        var disk: Int64
        var longestAppend: Double
    }

    private func watch(_ isOver: () -> Bool) -> (seconds: [Sample], queries: Samples) {
        var samples: [Sample] = []
        var queries = Samples()
        let began = wallSeconds()
        while true {
            let isLast = isOver()
            if !isLast { usleep(1_000_000) }
            let (second, flows, retired) = state.withLock { state in
                defer { state.second = Second() }
                return (state.second, state.flows, state.retired)
            }
            let sample = Sample(memory: memory("VmRSS"), disk: diskBytes(folder), longestAppend: second.longestAppend)
            samples.append(sample)
            queries.add(second.queries)
            printJSON([
                "second": rounded(wallSeconds() - began, 1), "flows": flows, "memory_mib": rounded(sample.memory, 1),
                "disk_bytes": sample.disk, "longest_append": rounded(sample.longestAppend), "appends": second.appends,
                "queries": second.queries.count, "longest_query": rounded(second.queries.highest), "retired": retired,
            ])
            if isLast { return (samples, queries) }
        }
    }

    private func tell(_ seen: (seconds: [Sample], queries: Samples), _ store: SQLiteFlowStore, cpu: Double) throws {
        let state = state.withLock { $0 }
        let quarter = max(1, seen.seconds.count / 4)
        // The first quarter fills what is kept open and cached.
        let early = seen.seconds.dropFirst(quarter).prefix(quarter).map(\.memory).max() ?? memory("VmRSS")
        let late = seen.seconds.suffix(quarter).map(\.memory).max() ?? early
        let longest = seen.seconds.map(\.longestAppend).max() ?? 0
        let disk = seen.seconds.map(\.disk).max() ?? 0
        let held = try store.held()
        let verdict: [String: Bool] = [
            "memory_is_flat": late <= early * Self.growthLimit, "ingest_never_stalls": longest <= Self.stallLimit,
            "disk_within_bound_and_tenth": disk <= bound + bound / 10, "everything_went_in": state.flows == flows.total,
            "nothing_failed": state.failures.isEmpty,
        ]
        printJSON([
            "flows": state.flows, "seconds": seen.seconds.count, "cpu": rounded(cpu), "memory_second_quarter_mib": rounded(early, 1),
            "memory_last_quarter_mib": rounded(late, 1), "peak_mib": rounded(memory("VmHWM"), 1), "longest_append": rounded(longest),
            "disk_highest": disk, "bound": bound, "partitions_retired": state.retired, "partitions_held": held.partitions,
            "records_held": held.records, "queries": seen.queries.count, "query_p50": rounded(seen.queries.median),
            "query_p99": rounded(seen.queries.quantile(0.99)), "failures": state.failures, "verdict": verdict,
        ])
        if verdict.values.contains(false) { exit(1) }
    }
}
