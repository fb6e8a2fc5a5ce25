import FlowModel
import FlowQuery

extension Completeness {
    /// Adds what is missing from the answer: partitions of the asked time that could not be read, or stand aside.
    ///
    /// - Parameter partitions: how many the folder had for the asked time, readable or not.
    mutating func note(_ run: QueryRun, partitions: Int, aside: [(file: String, name: PartitionName?)]) {
        note(leftOut: run.leftOut, partitions: partitions, aside: aside, asks: run.asks(for:))
        for name in run.unusable.sorted(by: { $0.file < $1.file }) {
            reasons.append("left out: the rollups \(name.file) cannot be read; what flows are there were read instead")
        }
        for gap in run.rollupGaps {
            guard let since = gap.since, let until = gap.until else { continue }
            let span = "\(UTCTime.text(milliseconds: since)) to \(UTCTime.text(milliseconds: until))"
            reasons.append("left out: \(span), of which only rollups are held, and they tell of whole buckets alone")
        }
    }

    /// The same of what was read by other means.
    ///
    /// - Parameters:
    ///   - leftOut: one partition may be in it several times.
    ///   - asks: whether what lies in a partition of that name was asked for.
    mutating func note(
        leftOut: [(name: PartitionName, problem: StoreError)], partitions: Int,
        aside: [(file: String, name: PartitionName?)], asks: (PartitionName) -> Bool
    ) {
        var left = 0
        var told: Set<PartitionName> = []
        for (name, problem) in leftOut where told.insert(name).inserted {
            left += 1
            // One that was set aside meanwhile is named with the others of its kind.
            if !aside.contains(where: { $0.name == name }) { reasons.append("left out: \(name.file): \(problem.reason)") }
        }
        var offered = partitions
        for (file, name) in aside {
            // Whose name tells no time may hold any.
            if let name, !asks(name) { continue }
            let isSuperseded = file.hasSuffix(PartitionFolder.Aside.superseded.suffix)
            reasons.append(
                "left out: \(file) "
                    + (isSuperseded ? "was set aside: a newer file holds its time" : "is damaged and was set aside"))
            if let name, told.contains(name) { continue }
            left += 1
            offered += 1
        }
        // Where no agent gave an account, the value is not known, with or without these.
        guard left > 0, value != nil else { return }
        stages.append(
            Stage(
                stage: "store", unit: "partitions", kept: UInt64(max(0, offered - left)),
                offered: UInt64(max(1, offered))))
    }

    /// Adds the span that is held.
    mutating func note(_ range: TimeRange, held: HeldFlows) {
        oldestMilliseconds = held.oldest
        newestMilliseconds = held.newest
        guard let oldest = held.oldest, let newest = held.newest else {
            reasons.append("no flow is held")
            return
        }
        let first = UTCTime.text(milliseconds: oldest)
        let last = UTCTime.text(milliseconds: newest)
        if let until = range.until, until <= oldest {
            let asked = UTCTime.text(milliseconds: until)
            reasons.append("asked until \(asked), but the flows held end from \(first) to \(last)")
        } else if let since = range.since, since > newest {
            let asked = UTCTime.text(milliseconds: since)
            reasons.append("asked from \(asked), but the flows held end from \(first) to \(last)")
        } else if let since = range.since, since < oldest {
            reasons.append("asked from \(UTCTime.text(milliseconds: since)), but the oldest flow held ends at \(first)")
        }
    }
}
