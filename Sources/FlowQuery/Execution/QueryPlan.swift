import FlowModel

/// How a request was answered, told after the fact: what was pruned, by what, and what had to be read.
package enum QueryPlan {
    /// Two columns: `step` and `detail`.
    package static func table(_ request: FlowRequest, _ statistics: QueryStatistics) -> ResultTable {
        var lines: [(String, String)] = []
        lines.append(("filter", request.filter.matchesAll ? "none: every flow" : request.filter.canonical))
        lines.append(("time", time(request)))
        lines.append(("columns", statistics.columns.isEmpty ? "none" : statistics.columns.joined(separator: " ")))
        lines.append(
            ("partitions", "\(statistics.partitions) of \(statistics.partitionsHeld) in the time, \(statistics.partitionsRead) opened"))
        lines.append(("blocks", "\(statistics.blocks) in the time"))
        let pruned: [(String, Int, String)] = [
            ("blocks by address", statistics.blocksWithoutAddress, "left: none of their addresses is asked for"),
            ("blocks by bounds", statistics.blocksOutOfBounds, "left: the bounds of a column rule the filter out"),
            ("blocks by age", statistics.blocksTooOld, "left: the answer has newer records enough"),
            ("blocks by rollups", statistics.blocksRolledUp, "told from rollups"),
            ("rollups", statistics.rollupBlocks, "blocks of rollups with \(statistics.rollupRows) rows"),
            ("blocks by sums", statistics.blocksSummed, "told from the sums in their headers"),
            ("blocks read", statistics.blocksRead, "of which columns were read"),
            ("blocks in vain", statistics.blocksUnmatched, "of these had no row that matches"),
        ]
        for (step, count, meaning) in pruned where count > 0 || step == "blocks read" { lines.append((step, "\(count) \(meaning)")) }
        lines.append(("bytes", "\(statistics.octetsRead) of packed columns"))
        lines.append(("rows", "\(statistics.rowsScanned) scanned, \(statistics.rowsMatched) matched"))
        let micro = statistics.microseconds
        lines.append(("took", "\(micro / 1000).\(String(String(micro % 1000 + 1000).dropFirst())) ms on \(threads(statistics.threads))"))
        return ResultTable(
            columns: [.init(name: "step", kind: .text), .init(name: "detail", kind: .text)],
            rows: lines.map { [.text($0.0), .text($0.1)] })
    }

    private static func threads(_ count: Int) -> String { count == 1 ? "1 thread" : "\(count) threads" }

    private static func time(_ request: FlowRequest) -> String {
        let since = request.range.since.map { "from \(UTCTime.text(milliseconds: $0))" } ?? "from the first"
        let until = request.range.until.map { "before \(UTCTime.text(milliseconds: $0))" } ?? "to the last"
        return request.overlap ? "alive \(since) \(until)" : "ending \(since) \(until)"
    }
}
