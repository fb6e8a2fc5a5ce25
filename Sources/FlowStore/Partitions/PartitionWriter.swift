import Compression
import FlowModel

/// One partition open for writing. What it knows in memory is what the file holds: when a transaction fails, the whole
/// writer is thrown away and read again.
final class PartitionWriter {
    let name: PartitionName
    let database: Database
    private(set) var dictionary = AddressNumbers()
    private var storedAddresses = 1
    private var nextSerial: Int64
    /// The file under the partition's name when this was opened.
    private let identity: UInt64?
    private let runs: BatchRuns
    private let insertBlock: Statement
    private let insertColumn: Statement
    private let insertAddresses: Statement
    private let hasDigest: Statement
    private let insertDigest: Statement
    private let setMeta: Statement
    let limits: Limits

    struct Limits: Sendable {
        var rowsPerBlock = 65_536
        /// Addresses in a partition's dictionary; further ones stay in their block.
        var addresses = 4_000_000
    }

    /// Opens a partition that exists.
    ///
    /// - Throws: `busy` when it is one that an older version sealed in journal mode DELETE and a reader is in it: the
    ///   change to a log needs the file alone.
    init(folder: PartitionFolder, name: PartitionName, limits: Limits) throws {
        self.name = name
        self.limits = limits
        database = try Database(path: folder.path(name), mode: .write)
        identity = Files.identity(database.path)
        let version = try Self.checkVersion(database)
        // Under the store's lock: not for as long as a long query may take.
        database.waitForOthers(milliseconds: 200)
        try database.execute("PRAGMA journal_mode = WAL")
        database.waitForOthers(milliseconds: Database.usualWait)
        try database.execute(PartitionSchema.writerPragmas)
        if version == 1 { try database.execute(PartitionSchema.fromVersion1) }
        runs = try BatchRuns(database, table: "batch")
        insertBlock = try database.prepare(Self.insertBlockSQL)
        insertColumn = try database.prepare("INSERT INTO flow_column (id, data) VALUES (?1, ?2)")
        insertAddresses = try database.prepare("INSERT INTO address (first, count, addresses, checksum) VALUES (?1, ?2, ?3, ?4)")
        hasDigest = try database.prepare("SELECT 1 FROM batch_digest WHERE digest = ?1")
        insertDigest = try database.prepare("INSERT OR IGNORE INTO batch_digest (digest) VALUES (?1)")
        setMeta = try database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")
        nextSerial = try Self.number("next_serial", database) ?? 1
        let stored = try Self.addresses(database)
        for address in stored.dropFirst() { _ = dictionary.number(adding: address) }
        // One that is there twice would give those behind it other ids than the file has.
        guard dictionary.count == stored.count else { throw BlockDamage.badNumber }
        storedAddresses = dictionary.count
    }

    /// Makes a new, empty partition: under another name first, so that a file with a partition's name is always whole.
    static func make(folder: PartitionFolder, name: PartitionName) throws {
        let path = folder.path(name)
        let making = path + ".making"
        for suffix in ["", "-wal", "-shm"] { _ = Files.remove(making + suffix) }
        do {
            let database = try Database(path: making, mode: .create)
            try database.execute(PartitionSchema.creation)
            try database.execute("INSERT INTO meta VALUES ('origin', \(name.generation))")
        } catch {
            // Each attempt has a name of its own: on a full disk they would fill what is freed.
            for suffix in ["", "-wal", "-shm"] { _ = Files.remove(making + suffix) }
            throw error
        }
        if let problem = Files.rename(making, to: path) {
            throw StoreError(.notWritable, place: path, "the partition cannot be made (\(problem))")
        }
        if let problem = Files.synchronize(folder: folder.path) {
            throw StoreError(.notWritable, place: folder.path, "the folder cannot be synchronised (\(problem))")
        }
    }

    /// - Returns: the file's format.
    @discardableResult
    static func checkVersion(_ database: Database) throws -> Int64 {
        let version = try database.integer("PRAGMA user_version")
        guard version <= PartitionSchema.version else {
            throw StoreError(
                .newerFormat, place: database.path,
                "the partition has format \(version), this program reads up to \(PartitionSchema.version); use a newer one")
        }
        guard version > 0, try database.integer("PRAGMA application_id") == PartitionSchema.applicationID else {
            throw StoreError(.damaged, place: database.path, "the file is no partition of flows")
        }
        return version
    }

    /// The dictionary as the file holds it, by id.
    static func addresses(_ database: Database) throws -> [IPAddress] {
        var addresses: [IPAddress] = [.zero]
        try read(database, version: PartitionSchema.version, into: &addresses)
        return addresses
    }

    /// Appends the addresses whose ids `addresses` does not reach yet.
    static func read(_ database: Database, version: Int64, into addresses: inout [IPAddress]) throws {
        let chunks = try database.prepare(
            """
            SELECT first, count, addresses, \(version >= 2 ? "checksum" : "NULL") FROM address WHERE first >= ?1 ORDER BY first
            """)
        chunks.bind(1, Int64(addresses.count))
        while try chunks.step() {
            let before = addresses.count
            let octets = chunks.octets(2)
            try BlockDamage.check(octets, chunks.optionalInteger(3), "addresses of the dictionary")
            try AddressList.decode(octets, into: &addresses)
            guard chunks.integer(0) == Int64(before), chunks.integer(1) == Int64(addresses.count - before) else {
                throw BlockDamage.badNumber
            }
        }
    }
}

// MARK: - Delivered batches

extension PartitionWriter {
    func contains(_ identity: BatchIdentity) throws -> Bool {
        switch identity {
        case .sequence(let agent, let epoch, let sequence):
            return try runs.contains(agent: agent, epoch: epoch, sequence: Int64(sequence))
        case .digest(let digest):
            hasDigest.bind(1, digest)
            defer { hasDigest.reset() }
            return try hasDigest.step()
        }
    }

    private func record(_ identity: BatchIdentity) throws {
        switch identity {
        case .sequence(let agent, let epoch, let sequence):
            try runs.add(agent: agent, epoch: epoch, sequence: Int64(sequence))
        case .digest(let digest):
            insertDigest.bind(1, digest)
            try insertDigest.run()
        }
    }
}

// MARK: - Blocks

extension PartitionWriter {
    private static let insertBlockSQL = """
        INSERT INTO flow_block (
            first_serial, rows, merged, end_min, end_max, start_min, start_max, flow_start_min, flow_start_max,
            counted_records, counted_flows, counted_packets, counted_bytes, counted_rev_packets, counted_rev_bytes,
            protocols, names, columns, local_addresses, checksum, names_checksum, local_checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
        """

    /// Stores some rows of a batch and its id, in one transaction. - Parameter rows: nil is all.
    func append(
        _ flows: FlowBatch, rows: [Int32]?, identity: BatchIdentity?, now: Int64, encoder: inout BlockEncoder
    ) throws {
        try database.execute("BEGIN IMMEDIATE")
        do {
            if let identity { try record(identity) }
            let count = rows?.count ?? flows.count
            // Even shares: 70,000 rows make two blocks of 35,000.
            let blocks = max(1, (count + limits.rowsPerBlock - 1) / limits.rowsPerBlock)
            for index in 0..<blocks {
                let range = (count * index / blocks)..<(count * (index + 1) / blocks)
                guard !range.isEmpty else { continue }
                var header = try encoder.encode(
                    flows, rows: RowChoice(range, of: rows), dictionary: &dictionary, addressLimit: limits.addresses)
                header.firstSerial = nextSerial
                header.isMerged = header.rows >= limits.rowsPerBlock * 3 / 4
                nextSerial += Int64(header.rows)
                try store(header)
            }
            try storeAddresses()
            try setMeta("next_serial", nextSerial)
            // A clock that was set back does not make fresh flows old.
            try setMeta("last_write_ms", max(0, now, try lastWrite()))
            try database.execute("COMMIT")
        } catch {
            // The cause is what the caller must hear of; the writer is thrown away, and the connection with it.
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    /// Adds a block's row and the columns that have rows of their own.
    func store(_ header: BlockHeader) throws {
        var header = header
        let large = header.columns.filter { $0.value.column.data.count > BlockHeader.inlineLimit }
        for name in large.keys { header.columns[name]?.isElsewhere = true }
        bind(header)
        try insertBlock.run()
        let id = database.lastInsertedRow
        for (name, entry) in large.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            insertColumn.bind(1, id << 6 | Int64(name.rawValue))
            insertColumn.bind(2, entry.column.data)
            try insertColumn.run()
        }
    }

    private func bind(_ header: BlockHeader) {
        insertBlock.bind(1, header.firstSerial)
        insertBlock.bind(2, Int64(header.rows))
        insertBlock.bind(3, header.isMerged ? 1 : 0)
        insertBlock.bind(4, header.end.lowerBound)
        insertBlock.bind(5, header.end.upperBound)
        insertBlock.bind(6, header.start.lowerBound)
        insertBlock.bind(7, header.start.upperBound)
        insertBlock.bind(8, header.flowStart.lowerBound)
        insertBlock.bind(9, header.flowStart.upperBound)
        insertBlock.bind(10, bits: header.sums.records)
        insertBlock.bind(11, bits: header.sums.flows)
        insertBlock.bind(12, bits: header.sums.packets)
        insertBlock.bind(13, bits: header.sums.bytes)
        insertBlock.bind(14, bits: header.sums.reversePackets)
        insertBlock.bind(15, bits: header.sums.reverseBytes)
        insertBlock.bind(16, header.protocols)
        let names = header.names.encoded
        let directory = header.directory
        insertBlock.bind(17, names)
        insertBlock.bind(18, directory)
        insertBlock.bind(20, Int64(header.checksum(directory: directory)))
        insertBlock.bind(21, Int64(Checksum.crc32(names)))
        if header.localAddresses.isEmpty {
            insertBlock.bindNull(19)
            insertBlock.bindNull(22)
        } else {
            let addresses = AddressList.encode(header.localAddresses)
            insertBlock.bind(19, addresses)
            insertBlock.bind(22, Int64(Checksum.crc32(addresses)))
        }
    }

    func storeAddresses() throws {
        guard dictionary.count > storedAddresses else { return }
        insertAddresses.bind(1, Int64(storedAddresses))
        insertAddresses.bind(2, Int64(dictionary.count - storedAddresses))
        let octets = AddressList.encode(dictionary.addresses[storedAddresses...])
        insertAddresses.bind(3, octets)
        insertAddresses.bind(4, Int64(Checksum.crc32(octets)))
        try insertAddresses.run()
        storedAddresses = dictionary.count
    }

    private func setMeta(_ key: String, _ value: Int64) throws {
        setMeta.bind(1, key)
        setMeta.bind(2, value)
        try setMeta.run()
    }

    /// False when somebody removed the file, or put another one in its place: what is written now would be lost with it.
    var isInPlace: Bool { identity != nil && Files.identity(database.path) == identity }

    /// When the last flows came in, milliseconds since 1970 UTC; 0 for a partition without any.
    func lastWrite() throws -> Int64 { try Self.number("last_write_ms", database) ?? 0 }

    /// A number of the table `meta`. - Throws: `BlockDamage` for one that cannot be.
    static func number(_ key: String, _ database: Database) throws -> Int64? {
        let select = try database.prepare("SELECT value FROM meta WHERE key = ?1")
        select.bind(1, key)
        guard try select.step() else { return nil }
        guard StoredNumber.range.contains(select.integer(0)) else { throw BlockDamage.badNumber }
        return select.integer(0)
    }

    /// Codes rows with the partition's dictionary, which for a merge holds all of their addresses already.
    func encode(_ flows: FlowBatch, encoder: inout BlockEncoder) throws -> BlockHeader {
        try encoder.encode(
            flows, rows: RowChoice(0..<flows.count), dictionary: &dictionary, addressLimit: limits.addresses)
    }
}
