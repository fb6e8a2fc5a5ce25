/// The shipping side of the loss ledger. `offered = stored + rejected + dropped + uncertain + waiting`, in batches and in
/// records; a repeated attempt is none of these.
package struct ShippingStatistics: Sendable, Equatable {
    package var offeredBatches: UInt64 = 0
    package var offeredRecords: UInt64 = 0
    /// Acknowledged by the collector.
    package var storedBatches: UInt64 = 0
    package var storedRecords: UInt64 = 0
    /// Of the stored batches, those whose first acknowledgement was lost.
    package var duplicateBatches: UInt64 = 0
    /// Compressed octets of the stored batches.
    package var sentBytes: UInt64 = 0
    /// Refused for good, by HTTP status.
    package var rejectedBatches: [Int: UInt64] = [:]
    package var rejectedRecords: UInt64 = 0
    /// Thrown out because the queue was full.
    package var droppedBatches: UInt64 = 0
    package var droppedRecords: UInt64 = 0
    /// Thrown out likewise after an attempt that ended without an answer: the collector may have them.
    package var uncertainBatches: UInt64 = 0
    package var uncertainRecords: UInt64 = 0
    /// Dropped or rejected ones that no later batch names as missing, since there are too many holes: the collector takes them
    /// for lost on the way.
    package var unexplainedBatches: UInt64 = 0
    package var waitingBatches: UInt64 = 0
    package var waitingRecords: UInt64 = 0
    package var waitingBytes: UInt64 = 0
    /// Attempts that failed and are made again, by the bounded label of the reason.
    package var retries: [String: UInt64] = [:]

    package init() {}

    /// True when nothing is lost without a name.
    package var isBalanced: Bool {
        let batches = storedBatches + rejectedBatches.values.reduce(0, +) + droppedBatches + uncertainBatches + waitingBatches
        let records = storedRecords + rejectedRecords + droppedRecords + uncertainRecords + waitingRecords
        return offeredBatches == batches && offeredRecords == records
    }
}
