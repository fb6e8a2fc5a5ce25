import FlowStore

extension FlowStoring {
    /// Retention by age alone.
    func retain(now: Int64, maximumAge: Duration, dryRun: Bool) throws(StoreError) -> [RetiredPartition] {
        try retain(RetentionPolicy(age: maximumAge), now: now, dryRun: dryRun)
    }

    func retainRollups(now: Int64, maximumAge: Duration, dryRun: Bool) throws(StoreError) -> [RetiredPartition] {
        try retainRollups(RetentionPolicy(rollupAge: maximumAge), now: now, dryRun: dryRun)
    }
}
