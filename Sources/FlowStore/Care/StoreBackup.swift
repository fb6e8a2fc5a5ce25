/// Copies of a data folder: out of one that a collector may be writing, and back.
package enum StoreBackup {
    package struct Report: Sendable, Equatable {
        package var partitions: Int
        package var records: Int64
        package var bytes: Int64
        /// Damaged files, each with the reason; they are not in the copy.
        package var leftOut: [String]
        /// Where the folder stands that was there before; nil when there was none.
        package var replaced: String?

        init(_ outcome: FolderCopy.Outcome, replaced: String? = nil) {
            partitions = outcome.partitions
            records = outcome.records
            bytes = outcome.bytes
            leftOut = outcome.leftOut
            self.replaced = replaced
        }
    }

    /// Copies a data folder to `target`, which is there when it is whole, and not before. A damaged partition is left out.
    ///
    /// - Throws: `invalid` when something is at `target`, or it lies in the folder itself; `cancelled`.
    package static func make(
        of data: String, at target: String, isCancelled: @escaping () -> Bool = { false }
    ) throws(StoreError) -> Report {
        let (data, target) = (withoutSlashes(data), withoutSlashes(target))
        try requireFolder(data)
        guard isVacant(target, allowing: nil) else {
            throw StoreError(.invalid, place: target, "is there already, and not empty; name a new folder")
        }
        if Files.isInside(target, data) {
            throw StoreError(.invalid, place: target, "lies in the data folder itself; name a place outside of it")
        }
        let making = try emptyFolder(target + ".making")
        var copy = FolderCopy(source: data, target: making, keepsLog: false, isCancelled: isCancelled)
        do throws(StoreError) {
            try copy.run()
            try move(making, to: target)
        } catch {
            remove(making)
            throw error
        }
        return Report(copy.outcome)
    }

    /// Shells add slashes to folders; other names are made of this one.
    private static func withoutSlashes(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Puts a backup in the place of a data folder.
    ///
    /// The backup is copied beside the folder and read wholly, before anything changes; then the two change names.
    /// - Parameter replaces: what stands at `data` is moved to `data.replaced`, instead of a refusal.
    /// - Throws: `locked` when a process writes the folder; `invalid` when something is there; `damaged` when the backup is.
    package static func restore(
        _ backup: String, to data: String, replaces: Bool, isCancelled: @escaping () -> Bool = { false }
    ) throws(StoreError) -> Report {
        let data = withoutSlashes(data)
        try requireFolder(backup)
        let isThere = !isVacant(data, allowing: "lock")
        let replaced = data + ".replaced"
        if isThere {
            guard replaces else {
                throw StoreError(
                    .invalid, place: data, "is there already, and not empty; --replace moves what is there to \(replaced)")
            }
            guard !Files.exists(replaced) else {
                throw StoreError(.invalid, place: replaced, "is there from the last time; move it away, or remove it")
            }
        }
        if Files.isInside(data, backup) || Files.isInside(backup, data) {
            throw StoreError(.invalid, place: data, "the backup and the data folder lie in one another; name another place")
        }
        // Held until the names have changed: no collector writes to what is about to be moved away.
        let lock = Files.isFolder(data) ? try FolderLock(folder: data) : nil
        defer { lock?.release() }
        let making = try emptyFolder(data + ".making")
        var copy = FolderCopy(source: backup, target: making, keepsLog: true, isCancelled: isCancelled)
        do throws(StoreError) {
            try copy.run()
            if let damaged = copy.outcome.leftOut.first {
                throw StoreError(.damaged, place: backup, "the backup is damaged (\(damaged)); nothing was changed")
            }
            // The bound of another disk, or of another day.
            try Catalog(path: making + "/catalog.sqlite", isWritable: true).forget(DataFolder.byteBoundKey)
            if isThere {
                try move(data, to: replaced)
            } else if lock != nil {
                _ = Files.remove(data + "/lock")
            }
            do throws(StoreError) {
                try move(making, to: data)
            } catch {
                // Back to where it was.
                if isThere { try move(replaced, to: data) }
                throw error
            }
        } catch {
            remove(making)
            throw error
        }
        return Report(copy.outcome, replaced: isThere ? replaced : nil)
    }

    // MARK: - Folders

    private static func requireFolder(_ path: String) throws(StoreError) {
        guard Files.exists(path + "/catalog.sqlite"), Files.isFolder(path + "/flows") else {
            throw StoreError(.notFound, place: path, "this is no data folder: it has no catalog.sqlite and flows")
        }
    }

    /// Nothing is there, or an empty folder, or one in which there is a file of that name alone.
    private static func isVacant(_ path: String, allowing name: String?) -> Bool {
        if Files.isFolder(path) { return (Files.names(in: path) ?? ["?"]).allSatisfy { $0 == name } }
        return !Files.exists(path)
    }

    /// A new folder; what an attempt that was killed has left there is removed.
    private static func emptyFolder(_ path: String) throws(StoreError) -> String {
        remove(path)
        guard !Files.exists(path) else {
            throw StoreError(.invalid, place: path, "holds files that no copy of a data folder has; move it away")
        }
        if let problem = Files.makeFolder(path) {
            throw StoreError(.notWritable, place: path, "the folder cannot be made (\(problem)); check the owner of the one above")
        }
        return path
    }

    /// Removes a half-made copy: files that one has, and folders that are empty then.
    private static func remove(_ path: String) {
        for folder in [path + "/flows", path + "/rollups", path] {
            for name in Files.names(in: folder) ?? [] {
                let isOfCopy = PartitionFolder.suffixes.contains { name.hasSuffix(".sqlite" + $0) } || name == "exporters.json"
                if isOfCopy { _ = Files.remove(folder + "/" + name) }
            }
            _ = Files.removeFolder(folder)
        }
    }

    /// Gives a folder another name; nothing is there, or an empty folder.
    private static func move(_ from: String, to path: String) throws(StoreError) {
        if let problem = Files.rename(from, to: path) {
            throw StoreError(
                .notWritable, place: path,
                "the folder \(from) cannot be given this name (\(problem)); a place where a disk is mounted cannot be replaced: name a folder in it")
        }
        _ = Files.synchronize(folder: Files.parent(path))
    }
}
