/// A data folder: flows, catalogue and the lock of the one process that writes. The collector and the command line open
/// it through this.
///
/// `DATA/lock`, `DATA/catalog.sqlite`, `DATA/flows/`.
package final class DataFolder: Sendable {
    package let path: String
    package let catalog: Catalog
    package let store: SQLiteFlowStore
    /// Bytes that flows and rollups may have together where nobody says otherwise; nil while no writer has had the folder.
    package let usualByteBound: Int64?
    /// nil when open for reading.
    private let lock: FolderLock?

    private init(
        path: String, catalog: Catalog, store: SQLiteFlowStore, usualByteBound: Int64?, lock: FolderLock?
    ) {
        self.path = path
        self.catalog = catalog
        self.store = store
        self.usualByteBound = usualByteBound
        self.lock = lock
    }

    /// Opens the folder for writing, and makes it if there is none.
    ///
    /// - Throws: `locked` when another process writes it, `not-writable`, `newer-format`, `damaged`.
    package static func openForWriting(
        _ path: String, configuration: SQLiteFlowStore.Configuration = SQLiteFlowStore.Configuration()
    ) throws(StoreError) -> DataFolder {
        let flows = path + "/flows"
        if let problem = Files.makeFolder(flows) {
            throw StoreError(
                .notWritable, place: path, "the data folder cannot be made (\(problem)); check the owner of the folder above")
        }
        guard Files.isWritable(path), Files.isWritable(flows) else {
            throw StoreError(.notWritable, place: path, "the data folder cannot be written; check its owner and mode")
        }
        let lock = try FolderLock(folder: path)
        let catalog = try Catalog(path: path + "/catalog.sqlite", isWritable: true)
        var configuration = configuration
        if let made = try catalog.number("partition_ms") {
            guard StoredNumber.spans.contains(made), made % 1000 == 0 else {
                throw StoreError(
                    .damaged, place: path + "/catalog.sqlite",
                    "partitions of \(made) ms cannot be: the catalogue is damaged (meta, partition_ms); put back a copy "
                        + "of it, or set there what the names of the files in flows say, in milliseconds")
            }
            configuration.partitionMilliseconds = made
        } else {
            try catalog.set("partition_ms", configuration.partitionMilliseconds)
        }
        let bound = try usualByteBound(catalog, flows)
        if configuration.byteBound == .usual { configuration.byteBound = bound.map { .bytes($0) } ?? .none }
        let store = try SQLiteFlowStore(
            path: flows, rollups: path + "/rollups", catalog: catalog, isWritable: true, configuration: configuration)
        return DataFolder(path: path, catalog: catalog, store: store, usualByteBound: bound, lock: lock)
    }

    /// The folder's own bound; set at its first start.
    private static func usualByteBound(_ catalog: Catalog, _ flows: String) throws(StoreError) -> Int64? {
        if let bound = try catalog.number(byteBoundKey) { return bound }
        // Of a disk that does not tell its size nothing can be said.
        guard let free = Files.freeBytes(flows) else { return nil }
        let held = PartitionFolder(path: flows)
        let bound = ByteBound.usual(free: free, held: held.sizes().values.reduce(0, +) + held.rollupBytes)
        try catalog.set(byteBoundKey, min(bound, StoredNumber.range.upperBound))
        return bound
    }

    /// In the catalogue's table `meta`.
    static let byteBoundKey = "byte_bound"

    /// Opens the folder for reading, beside a process that writes it or without one.
    ///
    /// - Throws: `not-found`, `not-readable`, `newer-format`, `damaged`.
    package static func openForReading(
        _ path: String, configuration: SQLiteFlowStore.Configuration = SQLiteFlowStore.Configuration()
    ) throws(StoreError) -> DataFolder {
        let flows = path + "/flows"
        let file = path + "/catalog.sqlite"
        guard Files.isFolder(path) else {
            throw StoreError(.notFound, place: path, "there is no such folder; check --data")
        }
        guard Files.exists(file), Files.isFolder(flows) else {
            throw StoreError(.notFound, place: path, "this is no data folder: it has no catalog.sqlite and flows; check --data")
        }
        guard Files.isReadable(file), Files.isReadable(flows) else {
            throw StoreError(.notReadable, place: path, "the data folder cannot be read; check its owner and mode")
        }
        let catalog = try Catalog(path: file, isWritable: false)
        let store = try SQLiteFlowStore(
            path: flows, rollups: path + "/rollups", catalog: catalog, isWritable: false, configuration: configuration)
        return DataFolder(
            path: path, catalog: catalog, store: store, usualByteBound: try catalog.number(byteBoundKey), lock: nil)
    }

    /// Ends writing and lets go of the lock: another process, or another `DataFolder`, may write now.
    package func close() {
        store.close()
        lock?.release()
    }
}
