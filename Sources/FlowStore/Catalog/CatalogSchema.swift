/// The tables of `catalog.sqlite` (docs/formats/store.md). What is counted in 64 bits without sign is stored as its bits.
enum CatalogSchema {
    /// `PRAGMA user_version`: the format of the whole data folder.
    static let version: Int64 = 1
    /// `PRAGMA application_id`: "ZnlC".
    static let applicationID: Int64 = 0x5A6E_6C43

    /// A crash of the process loses nothing; a power cut may lose the last seconds, of which agents tell again.
    static let writerPragmas = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = OFF;
        \(alertUntold)
        """
    /// What catalogues of earlier builds lack; programs that do not know it pass it over.
    private static let alertUntold = "CREATE TABLE IF NOT EXISTS alert_untold (alert TEXT PRIMARY KEY) WITHOUT ROWID;"
    static let readerPragmas = "PRAGMA query_only = ON;"

    static let creation = """
        PRAGMA journal_mode = WAL;
        BEGIN IMMEDIATE;
        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value
        ) WITHOUT ROWID;
        CREATE TABLE agent (
            name TEXT PRIMARY KEY,
            epoch INTEGER NOT NULL,
            first_seen_ms INTEGER NOT NULL,
            last_seen_ms INTEGER NOT NULL,
            export_ms INTEGER NOT NULL,
            last_sequence INTEGER,
            missing_earlier INTEGER NOT NULL,
            records INTEGER NOT NULL,
            captured INTEGER NOT NULL,
            metered INTEGER NOT NULL,
            witnessed INTEGER NOT NULL,
            evicted INTEGER NOT NULL,
            records_dropped INTEGER NOT NULL,
            goodbye INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE agent_interface (
            agent TEXT NOT NULL,
            place INTEGER NOT NULL,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            vni INTEGER NOT NULL,
            captured INTEGER NOT NULL,
            dropped INTEGER NOT NULL,
            PRIMARY KEY (agent, place)
        ) WITHOUT ROWID;
        CREATE TABLE agent_not_metered (
            agent TEXT NOT NULL,
            reason TEXT NOT NULL,
            packets INTEGER NOT NULL,
            PRIMARY KEY (agent, reason)
        ) WITHOUT ROWID;
        CREATE TABLE agent_address (
            agent TEXT NOT NULL,
            tenant_kind INTEGER NOT NULL,
            tenant_number INTEGER NOT NULL,
            address TEXT NOT NULL,
            PRIMARY KEY (agent, tenant_kind, tenant_number, address)
        ) WITHOUT ROWID;
        CREATE TABLE agent_epoch (
            agent TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            export_ms INTEGER NOT NULL,
            captured INTEGER NOT NULL,
            dropped INTEGER NOT NULL,
            not_metered INTEGER NOT NULL,
            evicted INTEGER NOT NULL,
            PRIMARY KEY (agent, epoch)
        ) WITHOUT ROWID;
        CREATE TABLE agent_batch (
            agent TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (agent, epoch, first)
        ) WITHOUT ROWID;
        CREATE TABLE account (
            minute INTEGER NOT NULL,
            agent TEXT NOT NULL,
            captured INTEGER NOT NULL,
            dropped INTEGER NOT NULL,
            not_metered INTEGER NOT NULL,
            evicted INTEGER NOT NULL,
            records INTEGER NOT NULL,
            PRIMARY KEY (minute, agent)
        ) WITHOUT ROWID;
        CREATE TABLE alert (
            id TEXT PRIMARY KEY,
            rule TEXT NOT NULL,
            name TEXT NOT NULL,
            scope TEXT NOT NULL,
            severity INTEGER NOT NULL,
            state TEXT NOT NULL,
            source TEXT,
            destination TEXT,
            destination_port INTEGER,
            protocol INTEGER,
            tenant_kind INTEGER NOT NULL,
            tenant_number INTEGER NOT NULL,
            agent TEXT NOT NULL,
            observed REAL NOT NULL,
            threshold REAL NOT NULL,
            window_s INTEGER NOT NULL,
            baseline REAL,
            first_seen_ms INTEGER NOT NULL,
            last_seen_ms INTEGER NOT NULL,
            opened_ms INTEGER NOT NULL,
            closed_ms INTEGER,
            count INTEGER NOT NULL,
            summary TEXT NOT NULL,
            techniques TEXT NOT NULL,
            filter TEXT NOT NULL,
            filter_since_ms INTEGER NOT NULL,
            filter_until_ms INTEGER NOT NULL,
            completeness REAL,
            approximate INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX alert_last_seen ON alert (last_seen_ms);
        CREATE TABLE alert_sample (
            alert TEXT NOT NULL,
            place INTEGER NOT NULL,
            end_ms INTEGER NOT NULL,
            protocol INTEGER NOT NULL,
            source TEXT NOT NULL,
            destination TEXT NOT NULL,
            source_port INTEGER NOT NULL,
            destination_port INTEGER NOT NULL,
            state INTEGER NOT NULL,
            agent TEXT NOT NULL,
            flow_id INTEGER NOT NULL,
            PRIMARY KEY (alert, place)
        ) WITHOUT ROWID;
        \(alertUntold)
        CREATE TABLE import (
            sha256 TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            records INTEGER NOT NULL,
            imported_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        PRAGMA application_id = 1517186115;
        PRAGMA user_version = 1;
        COMMIT;
        """
}
