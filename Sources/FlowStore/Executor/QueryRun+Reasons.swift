import FlowModel
import FlowQuery

extension Completeness {
    /// Adds what the store itself knows: the span that is held, and what could not be read.
    mutating func note(_ range: TimeRange, held: HeldFlows, unreadable: [String]) {
        oldestMilliseconds = held.oldest
        newestMilliseconds = held.newest
        for problem in unreadable { reasons.append("left out: \(problem)") }
        for file in held.damaged {
            let isSuperseded = file.hasSuffix(PartitionFolder.Aside.superseded.suffix)
            reasons.append(
                "left out: \(file) "
                    + (isSuperseded ? "was set aside: a newer file holds its time" : "is damaged and was set aside"))
        }
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
