/// The tables of a file of rollups (docs/formats/store.md).
enum RollupSchema {
    /// `PRAGMA user_version`. A higher one is a newer program's file, and is left alone.
    static let version: Int64 = 1
    /// `PRAGMA application_id`: "ZnlR".
    static let applicationID: Int64 = 0x5A6E_6C52

    static let creation = """
        PRAGMA page_size = 8192;
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN IMMEDIATE;
        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value
        ) WITHOUT ROWID;
        CREATE TABLE taken (
            slot_start INTEGER NOT NULL,
            slot_span INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            block INTEGER NOT NULL,
            fingerprint INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            PRIMARY KEY (slot_start, slot_span, origin, block, fingerprint)
        ) WITHOUT ROWID;
        CREATE TABLE address (
            first INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            addresses BLOB NOT NULL,
            checksum INTEGER NOT NULL
        );
        CREATE TABLE rollup_block (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            window INTEGER NOT NULL,
            run INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            bucket_min INTEGER NOT NULL,
            bucket_max INTEGER NOT NULL,
            protocols BLOB NOT NULL,
            columns BLOB NOT NULL,
            local_addresses BLOB,
            checksum INTEGER NOT NULL,
            local_checksum INTEGER
        );
        CREATE INDEX rollup_window ON rollup_block (window, run);
        CREATE TABLE rollup_column (
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        );
        PRAGMA application_id = 1517186130;
        PRAGMA user_version = 1;
        COMMIT;
        """

    static func check(_ database: Database) throws {
        let version = try database.integer("PRAGMA user_version")
        guard version <= Self.version else {
            throw StoreError(
                .newerFormat, place: database.path,
                "the rollups have format \(version), this program reads up to \(Self.version); use a newer one")
        }
        guard version > 0, try database.integer("PRAGMA application_id") == applicationID else {
            throw StoreError(.damaged, place: database.path, "the file holds no rollups")
        }
    }
}
