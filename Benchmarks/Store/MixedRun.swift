import FlowModel
import FlowQuery
import FlowStore
import Foundation
import Synchronization

/// What people look at, over and over, at once: tops, a series, a host, pages of flows, of the last quarter of an hour, the last hour
/// or everything. Optionally while flows come in and are merged.
///
/// With `--ingest` the folder is written: flows of the hours behind its newest are added, so give it a copy.
final class MixedRun: Sendable {
    private let folder: String
    private let seconds: Double
    private let clients: Int
    private let limits: QueryLimits
    /// Flows a second; 0: the folder is only read.
    private let rate: Int
    private let size: Int

    private struct Tally {
        var times: [String: Samples] = [:]
        var failures = 0
    }
    private let tally = Mutex(Tally())

    init(folder: String, _ options: Options) {
        self.folder = folder
        seconds = Double(max(1, options.number("seconds", default: 20)))
        clients = max(1, options.number("clients", default: 2))
        var limits = QueryLimits(time: .seconds(60))
        limits.threads = max(1, options.number("threads", default: 1))
        self.limits = limits
        rate = options.number("ingest", default: 0)
        size = max(1, options.number("size", default: 65_536))
    }

    func run() throws {
        let data = rate > 0 ? try DataFolder.openForWriting(folder) : try DataFolder.openForReading(folder)
        defer { data.close() }
        guard let newest = try data.store.held().newest else { fail("\(folder) holds no flows") }
        let time = Mutex(newest)
        let end = wallSeconds() + seconds
        let isOver: @Sendable () -> Bool = { wallSeconds() >= end }
        let appended = Mutex((flows: 0, longest: 0.0, behind: 0.0))

        let group = DispatchGroup()
        func start(_ body: @escaping @Sendable () -> Void) { Thread.runs(in: group, body) }
        let cpu = cpuSeconds()
        for client in 0..<clients { start { self.ask(data.store, client, time, isOver) } }
        if rate > 0 {
            start { self.append(to: data.store, after: newest, time, appended, isOver) }
            start {
                while !isOver() {
                    try? data.store.compact(everything: false, isCancelled: isOver)
                    usleep(200_000)
                }
            }
        }
        group.wait()
        let used = cpuSeconds() - cpu
        tell(cpu: used, appended.withLock { $0 })
    }

    private func ask(_ store: SQLiteFlowStore, _ client: Int, _ time: borrowing Mutex<Int64>, _ isOver: () -> Bool) {
        let questions = DashboardQuestion.all
        var turn = client * 7
        while !isOver() {
            let question = questions[turn % questions.count]
            turn += 1
            let newest = time.withLock { $0 }
            let began = wallSeconds()
            do {
                let request = FlowRequest(filter: try FlowFilter(question.filter), range: question.range(newest), kind: question.kind)
                _ = try store.query(request, limits: limits, isCancelled: { false })
                let took = wallSeconds() - began
                tally.withLock { $0.times[question.name, default: Samples()].add(took) }
            } catch {
                tally.withLock { $0.failures += 1 }
            }
        }
    }

    private func append(
        to store: SQLiteFlowStore, after newest: Int64, _ time: borrowing Mutex<Int64>,
        _ appended: borrowing Mutex<(flows: Int, longest: Double, behind: Double)>, _ isOver: () -> Bool
    ) {
        let count = max(1, rate * (Int(seconds) + 1))
        // At the density of ten million an hour, behind what is there.
        let hour: Int64 = 3_600_000
        let shift = (newest / hour + 1) * hour - FlowGenerator.epoch
        var batches = FlowBatches(FlowGenerator(total: count, hours: max(1, count / 10_000_000)), style: .metered, size: size)
        let began = wallSeconds()
        var flows = 0
        var sequence: UInt64 = 0
        while !isOver(), var batch = batches.next() {
            for row in batch.flowEndMilliseconds.indices {
                batch.flowEndMilliseconds[row] += shift
                batch.flowStartMilliseconds[row] += shift
                batch.initialStartMilliseconds[row] += shift
            }
            let ahead = began + Double(flows) / Double(rate) - wallSeconds()
            if ahead > 0 { usleep(UInt32(ahead * 1e6)) }
            let last = batch.flowEndMilliseconds.max() ?? newest
            sequence += 1
            let start = wallSeconds()
            do {
                _ = try store.append(batch, identity: .sequence(agent: "hv-1", epoch: 77, sequence: sequence), exportMilliseconds: last)
            } catch {
                fail("a batch cannot be stored: \(error)")
            }
            let took = wallSeconds() - start
            flows += batch.count
            time.withLock { $0 = max($0, last) }
            let behind = wallSeconds() - began - Double(flows) / Double(rate)
            appended.withLock { $0 = (flows, max($0.longest, took), max($0.behind, behind)) }
        }
    }

    private func tell(cpu: Double, _ appended: (flows: Int, longest: Double, behind: Double)) {
        let tally = tally.withLock { $0 }
        var all = Samples()
        for (name, samples) in tally.times.sorted(by: { $0.key < $1.key }) {
            all.add(samples)
            tell(name, samples)
        }
        tell("all", all)
        printJSON([
            "clients": clients, "threads": limits.threads ?? 0, "seconds": seconds, "failures": tally.failures, "cpu": rounded(cpu),
            "ingest_rate": rate, "ingested": appended.flows, "longest_append": rounded(appended.longest),
            "furthest_behind": rounded(appended.behind), "peak_mib": rounded(memory("VmHWM"), 1),
        ])
    }

    private func tell(_ name: String, _ samples: Samples) {
        printJSON([
            "dashboard": name, "asked": samples.count, "p50": rounded(samples.median), "p99": rounded(samples.quantile(0.99)),
            "highest": rounded(samples.highest),
        ])
    }
}

extension Thread {
    /// Runs the body on a thread of its own, which the group waits for.
    static func runs(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
