import FlowModel

/// Which agent was the first to report a key that nobody owns an end of. Bounded: of two generations, the older one goes
/// when the younger is full, so what was asked for lately stays.
struct EarliestReporters: Sendable {
    private struct Entry: Sendable {
        var agent: UInt32
        var last: Int64
    }
    private let limit: Int
    private let lifeMilliseconds: Int64
    private var young: [FlowKey: Entry] = [:]
    private var old: [FlowKey: Entry] = [:]

    /// - Parameter lifeMilliseconds: a first reporter that has been silent about the key for so long is replaced.
    init(limit: Int, lifeMilliseconds: Int64) {
        self.limit = limit
        self.lifeMilliseconds = lifeMilliseconds
    }

    var count: Int { young.count + old.count }

    /// True when `agent` is the one whose records of `key` count.
    mutating func isFirst(_ agent: UInt32, _ key: FlowKey, at now: Int64) -> Bool {
        let key = Self.withoutDirection(key)
        if var entry = young[key] ?? old[key] {
            if entry.agent == agent {
                entry.last = max(entry.last, now)
                set(entry, key)
                return true
            }
            if now.subtractingReportingOverflow(entry.last).partialValue <= lifeMilliseconds {
                set(entry, key)
                return false
            }
        }
        set(Entry(agent: agent, last: now), key)
        return true
    }

    private mutating func set(_ entry: Entry, _ key: FlowKey) {
        if young[key] == nil, young.count >= max(1, limit / 2) {
            old = young
            young = [:]
        }
        young[key] = entry
    }

    /// Two agents may differ about who began, where that is a guess.
    private static func withoutDirection(_ key: FlowKey) -> FlowKey {
        let isForward =
            key.sourceAddress != key.destinationAddress
            ? key.sourceAddress < key.destinationAddress
            : key.sourceTransportPort <= key.destinationTransportPort
        if isForward { return key }
        var turned = key
        swap(&turned.sourceAddress, &turned.destinationAddress)
        swap(&turned.sourceTransportPort, &turned.destinationTransportPort)
        return turned
    }
}
