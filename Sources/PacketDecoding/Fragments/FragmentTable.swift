import FlowModel

/// Remembers the first fragments of datagrams, so that later ones, which have no transport header, count for the same
/// flow (ports, ICMP type, and with IPv6 the protocol).
///
/// Where the datagram is a tunnel's, the flow of the first is the one inside. Its octets are those that the inner IP header
/// tells, of the whole inner packet, and are counted with the first fragment; each later one is a packet of the inner flow
/// with no octets of its own, so that the flow has as many packets as were captured and no octet twice.
///
/// Bounded: sets of four places, taken by a seeded hash. A first fragment that finds its set full takes the place of the
/// oldest, which is counted; so fragments that never end cost what is already held. Memory (about 400 KB with the
/// usual capacity) is taken when the first fragment comes, and about 750 KB more when the first of a tunnel's comes.
/// Time is that of the capture.
package struct FragmentTable: ~Copyable {
    package struct Counters: Sendable, Equatable {
        /// First fragments of datagrams.
        package var first: UInt64 = 0
        /// Later fragments that were charged to the flow of their first.
        package var charged: UInt64 = 0
        /// Later fragments whose first was not seen, came after them or is forgotten: they count for ports 0.
        package var withoutFirst: UInt64 = 0
        /// Fragments all of whose octets had come before.
        package var duplicate: UInt64 = 0
        /// Fragments some of whose octets had come before.
        package var overlapping: UInt64 = 0
        /// First fragments forgotten before their time, for want of room.
        package var evicted: UInt64 = 0

        package init() {}

        /// Each under the bounded name that the loss ledger and metrics have for it.
        package var byLabel: [String: UInt64] {
            [
                "fragment-first": first, "fragment-charged": charged, "fragment-without-first": withoutFirst,
                "fragment-duplicate": duplicate, "fragment-overlapping": overlapping, "fragment-first-evicted": evicted,
            ]
        }
    }

    private struct Entry {
        var key = FragmentKey()
        /// Nanoseconds, of the first fragment.
        var time: Int64 = 0
        var coverage = FragmentCoverage()
        var sourcePort: UInt16 = 0
        var destinationPort: UInt16 = 0
        var protocolIdentifier: UInt8 = 0
        var icmpType: UInt8 = .max
        var icmpCode: UInt8 = .max
        var isOneWay = false
        var isICMPRequest = false
        var isUsed = false
        /// How many overlays are around the datagram.
        var depth: UInt8 = 0
        /// What is inside is in `insides`.
        var isTunnel = false
    }

    package private(set) var counters = Counters()
    private var entries: [Entry] = []
    /// What the first fragment of a tunnel's datagram was decoded to, at the entry's place.
    private var insides: [PacketObservation] = []
    /// The entries of the first fragments that the frame in hand is made of, from the outside in.
    private var open: InlineArray<4, Int> = .init(repeating: 0)
    private var openCount = 0
    private let capacity: Int
    private let timeout: Int64
    private let seed: UInt64

    /// - Parameters:
    ///   - capacity: datagrams, rounded up to a power of two.
    ///   - timeoutNanoseconds: how long after the first fragment later ones are waited for. RFC 791 has at least 15 s,
    ///     Linux 30 s (IPv4) and RFC 8200 60 s; an identification may be used again after that.
    ///   - seed: of the hash, from a random source, so that nobody can aim at one set.
    package init(capacity: Int = 4096, timeoutNanoseconds: Int64 = 30_000_000_000, seed: UInt64) {
        var places = Self.ways
        while places < min(capacity, 1 << 20) { places *= 2 }
        self.capacity = places
        timeout = max(0, timeoutNanoseconds)
        self.seed = seed
    }

    private static var ways: Int { 4 }

    /// Datagrams that are remembered, those past their time included.
    package var count: Int { entries.reduce(0) { $0 + ($1.isUsed ? 1 : 0) } }

    /// Notes a first fragment, or charges a later one to the flow of its first.
    ///
    /// - Parameter place: past the IP headers; `end` is the fragment's.
    @inline(never)
    mutating func take(_ place: Place, _ observation: inout PacketObservation) {
        let key = FragmentKey(observation, place.fragment)
        let set = Int(truncatingIfNeeded: key.hash(seed: seed) >> 32) & (capacity &- 1) & ~(Self.ways &- 1)
        let found = find(key, set, observation.timestampNanoseconds)
        if place.fragment.isLater {
            guard let found else {
                counters.withoutFirst &+= 1
                return
            }
            cover(found, place)
            charge(found, &observation)
        } else {
            counters.first &+= 1
            if let found, !entries[found].coverage.isComplete {
                // The same once more, or an identification used again after a datagram of which not all was seen.
                cover(found, place)
                remember(observation, at: found)
                noteOpen(found)
            } else {
                let index = found ?? room(set, observation.timestampNanoseconds)
                entries[index] = Entry()
                entries[index].key = key
                entries[index].isUsed = true
                cover(index, place)
                remember(observation, at: index)
                noteOpen(index)
            }
        }
    }

    /// Of more than four within each other the innermost are not looked into: their later fragments count as the packets
    /// that they are.
    private mutating func noteOpen(_ index: Int) {
        guard openCount < open.count else { return }
        open[openCount] = index
        openCount &+= 1
    }

    /// To be told what a frame came to, whose first fragments were taken. Those that had something inside remember it.
    @inline(__always)
    mutating func finish(_ observation: PacketObservation) {
        if openCount != 0 { close(observation) }
    }

    @inline(never)
    private mutating func close(_ observation: PacketObservation) {
        for place in 0..<openCount where entries[open[place]].depth < observation.depth {
            if insides.isEmpty { insides = [PacketObservation](repeating: PacketObservation(), count: capacity) }
            insides[open[place]] = observation
            entries[open[place]].isTunnel = true
        }
        openCount = 0
    }

    private func find(_ key: FragmentKey, _ set: Int, _ now: Int64) -> Int? {
        guard !entries.isEmpty else { return nil }
        for index in set..<(set &+ Self.ways) where entries[index].isUsed && entries[index].key == key {
            if !isExpired(index, now) { return index }
        }
        return nil
    }

    /// In either direction: a clock that has jumped back ends what was noted before.
    private func isExpired(_ index: Int, _ now: Int64) -> Bool {
        let age = now &- entries[index].time
        return age >= timeout || age <= 0 &- timeout
    }

    /// A place in the set: one that is free or past its time, else the oldest's.
    private mutating func room(_ set: Int, _ now: Int64) -> Int {
        if entries.isEmpty { entries = [Entry](repeating: Entry(), count: capacity) }
        var oldest = set
        for index in set..<(set &+ Self.ways) {
            if !entries[index].isUsed || isExpired(index, now) { return index }
            if entries[index].time < entries[oldest].time { oldest = index }
        }
        counters.evicted &+= 1
        return oldest
    }

    private mutating func cover(_ index: Int, _ place: Place) {
        let fragment = place.fragment
        switch entries[index].coverage.add(
            start: fragment.offset, length: place.end &- fragment.data, hasMore: fragment.hasMore)
        {
        case .new: break
        case .duplicate: counters.duplicate &+= 1
        case .overlap: counters.overlapping &+= 1
        }
    }

    private mutating func remember(_ observation: PacketObservation, at index: Int) {
        entries[index].time = observation.timestampNanoseconds
        entries[index].sourcePort = observation.key.sourceTransportPort
        entries[index].destinationPort = observation.key.destinationTransportPort
        entries[index].protocolIdentifier = observation.key.protocolIdentifier
        entries[index].icmpType = observation.icmpType
        entries[index].icmpCode = observation.icmpCode
        entries[index].isOneWay = observation.isOneWay
        entries[index].isICMPRequest = observation.isICMPRequest
        entries[index].depth = observation.depth
        entries[index].isTunnel = false
    }

    private mutating func charge(_ index: Int, _ observation: inout PacketObservation) {
        counters.charged &+= 1
        if entries[index].isTunnel {
            let (time, interface, direction) = (observation.timestampNanoseconds, observation.interface, observation.direction)
            observation = insides[index]
            (observation.timestampNanoseconds, observation.interface, observation.direction) = (time, interface, direction)
            observation.octets = 0
            observation.tcpFlags.rawValue = 0
            observation.tcpSequence = 0
            observation.tcpAcknowledgement = 0
            observation.tcpPayloadLength = 0
            return
        }
        observation.key.sourceTransportPort = entries[index].sourcePort
        observation.key.destinationTransportPort = entries[index].destinationPort
        observation.key.protocolIdentifier = entries[index].protocolIdentifier
        observation.icmpType = entries[index].icmpType
        observation.icmpCode = entries[index].icmpCode
        observation.isOneWay = entries[index].isOneWay
        observation.isICMPRequest = entries[index].isICMPRequest
    }
}
