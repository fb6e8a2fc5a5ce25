import FlowStore

/// Keeps the store's files within a number of bytes: whole partitions go, those written longest ago first.
struct ByteRetention {
    let store: SQLiteFlowStore
    let bytes: Int64

    /// - Returns: partitions removed.
    func enforce() throws -> Int {
        let now = SQLiteFlowStore.wallClock()
        // Named only: age 0 is everything that was written before this second.
        let all = try store.retain(now: now + 1000, maximumAge: .zero, dryRun: true).sorted { $0.lastWrite < $1.lastWrite }
        var held = all.reduce(0) { $0 + $1.bytes }
        var limit: Int64?
        for partition in all.dropLast() where held > bytes {
            held -= partition.bytes
            limit = partition.lastWrite
        }
        guard let limit else { return 0 }
        return try store.retain(now: limit + 1, maximumAge: .zero, dryRun: false).count
    }
}
