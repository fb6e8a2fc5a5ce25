/// `DATA/rollups`: its files are the truth about which rollups there are. A folder that is missing holds none.
struct RollupFolder: Sendable {
    let path: String

    func path(_ name: RollupName) -> String { path + "/" + name.file }

    /// What a day and kind has.
    struct Place: Hashable, Sendable {
        var day: Int64
        var kind: RollupKind
    }

    struct Listing: Sendable {
        var files: [Place: RollupName] = [:]
        /// Of two files for one day and kind the one with the lower generation: not read, for both may hold the same flows.
        var replaced: [RollupName] = []
        var aside: [String] = []
        var highestGeneration: Int64 = 0
    }

    func list() throws(StoreError) -> Listing {
        var listing = Listing()
        guard let names = Files.names(in: path) else {
            guard Files.exists(path) else { return listing }
            throw StoreError(.notReadable, place: path, "the folder of rollups cannot be read; check its owner and mode")
        }
        for file in names {
            if PartitionFolder.Aside.allCases.contains(where: { file.hasSuffix($0.suffix) }) {
                listing.aside.append(file)
                continue
            }
            guard let name = RollupName(file: file) else { continue }
            listing.highestGeneration = max(listing.highestGeneration, name.generation)
            let place = Place(day: name.day, kind: name.kind)
            guard let other = listing.files[place] else {
                listing.files[place] = name
                continue
            }
            listing.files[place] = name.generation > other.generation ? name : other
            listing.replaced.append(name.generation > other.generation ? other : name)
        }
        listing.aside.sort()
        return listing
    }

    /// Bytes of a file and of what SQLite keeps beside it.
    func size(_ name: RollupName) -> Int64 { Files.size(path(name)) + Files.size(path(name) + "-wal") }

    /// Removes what a crash has left: files that were being made, and logs without their file.
    func removeLeftovers() {
        for file in Files.names(in: path) ?? [] {
            let isHalfMade = [".making", ".making-wal", ".making-shm"].contains { file.hasSuffix($0) }
            let isLog = file.hasSuffix("-wal") || file.hasSuffix("-shm")
            let owner = String(file.dropLast(4))
            let isOrphan = isLog && RollupName(file: owner) != nil && !Files.exists(path + "/" + owner)
            // One that cannot be removed does no harm.
            if isHalfMade || isOrphan { _ = Files.remove(path + "/" + file) }
        }
    }

    /// Renames a file, with its log, so that it is out of the way and can still be looked into.
    func setAside(_ name: RollupName, _ reason: PartitionFolder.Aside) throws(StoreError) {
        let file = path(name)
        var target = file + reason.suffix
        var number = 2
        while Files.exists(target) {
            target = "\(file).\(number)\(reason.suffix)"
            number += 1
        }
        for suffix in ["-wal", "-shm", ""] where Files.exists(file + suffix) {
            if let problem = Files.rename(file + suffix, to: target + suffix) {
                throw StoreError(.notWritable, place: file, "the file cannot be set aside (\(problem))")
            }
        }
        _ = Files.synchronize(folder: path)
    }

    /// Removes a file: itself first, so that nobody opens it without its log.
    func remove(_ name: RollupName) throws(StoreError) {
        let file = path(name)
        for suffix in ["", "-wal", "-shm"] {
            if let problem = Files.remove(file + suffix) {
                throw StoreError(.notWritable, place: file, "the rollups cannot be removed (\(problem))")
            }
        }
        _ = Files.synchronize(folder: path)
    }
}
