/// Data sets of one exporter whose template has not come yet: it may be in the same message behind them, or in a later one.
struct ParkingLot: Sendable {
    struct Set: Sendable {
        var key: UInt32
        var context: MessageContext
        var octets: [UInt8]
    }

    /// So many sets wait at most; each costs more than its octets.
    private static let limit = 256

    private(set) var sets: [Set] = []
    private(set) var octets = 0

    var isEmpty: Bool { sets.isEmpty }

    /// - Returns: how many sets gave way or found no room.
    mutating func park(_ set: Set, octetLimit: Int) -> Int {
        guard set.octets.count <= octetLimit else { return 1 }
        var lost = 0
        while sets.count >= Self.limit || octets + set.octets.count > octetLimit {
            removeOldest()
            lost += 1
        }
        sets.append(set)
        octets += set.octets.count
        return lost
    }

    mutating func removeOldest() {
        guard !sets.isEmpty else { return }
        octets -= sets.removeFirst().octets.count
    }

    /// Takes out what came before a time.
    mutating func expire(before milliseconds: Int64) -> Int {
        var expired = 0
        while let first = sets.first, first.context.receivedMilliseconds < milliseconds {
            removeOldest()
            expired += 1
        }
        return expired
    }

    /// Takes out the sets that can be read now, in the order in which they came.
    mutating func take(where isReadable: (Set) -> Bool) -> [Set] {
        var (taken, left): ([Set], [Set]) = ([], [])
        for set in sets { if isReadable(set) { taken.append(set) } else { left.append(set) } }
        guard !taken.isEmpty else { return [] }
        sets = left
        octets = sets.reduce(0) { $0 + $1.octets.count }
        return taken
    }

    mutating func removeAll(where isGone: (Set) -> Bool) -> Int {
        let before = sets.count
        sets.removeAll(where: isGone)
        octets = sets.reduce(0) { $0 + $1.octets.count }
        return before - sets.count
    }
}
