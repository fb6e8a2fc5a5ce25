/// `DATA/flows`: its files are the truth about which partitions there are.
struct PartitionFolder: Sendable {
    let path: String

    func path(_ name: PartitionName) -> String { path + "/" + name.file }

    /// What the folder holds, newest first, the out-of-range partition last.
    struct Listing: Sendable {
        var partitions: [PartitionName] = []
        /// Files of a generation that a higher one has replaced.
        var replaced: [PartitionName] = []
        /// Names of damaged files that were set aside.
        var damaged: [String] = []
        var highestGeneration: Int64 = 0
    }

    func list() throws(StoreError) -> Listing {
        guard let names = Files.names(in: path) else {
            throw StoreError(.notReadable, place: path, "the folder of flows cannot be read; check its owner and mode")
        }
        var listing = Listing()
        var current: [PartitionName.Slot?: PartitionName] = [:]
        for file in names {
            if file.hasSuffix(Self.damagedSuffix) {
                listing.damaged.append(file)
                if let name = PartitionName(file: String(file.dropLast(Self.damagedSuffix.count))) {
                    listing.highestGeneration = max(listing.highestGeneration, name.generation)
                }
                continue
            }
            guard let name = PartitionName(file: file) else { continue }
            listing.highestGeneration = max(listing.highestGeneration, name.generation)
            guard let other = current[name.slot] else {
                current[name.slot] = name
                continue
            }
            current[name.slot] = name.generation > other.generation ? name : other
            listing.replaced.append(name.generation > other.generation ? other : name)
        }
        listing.partitions = current.values.sorted { $0.rank > $1.rank }
        listing.damaged.sort()
        return listing
    }

    /// Bytes of the file and of what SQLite keeps beside it.
    func size(_ name: PartitionName) -> Int64 {
        let file = path(name)
        return Files.size(file) + Files.size(file + "-wal")
    }

    /// Removes what a crash has left: files that were being made, and logs without their file.
    func removeLeftovers() {
        for file in Files.names(in: path) ?? [] {
            let isHalfMade = [".making", ".making-wal", ".making-shm", ".making-journal"].contains { file.hasSuffix($0) }
            let isOrphan = ["-wal", "-shm"].contains { file.hasSuffix($0) } && !Files.exists(path + "/" + file.dropLast(4))
            // One that cannot be removed does no harm.
            if isHalfMade || isOrphan { _ = Files.remove(path + "/" + file) }
        }
    }

    static let damagedSuffix = ".damaged"

    /// Renames a damaged file, with its log, so that it is out of the way and can still be looked into.
    func setAside(_ name: PartitionName) throws(StoreError) {
        let file = path(name)
        for suffix in ["-wal", "-shm", ""] where Files.exists(file + suffix) {
            if let problem = Files.rename(file + suffix, to: file + Self.damagedSuffix + suffix) {
                throw StoreError(.notWritable, place: file, "the damaged file cannot be set aside (\(problem))")
            }
        }
        _ = Files.synchronize(folder: path)
    }

    /// Removes a partition: the file first, so that nobody opens it without its log.
    func remove(_ name: PartitionName) throws(StoreError) {
        let file = path(name)
        for suffix in ["", "-wal", "-shm"] {
            if let problem = Files.remove(file + suffix) {
                throw StoreError(.notWritable, place: file, "the partition cannot be removed (\(problem))")
            }
        }
        _ = Files.synchronize(folder: path)
    }
}
