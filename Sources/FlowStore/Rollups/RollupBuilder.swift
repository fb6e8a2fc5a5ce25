import Compression
import FlowModel
import FlowQuery

/// Makes rollups of blocks that never change any more, some at a time. It holds no lock of the store: it reads partitions
/// as queries do and writes files that nobody else writes.
///
/// `@unchecked Sendable`: it is reached only through `SQLiteFlowStore.rollups`, a `Mutex`.
final class RollupBuilder: @unchecked Sendable {
    private let partitions: PartitionFolder
    private let folder: RollupFolder
    private let configuration: RollupConfiguration
    /// Gives a generation that was never used, above the one given.
    private let nextGeneration: (Int64) throws -> Int64
    private var encoder: RollupEncoder
    private var decoder: RollupColumns
    /// Partitions in which nothing is left to do, and what their files looked like then.
    private var done: [PartitionName: String] = [:]
    /// The files of the day that was worked on last.
    private var open: [RollupKind: RollupFile] = [:]
    private(set) var counters = RollupCounters()

    /// A longer partition has no rollups: none of its keys would fit, and its file would hold more than a month.
    static let spanLimit: Int64 = 31 * RollupName.dayMilliseconds

    init(
        partitions: PartitionFolder, folder: RollupFolder, configuration: RollupConfiguration,
        nextGeneration: @escaping (Int64) throws -> Int64
    ) throws {
        self.partitions = partitions
        self.folder = folder
        self.configuration = configuration
        self.nextGeneration = nextGeneration
        encoder = try RollupEncoder()
        decoder = try RollupColumns()
        folder.removeLeftovers()
        for name in try folder.list().replaced { try folder.setAside(name, .superseded) }
    }

    /// Does what there is to do, step by step.
    ///
    /// - Parameters:
    ///   - everything: also what may still grow.
    ///   - isCancelled: asked between steps.
    /// - Returns: partitions that proved damaged; what becomes of them is for the store to say.
    /// - Throws: at the end, the first other error that a partition or its rollups gave; a full disk at once.
    func build(everything: Bool, now: Int64, isCancelled: () -> Bool) throws -> [PartitionName] {
        guard !configuration.kinds.isEmpty else { return [] }
        let names = try partitions.list().partitions
        done = done.filter { names.contains($0.key) }
        var failure: StoreError?
        var damaged: [PartitionName] = []
        for name in names.sorted(by: { $0.rank < $1.rank }) {
            guard let slot = name.slot, slot.spanMilliseconds <= Self.spanLimit, !isCancelled() else { continue }
            let look = signature(name)
            guard done[name] != look else { continue }
            do {
                let work = try RollupWork(name, slot: slot, partitions)
                if try finish(work, everything: everything, now: now, isCancelled: isCancelled) { done[name] = look }
            } catch {
                open = [:]
                let problem = StoreError.from(error, place: partitions.path(name))
                if problem.code == .diskFull { throw problem }
                // A partition that is gone, or replaced by its next generation, is looked at the next time.
                if problem.code == .notFound || problem.code == .cancelled { continue }
                if problem.code == .damaged {
                    // Sound flows of damaged rollups are summed up once more, the next time.
                    if try !setAside(place: problem.place) { damaged.append(name) }
                } else {
                    failure = failure ?? problem
                }
            }
        }
        open = [:]
        if let failure { throw failure }
        return damaged
    }

    /// All steps of one partition. - Returns: whether nothing is left to do until it changes.
    private func finish(
        _ work: RollupWork, everything: Bool, now: Int64, isCancelled: () -> Bool
    ) throws -> Bool {
        while !isCancelled() {
            let state = try work.look()
            if let age = configuration.maximumAge, isPast(age, state.lastWrite, now) { return true }
            let isQuiet = now - state.lastWrite > work.slot.spanMilliseconds
            let isComplete = everything || isQuiet
            if try takeOnce(work, state, isComplete: isComplete, now: now) { continue }
            var isMerged = false
            for kind in configuration.kinds.sorted(by: { $0.rawValue < $1.rawValue }) {
                isMerged = try mergeOnce(kind, work, isComplete: isComplete, isCancelled: isCancelled) || isMerged
            }
            if !isMerged { return isComplete }
        }
        return false
    }

    private func isPast(_ age: Duration, _ lastWrite: Int64, _ now: Int64) -> Bool {
        let limit = age.components.seconds.multipliedReportingOverflow(by: 1000)
        return !limit.overflow && now - lastWrite > limit.partialValue
    }

    // MARK: - Steps

    /// Takes some blocks. - Returns: whether there were any.
    private func takeOnce(_ work: RollupWork, _ state: RollupWork.State, isComplete: Bool, now: Int64) throws -> Bool {
        let partition = TakenPartition(slot: work.slot, origin: state.origin)
        var wanted: [RollupKind: Set<TakenBlock>] = [:]
        for kind in configuration.kinds {
            let file = try file(kind, work.slot, makes: false)
            let taken = try file.map { file in try StoreError.wrapping(folder.path(file.name)) { try file.blocks.taken(partition) } } ?? []
            wanted[kind] = Set(state.blocks.lazy.map(\.block).filter { !taken.contains($0) })
        }
        let blocks = state.blocks.filter { block in wanted.values.contains { $0.contains(block.block) } }
        let rows = blocks.reduce(0) { $0 + $1.rows }
        guard rows > 0, isComplete || rows >= configuration.rowsPerStep else { return false }
        var step = RollupStep(slot: work.slot, expected: min(rows, configuration.rowsPerStep + configuration.rowsPerBlock))
        var left = configuration.rowsPerStep
        let files = try configuration.kinds.filter { wanted[$0]?.isEmpty == false }.compactMap {
            try file($0, work.slot, makes: true)
        }
        guard !files.isEmpty else { return false }
        if let hours = files.first(where: { $0.name.kind.hasAddresses }) { work.map(to: hours.name) }
        try work.reading { reader in
            let hasAddresses = files.contains { $0.name.kind.hasAddresses }
            if hasAddresses { try reader.readAddresses() }
            for block in blocks {
                // One block at least, however large.
                guard left > 0 else { break }
                left -= block.rows
                guard var header = try reader.blocks.header(id: block.block.id) else { throw BlockDamage.badNumber }
                try reader.blocks.load(FlowKeys.columns(withAddresses: hasAddresses), into: &header)
                let keys = try FlowKeys(header, withAddresses: hasAddresses, tenants: &step.tenants, decoder: &decoder)
                for file in files where wanted[file.name.kind]?.contains(block.block) == true {
                    try step.add(keys, block, header, file, reader.addresses, &work.mapping)
                }
            }
        }
        for file in files {
            guard let taken = step.taken[file.name.kind], !taken.isEmpty else { continue }
            try StoreError.wrapping(folder.path(file.name)) {
                let headers = try step.encode(file, rowsPerBlock: configuration.rowsPerBlock, encoder: &encoder)
                try file.take(taken, of: partition, window: Self.window(work.slot), headers, now: now)
            }
            counters.blocks += UInt64(taken.count)
        }
        return true
    }

    private func mergeOnce(
        _ kind: RollupKind, _ work: RollupWork, isComplete: Bool, isCancelled: () -> Bool
    ) throws -> Bool {
        guard let file = try file(kind, work.slot, makes: false) else { return false }
        let window = Self.window(work.slot)
        let runs = try StoreError.wrapping(folder.path(file.name)) { try file.mergeableRuns(window: window) }
        guard runs.count >= (isComplete ? 2 : Self.runLimit) else { return false }
        do {
            try file.merge(
                runs, window: window, configuration: configuration, encoder: &encoder, decoder: &decoder,
                isCancelled: isCancelled)
        } catch {
            throw StoreError.from(error, place: folder.path(file.name))
        }
        counters.merges += 1
        return true
    }

    /// Runs of an hour that still gets flows, from which on they are merged.
    private static let runLimit = 16

    /// The hour in which a partition begins, milliseconds: equal keys meet within it.
    static func window(_ slot: PartitionName.Slot) -> Int64 {
        UTCTime.floorDivide(slot.start, 3_600_000) * 3_600_000
    }

    // MARK: - Files

    /// The file of a kind and of the day that a slot begins on; nil where there is none, or one of a newer program.
    private func file(_ kind: RollupKind, _ slot: PartitionName.Slot, makes: Bool) throws -> RollupFile? {
        let place = RollupFolder.Place(day: RollupName.day(of: slot), kind: kind)
        if let file = open[kind] {
            if file.name.day == place.day, Files.exists(folder.path(file.name)) { return file }
            open[kind] = nil
        }
        let listing = try folder.list()
        if let name = listing.files[place] {
            do {
                let file = try RollupFile(folder: folder, name: name, configuration: configuration)
                open[kind] = file
                return file
            } catch {
                let problem = StoreError.from(error, place: folder.path(name))
                if problem.code == .newerFormat { return nil }
                guard problem.code == .damaged, try setAside(place: folder.path(name)) else { throw problem }
            }
        }
        guard makes else { return nil }
        let name = RollupName(day: place.day, kind: kind, generation: try nextGeneration(listing.highestGeneration))
        try RollupFile.make(folder: folder, name: name)
        let file = try RollupFile(folder: folder, name: name, configuration: configuration)
        open[kind] = file
        return file
    }

    /// Puts damaged rollups out of the way. - Returns: false when the place is no file of rollups.
    private func setAside(place: String) throws -> Bool {
        guard let name = try folder.list().files.values.first(where: { folder.path($0) == place }) else { return false }
        open[name.kind] = nil
        try folder.setAside(name, .damaged)
        counters.damaged += 1
        done = [:]
        return true
    }

    /// Deletes (or with `dryRun` only names) files to which nothing was added for longer than `policy.rollupAge`, and the
    /// oldest ones while all have more than a fifth of `policy.bytes`: they must not push out flows.
    func retire(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws -> [RetiredPartition] {
        open = [:]
        let limit = RetentionPolicy.limit(policy.rollupAge, now: now)
        let files = try folder.list().files.values.sorted { $0.file < $1.file }
        var held = files.reduce(0) { $0 + folder.size($1) }
        var retired: [RetiredPartition] = []
        for name in files {
            // One that cannot be read is not old, and may still go for its bytes.
            let last = limit == nil ? nil : try? RollupReader(folder: folder, name: name).lastWrite()
            let isOld = limit.map { (last ?? .max) < $0 } ?? false
            guard isOld || policy.bytes.map({ held > $0 / RetentionPolicy.rollupShare }) ?? false else { continue }
            let bytes = folder.size(name)
            held -= bytes
            retired.append(RetiredPartition(name: name.file, bytes: bytes, lastWrite: last, reason: isOld ? .age : .bytes))
            if !dryRun { try folder.remove(name) }
        }
        return retired
    }

    /// What of a partition's files changes with every write.
    private func signature(_ name: PartitionName) -> String {
        let path = partitions.path(name)
        return "\(Files.stamp(path)) \(Files.stamp(path + "-wal"))"
    }
}

/// What a builder has done since the store was opened.
package struct RollupCounters: Sendable, Equatable {
    /// Blocks of flows summed up, once for each kind.
    package var blocks: UInt64 = 0
    package var merges: UInt64 = 0
    package var damaged: UInt64 = 0
}
