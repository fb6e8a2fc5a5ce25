/// A partition on its way to its next generation: written once more without free pages.
///
/// The copy is the long part and runs beside appends; what is done under the store's lock is a look whether anybody has
/// written meanwhile, a rename, and an fsync of the folder. A crash leaves the copy under another name, which the next start
/// removes, or both generations, of which the next start removes the older one.
final class PartitionSeal {
    let name: PartitionName
    let next: PartitionName
    private let folder: PartitionFolder
    private let source: Database
    /// Changes when another connection commits.
    private let version: Int64

    private var making: String { folder.path(next) + ".making" }

    /// - Parameter next: a name that was never used.
    init(_ folder: PartitionFolder, _ name: PartitionName, next: PartitionName) throws {
        self.folder = folder
        self.name = name
        self.next = next
        source = try Database(path: folder.path(name), mode: .read)
        version = try Self.version(source)
    }

    private static func version(_ source: Database) throws -> Int64 { try source.integer("PRAGMA data_version") }

    /// Nothing was written to the partition since this began. A writer that is held off from here on makes it stay so.
    func isUpToDate() throws -> Bool { try Self.version(source) == version }

    /// Writes the copy, and makes its content durable.
    func copy() throws {
        discard()
        do {
            let copy = try source.prepare("VACUUM INTO ?1")
            copy.bind(1, making)
            try copy.run()
            // A copy begins in journal mode DELETE, so what is written here is in the file itself. It ends in WAL: late
            // flows could not change the mode while a query reads.
            try Database(path: making, mode: .write).execute(
                """
                PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE;
                INSERT OR REPLACE INTO meta SELECT 'sealed_serial', value FROM meta WHERE key = 'next_serial';
                INSERT OR IGNORE INTO meta VALUES ('origin', \(name.generation)); COMMIT; PRAGMA journal_mode = WAL;
                """)
            for suffix in ["-wal", "-shm"] { _ = Files.remove(making + suffix) }
            if let problem = Files.synchronize(file: making) { throw notInPlace(problem) }
        } catch {
            discard()
            throw error
        }
    }

    /// Gives the copy its name. Nobody may write the partition from the look at `isUpToDate` until this returns: what was
    /// acknowledged after it would be in the old file alone.
    func putInPlace() throws {
        let path = folder.path(next)
        if let problem = Files.rename(making, to: path) { throw notInPlace(problem) }
        // Before the next commit goes to the new file: a power cut may not take its name away.
        if let problem = Files.synchronize(folder: folder.path) { throw notInPlace(problem) }
    }

    /// Removes what was copied.
    func discard() {
        for suffix in ["", "-wal", "-shm", "-journal"] { _ = Files.remove(making + suffix) }
    }

    private func notInPlace(_ problem: String) -> StoreError {
        StoreError(.notWritable, place: folder.path(next), "the sealed partition cannot be put in place (\(problem))")
    }

    /// Whether a partition has got flows since it was sealed last.
    static func isSealed(_ database: Database) throws -> Bool {
        try database.integer(
            """
            SELECT count(*) FROM meta a JOIN meta b ON a.value = b.value
            WHERE a.key = 'sealed_serial' AND b.key = 'next_serial'
            """) > 0
    }

    /// Whether so much of the file is free pages that a quiet partition is worth writing anew: a sixteenth.
    static func isWorthIt(_ database: Database) throws -> Bool {
        try 16 * database.integer("PRAGMA freelist_count") > database.integer("PRAGMA page_count")
    }
}
