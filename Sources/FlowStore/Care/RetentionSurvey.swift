import FlowModel

/// A look at the files of a store, for retention: no lock is held, so that a folder of thousands of partitions stalls no
/// append.
struct RetentionSurvey {
    private(set) var candidates: [RetentionPlan.Candidate] = []
    /// Bytes of everything under `flows` and `rollups` but what is being made.
    private(set) var total: Int64 = 0
    /// Why the last write of a partition could not be read: of the first one, in the order of the listing.
    private(set) var failure: StoreError?

    /// - Parameter asksLastWrites: opens each partition. Without, only the one that may hold any time is asked.
    init(_ folder: PartitionFolder, asksLastWrites: Bool) throws(StoreError) {
        let listing = try folder.list()
        let sizes = folder.sizes()
        func bytes(_ file: String) -> Int64 { PartitionFolder.suffixes.reduce(0) { $0 + (sizes[file + $1] ?? 0) } }
        total = sizes.values.reduce(0, +) + folder.rollupBytes
        for name in listing.partitions {
            var candidate = RetentionPlan.Candidate(
                file: name.file, partition: name, time: name.slot?.start ?? 0, bytes: bytes(name.file))
            if asksLastWrites || name.slot == nil { candidate.lastWrite = lastWrite(folder, name, mustTell: asksLastWrites) }
            if name.slot == nil { candidate.time = candidate.lastWrite ?? .max }
            candidates.append(candidate)
        }
        for (file, name) in listing.aside {
            let last = Files.lastChange(folder.path + "/" + file)
            candidates.append(
                RetentionPlan.Candidate(
                    file: file, time: name?.slot?.start ?? last ?? .max, bytes: bytes(file), lastWrite: last))
        }
    }

    /// Bytes of what retention does not take.
    var strangers: Int64 { candidates.reduce(total) { $0 - $1.bytes } }

    /// Bytes of what is none of `partitions`.
    func others(_ partitions: Set<PartitionName>) -> Int64 {
        candidates.reduce(total) { rest, candidate in
            candidate.partition.map(partitions.contains) == true ? rest - candidate.bytes : rest
        }
    }

    /// Marks the partition into which flows came last, when that is not longer ago than its span.
    mutating func markNewest(now: Int64) {
        let written = candidates.indices.filter { candidates[$0].partition != nil && candidates[$0].lastWrite != nil }
        guard let newest = written.max(by: { candidates[$0].lastWrite ?? 0 < candidates[$1].lastWrite ?? 0 }) else { return }
        let span = candidates[newest].partition?.slot?.spanMilliseconds ?? 0
        candidates[newest].isBeingWritten = now - (candidates[newest].lastWrite ?? 0) <= span
    }

    /// Marks the partitions of these slots.
    mutating func mark(_ slots: Set<PartitionName.Slot?>) {
        for index in candidates.indices {
            guard let name = candidates[index].partition else { continue }
            candidates[index].isBeingWritten = slots.contains(name.slot)
        }
    }

    private mutating func lastWrite(_ folder: PartitionFolder, _ name: PartitionName, mustTell: Bool) -> Int64? {
        do {
            return try PartitionReader(folder: folder, name: name).lastWrite()
        } catch {
            // One that has gone meanwhile is nobody's fault.
            if mustTell, Files.exists(folder.path(name)) {
                failure = failure ?? StoreError.from(error, place: folder.path(name))
            }
            return nil
        }
    }
}
