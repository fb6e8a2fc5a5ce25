import FlowModel

extension FlowCache {
    /// Ends the open record of an entry: it goes out, unless sampling has passed over each of its packets.
    ///
    /// - Returns: true when it went out.
    @discardableResult
    mutating func end(_ index: Int, _ reason: FlowEndReason) -> Bool {
        guard !recordIsEmpty(index) else { return false }
        if sides[index &<< 1].packets | sides[index &<< 1 | 1].packets != 0 {
            export(index, reason)
            return true
        }
        // What witnesses saw of it, no record tells. Retransmissions are told with the flow's next record.
        if let set = witnessSet(of: index) { counters.witnessedUnlisted &+= releasePoints(set) }
        heads[index].recordStart = .max
        sides[index &<< 1].flags.rawValue = 0
        sides[index &<< 1].spread = 0
        sides[index &<< 1 | 1].flags.rawValue = 0
        return false
    }
}
