package import FlowModel
package import FlowQuery
import Glibc
import Synchronization

/// Flows in one SQLite file per time partition (docs/formats/store.md).
///
/// Safe to use from any thread: one append, merge or removal at a time, queries beside them on connections of their own.
package final class SQLiteFlowStore: FlowStoring {
    package struct Configuration: Sendable {
        /// Length of a partition; what a folder was made with stays.
        package var partitionMilliseconds: Int64 = 3_600_000
        /// Partitions that are open for writing at a time.
        package var openForWriting = 8
        package var openForReading = 64
        /// Partitions that sources which cannot repeat may make in a day; past that their flows are out of range.
        package var newPartitionsPerDay = 200
        /// Partitions that one batch may touch, under the store's lock all of them: with an identity it is refused past
        /// that, without one the flows of the oldest are out of range.
        package var partitionsPerBatch = 4_000
        /// What the writer keeps to while flows come in. A store has no usual bound of its own: `DataFolder` puts the
        /// folder's in the place of `.usual`.
        package var byteBound = ByteBound.none
        /// Told of each file that retention removes, at appends too, under the store's lock.
        package var retired: @Sendable (RetiredPartition) -> Void = { _ in }
        /// The wall clock, milliseconds since 1970 UTC.
        package var now: @Sendable () -> Int64 = SQLiteFlowStore.wallClock
        package var rollups = RollupConfiguration()
        var limits = PartitionWriter.Limits()

        package init() {}
    }

    package let path: String
    let folder: PartitionFolder
    let configuration: Configuration
    private let catalog: Catalog
    let pool: ReaderPool
    /// nil in a store that is open for reading, or closed.
    private let writer: Mutex<StoreWriter?>
    let isWritable: Bool
    private let rollupFolder: RollupFolder
    private let rollupPool: RollupPool
    /// nil in a store that is open for reading, or closed. Held while rollups are made; what writes flows does not ask for it.
    private let rollups: Mutex<RollupBuilder?>
    private let isClosed = Atomic(false)
    /// As they were after the last piece of work: who asks for them does not wait for the next one to end.
    private let counted = Mutex(StoreCounters())

    /// - Parameters:
    ///   - path: the folder of partitions, which exists.
    ///   - rollups: the folder of rollups, which is made when there are any.
    ///   - isWritable: the caller holds the data folder's lock.
    init(path: String, rollups rollupPath: String, catalog: Catalog, isWritable: Bool, configuration: Configuration) throws(StoreError) {
        self.path = path
        self.catalog = catalog
        self.isWritable = isWritable
        self.configuration = configuration
        folder = PartitionFolder(path: path)
        pool = ReaderPool(folder: folder, limit: configuration.openForReading)
        rollupFolder = RollupFolder(path: rollupPath)
        rollupPool = RollupPool(folder: rollupFolder)
        do {
            let writer =
                isWritable
                ? try StoreWriter(folder: folder, configuration: configuration) { [rollupFolder] highest in
                    try catalog.nextGeneration(above: max(highest, rollupFolder.list().highestGeneration))
                } : nil
            let builder =
                isWritable
                ? try RollupBuilder(
                    partitions: folder, folder: rollupFolder, configuration: configuration.rollups
                ) { [folder] highest in
                    try catalog.nextGeneration(above: max(highest, folder.list().highestGeneration))
                } : nil
            self.writer = Mutex(writer)
            rollups = Mutex(builder)
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    /// Milliseconds since 1970 UTC.
    package static func wallClock() -> Int64 {
        var time = timespec()
        // Cannot fail for this clock; the pointer is good for the call.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Runs `body` with the writer, alone.
    func writing<Result: Sendable>(_ body: (StoreWriter) throws -> Result) throws(StoreError) -> Result {
        do {
            return try writer.withLock { writer in
                guard let writer else {
                    throw isWritable
                        ? StoreError(.closed, place: path, "the store is closed")
                        : StoreError(.notWritable, place: path, "the data folder is open for reading only")
                }
                defer { counted.withLock { $0 = writer.counters } }
                return try body(writer)
            }
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    /// Reading needs no writer, so it must look for itself whether the store is still open.
    private func checkOpen() throws(StoreError) {
        if isClosed.load(ordering: .acquiring) { throw StoreError(.closed, place: path, "the store is closed") }
    }

    // MARK: - FlowStoring

    package func append(
        _ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64
    ) throws(StoreError) -> AppendOutcome {
        let (outcome, left) = try writing { writer -> (AppendOutcome, [PartitionName]?) in
            let outcome = try writer.append(
                flows, identity: identity, exportMilliseconds: exportMilliseconds, now: configuration.now())
            defer { writer.hasRetired = false }
            return (outcome, writer.hasRetired ? writer.partitions : nil)
        }
        // The disk has the space of a removed file when nobody reads it any more.
        if let left { pool.keepOnly(left) }
        return outcome
    }

    package func holds(
        _ flows: FlowBatch, identity: BatchIdentity, exportMilliseconds: Int64
    ) throws(StoreError) -> Bool {
        try writing { writer in
            try writer.holds(flows, identity: identity, exportMilliseconds: exportMilliseconds, now: configuration.now())
        }
    }

    package func query(
        _ request: FlowRequest, limits: QueryLimits, isCancelled: @Sendable @escaping () -> Bool
    ) throws(StoreError) -> QueryAnswer {
        if let fault = request.faults.first {
            throw StoreError(.invalid, place: fault.parameter, fault.message)
        }
        try checkOpen()
        do {
            let run = QueryRun(request, limits: limits, pool: pool, folder: folder, rollups: rollupPool, rollupFolder: rollupFolder,
                isCancelled: isCancelled)
            var answer = try run.run()
            for (name, problem) in run.leftOut where problem.code == .damaged && isWritable { try setAside(name) }
            var completeness = try catalog.completeness(request.range)
            var held = try span()
            if let rolledUp = run.rollupSpan {
                held.oldest = min(held.oldest ?? rolledUp.lowerBound, rolledUp.lowerBound)
                held.newest = max(held.newest ?? rolledUp.upperBound, rolledUp.upperBound)
            }
            completeness.note(request.range, held: held)
            completeness.note(run, partitions: answer.statistics.partitions, aside: try folder.list().aside)
            answer.completeness = completeness
            return answer
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    /// Begins to read the records that match, block by block, for who takes them all. Blocks its thread with each step.
    ///
    /// - Parameter isCancelled: asked before each block.
    package func scan(
        _ request: FlowScan.Request, limits: QueryLimits = QueryLimits(),
        isCancelled: @Sendable @escaping () -> Bool = { false }
    ) throws(StoreError) -> FlowScan {
        do {
            return try FlowScan(request, limits: limits, pool: pool, folder: folder, isCancelled: isCancelled)
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    /// A guess of how many records there are, by the size of the files, of which none is opened.
    package func roughRecords() -> Int {
        let partitions = (try? folder.list().partitions) ?? []
        return Int(clamping: partitions.reduce(into: Int64(0)) { $0 &+= folder.size($1) } / 20)
    }

    /// How complete what some scans have given is: the agents' account of the time that they asked for, and what they left out.
    package func completeness(of scans: ScanAccount) throws(StoreError) -> Completeness {
        do {
            var completeness = try catalog.completeness(scans.range)
            completeness.note(scans.range, held: try span())
            completeness.note(
                leftOut: scans.leftOut, partitions: scans.partitions, aside: try folder.list().aside, asks: scans.asks(for:))
            return completeness
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    package func readLatest(
        _ limit: Int, endingSince since: Int64, fields: [Field], _ body: (FlowBatch) -> Void
    ) throws(StoreError) {
        try checkOpen()
        do {
            try LatestRecords(pool: pool, folder: folder).read(limit, endingSince: since, fields: fields, body)
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    package func held() throws(StoreError) -> HeldFlows {
        try checkOpen()
        do {
            let listing = try folder.list()
            var held = HeldFlows()
            held.damaged = listing.aside.map(\.file)
            for name in listing.partitions {
                held.partitions += 1
                held.bytes += folder.size(name)
                do {
                    guard let summary = try summary(name) else { continue }
                    held.add(summary)
                    if name.slot == nil { held.outOfRangeRecords = summary.records }
                } catch let problem as StoreError where problem.isOfOneFile {
                    held.unreadable.append("\(name.file): \(problem.reason)")
                }
            }
            let rollups = try rollupFolder.list()
            held.rollupFiles = rollups.files.count
            held.rollupBytes = rollups.files.values.reduce(0) { $0 + rollupFolder.size($1) }
            held.damaged += rollups.aside
            return held
        } catch {
            throw StoreError.from(error, place: path)
        }
    }

    package func counters() -> StoreCounters { counted.withLock { $0 } }

    package func buildRollups(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {
        let damaged = try building { builder in
            try builder.build(everything: everything, now: configuration.now()) {
                isCancelled() || isClosed.load(ordering: .relaxed)
            }
        }
        for name in damaged { try setAside(name) }
    }

    package func retainRollups(
        _ policy: RetentionPolicy, now: Int64, dryRun: Bool
    ) throws(StoreError) -> [RetiredPartition] {
        let retired = try building { try $0.retire(policy, now: now, dryRun: dryRun) }
        // Nobody keeps the space of what has gone.
        if !dryRun, !retired.isEmpty { rollupPool.removeAll() }
        return retired
    }

    /// Runs `body` with the builder of rollups, alone.
    private func building<Result: Sendable>(_ body: (RollupBuilder) throws -> Result) throws(StoreError) -> Result {
        do {
            return try rollups.withLock { builder in
                guard let builder else {
                    throw isWritable
                        ? StoreError(.closed, place: path, "the store is closed")
                        : StoreError(.notWritable, place: path, "the data folder is open for reading only")
                }
                return try body(builder)
            }
        } catch {
            throw StoreError.from(error, place: rollupFolder.path)
        }
    }

    package func close() {
        isClosed.store(true, ordering: .releasing)
        rollups.withLock { $0 = nil }
        writer.withLock { $0 = nil }
        pool.removeAll()
        rollupPool.removeAll()
    }

    // MARK: - What is held

    /// Oldest and newest `end` only: of the partitions at the ends, and the one that may hold any time.
    private func span() throws -> HeldFlows {
        let listing = try folder.list()
        var held = HeldFlows()
        let slots = listing.partitions.filter { $0.slot != nil }
        for order in [slots, slots.reversed()] {
            // An empty one says nothing, nor does one that cannot be read: the next one does.
            for name in order {
                guard let summary = try readable(name) else { continue }
                held.add(summary)
                break
            }
        }
        for name in listing.partitions where name.slot == nil {
            if let summary = try readable(name) { held.add(summary) }
        }
        return held
    }

    private func readable(_ name: PartitionName) throws -> PartitionSummary? {
        do {
            return try summary(name)
        } catch let problem as StoreError where problem.isOfOneFile {
            return nil
        }
    }

    /// nil for a partition that is empty or gone.
    private func summary(_ name: PartitionName) throws -> PartitionSummary? {
        do {
            let reader = try pool.take(name)
            let summary = try reader.summary()
            pool.giveBack(reader)
            return summary
        } catch {
            if !Files.exists(folder.path(name)) { return nil }
            throw StoreError.from(error, place: folder.path(name))
        }
    }
}

extension HeldFlows {
    mutating func add(_ summary: PartitionSummary) {
        oldest = min(oldest ?? summary.oldest, summary.oldest)
        newest = max(newest ?? summary.newest, summary.newest)
        records += summary.records
        blocks += summary.blocks
    }
}
