package import FlowQuery

/// What some scans have asked for and left out together, for one word about how complete they were.
package struct ScanAccount: Sendable {
    /// The shortest range that holds all that was asked for.
    private(set) var range = TimeRange.always
    /// Each partition once.
    private(set) var leftOut: [(name: PartitionName, problem: StoreError)] = []
    /// The most that one of them had in its time.
    private(set) var partitions = 0
    private var overlap = false
    package private(set) var scans = 0
    package private(set) var statistics = QueryStatistics()

    package init() {}

    /// Takes in a scan that is done with.
    package mutating func add(_ scan: FlowScan) {
        let other = scan.request.range
        range = scans == 0 ? other : TimeRange(
            since: range.since.flatMap { since in other.since.map { min(since, $0) } },
            until: range.until.flatMap { until in other.until.map { max(until, $0) } })
        scans += 1
        overlap = overlap || scan.request.overlap
        partitions = max(partitions, scan.statistics.partitions)
        for (name, problem) in scan.leftOut where !leftOut.contains(where: { $0.name == name }) {
            leftOut.append((name, problem))
        }
        let more = scan.statistics
        statistics.partitions = max(statistics.partitions, more.partitions)
        statistics.partitionsRead += more.partitionsRead
        statistics.blocks += more.blocks
        statistics.blocksRead += more.blocksRead
        statistics.rowsScanned += more.rowsScanned
        statistics.rowsMatched += more.rowsMatched
    }

    /// Whether one of the scans may have asked for what lies in a partition of this name.
    func asks(for name: PartitionName) -> Bool {
        guard let slot = name.slot else { return true }
        if let since = range.since, slot.last < since { return false }
        if let until = range.until, slot.start >= until, !overlap { return false }
        return true
    }
}
