/// Gives the numbers of observation points. One that was given back is used again when no record can tell of its first
/// owner any more: what is known of a flow outlives the interface.
struct PointIdentifiers {
    /// How many there are: index 0 of the batches' names is none, and the last is that of interfaces that are gone.
    private let limit: Int
    private let retentionMilliseconds: Int64
    private var next = 0
    /// Those given back, by time, and where the oldest is.
    private var resting: [(identifier: UInt16, since: Int64)] = []
    private var first = 0

    /// - Parameter retentionMilliseconds: how long an identifier rests at least.
    init(limit: Int = Int(UInt16.max) - 1, retentionMilliseconds: Int64) {
        self.limit = min(max(0, limit), Int(UInt16.max) - 1)
        self.retentionMilliseconds = retentionMilliseconds
    }

    /// - Parameter now: of a clock that nobody sets, milliseconds.
    /// - Returns: nil when all are in use or rest.
    mutating func take(at now: Int64) -> UInt16? {
        if first < resting.count, now - resting[first].since >= retentionMilliseconds {
            defer { first += 1 }
            return resting[first].identifier
        }
        guard next < limit else { return nil }
        defer { next += 1 }
        return UInt16(next)
    }

    mutating func giveBack(_ identifier: UInt16, at now: Int64) {
        if first > 1024, first * 2 > resting.count {
            resting.removeFirst(first)
            first = 0
        }
        resting.append((identifier, now))
    }
}
