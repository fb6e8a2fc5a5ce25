/// Reads a whole data folder and says what is wrong with each file. Takes no lock and writes nothing: a collector may go on
/// beside it.
package enum StoreCheck {
    /// What was found in one file.
    package struct File: Sendable, Equatable {
        /// Below the data folder: `flows/20261122T14-3600-g1.sqlite`.
        package var name: String
        package var records: Int64 = 0
        package var blocks = 0
        /// One sentence each; empty for a sound file.
        package var faults: [String] = []
    }

    /// - Parameters:
    ///   - each: called with each file when it was read.
    ///   - isCancelled: asked between files.
    /// - Throws: `not-found` where there is no data folder, `not-readable`. What is wrong with one file is its fault.
    package static func run(
        _ path: String, isCancelled: () -> Bool = { false }, _ each: (File) -> Void
    ) throws(StoreError) {
        let flows = path + "/flows"
        guard Files.exists(path + "/catalog.sqlite"), Files.isFolder(flows) else {
            throw StoreError(.notFound, place: path, "this is no data folder: it has no catalog.sqlite and flows; check --data")
        }
        each(catalogue(path))
        let folder = PartitionFolder(path: flows)
        var seen: Set<PartitionName> = []
        // What was sealed or made while this went on is looked at too.
        while let name = try folder.list().partitions.first(where: { !seen.contains($0) }) {
            if isCancelled() { return }
            seen.insert(name)
            if let file = partition(folder, name) { each(file) }
        }
        for (file, _) in try folder.list().aside {
            each(File(name: "flows/" + file, faults: ["was set aside: answers lack what it holds"]))
        }
        for file in folder.rollupFiles {
            if isCancelled() { return }
            each(rollups(folder.rollups, file))
        }
    }

    /// nil for one that has gone meanwhile.
    static func partition(_ folder: PartitionFolder, _ name: PartitionName) -> File? {
        var file = File(name: "flows/" + name.file)
        do {
            let check = try PartitionCheck(folder, name)
            file.records = check.records
            file.blocks = check.blocks
            file.faults = check.faults
        } catch {
            if !Files.exists(folder.path(name)) { return nil }
            file.faults = [error.reason]
        }
        return file
    }

    static func catalogue(_ path: String) -> File {
        var file = File(name: "catalog.sqlite")
        do {
            let catalog = try Catalog(path: path + "/catalog.sqlite", isWritable: false)
            file.faults = try catalog.run { try structure($0) }
            for key in ["generation", DataFolder.byteBoundKey] { _ = try catalog.number(key) }
            if let span = try catalog.number("partition_ms"), !StoredNumber.spans.contains(span) {
                file.faults.append("partitions of \(span) ms cannot be")
            }
        } catch {
            file.faults.append(error.reason)
        }
        return file
    }

    static func rollups(_ folder: String, _ name: String) -> File {
        var file = File(name: "rollups/" + name)
        do {
            file.faults = try structure(Database(path: folder + "/" + name, mode: .read))
        } catch {
            if Files.exists(folder + "/" + name) { file.faults = [StoreError.from(error, place: name).reason] }
        }
        return file
    }

    /// SQLite's own check.
    private static func structure(_ database: Database) throws(SQLiteFailure) -> [String] {
        let check = try database.prepare("PRAGMA quick_check(\(PartitionCheck.faultLimit))")
        var faults: [String] = []
        while try check.step() {
            let line = check.text(0)
            if line != "ok" { faults.append("the file's structure is damaged: \(line)") }
        }
        return faults
    }
}
