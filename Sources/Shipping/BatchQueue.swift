/// One batch, packed and ready to go.
package struct QueuedBatch: Sendable {
    package var sequence: UInt64
    /// The gzipped file.
    package var octets: [UInt8]
    package var records: Int
    /// Batches that this one says will never come.
    package var missing: [ClosedRange<UInt64>]
    /// An attempt ended without an answer: the collector may have it.
    package var mayBeStored = false

    package init(sequence: UInt64, octets: [UInt8], records: Int, missing: [ClosedRange<UInt64>] = []) {
        self.sequence = sequence
        self.octets = octets
        self.records = records
        self.missing = missing
    }
}

/// Batches that wait, oldest first, bounded in bytes and in number. When it is full the oldest goes.
///
/// The batch under way is not thrown out: it may be stored at this moment. One whose attempt ended without an answer goes
/// last, since another attempt will tell what became of it.
package struct BatchQueue: Sendable {
    package let byteLimit: Int
    package let batchLimit: Int
    private var batches: [QueuedBatch] = []
    private var isFirstUnderWay = false
    package private(set) var bytes = 0
    package private(set) var records = 0

    package init(byteLimit: Int, batchLimit: Int) {
        self.byteLimit = max(byteLimit, 1)
        self.batchLimit = max(batchLimit, 1)
    }

    package var count: Int { batches.count }
    package var isEmpty: Bool { batches.isEmpty }

    /// Appends a batch.
    ///
    /// - Returns: the batches that had to go, oldest first; the new one itself when there is no room even so.
    package mutating func append(_ batch: QueuedBatch) -> [QueuedBatch] {
        // One that cannot fit anyhow must not throw out the others first.
        let underWay = isFirstUnderWay ? batches.first?.octets.count ?? 0 : 0
        if underWay + batch.octets.count > byteLimit { return [batch] }
        batches.append(batch)
        bytes += batch.octets.count
        records += batch.records
        var dropped: [QueuedBatch] = []
        let kept = keepsFirst(beside: batch) ? 1 : 0
        while (bytes > byteLimit || batches.count > batchLimit) && batches.count > kept {
            dropped.append(remove(at: kept))
        }
        return dropped
    }

    /// The oldest batch, which stays in the queue until `finishFirst` or `keepFirst`.
    package mutating func takeFirst() -> QueuedBatch? {
        guard let first = batches.first else { return nil }
        isFirstUnderWay = true
        return first
    }

    /// The batch under way is done with.
    package mutating func finishFirst() -> QueuedBatch? {
        guard isFirstUnderWay else { return nil }
        isFirstUnderWay = false
        return remove(at: 0)
    }

    /// The batch under way has to wait for another attempt.
    package mutating func keepFirst(mayBeStored: Bool) {
        guard isFirstUnderWay else { return }
        isFirstUnderWay = false
        if mayBeStored { batches[0].mayBeStored = true }
    }

    private func keepsFirst(beside batch: QueuedBatch) -> Bool {
        guard !isFirstUnderWay, let first = batches.first else { return isFirstUnderWay }
        return first.mayBeStored && batchLimit > 1 && first.octets.count + batch.octets.count <= byteLimit
    }

    private mutating func remove(at index: Int) -> QueuedBatch {
        let batch = batches.remove(at: index)
        bytes -= batch.octets.count
        records -= batch.records
        return batch
    }
}
