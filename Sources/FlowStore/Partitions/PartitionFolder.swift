/// `DATA/flows`: its files are the truth about which partitions there are.
struct PartitionFolder: Sendable {
    let path: String

    func path(_ name: PartitionName) -> String { path + "/" + name.file }

    /// What the folder holds, newest first, the out-of-range partition last.
    struct Listing: Sendable {
        var partitions: [PartitionName] = []
        /// Files of a generation that a higher one has replaced.
        var replaced: [PartitionName] = []
        /// Names of files that were set aside, and what was in their name before.
        var aside: [(file: String, name: PartitionName?)] = []
        var highestGeneration: Int64 = 0
    }

    func list() throws(StoreError) -> Listing {
        guard let names = Files.names(in: path) else {
            throw StoreError(.notReadable, place: path, "the folder of flows cannot be read; check its owner and mode")
        }
        var listing = Listing()
        var current: [PartitionName.Slot?: PartitionName] = [:]
        for file in names {
            if let reason = Aside.allCases.first(where: { file.hasSuffix($0.suffix) }) {
                let name = Self.original(file.dropLast(reason.suffix.count))
                listing.aside.append((file, name))
                listing.highestGeneration = max(listing.highestGeneration, name?.generation ?? 0)
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
        listing.aside.sort { $0.file < $1.file }
        return listing
    }

    /// A database, and what SQLite keeps beside it.
    static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// Bytes of the file and of what SQLite keeps beside it.
    func size(_ name: PartitionName) -> Int64 {
        let file = path(name)
        return Files.size(file) + Files.size(file + "-wal") + Files.size(file + "-shm")
    }

    /// Bytes of every file, but for those that are being made: they are gone in a moment, or have their name.
    func sizes() -> [String: Int64] {
        let names = (Files.names(in: path) ?? []).filter { !$0.contains(".making") }
        return Dictionary(names.map { ($0, Files.size(path + "/" + $0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// `DATA/rollups`, beside this folder; it need not be there.
    var rollups: String { (path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".") + "/rollups" }
    var rollupFiles: [String] { (Files.names(in: rollups) ?? []).filter { $0.hasSuffix(".sqlite") }.sorted() }
    /// Bytes of everything in it.
    var rollupBytes: Int64 { (Files.names(in: rollups) ?? []).reduce(0) { $0 + Files.size(rollups + "/" + $1) } }

    /// Removes what a crash has left: files that were being made, and logs of partitions without their file, which would
    /// be played into one that is put back. The log of a file that was set aside is a part of what may be mended.
    func removeLeftovers() {
        for file in Files.names(in: path) ?? [] {
            let isHalfMade = [".making", ".making-wal", ".making-shm", ".making-journal"].contains { file.hasSuffix($0) }
            let isLog = file.hasSuffix("-wal") || file.hasSuffix("-shm")
            let owner = String(file.dropLast(4))
            let isOrphan = isLog && PartitionName(file: owner) != nil && !Files.exists(path + "/" + owner)
            // One that cannot be removed does no harm.
            if isHalfMade || isOrphan { _ = Files.remove(path + "/" + file) }
        }
    }

    /// Why a file is out of the way: the end of its name.
    enum Aside: String, CaseIterable {
        case damaged
        /// A higher generation holds its time, and not for certain its flows.
        case superseded

        var suffix: String { "." + rawValue }
    }

    /// The partition that a file was before it was set aside; a second one of the same name has a number after it.
    private static func original(_ file: some StringProtocol) -> PartitionName? {
        if let name = PartitionName(file: String(file)) { return name }
        guard let dot = file.lastIndex(of: "."), Int(file[file.index(after: dot)...]) != nil else { return nil }
        return PartitionName(file: String(file[..<dot]))
    }

    /// Renames a file, with its log, so that it is out of the way and can still be looked into.
    func setAside(_ name: PartitionName, _ reason: Aside) throws(StoreError) {
        let file = path(name)
        var target = file + reason.suffix
        var number = 2
        // One that was mended and put back leaves the name that it had meanwhile, perhaps with a copy under it.
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

    /// Removes a partition.
    func remove(_ name: PartitionName) throws(StoreError) { try remove(file: name.file) }

    /// Removes a partition, or one that was set aside: the file first, so that nobody opens it without its log.
    func remove(file name: String) throws(StoreError) {
        let file = path + "/" + name
        for suffix in Self.suffixes {
            if let problem = Files.remove(file + suffix) {
                throw StoreError(.notWritable, place: file, "the partition cannot be removed (\(problem))")
            }
        }
        _ = Files.synchronize(folder: path)
    }
}
