import FlowModel
import FlowQuery

/// Merging, sealing, removing and setting aside of partitions.
extension StoreWriter {
    /// Merges one group of small blocks of one partition. - Returns: whether there was one.
    func mergeOnce(_ name: PartitionName, everything: Bool, now: Int64) throws -> Bool {
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

    /// Writes a partition once more without free pages, under the next generation, and removes the old file; one that
    /// has got nothing since the last time is left alone.
    func seal(_ name: PartitionName, now: Int64) throws {
        guard current[name.slot] == name else { return }
        do {
            let writer = try writer(name.slot, now: now)
            // One that had to be written anew to be opened is sealed by that.
            guard writer.name == name, try !writer.isSealed() else { return }
            _ = try renew(name, from: writer.database)
        } catch {
            close(name.slot)
            throw StoreError.from(error, place: folder.path(name))
        }
        counters.partitionsSealed += 1
    }

    /// Makes the next generation of a partition and removes the old file. - Returns: its name.
    func renew(_ name: PartitionName, from database: Database) throws -> PartitionName {
        let next = PartitionName(slot: name.slot, generation: try newGeneration())
        let path = folder.path(next)
        let making = path + ".making"
        do {
            _ = Files.remove(making)
            let copy = try database.prepare("VACUUM INTO ?1")
            copy.bind(1, making)
            try copy.run()
            let sealed = try Database(path: making, mode: .write)
            // A copy begins in journal mode DELETE, so what is written here is in the file itself. It ends in WAL: late
            // flows could not change the mode while a query reads.
            try sealed.execute(
                """
                PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE;
                INSERT OR REPLACE INTO meta SELECT 'sealed_serial', value FROM meta WHERE key = 'next_serial';
                INSERT OR IGNORE INTO meta VALUES ('origin', \(name.generation)); COMMIT; PRAGMA journal_mode = WAL;
                """)
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { _ = Files.remove(making + suffix) }
            throw error
        }
        close(name.slot)
        for suffix in ["-wal", "-shm"] { _ = Files.remove(making + suffix) }
        if let problem = Files.synchronize(file: making) ?? Files.rename(making, to: path) {
            throw StoreError(.notWritable, place: path, "the sealed partition cannot be put in place (\(problem))")
        }
        _ = Files.synchronize(folder: folder.path)
        current[name.slot] = next
        tidy.remove(name)
        try folder.remove(name)
        return next
    }

    func remove(_ name: PartitionName) throws {
        guard current[name.slot] == name else { return }
        close(name.slot)
        try folder.remove(name)
        tidy.remove(name)
        current[name.slot] = nil
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
    /// file is read first: one that proves sound stays. - Returns: whether it went.
    @discardableResult
    func setAside(_ name: PartitionName) throws -> Bool {
        guard current[name.slot] == name else { return false }
        close(name.slot)
        guard isDamaged(name) else { return false }
        try folder.setAside(name, .damaged)
        current[name.slot] = nil
        counters.damagedPartitions += 1
        return true
    }

    private func isDamaged(_ name: PartitionName) -> Bool {
        do {
            let reader = try PartitionReader(folder: folder, name: name)
            try reader.begin()
            defer { reader.end() }
            guard try reader.isSound() else { return true }
            try reader.checkNumbers()
            try reader.readAddresses()
            for var header in try reader.blocks.headers(.always, overlap: false) {
                try reader.blocks.load(.all, into: &header)
                try reader.blocks.load(BlockColumns([.addressSet]), into: &header)
                _ = try decoder.decode(header, .all, addresses: reader.addresses)
                _ = try decoder.addressSet(header)
            }
            return false
        } catch {
            return StoreError.from(error, place: folder.path(name)).code == .damaged
        }
    }
}
