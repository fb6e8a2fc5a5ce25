import Compression
import FlowModel

/// The one writer of a folder of partitions. Used under the store's lock.
///
/// `@unchecked Sendable`: it is reached only through `SQLiteFlowStore.writer`, a `Mutex`.
final class StoreWriter: @unchecked Sendable {
    let folder: PartitionFolder
    let configuration: SQLiteFlowStore.Configuration
    /// Gives a generation that was never used in this folder.
    private let nextGeneration: (Int64) throws -> Int64
    var counters = StoreCounters()
    /// Current file of each slot; kept up to date by this class, which alone makes and removes files.
    var current: [PartitionName.Slot?: PartitionName] = [:]
    private var highestGeneration: Int64 = 0
    /// The least recently used first.
    var open: [PartitionWriter] = []
    var encoder: BlockEncoder
    var decoder: BlockDecoder
    /// Quiet partitions in which nothing is left to merge, since their last flows came in.
    var tidy: Set<PartitionName> = []
    /// Partitions that are sealed, or not worth it, since their last flows came in.
    var settled: Set<PartitionName> = []
    /// The slots of the last append: what flows come into is the last to go for want of room.
    var recent: Set<PartitionName.Slot?> = []
    var usage = FolderUsage()
    /// Set when retention took a partition away, until somebody has let go of its readers.
    var hasRetired = false
    /// Partitions that sources which cannot repeat have made in a day.
    private var made = (day: Int64.min, count: 0)

    init(
        folder: PartitionFolder, configuration: SQLiteFlowStore.Configuration,
        nextGeneration: @escaping (Int64) throws -> Int64
    ) throws {
        self.folder = folder
        self.configuration = configuration
        self.nextGeneration = nextGeneration
        encoder = try BlockEncoder()
        decoder = try BlockDecoder()
        let listing = try folder.list()
        for name in listing.partitions { current[name.slot] = name }
        highestGeneration = listing.highestGeneration
        for name in listing.replaced { try clear(name) }
        folder.removeLeftovers()
        look(try RetentionSurvey(folder, asksLastWrites: false))
    }

    var partitions: [PartitionName] { current.values.sorted { $0.rank > $1.rank } }

    // MARK: - Appending

    func append(
        _ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64, now: Int64
    ) throws -> AppendOutcome {
        if case .sequence(_, _, let sequence) = identity, !BatchRuns.sequences.contains(sequence) {
            throw StoreError(
                .invalid, place: "", "sequence \(sequence) is no sequence: they count from 1 to \(BatchRuns.sequences.upperBound)")
        }
        guard !flows.isEmpty else { return .stored(records: 0) }
        var stored = 0
        var isNew = false
        let parts = try split(flows, identity: identity, exportMilliseconds: exportMilliseconds, now: now)
        recent = Set(parts.map(\.slot))
        makeRoom(for: flows.count)
        for part in parts {
            do {
                guard try appendPart(part, of: flows, identity: identity, now: now) else { continue }
            } catch {
                var problem = StoreError.from(error, place: folder.path)
                problem.storedRecords = stored
                counters.records += UInt64(stored)
                throw problem
            }
            isNew = true
            let count = part.rows?.count ?? flows.count
            stored += count
            if part.slot == nil { counters.outOfRange += UInt64(count) }
        }
        counters.records += UInt64(stored)
        if !isNew { counters.duplicates += 1 }
        return isNew ? .stored(records: stored) : .duplicate
    }

    /// True when every partition that the batch touches has it.
    func holds(_ flows: FlowBatch, identity: BatchIdentity, exportMilliseconds: Int64, now: Int64) throws -> Bool {
        guard let end = flows.flowEndMilliseconds.first else { return false }
        func holds(_ slot: PartitionName.Slot?) throws -> Bool {
            guard current[slot] != nil else { return false }
            return try writer(slot, now: now).contains(identity)
        }
        // Most batches are new, and the partition of any row says so.
        guard try holds(slot(of: end, latest: Self.latest(exportMilliseconds))) else { return false }
        return try split(flows, identity: identity, exportMilliseconds: exportMilliseconds, now: now)
            .allSatisfy { try holds($0.slot) }
    }

    /// - Returns: false when the partition has the batch.
    private func appendPart(
        _ part: Part, of flows: FlowBatch, identity: BatchIdentity?, now: Int64
    ) throws -> Bool {
        // A damaged file is set aside and a new one made, once: a second failure is no longer the file's.
        for isRepeated in [false, true] {
            do {
                let writer = try writer(part.slot, now: now, isLimited: identity == nil)
                if let identity, try writer.contains(identity) { return false }
                tidy.remove(writer.name)
                settled.remove(writer.name)
                try writer.append(flows, rows: part.rows, identity: identity, now: now, encoder: &encoder)
                usage.set(writer.name, folder.size(writer.name))
                return true
            } catch {
                close(part.slot)
                let problem = StoreError.from(error, place: folder.path)
                guard problem.code == .damaged, !isRepeated, let name = current[part.slot], try setAside(name) else {
                    throw problem
                }
            }
        }
        return false
    }

    struct Part {
        var slot: PartitionName.Slot?
        /// nil: all rows of the batch.
        var rows: [Int32]?
    }

    /// Sorts the rows into partitions by their `end`, oldest first. The same batch splits the same way at any time, so
    /// that a retry finds its parts: «too far ahead» is judged by the batch's own export time.
    private func split(
        _ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64, now: Int64
    ) throws -> [Part] {
        let latest = Self.latest(exportMilliseconds)
        var rows: [PartitionName.Slot?: [Int32]] = [:]
        var slot: PartitionName.Slot?
        var run: [Int32] = []
        func isIn(_ slot: PartitionName.Slot?, _ end: Int64) -> Bool {
            let isInRange = end >= Self.firstSensible && end <= latest
            guard let slot else { return !isInRange }
            return isInRange && slot.start <= end && end <= slot.last
        }
        for row in 0..<flows.count {
            let end = flows.flowEndMilliseconds[row]
            if run.isEmpty || !isIn(slot, end) {
                if !run.isEmpty { rows[slot, default: []] += run }
                run = []
                slot = self.slot(of: end, latest: latest)
            }
            run.append(Int32(truncatingIfNeeded: row))
        }
        rows[slot, default: []] += run
        let admitted = try admit(rows.keys.compactMap { $0 }, identity: identity, now: now)
        var parts: [PartitionName.Slot?: [Int32]] = [:]
        for (slot, list) in rows { parts[slot.flatMap { admitted.contains($0) ? $0 : nil }, default: []] += list }
        if parts.count == 1, let only = parts.first { return [Part(slot: only.key, rows: nil)] }
        return parts.map { Part(slot: $0.key, rows: $0.value.sorted()) }
            .sorted { ($0.slot?.start ?? .min) < ($1.slot?.start ?? .min) }
    }

    /// The slot of a record that ends then; nil for one that is out of range.
    private func slot(of end: Int64, latest: Int64) -> PartitionName.Slot? {
        guard end >= Self.firstSensible, end <= latest else { return nil }
        return PartitionName.Slot(holding: end, spanMilliseconds: configuration.partitionMilliseconds)
    }

    /// The last moment that is not too far ahead of a batch's export.
    private static func latest(_ exportMilliseconds: Int64) -> Int64 {
        min(exportMilliseconds, lastSensible).addingReportingOverflow(86_400_000).partialValue
    }

    /// 2000-01-01 and 9000-01-01: a partition's name has a year of four digits.
    static let firstSensible: Int64 = 946_684_800_000
    static let lastSensible: Int64 = 221_845_392_000_000

    /// The slots of a batch that its flows may go to. A source that cannot repeat makes at most so many partitions a day,
    /// the newest first; past that its flows are out of range. A batch with an identity is judged by itself alone.
    private func admit(
        _ slots: [PartitionName.Slot], identity: BatchIdentity?, now: Int64
    ) throws -> Set<PartitionName.Slot> {
        let limit = configuration.partitionsPerBatch
        guard identity == nil else {
            if slots.count > limit, let first = slots.map(\.start).min(), let last = slots.map(\.last).max() {
                throw StoreError(
                    .invalid,
                    place: "\(UTCTime.text(milliseconds: first)) to \(UTCTime.text(milliseconds: last))",
                    "the batch has flows of \(slots.count) partitions, and may have them of \(limit); "
                        + "divide it by time into several")
            }
            return Set(slots)
        }
        let day = UTCTime.floorDivide(now, 86_400_000)
        if made.day != day { made = (day, 0) }
        var room = configuration.newPartitionsPerDay - made.count
        var admitted: Set<PartitionName.Slot> = []
        for slot in slots.sorted(by: { $0.start > $1.start }).prefix(limit) {
            if current[slot] == nil {
                guard room > 0 else { continue }
                room -= 1
            }
            admitted.insert(slot)
        }
        return admitted
    }

    // MARK: - Partitions

    /// The writer of a slot, opened or made; the least recently used goes when there are too many.
    ///
    /// - Parameter isLimited: one that is made counts against the day's limit.
    func writer(_ slot: PartitionName.Slot?, now: Int64, isLimited: Bool = false) throws -> PartitionWriter {
        try forgetIfGone(slot)
        if let index = open.lastIndex(where: { $0.name.slot == slot }) {
            let writer = open.remove(at: index)
            open.append(writer)
            return writer
        }
        var name: PartitionName
        if let known = current[slot] {
            name = known
        } else {
            name = PartitionName(slot: slot, generation: try newGeneration())
            try PartitionWriter.make(folder: folder, name: name)
            current[slot] = name
            if isLimited, slot != nil { made.count += 1 }
        }
        let writer: PartitionWriter
        do {
            writer = try PartitionWriter(folder: folder, name: name, limits: configuration.limits)
        } catch where StoreError.from(error, place: folder.path(name)).code == .busy {
            name = try renew(name)
            writer = try PartitionWriter(folder: folder, name: name, limits: configuration.limits)
        }
        open.append(writer)
        if open.count > configuration.openForWriting { open.removeFirst() }
        return writer
    }

    func newGeneration() throws -> Int64 {
        highestGeneration = try nextGeneration(highestGeneration)
        return highestGeneration
    }

    /// Lets go of a partition whose file somebody has taken away, so that nothing is written to a file without a name. What
    /// lies there in its place holds from now on.
    func forgetIfGone(_ slot: PartitionName.Slot?) throws {
        guard let name = current[slot] else { return }
        if let writer = open.first(where: { $0.name == name }) {
            if writer.isInPlace { return }
            close(slot)
        }
        if Files.exists(folder.path(name)) { return }
        // Where the whole folder is away, nothing is forgotten: it may come back.
        let other = try folder.list().partitions.first { $0.slot == slot }
        forget(name)
        current[slot] = other
        counters.missingPartitions += 1
    }

    /// Nothing is known of a partition any more.
    func forget(_ name: PartitionName) {
        close(name.slot)
        current[name.slot] = nil
        tidy.remove(name)
        settled.remove(name)
        usage.remove(name)
    }

    func close(_ slot: PartitionName.Slot?) {
        open.removeAll { $0.name.slot == slot }
    }
}
