/// Copies a data folder, file by file and each as it is in one moment, while a collector may go on writing it; then reads the
/// copies wholly. The work behind backup and restore.
///
/// The catalogue goes first and the flows last: what the catalogue and the rollups know of flows is then among the flows.
struct FolderCopy {
    /// What a copy of a folder has, and what it lacks.
    struct Outcome: Sendable, Equatable {
        var partitions = 0
        var records: Int64 = 0
        var bytes: Int64 = 0
        /// Files that are damaged, each with the reason: they are not in the copy.
        var leftOut: [String] = []
    }

    private let source: String
    private let target: String
    private let keepsLog: Bool
    private let isCancelled: () -> Bool
    private(set) var outcome = Outcome()

    /// - Parameters:
    ///   - target: an empty folder.
    ///   - keepsLog: partitions as a writer wants them (journal mode WAL); without, files that nothing appears beside when
    ///     they are read.
    init(source: String, target: String, keepsLog: Bool, isCancelled: @escaping () -> Bool) {
        self.source = source
        self.target = target
        self.keepsLog = keepsLog
        self.isCancelled = isCancelled
    }

    mutating func run() throws(StoreError) {
        try copyCatalogue()
        // Templates of exporters: a small file that is replaced whole; without it they come again by themselves.
        let exporters = "/exporters.json"
        if Files.copy(source + exporters, to: target + exporters) != nil { _ = Files.remove(target + exporters) }
        let from = PartitionFolder(path: source + "/flows")
        let to = PartitionFolder(path: target + "/flows")
        try makeFolder(to.path)
        if !from.rollupFiles.isEmpty { try copyRollups(from, to) }
        try copyPartitions(from, to)
        for folder in [to.path, to.rollups, target] where Files.isFolder(folder) {
            // Of those who have read the copies: nothing was written, and nobody else has them open.
            for file in Files.names(in: folder) ?? [] where file.hasSuffix("-wal") || file.hasSuffix("-shm") {
                _ = Files.remove(folder + "/" + file)
            }
            if let problem = Files.synchronize(folder: folder) { throw cannotWrite(folder, problem) }
        }
        outcome.bytes = to.sizes().values.reduce(Files.size(target + "/catalog.sqlite"), +) + to.rollupBytes
    }

    private func checkCancelled() throws(StoreError) {
        if isCancelled() { throw StoreError(.cancelled, place: target, "the copy was cancelled") }
    }

    private func makeFolder(_ path: String) throws(StoreError) {
        if let problem = Files.makeFolder(path) { throw cannotWrite(path, problem) }
    }

    private func cannotWrite(_ path: String, _ problem: String) -> StoreError {
        StoreError(.notWritable, place: path, "the copy cannot be written (\(problem))")
    }

    // MARK: - Files

    private func copyCatalogue() throws(StoreError) {
        let file = "catalog.sqlite"
        // Its version, and what is wrong with it, in its own words.
        _ = try Catalog(path: source + "/" + file, isWritable: false)
        try copy(source + "/" + file, to: target + "/" + file)
        let check = StoreCheck.catalogue(target)
        guard check.faults.isEmpty else {
            throw StoreError(.damaged, place: source + "/" + file, check.faults.joined(separator: "; "))
        }
    }

    private mutating func copyRollups(_ from: PartitionFolder, _ to: PartitionFolder) throws(StoreError) {
        try makeFolder(to.rollups)
        for file in from.rollupFiles {
            try checkCancelled()
            do throws(StoreError) {
                try copy(from.rollups + "/" + file, to: to.rollups + "/" + file)
                let faults = StoreCheck.rollups(to.rollups, file).faults
                if !faults.isEmpty { throw StoreError(.damaged, place: "", faults.joined(separator: "; ")) }
            } catch where error.isOfOneFile {
                leaveOut("rollups/" + file, error, at: to.rollups + "/" + file, of: from.rollups + "/" + file)
            }
        }
    }

    private mutating func copyPartitions(_ from: PartitionFolder, _ to: PartitionFolder) throws(StoreError) {
        var seen: Set<PartitionName> = []
        var records: [PartitionName.Slot?: Int64] = [:]
        defer {
            outcome.partitions = records.count
            outcome.records = records.values.reduce(0, +)
        }
        // One that is sealed or made while this goes on comes too.
        while let name = try from.list().partitions.first(where: { !seen.contains($0) }) {
            try checkCancelled()
            seen.insert(name)
            // Its earlier generation would be what a crash leaves.
            for other in seen where other.slot == name.slot && other != name { _ = Files.remove(to.path(other)) }
            records[name.slot] = nil
            do throws(StoreError) {
                // A newer program's partition cannot be looked through, and is refused here.
                _ = try StoreError.wrapping(from.path(name)) { try PartitionReader(folder: from, name: name) }
                try copy(from.path(name), to: to.path(name))
                let check = try PartitionCheck(to, name)
                if !check.faults.isEmpty {
                    throw StoreError(.damaged, place: "", check.faults.joined(separator: "; "))
                }
                records[name.slot] = Int64(check.records)
            } catch where error.isOfOneFile {
                leaveOut("flows/" + name.file, error, at: to.path(name), of: from.path(name))
            }
        }
        // Answers about the folder tell of these; the copy has no trace of them.
        for (file, _) in try from.list().aside { outcome.leftOut.append("flows/\(file): was set aside, and is not copied") }
    }

    private mutating func leaveOut(_ file: String, _ problem: StoreError, at copy: String, of original: String) {
        for suffix in PartitionFolder.suffixes { _ = Files.remove(copy + suffix) }
        // Retention or sealing took it.
        if Files.exists(original) { outcome.leftOut.append("\(file): \(problem.reason)") }
    }

    /// The file as it is in one moment, durable.
    private func copy(_ path: String, to target: String) throws(StoreError) {
        try StoreError.wrapping(path) {
            let copy = try Database(path: target, mode: .create)
            try Database.reading(path).0.copy(into: copy)
        }
        try StoreError.wrapping(target) {
            // The copy says of itself what its original does. In WAL, opening it would make files beside it.
            try Database(path: target, mode: .write).execute("PRAGMA journal_mode = \(keepsLog ? "WAL" : "DELETE")")
        }
        for suffix in ["-wal", "-shm"] { _ = Files.remove(target + suffix) }
        if let problem = Files.synchronize(file: target) { throw cannotWrite(target, problem) }
    }
}
