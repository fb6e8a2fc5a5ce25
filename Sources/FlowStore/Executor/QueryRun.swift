import Dispatch
import FlowModel
import FlowQuery
import Glibc
import Synchronization

/// One query on its way through the partitions, newest first.
///
/// `@unchecked Sendable`: the threads of `consume` share `self` and change only what stands in a `Mutex`; all else is
/// changed by the calling thread, between these threads' lives.
final class QueryRun: @unchecked Sendable {
    private let request: FlowRequest
    private let limits: QueryLimits
    private let isCancelled: @Sendable () -> Bool
    private let pool: ReaderPool
    private let folder: PartitionFolder
    private let began = ContinuousClock.now
    /// The asked time, narrowed by the cursor.
    private let range: TimeRange
    /// The `end` of the cursor: rows that end after it were answered before.
    private let newest: Int64
    private let needsAddresses: Bool
    /// nil for a request that rollups cannot answer.
    private let plan: RollupPlan?
    private let rollupPool: RollupPool
    private let rollupFolder: RollupFolder
    private var rollups: RollupRun?
    /// Files of rollups that proved unusable: their flows are read.
    private(set) var unusable: Set<RollupName> = []
    /// First and last bucket that the answer has from rollups, as the milliseconds in which they begin.
    private(set) var rollupSpan: ClosedRange<Int64>?
    /// Ends of the asked time of which rollups have only a whole bucket, and the flows are gone.
    private(set) var rollupGaps: [TimeRange] = []
    /// Rollups of partitions that are all there are left unread.
    private var prefersFlows: Bool
    private let executions: Mutex<[FlowExecution?]>
    private var statistics = QueryStatistics()
    private var oldestKept: Int64?
    /// What the executions are before the first partition.
    private let fresh: [FlowExecution?]
    /// Partitions that could not be read, and why: nothing of theirs is in the answer.
    private(set) var leftOut: [(name: PartitionName, problem: StoreError)] = []

    init(
        _ request: FlowRequest, limits: QueryLimits, pool: ReaderPool, folder: PartitionFolder, rollups: RollupPool,
        rollupFolder: RollupFolder, isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.request = request
        self.limits = limits
        self.isCancelled = isCancelled
        self.pool = pool
        self.folder = folder
        rollupPool = rollups
        self.rollupFolder = rollupFolder
        plan = limits.usesRollups ? RollupPlan(request) : nil
        prefersFlows = plan?.prefersFlows ?? false
        var range = request.range
        var newest = Int64.max
        if case .flows(_, _, let cursor?) = request.kind, cursor.end < .max {
            newest = cursor.end
            // With `overlap`, `until` is about the flows' beginnings, which a clock may have put after their ends.
            if !request.overlap { range.until = min(range.until ?? .max, newest + 1) }
        }
        self.range = range
        self.newest = newest
        let threads = max(1, limits.threads ?? Self.cores)
        let execution = FlowExecution(request, groupLimit: limits.groups, memory: limits.memory / threads)
        fresh = [FlowExecution?](repeating: execution, count: threads)
        executions = Mutex(fresh)
        needsAddresses = BlockColumns(execution.neededFields).needsAddresses || request.filter.requiredAddresses != nil
    }

    private static let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Reads what the answer needs. - Returns: the answer, its completeness still to be filled in.
    func run() throws -> QueryAnswer {
        // A partition may fail after some of its rows were counted. That is rare, and going back costs a copy of all
        // groups for each partition: so everything is read once more, this time with the copies.
        if try !readWithRollups(canGoBack: false) { _ = try readWithRollups(canGoBack: true) }
        return try answer()
    }

    /// Reads everything; once more without a file of rollups that proves unusable.
    private func readWithRollups(canGoBack: Bool) throws -> Bool {
        while true {
            do {
                let held = bySlot(prefersFlows ? try folder.list().partitions : [])
                rollups = try plan.map { plan in
                    try RollupRun(plan, pool: rollupPool, folder: rollupFolder, excluded: unusable, prefersFlows: prefersFlows) {
                        try isHeld($0, held)
                    }
                }
                let isWhole = try readAll(canGoBack: canGoBack)
                if let rollups { note(rollups) }
                rollups?.end(failed: false)
                rollups = nil
                return isWhole
            } catch {
                rollups?.end(failed: true)
                rollups = nil
                if error is FlowsGone {
                    prefersFlows = false
                    continue
                }
                guard let failure = error as? RollupRun.Failure else { throw error }
                unusable.insert(failure.name)
            }
        }
    }

    private func bySlot(_ names: [PartitionName]) -> [PartitionName.Slot: PartitionName] {
        Dictionary(names.compactMap { name in name.slot.map { ($0, name) } }, uniquingKeysWith: { first, _ in first })
    }

    private func isHeld(_ taken: TakenPartition, _ partitions: [PartitionName.Slot: PartitionName]) throws -> Bool {
        try checkLimits()
        guard let name = partitions[taken.slot] else { return false }
        // One that cannot be read is told of when its flows are asked for; here its sums are as good as any.
        guard let reader = try? pool.take(name), let origin = try? reader.origin() else { return false }
        pool.giveBack(reader)
        return origin == taken.origin
    }

    /// Flows that were to be read in the place of rollups have been deleted meanwhile.
    private struct FlowsGone: Error {}

    private func note(_ rollups: RollupRun) {
        statistics.rollupBlocks = rollups.blocksRead
        statistics.rollupRows = rollups.rowsRead
        rollupSpan = rollups.span
        let held = bySlot((try? folder.list())?.partitions ?? [])
        rollupGaps = rollups.gaps { (try? isHeld($0, held)) ?? false }
    }

    /// Takes in what rollups have, before any flow: by one thread, for they are few.
    private func readRollups() throws {
        guard let rollups, !rollups.isEmpty, let taken = executions.withLock({ $0.first }), var execution = taken else { return }
        executions.withLock { $0[0] = nil }
        try rollups.forEachBlock(request.filter, withAddresses: needsAddresses) { block, whole in
            try checkLimits()
            try execution.consume(block, within: [whole])
        }
        executions.withLock { $0[0] = execution }
    }

    /// - Returns: false when rows of a partition that is left out are in the executions.
    private func readAll(canGoBack: Bool) throws -> Bool {
        executions.withLock { $0 = fresh }
        statistics = QueryStatistics()
        statistics.threads = fresh.count
        oldestKept = nil
        leftOut = []
        try readRollups()
        var listing = try folder.list()
        statistics.partitionsHeld = listing.partitions.count
        pool.keepOnly(listing.partitions)
        var pending = ordered(listing.partitions)
        statistics.partitions = pending.count
        var retried: Set<PartitionName> = []
        while !pending.isEmpty {
            let name = pending.removeFirst()
            if let kept = oldestKept, let slot = name.slot, slot.last < kept { continue }
            let before = (executions: canGoBack ? executions.withLock { $0 } : [], oldestKept: oldestKept)
            let rowsBefore = rowsScanned
            do {
                try read(name)
            } catch let problem as StoreError where problem.code == .notFound {
                // Removed, or replaced by its next generation, since the folder was listed.
                listing = try folder.list()
                guard retried.insert(name).inserted,
                    let next = listing.partitions.first(where: { $0.slot == name.slot && $0 != name })
                else {
                    // Rollups that were left for these flows may have what is lost with them.
                    if prefersFlows { throw FlowsGone() }
                    continue
                }
                pending.insert(next, at: 0)
            } catch let problem as StoreError where problem.isOfOneFile {
                leftOut.append((name, problem))
                if canGoBack {
                    executions.withLock { $0 = before.executions }
                    oldestKept = before.oldestKept
                } else if rowsScanned != rowsBefore {
                    return false
                }
            }
        }
        return true
    }

    private var rowsScanned: Int { executions.withLock { $0.reduce(0) { $0 + ($1?.rowsScanned ?? 0) } } }

    /// Whether the query asks for what lies in a partition of this name.
    func asks(for name: PartitionName) -> Bool { !ordered([name]).isEmpty }

    /// Partitions in the asked time; the one that may hold any time comes first, then the newest.
    private func ordered(_ names: [PartitionName]) -> [PartitionName] {
        names.filter { name in
            guard let slot = name.slot else { return true }
            if slot.start > newest { return false }
            if let since = range.since, slot.last < since { return false }
            if let until = range.until, slot.start >= until, !request.overlap { return false }
            return true
        }.sorted { a, b in (a.slot?.start ?? .max) > (b.slot?.start ?? .max) }
    }

    private func read(_ name: PartitionName) throws {
        try checkLimits()
        let reader: PartitionReader
        do {
            reader = try pool.take(name)
            try reader.begin()
        } catch {
            if !Files.exists(folder.path(name)) {
                throw StoreError(.notFound, place: folder.path(name), "the partition has been removed")
            }
            throw StoreError.from(error, place: folder.path(name))
        }
        // A reader whose query failed is dropped: nothing is known of its state.
        do {
            let blocks = try reader.blocks.blocks(range, overlap: request.overlap).filter { $0.header.end.lowerBound <= newest }
            statistics.partitionsRead += 1
            statistics.blocks += blocks.count
            let rest = try rollups?.rest(blocks, of: name, origin: reader.origin()) ?? RollupRun.Rest(blocks: blocks)
            statistics.blocksRolledUp += blocks.count - rest.blocks.count
            if !rest.blocks.isEmpty {
                if needsAddresses { try reader.readAddresses() }
                let source = BlockSource(reader: reader, rest: rest, filter: request.filter, oldestKept: oldestKept)
                consume(source, blocks: rest.blocks.count)
                statistics.add(source.statistics)
                if let failure = source.failure { throw failure }
            }
        } catch let failure as RollupRun.Failure {
            throw failure
        } catch {
            throw StoreError.from(error, place: folder.path(name))
        }
        reader.end()
        pool.giveBack(reader)
    }

    /// Lets the threads take block after block, each into its own execution.
    private func consume(_ source: BlockSource, blocks: Int) {
        let threads = min(executions.withLock { $0.count }, blocks)
        if threads == 1 {
            work(0, source)
        } else {
            DispatchQueue.concurrentPerform(iterations: threads) { self.work($0, source) }
        }
        oldestKept = executions.withLock { $0.compactMap { $0?.oldestKept }.max() } ?? oldestKept
    }

    private func work(_ index: Int, _ source: BlockSource) {
        // Taken out of the shared list, so that it is not copied when it changes.
        let taken = executions.withLock { list in
            let execution = list[index]
            list[index] = nil
            return execution
        }
        guard let execution = taken else { return }
        do {
            var work = try BlockWork(execution)
            defer { executions.withLock { $0[index] = work.execution } }
            do {
                while let block = try source.next(oldestKept: work.execution.oldestKept, decoder: &work.decoder) {
                    try checkLimits()
                    try work.consume(block, source)
                }
            } catch {
                source.fail(error)
            }
        } catch {
            source.fail(error)
        }
    }

    private func checkLimits() throws {
        if isCancelled() { throw StoreError(.cancelled, place: "", "the query was cancelled") }
        if ContinuousClock.now - began > limits.time {
            throw StoreError(
                .timeBudget, place: "",
                "the query took longer than its budget of \(limits.time.components.seconds) s; "
                    + "ask for a shorter time or narrow the filter")
        }
    }

    private func answer() throws -> QueryAnswer {
        var parts = executions.withLock { list in
            let parts = list.compactMap { $0 }
            list = []
            return parts
        }
        guard var whole = parts.popLast() else { throw StoreError(.failed, place: "", "the query has no result") }
        // Each part is let go of when it is joined.
        while let part = parts.popLast() { try whole.merge(part) }
        statistics.rowsScanned = whole.rowsScanned
        statistics.rowsMatched = whole.rowsMatched
        let records = request.asRecords ? whole.finishRecords() : nil
        var table = records == nil ? whole.finish() : ResultTable(columns: [])
        statistics.columns = Field.stored.filter(whole.neededFields.contains).map(\.rawValue)
        let elapsed = (ContinuousClock.now - began).components
        statistics.microseconds = elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000
        // The rows were made, so that their cost is in it; they are not shown.
        if request.explains { table = QueryPlan.table(request, statistics) }
        var answer = QueryAnswer(table: table, statistics: statistics, cursor: whole.nextCursor?.text)
        answer.records = records
        return answer
    }
}

extension QueryStatistics {
    /// Adds what one partition cost.
    mutating func add(_ other: QueryStatistics) {
        blocksRead += other.blocksRead
        blocksSummed += other.blocksSummed
        blocksOutOfBounds += other.blocksOutOfBounds
        blocksWithoutAddress += other.blocksWithoutAddress
        blocksTooOld += other.blocksTooOld
        blocksUnmatched += other.blocksUnmatched
        octetsRead += other.octetsRead
    }
}
