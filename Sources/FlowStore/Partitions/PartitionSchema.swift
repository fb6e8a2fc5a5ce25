/// The tables of a partition's file (docs/formats/store.md).
enum PartitionSchema {
    /// `PRAGMA user_version`. A higher one is a newer program's file, and is left alone.
    static let version: Int64 = 2
    /// `PRAGMA application_id`: "ZnlF".
    static let applicationID: Int64 = 0x5A6E_6C46

    /// `secure_delete` is on in Debian's build and would write every freed page once more.
    static let writerPragmas = """
        PRAGMA synchronous = FULL;
        PRAGMA cache_size = -16384;
        PRAGMA temp_store = MEMORY;
        PRAGMA secure_delete = OFF;
        """
    static let readerPragmas = "PRAGMA query_only = ON; PRAGMA cache_size = -4096;"

    static let creation = """
        PRAGMA page_size = 8192;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN IMMEDIATE;
        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value
        ) WITHOUT ROWID;
        CREATE TABLE batch (
            agent TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (agent, epoch, first)
        ) WITHOUT ROWID;
        CREATE TABLE batch_digest (
            digest TEXT PRIMARY KEY
        ) WITHOUT ROWID;
        CREATE TABLE address (
            first INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            addresses BLOB NOT NULL,
            checksum INTEGER
        );
        CREATE TABLE flow_block (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            first_serial INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            merged INTEGER NOT NULL,
            end_min INTEGER NOT NULL,
            end_max INTEGER NOT NULL,
            start_min INTEGER NOT NULL,
            start_max INTEGER NOT NULL,
            flow_start_min INTEGER NOT NULL,
            flow_start_max INTEGER NOT NULL,
            counted_records INTEGER NOT NULL,
            counted_flows INTEGER NOT NULL,
            counted_packets INTEGER NOT NULL,
            counted_bytes INTEGER NOT NULL,
            counted_rev_packets INTEGER NOT NULL,
            counted_rev_bytes INTEGER NOT NULL,
            protocols BLOB NOT NULL,
            names BLOB NOT NULL,
            columns BLOB NOT NULL,
            local_addresses BLOB,
            checksum INTEGER,
            names_checksum INTEGER,
            local_checksum INTEGER
        );
        CREATE TABLE flow_column (
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        );
        PRAGMA application_id = 1517186118;
        PRAGMA user_version = 2;
        COMMIT;
        """

    /// Makes a file of format 1 one of format 2. What is in it stays as it is: rows without checksums are of format 1.
    static let fromVersion1 = """
        BEGIN IMMEDIATE;
        ALTER TABLE address ADD COLUMN checksum INTEGER;
        ALTER TABLE flow_block ADD COLUMN checksum INTEGER;
        ALTER TABLE flow_block ADD COLUMN names_checksum INTEGER;
        ALTER TABLE flow_block ADD COLUMN local_checksum INTEGER;
        PRAGMA user_version = 2;
        COMMIT;
        """
}
