/// Which files of a store go, decided from what is known of each. Knows no file and no clock.
enum RetentionPlan {
    /// A partition, or a file that was set aside.
    struct Candidate: Sendable, Equatable {
        var file: String
        /// nil for a file that was set aside.
        var partition: PartitionName?
        /// Where its time begins, milliseconds since 1970 UTC; for what may hold any time, when it was last written.
        var time: Int64
        /// With its log.
        var bytes: Int64
        /// nil when nobody asked, or it cannot be told: then it is not old.
        var lastWrite: Int64?
        /// Flows come into it just now: the last to go for its bytes.
        var isBeingWritten = false
    }

    struct Retired: Sendable, Equatable {
        var candidate: Candidate
        var reason: RetiredPartition.Reason

        var partition: RetiredPartition {
            RetiredPartition(
                name: candidate.file, bytes: candidate.bytes, lastWrite: candidate.lastWrite, reason: reason)
        }
    }

    /// - Parameters:
    ///   - total: bytes of all files that the byte bound counts, those of no candidate among them.
    ///   - limit: what was last written before then is too old; nil: nothing is.
    ///   - bytes: the byte bound.
    static func retired(
        _ candidates: [Candidate], total: Int64, writtenBefore limit: Int64?, bytes: Int64?
    ) -> [Retired] {
        var retired: [Retired] = []
        var left = total
        var rest: [Candidate] = []
        for candidate in candidates {
            if let limit, let last = candidate.lastWrite, last < limit {
                retired.append(Retired(candidate: candidate, reason: .age))
                left -= candidate.bytes
            } else {
                rest.append(candidate)
            }
        }
        guard let bytes else { return retired }
        for candidate in ordered(rest, others: total - candidates.reduce(0) { $0 + $1.bytes }, bytes: bytes) {
            guard left > bytes else { break }
            retired.append(Retired(candidate: candidate, reason: .bytes))
            left -= candidate.bytes
        }
        return retired
    }

    /// The order in which files go for want of room: the oldest first; of one time, what was set aside before what is whole.
    /// What flows come into does not go when the bound could not be kept even so: others have taken the room.
    ///
    /// - Parameter others: bytes of what is no candidate.
    static func ordered(_ candidates: [Candidate], others: Int64, bytes: Int64) -> [Candidate] {
        candidates.filter { others <= bytes || !$0.isBeingWritten }.sorted { a, b in
            (a.isBeingWritten ? 1 : 0, a.time, a.partition == nil ? 0 : 1, a.file)
                < (b.isBeingWritten ? 1 : 0, b.time, b.partition == nil ? 0 : 1, b.file)
        }
    }
}
