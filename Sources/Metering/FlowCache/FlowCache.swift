package import FlowModel

/// The flow cache: packets in, flow records out (the metering process of RFC 7011).
///
/// One owner, one thread: nothing here locks or waits. Time is the capture clock of the packets; `advance(to:)` lets
/// it go on without packets. Records collect in `exported` until `drain()` takes them.
package struct FlowCache: ~Copyable {
    package let configuration: FlowCacheConfiguration
    package internal(set) var counters = FlowCacheCounters()
    /// Records that are ready; `interface` is the observation's interface + 1, `agent` is 0.
    package internal(set) var exported = FlowBatch()

    let hasher: FlowHash
    let capacity: Int
    var table: FlowTable
    var entries: EntryPool<FlowEntry>
    var details: EntryPool<FlowDetail>
    /// Entries handed out at least once, and those given back.
    var used = 0
    var free: [UInt32] = []
    var wheel = TimerWheel()
    var localAddresses: LocalAddressList
    /// Packets that a new primary brought along (`takeOver`) and that `counters.metered` has yet to take in, one for
    /// each packet witnessed from now on: no counter ever falls, and their sum is always what was captured.
    var meteredAhead: UInt64 = 0
    let flowIdSeed: UInt64
    var flowIdCounter: UInt64 = 0

    /// - Parameters:
    ///   - seed: of the hash, from a random source, so that nobody can aim at one bucket of the table.
    ///   - epoch: random per agent start; flow ids are unique within it.
    package init(configuration: FlowCacheConfiguration, seed: (UInt64, UInt64), epoch: UInt64) {
        self.configuration = configuration
        hasher = FlowHash(seed: seed)
        capacity = configuration.capacity
        let first = min(capacity, 4096)
        table = FlowTable(capacity: first)
        entries = EntryPool(capacity: first, repeating: FlowEntry.blank)
        details = EntryPool(capacity: first, repeating: FlowDetail())
        localAddresses = LocalAddressList(limit: configuration.localAddressLimit)
        flowIdSeed = epoch
    }

    /// Flows in the cache, those that wait empty included.
    package var count: Int { table.count }

    /// Meters one packet.
    @inline(__always)
    package mutating func meter(_ observation: PacketObservation) {
        var isReversed = false
        let key = CanonicalKey(observation, isReversed: &isReversed)
        let hash = hasher(key)
        if let index = table.find(hash, key, in: entries) {
            update(index, observation, isReversed: isReversed)
        } else {
            begin(key, hash, observation, isReversed: isReversed)
        }
    }

    @inline(__always)
    private mutating func update(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let time = observation.timestampNanoseconds
        let primary = isReversed ? entries[index].interface1 : entries[index].interface0
        let isFirst = primary == FlowEntry.noInterface
        if primary != observation.interface, !isFirst {
            guard takePrimary(index, observation, isReversed: isReversed, primary) else { return }
        }
        if isFirst || needsAttention(index, observation, time) {
            attend(index, observation, isReversed: isReversed)
        } else {
            count(index, observation, isReversed: isReversed)
        }
    }

    /// Adds the packet to the open record of its entry.
    @inline(__always)
    mutating func count(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let time = observation.timestampNanoseconds
        counters.metered &+= 1
        if time < entries[index].recordStart { entries[index].recordStart = time }
        if isReversed {
            entries[index].packets1 &+= 1
            entries[index].octets1 &+= UInt64(observation.octets)
            entries[index].flags1.rawValue |= observation.tcpFlags.rawValue
            if time > entries[index].last1 { entries[index].last1 = time }
        } else {
            entries[index].packets0 &+= 1
            entries[index].octets0 &+= UInt64(observation.octets)
            entries[index].flags0.rawValue |= observation.tcpFlags.rawValue
            if time > entries[index].last0 { entries[index].last0 = time }
        }
    }

    /// True when the packet is more than one more packet of a record: TCP begins or ends, the active or the idle
    /// timeout has passed, the entry waits empty, or a guess may be mended. (The first packet of a direction is such
    /// a one too.) The timeouts are looked at here too, so that
    /// records do not depend on how often time is told.
    @inline(__always)
    private func needsAttention(_ index: Int, _ observation: PacketObservation, _ time: Int64) -> Bool {
        let special = observation.tcpFlags.rawValue & 0x07  // FIN, SYN, RST
        let waits = entries[index].marks.rawValue & FlowEntry.Marks.waiting.rawValue
        // Without a sign, so that a time before the record's beginning is past every limit.
        let age = UInt64(bitPattern: time &- entries[index].recordStart)
        return special | waits != 0 || age >= UInt64(bitPattern: activeLimit(index))
            || time &- entries[index].lastPacket >= configuration.idleTimeout
    }

    /// The active timeout; the first record of a flow is cut between half of it and the whole, so that flows that
    /// began together (at the agent's start) do not end their records in one burst.
    @inline(__always)
    func activeLimit(_ index: Int) -> Int64 {
        let whole = configuration.activeTimeout
        if entries[index].marks.contains(.hasParts) { return whole }
        return whole &- Int64(entries[index].hashTag & 0xFF) &* (whole >> 9)
    }

    /// Takes the records that are ready, and leaves none.
    package mutating func drain() -> FlowBatch {
        var batch = FlowBatch()
        swap(&batch, &exported)
        return batch
    }
}
