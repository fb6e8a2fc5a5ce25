import FlowModel
import FlowQuery

/// What one query takes from rollups: of each day one file, read in one transaction.
///
/// The blocks of flows that a file has taken are answered from its sums, all others from flows. So the answer is exact
/// however far the sums have come. Used by the thread of the query alone.
final class RollupRun {
    private let plan: RollupPlan
    private let pool: RollupPool
    private let folder: RollupFolder
    /// By day.
    private var readers: [Int64: RollupReader] = [:]
    private(set) var blocksRead = 0
    private(set) var rowsRead = 0
    /// The first and last bucket that rows were taken from, as the milliseconds in which they begin.
    private(set) var span: ClosedRange<Int64>?

    /// A file of rollups that cannot be used: the query goes on without it.
    struct Failure: Error {
        var name: RollupName
    }

    /// What is to be read of the blocks of a partition.
    struct Rest {
        var blocks: [StoredBlock]
        /// Of blocks that are taken, and have rows in a part of a bucket: rows that end in these times, and no others.
        var ranges: [TimeRange] = []
        var partial: Set<Int64> = []
    }

    /// - Parameters:
    ///   - excluded: files that proved unusable.
    ///   - prefersFlows: files of which all flows are held are not used.
    ///   - isHeld: whether a partition's flows are still there, for a request that they answer sooner.
    init(
        _ plan: RollupPlan, pool: RollupPool, folder: RollupFolder, excluded: Set<RollupName>, prefersFlows: Bool,
        isHeld: (TakenPartition) throws -> Bool
    ) throws {
        self.plan = plan
        self.pool = pool
        self.folder = folder
        let files = try folder.list().files
        pool.keepOnly(Array(files.values))
        for day in Set(files.keys.map(\.day)).sorted() {
            let names = plan.kinds.compactMap { files[RollupFolder.Place(day: day, kind: $0)] }
                .filter { !excluded.contains($0) && isAsked($0) }
            guard let reader = try best(names) else { continue }
            if prefersFlows, try areHeld(reader, isHeld) {
                reader.end()
                pool.giveBack(reader)
            } else {
                readers[day] = reader
            }
        }
    }

    /// True where every flow that a file was made from can be read: only then does an answer without the file lack nothing.
    private func areHeld(_ reader: RollupReader, _ isHeld: (TakenPartition) throws -> Bool) throws -> Bool {
        let partitions: [TakenPartition]
        do {
            partitions = try reader.takenPartitions()
        } catch {
            throw Failure(name: reader.name)
        }
        let whole = plan.whole(reader.name.kind)
        let asked = partitions.filter { partition in
            (whole.until.map { partition.slot.start < $0 } ?? true) && (whole.since.map { $0 <= partition.slot.last } ?? true)
        }
        return try asked.allSatisfy(isHeld)
    }

    /// A file has what ends from the beginning of its day to the end of the last partition that begins then.
    private func isAsked(_ name: RollupName) -> Bool {
        let whole = plan.whole(name.kind)
        let last = name.start + RollupName.dayMilliseconds + RollupBuilder.spanLimit
        return whole.until.map { name.start < $0 } ?? true && whole.since.map { $0 < last } ?? true
    }

    /// The file that is made of more flows; of equal ones the first.
    private func best(_ names: [RollupName]) throws -> RollupReader? {
        var best: (reader: RollupReader, rows: Int64)?
        for name in names {
            let reader: RollupReader
            let rows: Int64
            do {
                reader = try pool.take(name)
                try reader.begin()
                rows = try reader.takenRows()
            } catch {
                // One that has been removed meanwhile is none.
                if !Files.exists(folder.path(name)) { continue }
                throw Failure(name: name)
            }
            var worse = reader
            if rows > best?.rows ?? 0 {
                let other = best?.reader
                best = (reader, rows)
                guard let other else { continue }
                worse = other
            }
            worse.end()
            pool.giveBack(worse)
        }
        return best?.reader
    }

    var isEmpty: Bool { readers.isEmpty }

    /// What of a partition's blocks rollups do not answer.
    func rest(_ blocks: [StoredBlock], of name: PartitionName, origin: Int64) throws -> Rest {
        guard let slot = name.slot, let reader = readers[RollupName.day(of: slot)] else { return Rest(blocks: blocks) }
        let taken: Set<TakenBlock>
        do {
            taken = try reader.blocks.taken(TakenPartition(slot: slot, origin: origin))
        } catch {
            throw Failure(name: reader.name)
        }
        let whole = plan.whole(reader.name.kind)
        var rest = Rest(blocks: [], ranges: plan.ragged(reader.name.kind))
        for block in blocks {
            let end = block.header.end
            guard taken.contains(TakenBlock(block.header)) else {
                rest.blocks.append(block)
                continue
            }
            if whole.contains(end: end.lowerBound), whole.contains(end: end.upperBound) { continue }
            rest.blocks.append(block)
            rest.partial.insert(block.header.id)
        }
        return rest
    }

    /// Hands out the rows of all files, block by block, each with the time whose buckets are to be taken.
    ///
    /// - Parameter filter: of the request: blocks that its bounds rule out are left unread.
    func forEachBlock(_ filter: FlowFilter, withAddresses: Bool, _ body: (FlowBlock, TimeRange) throws -> Void) throws {
        var decoder = try BlockDecoder()
        for reader in readers.values.sorted(by: { $0.name.day > $1.name.day }) {
            let whole = plan.whole(reader.name.kind)
            let headers: [BlockHeader]
            do {
                headers = try reader.blocks.headers(whole)
                if withAddresses { try reader.readAddresses() }
            } catch {
                throw Failure(name: reader.name)
            }
            for header in headers where filter.matchesAll || filter.canMatch(header.rollupBounds) {
                let block: FlowBlock
                do {
                    block = try read(header, reader, withAddresses: withAddresses, &decoder)
                } catch {
                    throw Failure(name: reader.name)
                }
                note(header)
                try body(block, whole)
            }
        }
    }

    private func read(
        _ header: BlockHeader, _ reader: RollupReader, withAddresses: Bool, _ decoder: inout BlockDecoder
    ) throws -> FlowBlock {
        var header = header
        try reader.blocks.load(RollupBatch.columns(withAddresses: withAddresses), into: &header)
        let batch = try RollupBatch(
            header, withAddresses: withAddresses, addresses: reader.addresses, decoder: &decoder)
        var block = FlowBlock(batch.rows)
        block.weights = RowWeights(records: batch.records, flows: batch.flows)
        return block
    }

    private func note(_ header: BlockHeader) {
        blocksRead += 1
        rowsRead += header.rows
        let first = min(span?.lowerBound ?? header.end.lowerBound, header.end.lowerBound)
        span = first...max(span?.upperBound ?? header.end.upperBound, header.end.upperBound)
    }

    /// The ragged ends of the asked time for which flows would be needed that are gone.
    ///
    /// - Parameter isHeld: whether a partition's flows are there: of the same origin, for late flows may have made one anew.
    func gaps(_ isHeld: (TakenPartition) -> Bool) -> [TimeRange] {
        var gaps: Set<TimeRange> = []
        for reader in readers.values {
            let ragged = plan.ragged(reader.name.kind)
            guard !ragged.isEmpty, let partitions = try? reader.takenPartitions() else { continue }
            for end in ragged {
                guard let since = end.since, let until = end.until else { continue }
                let asked = partitions.filter { $0.slot.start < until && since <= $0.slot.last }
                if !asked.allSatisfy(isHeld) { gaps.insert(end) }
            }
        }
        return gaps.sorted { ($0.since ?? .min) < ($1.since ?? .min) }
    }

    /// Ends the transactions. One whose reading failed is dropped with the others: nothing is known of its state.
    func end(failed: Bool) {
        for reader in readers.values {
            reader.end()
            if !failed { pool.giveBack(reader) }
        }
        readers = [:]
    }
}
