import FlowModel

/// Ids of the latest batches without flows, so that a repeated one is known as such.
struct RecentBatches: Sendable {
    private let limit: Int
    private var known: Set<BatchIdentity> = []
    /// A ring, the oldest at `next` once it is full.
    private var order: [BatchIdentity] = []
    private var next = 0

    init(limit: Int) { self.limit = max(1, limit) }

    /// - Returns: false when the id was there already.
    mutating func insert(_ identity: BatchIdentity) -> Bool {
        guard known.insert(identity).inserted else { return false }
        if order.count < limit {
            order.append(identity)
        } else {
            known.remove(order[next])
            order[next] = identity
            next = (next + 1) % limit
        }
        return true
    }
}
