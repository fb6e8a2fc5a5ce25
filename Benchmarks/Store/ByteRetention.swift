import FlowStore

/// Keeps the store's files within a number of bytes: whole partitions go, those written longest ago first.
struct ByteRetention {
    let store: SQLiteFlowStore
    let bytes: Int64

    /// - Returns: partitions removed.
    func enforce() throws -> Int {
        try store.retain(RetentionPolicy(bytes: bytes), now: SQLiteFlowStore.wallClock(), dryRun: false).count
    }
}
