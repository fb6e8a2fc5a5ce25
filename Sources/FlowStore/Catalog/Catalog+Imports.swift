/// One imported file.
package struct ImportedFile: Sendable, Equatable {
    /// Lower-case hexadecimal SHA-256 of the file.
    package var sha256: String
    /// As it was named on the command line.
    package var name: String
    package var bytes: Int64
    package var records: Int
    package var importedMilliseconds: Int64

    package init(sha256: String, name: String, bytes: Int64, records: Int, importedMilliseconds: Int64) {
        self.sha256 = sha256
        self.name = name
        self.bytes = bytes
        self.records = records
        self.importedMilliseconds = importedMilliseconds
    }
}

extension Catalog {
    /// The file of this content, if it has been imported.
    package func imported(sha256: String) throws(StoreError) -> ImportedFile? {
        try run { database in
            let select = try database.prepare(
                "SELECT sha256, name, bytes, records, imported_ms FROM import WHERE sha256 = ?1")
            select.bind(1, sha256)
            defer { select.reset() }
            guard try select.step() else { return nil }
            return ImportedFile(
                sha256: select.text(0), name: select.text(1), bytes: select.integer(2), records: Int(select.integer(3)),
                importedMilliseconds: select.integer(4))
        }
    }

    /// Remembers a file; past the bound the oldest imports are forgotten.
    package func recordImport(_ file: ImportedFile) throws(StoreError) {
        try write { database in
            let replace = try database.prepare("INSERT OR REPLACE INTO import VALUES (?1, ?2, ?3, ?4, ?5)")
            replace.bind(1, file.sha256)
            replace.bind(2, file.name)
            replace.bind(3, file.bytes)
            replace.bind(4, Int64(file.records))
            replace.bind(5, file.importedMilliseconds)
            try replace.run()
            guard try database.integer("SELECT count(*) FROM import") > Limits.imports else { return }
            try database.execute(
                "DELETE FROM import WHERE sha256 IN (SELECT sha256 FROM import ORDER BY imported_ms LIMIT 1000)")
        }
    }
}
