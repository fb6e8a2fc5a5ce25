import FlowModel
import FlowQuery
import FlowStore
import Foundation

/// The six queries over a data folder: cold in a folder just opened, then warm; one line of JSON each.
///
/// A time is that of `store.query`: the filter is read before it, nothing is printed in it. `engine_ms` is what the answer's own
/// `stats` say.
struct SixQueries {
    private let folder: String
    private let runs: Int
    private let isCold: Bool
    private let only: Set<String>?
    private var limits = QueryLimits(time: .seconds(600), groups: 20_000_000)

    init(folder: String, _ options: Options) {
        self.folder = folder
        runs = max(1, options.number("runs", default: 5))
        isCold = options.number("cold", default: 0) != 0
        limits.threads = max(1, options.number("threads", default: 1))
        only = options.text("only").map { Set($0.split(separator: ",").map(String.init)) }
    }

    func run() throws {
        let asked = only.map { only in (Question.all + Question.bothDirections).filter { only.contains($0.name) } } ?? Question.all
        for question in asked {
            if isCold { dropPages(folder) }
            let data = try DataFolder.openForReading(folder)
            defer { data.close() }
            let request = try question.request()
            var (warm, cpu, engine) = (Samples(), Samples(), Samples())
            var first = 0.0
            var last: QueryAnswer?
            for run in 0...runs {
                var clock = Stopwatch()
                let answer = try data.store.query(request, limits: limits, isCancelled: { false })
                let took = clock.lap()
                if run == 0 {
                    first = took.wall
                } else {
                    warm.add(took.wall)
                    cpu.add(took.cpu)
                    engine.add(Double(answer.statistics.milliseconds))
                }
                last = answer
            }
            guard let last else { continue }
            let statistics = last.statistics
            printJSON([
                "query": question.name, "threads": limits.threads ?? 0, "first": rounded(first), "is_cold": isCold,
                "warm": warm.all.map { rounded($0) }, "median": rounded(warm.median), "cpu": rounded(cpu.median), "engine_ms": engine.all,
                "rows": question.rows(last), "partitions": statistics.partitions, "partitions_read": statistics.partitionsRead,
                "blocks": statistics.blocks, "blocks_read": statistics.blocksRead, "rows_scanned": statistics.rowsScanned,
                "rows_matched": statistics.rowsMatched, "peak_mib": rounded(memory("VmHWM"), 1),
            ])
        }
    }
}
