import Compression
import FlowModel

/// One file of rollups open for writing. What it knows in memory is what the file holds: when a transaction fails, the whole
/// object is thrown away and read again.
final class RollupFile {
    let name: RollupName
    let database: Database
    let blocks: RollupBlocks
    var addresses: RollupAddresses
    private var storedAddresses: Int
    private let insertBlock: Statement
    private let insertColumn: Statement
    private let insertAddresses: Statement
    private let insertTaken: Statement
    private let setMeta: Statement

    init(folder: RollupFolder, name: RollupName, configuration: RollupConfiguration) throws {
        self.name = name
        database = try Database(path: folder.path(name), mode: .write)
        try RollupSchema.check(database)
        try database.execute(PartitionSchema.writerPragmas)
        blocks = try RollupBlocks(database)
        insertBlock = try database.prepare(
            """
            INSERT INTO rollup_block (window, run, rows, bucket_min, bucket_max, protocols, columns, local_addresses, checksum,
                local_checksum)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        insertColumn = try database.prepare("INSERT INTO rollup_column (id, data) VALUES (?1, ?2)")
        insertAddresses = try database.prepare("INSERT INTO address VALUES (?1, ?2, ?3, ?4)")
        insertTaken = try database.prepare("INSERT INTO taken VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        setMeta = try database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")
        addresses = RollupAddresses(try PartitionWriter.addresses(database), limit: configuration.addresses)
        storedAddresses = addresses.dictionary.count
    }

    /// Makes a new, empty file: under another name first, so that one with a proper name is always whole.
    static func make(folder: RollupFolder, name: RollupName) throws {
        if let problem = Files.makeFolder(folder.path) {
            throw StoreError(
                .notWritable, place: folder.path,
                "the folder of rollups cannot be made (\(problem)); check the owner of the folder above")
        }
        let path = folder.path(name)
        let making = path + ".making"
        for suffix in ["", "-wal", "-shm"] { _ = Files.remove(making + suffix) }
        do {
            let database = try Database(path: making, mode: .create)
            try database.execute(RollupSchema.creation)
        } catch {
            for suffix in ["", "-wal", "-shm"] { _ = Files.remove(making + suffix) }
            throw error
        }
        if let problem = Files.rename(making, to: path) {
            throw StoreError(.notWritable, place: path, "the file of rollups cannot be made (\(problem))")
        }
        if let problem = Files.synchronize(folder: folder.path) {
            throw StoreError(.notWritable, place: folder.path, "the folder cannot be synchronised (\(problem))")
        }
    }

    /// When rows were last added, milliseconds since 1970 UTC.
    func lastWrite() throws -> Int64 { try PartitionWriter.number("last_write_ms", database) ?? 0 }

    /// Takes blocks of flows: their sums and the list of them, in one transaction.
    ///
    /// - Parameters:
    ///   - window: the hour in which the partition begins, milliseconds: what is merged later.
    ///   - headers: the sums, coded with `addresses`.
    func take(
        _ taken: [(block: TakenBlock, rows: Int)], of partition: TakenPartition, window: Int64, _ headers: [BlockHeader],
        now: Int64
    ) throws {
        try database.write {
            for (block, rows) in taken {
                insertTaken.bind(1, partition.slot.start)
                insertTaken.bind(2, partition.slot.spanMilliseconds)
                insertTaken.bind(3, partition.origin)
                insertTaken.bind(4, block.id)
                insertTaken.bind(5, block.fingerprint)
                insertTaken.bind(6, Int64(rows))
                try insertTaken.run()
            }
            try store(headers, window: window)
            setMeta.bind(1, "last_write_ms")
            setMeta.bind(2, max(0, now))
            try setMeta.run()
        }
        addresses.endStep()
    }

    /// Adds blocks as one run, with the addresses that are new. Inside a transaction.
    func store(_ headers: [BlockHeader], window: Int64) throws {
        let run = try nextRun()
        for header in headers { try store(header, window: window, run: run) }
        let count = addresses.dictionary.count
        guard count > storedAddresses else { return }
        insertAddresses.bind(1, Int64(storedAddresses))
        insertAddresses.bind(2, Int64(count - storedAddresses))
        let octets = AddressList.encode(addresses.dictionary.addresses[storedAddresses...])
        insertAddresses.bind(3, octets)
        insertAddresses.bind(4, Int64(Checksum.crc32(octets)))
        try insertAddresses.run()
        storedAddresses = count
    }

    /// A number that no run has had. Inside a transaction.
    func nextRun() throws -> Int64 {
        let run = try (PartitionWriter.number("last_run", database) ?? 0) + 1
        setMeta.bind(1, "last_run")
        setMeta.bind(2, run)
        try setMeta.run()
        return run
    }

    private func store(_ header: BlockHeader, window: Int64, run: Int64) throws {
        var header = header
        let large = header.columns.filter { $0.value.column.data.count > BlockHeader.inlineLimit }
        for name in large.keys { header.columns[name]?.isElsewhere = true }
        insertBlock.bind(1, window)
        insertBlock.bind(2, run)
        insertBlock.bind(3, Int64(header.rows))
        insertBlock.bind(4, header.end.lowerBound)
        insertBlock.bind(5, header.end.upperBound)
        insertBlock.bind(6, header.protocols)
        let directory = header.directory
        insertBlock.bind(7, directory)
        insertBlock.bind(9, Int64(header.rollupChecksum(directory: directory)))
        if header.localAddresses.isEmpty {
            insertBlock.bindNull(8)
            insertBlock.bindNull(10)
        } else {
            let octets = AddressList.encode(header.localAddresses)
            insertBlock.bind(8, octets)
            insertBlock.bind(10, Int64(Checksum.crc32(octets)))
        }
        try insertBlock.run()
        let id = database.lastInsertedRow
        for (name, entry) in large.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            insertColumn.bind(1, id << 6 | Int64(name.rawValue))
            insertColumn.bind(2, entry.column.data)
            try insertColumn.run()
        }
    }
}
