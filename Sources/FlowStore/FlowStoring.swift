package import FlowModel
package import FlowQuery

/// What every back end of the store offers: SQLite partitions today, and whatever stands behind the same answers. What each
/// call promises is told in docs/backend.md, and tried by the suite «Every back end» of the tests.
package protocol FlowStoring: Sendable {
    /// Stores a batch; when this returns, its flows are on disk.
    ///
    /// All or nothing in each partition that the batch touches. With an identity a repeat changes nothing, and one that
    /// was cut off half way is completed. Two calls with one identity wait for each other. When a part fails, the error
    /// says how many records of others are stored (`storedRecords`); `counters` has them too, and the repeat's outcome
    /// tells of the rest alone.
    /// - Parameters:
    ///   - identity: nil for a source that cannot repeat.
    ///   - exportMilliseconds: when the batch was made; records that end more than a day later are out of range.
    /// - Precondition: every column of `flows` holds `flows.count` values.
    func append(
        _ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64
    ) throws(StoreError) -> AppendOutcome

    /// True when appending this batch would change nothing: every partition that it touches has it already.
    ///
    /// - Precondition: every column of `flows` holds `flows.count` values.
    func holds(_ flows: FlowBatch, identity: BatchIdentity, exportMilliseconds: Int64) throws(StoreError) -> Bool

    /// Answers a request; blocks its thread until it is done, cancelled or over its time.
    ///
    /// - Parameter isCancelled: asked every few milliseconds, from any thread.
    func query(
        _ request: FlowRequest, limits: QueryLimits, isCancelled: @Sendable @escaping () -> Bool
    ) throws(StoreError) -> QueryAnswer

    /// Shows the records that came in last, in the order in which they came as far as the store knows it: what is about one
    /// flow stands in the order in which it was stored.
    ///
    /// - Parameters:
    ///   - limit: how many at least, where there are so many; some more may be shown.
    ///   - since: records that ended before then need not be shown.
    ///   - fields: whose columns are filled; others may be empty.
    func readLatest(
        _ limit: Int, endingSince since: Int64, fields: [Field], _ body: (FlowBatch) -> Void
    ) throws(StoreError)

    /// What there is.
    func held() throws(StoreError) -> HeldFlows

    /// Removes (or with `dryRun` only names) what a policy does not let stay: partitions past their age, then the oldest ones
    /// until the rest is within its bytes; the one that flows come into is the last to go, and stays where the bound cannot be kept
    /// without it either.
    ///
    /// - Throws: at the end, the first error that a partition gave; what was removed (or named) is in its `retired`.
    func retain(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition]

    /// Joins small blocks; with `everything` also those that may still grow, and writes each partition anew without free
    /// pages. May run beside all else.
    ///
    /// - Parameter isCancelled: asked between steps; what is left undone then is done the next time.
    /// - Throws: at the end, the first error that a partition gave; a full disk or a closed store ends it at once.
    func compact(everything: Bool, isCancelled: () -> Bool) throws(StoreError)

    /// Sums up what has come in and will not change any more; a step at a time, beside all else: nothing that writes flows
    /// waits for it.
    ///
    /// - Parameters:
    ///   - everything: also what more will be added to: after `compact(everything: true)` nothing is left out.
    ///   - isCancelled: asked between steps; what is left undone then is done the next time.
    /// - Throws: at the end, the first error that a partition or its rollups gave; a full disk or a closed store at once.
    func buildRollups(everything: Bool, isCancelled: () -> Bool) throws(StoreError)

    /// Deletes (or with `dryRun` only names) the rollups to which nothing was added for longer than `policy.rollupAge`, and
    /// the oldest ones past their share of `policy.bytes`. They outlive the flows that they were made from.
    func retainRollups(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition]

    /// What has happened since the store was opened; waits for no work under way, and stays when the store is closed.
    func counters() -> StoreCounters

    /// Ends writing and lets go of all files. Later calls throw `closed`.
    func close()
}

extension FlowStoring {
    package func query(_ request: FlowRequest) throws(StoreError) -> QueryAnswer {
        try query(request, limits: QueryLimits(), isCancelled: { false })
    }

    package func compact(everything: Bool) throws(StoreError) { try compact(everything: everything, isCancelled: { false }) }
}

/// What became of a batch.
package enum AppendOutcome: Sendable, Equatable {
    /// How many records are newly stored: fewer than the batch holds when a part of it was there already.
    case stored(records: Int)
    /// Every partition that it touches has it already.
    case duplicate
}

/// What a query may cost.
package struct QueryLimits: Sendable {
    package var time: Duration
    /// Groups that one thread keeps.
    package var groups: Int
    /// Octets for groups, distinct values and rows, of all threads together.
    package var memory: Int
    /// nil: as many as the machine has cores.
    package var threads: Int?
    /// False answers from flows alone.
    package var usesRollups = true

    package init(
        time: Duration = .seconds(60), groups: Int = FlowExecution.defaultGroupLimit,
        memory: Int = FlowExecution.defaultMemory, threads: Int? = nil
    ) {
        self.memory = memory
        self.time = time
        self.groups = groups
        self.threads = threads
    }
}

/// What a store holds.
package struct HeldFlows: Sendable, Equatable {
    /// Smallest and largest `end`, milliseconds since 1970 UTC; nil for an empty store.
    package var oldest: Int64?
    package var newest: Int64?
    package var records = 0
    package var partitions = 0
    package var blocks = 0
    package var bytes: Int64 = 0
    /// Files of rollups, and their bytes; not in `bytes`.
    package var rollupFiles = 0
    package var rollupBytes: Int64 = 0
    /// Records whose `end` is before 2000 or more than a day ahead of their export.
    package var outOfRangeRecords = 0
    /// Names of files that were set aside: damaged ones (`.damaged`), and those of which it is not certain that the file
    /// that has their time now holds their flows (`.superseded`).
    package var damaged: [String] = []
    /// Files that could not be read, each with the reason; their records and blocks are not in the sums.
    package var unreadable: [String] = []

    package init() {}
}

/// What a store has done since it was opened.
package struct StoreCounters: Sendable, Equatable {
    package var records: UInt64 = 0
    package var duplicates: UInt64 = 0
    package var outOfRange: UInt64 = 0
    package var damagedPartitions: UInt64 = 0
    /// Partitions whose files somebody took away under the store.
    package var missingPartitions: UInt64 = 0
    package var blocksMerged: UInt64 = 0
    package var partitionsSealed: UInt64 = 0

    package init() {}
}
