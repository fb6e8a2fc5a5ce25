import FlowModel
import FlowQuery

/// Merging, sealing, removing and setting aside of partitions.
extension StoreWriter {
    /// Merges one group of small blocks of one partition. - Returns: whether there was one.
    func mergeOnce(_ name: PartitionName, everything: Bool, now: Int64) throws -> Bool {
        try forgetIfGone(name.slot)
        guard current[name.slot] == name, everything || !tidy.contains(name) else { return false }
        do {
            // Most partitions of a large folder are tidy: a look does not cost them their dictionary in memory.
            let isOpen = open.contains { $0.name == name }
            let isQuiet = now - (try lastWrite(name)) > configuration.partitionMilliseconds
            let isComplete = everything || isQuiet
            let small = try isOpen ? nil : PartitionReader(folder: folder, name: name).smallBlocks()
            if small.map({ $0 > (isComplete ? 0 : 1) }) ?? true {
                let writer = try writer(name.slot, now: now)
                let merged = try writer.mergeOnce(everything: isComplete, encoder: &encoder, decoder: &decoder)
                counters.blocksMerged += UInt64(merged)
                usage.set(name, folder.size(name))
                if merged > 0 { return true }
                // Rollups are made of blocks that stay as they are, and most partitions have less than one full block.
                if isComplete, name.slot != nil { try writer.settle() }
            }
            // A partition that still gets flows is looked at again: when it has been quiet for long, more is merged.
            if everything || isQuiet { tidy.insert(name) }
            return false
        } catch {
            close(name.slot)
            throw StoreError.from(error, place: folder.path(name))
        }
    }

    /// The next generation of a partition that is to be sealed; nil for one that is to be left alone.
    ///
    /// - Parameter everything: seal whatever has got flows since the last time. Without, only what has been quiet for its
    ///   span, is worth it, and finds room for a second copy: which is what is asked first, without opening a file.
    func nextSeal(_ name: PartitionName, everything: Bool, now: Int64) throws -> PartitionName? {
        try forgetIfGone(name.slot)
        guard current[name.slot] == name, everything || !settled.contains(name) && hasRoom(for: usage.bytes(name)) else {
            return nil
        }
        do {
            let reader = try PartitionReader(folder: folder, name: name)
            let isSealed = try PartitionSeal.isSealed(reader.database)
            if !everything {
                guard now - (try reader.lastWrite()) > configuration.partitionMilliseconds else { return nil }
                guard try !isSealed && PartitionSeal.isWorthIt(reader.database) else {
                    settled.insert(name)
                    return nil
                }
            }
            return isSealed ? nil : PartitionName(slot: name.slot, generation: try newGeneration())
        } catch {
            close(name.slot)
            throw StoreError.from(error, place: folder.path(name))
        }
    }

    /// Puts a sealed copy in the place of the partition that it was made of; the old file is still to be removed.
    ///
    /// - Returns: false when flows have come in, or the partition has gone, since the copy was begun.
    func install(_ seal: PartitionSeal) throws -> Bool {
        let name = seal.name
        guard current[name.slot] == name, try seal.isUpToDate() else { return false }
        close(name.slot)
        try seal.putInPlace()
        let wasTidy = tidy.contains(name)
        forget(name)
        current[name.slot] = seal.next
        usage.set(seal.next, folder.size(seal.next))
        settled.insert(seal.next)
        if wasTidy { tidy.insert(seal.next) }
        return true
    }

    /// Makes the next generation of a partition at once, under the lock, and removes the old file. - Returns: its name.
    func renew(_ name: PartitionName) throws -> PartitionName {
        let seal = try PartitionSeal(folder, name, next: PartitionName(slot: name.slot, generation: try newGeneration()))
        try seal.copy()
        _ = try install(seal)
        try folder.remove(name)
        return seal.next
    }

    /// Puts a file out of the way whose time a higher generation holds. A crash between the making of a new generation
    /// and the removal of the old one leaves both: the old one goes. One that was damaged and set aside, mended and put
    /// back after others had come for its time, holds flows of its own: it stays, under another name.
    func clear(_ name: PartitionName) throws {
        guard let higher = current[name.slot] else { return }
        let isHeld: Bool
        do {
            isHeld = try PartitionReader(folder: folder, name: higher)
                .holdsAll(of: PartitionReader(folder: folder, name: name))
        } catch {
            // A newer program's files are left alone.
            if StoreError.from(error, place: folder.path(name)).code == .newerFormat { return }
            isHeld = false
        }
        if isHeld { try folder.remove(name) } else { try folder.setAside(name, .superseded) }
    }

    /// When the last flows of a partition came in.
    func lastWrite(_ name: PartitionName) throws -> Int64 {
        if let writer = open.first(where: { $0.name == name }) { return try writer.lastWrite() }
        return try PartitionReader(folder: folder, name: name).lastWrite()
    }

    /// Puts a damaged partition out of the way; what it held is lost to queries until somebody mends it. So the whole
    /// file is read first: one that proves sound stays.
    ///
    /// - Parameter isProven: somebody has read it, without holding up appends.
    /// - Returns: whether it went.
    @discardableResult
    func setAside(_ name: PartitionName, isProven: Bool = false) throws -> Bool {
        guard current[name.slot] == name else { return false }
        close(name.slot)
        guard isProven || Self.isDamaged(name, in: folder) else { return false }
        try folder.setAside(name, .damaged)
        usage.setOthers(usage.others + usage.bytes(name))
        forget(name)
        counters.damagedPartitions += 1
        return true
    }

    /// Reads a partition wholly.
    static func isDamaged(_ name: PartitionName, in folder: PartitionFolder) -> Bool {
        // What cannot be read at all may be sound.
        guard let check = try? PartitionCheck(folder, name) else { return false }
        return !check.faults.isEmpty
    }
}
