package import FlowModel

/// The flow cache: packets in, flow records out (the metering process of RFC 7011).
///
/// One owner, one thread: nothing here locks or waits. Time is the capture clock of the packets; `advance(to:)` lets
/// it go on without packets. Records collect in `exported` until `drain()` takes them.
///
/// Functions that only read it, and are not inlined, are `mutating` too: a `self` that is only lent is handed over as a copy
/// of all its fields, a kilobyte, some six times a flow.
package struct FlowCache: ~Copyable {
    package let configuration: FlowCacheConfiguration
    package internal(set) var counters = FlowCacheCounters()
    /// Records that are ready, up to some dozens that wait to be written together: all of them after `advance(to:)`.
    /// `interface` is the observation's interface + 1, `agent` is 0.
    package internal(set) var exported = FlowBatch()
    /// Records that go to `exported` column by column.
    var rows: [FlowRecord] = []
    static let rowLimit = 64

    let hasher: FlowHash
    var table: FlowTable
    var heads: EntryPool<FlowHead>
    /// Two for each head.
    var sides: EntryPool<FlowSide>
    var details: EntryPool<FlowDetail>
    /// The addresses of IPv6 flows.
    var addresses: SparePool<LongAddresses>
    var extras: FlowExtras
    /// The first of the entries that were given back; `.max` for none.
    var free: UInt32 = .max
    var wheel: TimerWheel
    var localAddresses: LocalAddressList
    var sampler: PacketSampler
    /// Packets that a new primary brought along (`takeOver`) and that `counters.metered` has yet to take in, one for
    /// each packet witnessed from now on: no counter ever falls, and their sum is always what was captured.
    var meteredAhead: UInt64 = 0
    let flowIdSeed: UInt64
    var flowIdCounter: UInt64
    private var prepared: EntryPool<PreparedPacket>
    /// Entries that have ended and are still in the table: as many as are taken out together.
    var ended: EntryPool<FlowTable.Slot>
    var endedCount = 0
    static let endedLimit = 16

    /// - Parameters:
    ///   - seed: of the hash, from a random source, so that nobody can aim at one bucket of the table.
    ///   - epoch: random per agent start; flow ids are unique within it.
    ///   - shard: the number of this cache among those of one epoch, so that their flow ids differ.
    package init(configuration: FlowCacheConfiguration, seed: (UInt64, UInt64), epoch: UInt64, shard: UInt8 = 0) {
        self.configuration = configuration
        hasher = FlowHash(seed: seed)
        let capacity = configuration.capacity
        table = FlowTable(capacity: min(capacity, 4096))
        heads = EntryPool(capacity: capacity)
        sides = EntryPool(capacity: capacity * 2)
        details = EntryPool(capacity: capacity)
        addresses = SparePool(capacity: capacity)
        wheel = TimerWheel(idleTimeout: configuration.idleTimeout)
        extras = FlowExtras(byteLimit: configuration.extrasByteLimit)
        localAddresses = LocalAddressList(limit: configuration.localAddressLimit)
        sampler = PacketSampler(configuration.sampling, seed: seed.0 ^ seed.1.byteSwapped ^ epoch)
        flowIdSeed = epoch
        flowIdCounter = UInt64(shard) << 56
        prepared = EntryPool(repeating: PreparedPacket.blank, count: PreparedPacket.batch)
        ended = EntryPool(repeating: .empty, count: Self.endedLimit)
        rows.reserveCapacity(Self.rowLimit)
    }

    /// Packets that records hold since an interface took over, and that `counters` still calls witnessed: they become
    /// metered one by one with the packets that are witnessed next.
    package var unsettledPackets: UInt64 { meteredAhead }

    /// Flows in the cache, those that wait empty included.
    package var count: Int { table.count }

    /// Bytes of all tables, as far as they have been used.
    package var bytesUsed: Int {
        heads.count * (MemoryLayout<FlowHead>.stride + 2 * MemoryLayout<FlowSide>.stride + MemoryLayout<FlowDetail>.stride)
            + table.bytes + addresses.bytes + extras.bytes
    }

    /// Where a direction of an entry is kept.
    @inline(__always)
    static func side(_ index: Int, _ isReversed: Bool) -> Int { index &<< 1 | (isReversed ? 1 : 0) }

    /// Nanoseconds, of the last counted packet of either direction.
    @inline(__always)
    func lastPacket(_ index: Int) -> Int64 { max(sides[index &<< 1].last, sides[index &<< 1 | 1].last) }

    /// True when no packet was seen since the last record.
    @inline(__always)
    func recordIsEmpty(_ index: Int) -> Bool { heads[index].recordStart == .max }

    /// The beginning of a record that no packet before `time` is in yet. None begins before its flow, whose beginning all
    /// its parts tell, nor in the last of all nanoseconds, which stands for «empty».
    mutating func beginning(_ index: Int, with time: Int64) -> Int64 {
        min(heads[index].recordStart, max(time, details[index].flowStart), .max - 1)
    }

    /// Meters one packet.
    @inline(__always)
    package mutating func meter(_ observation: borrowing PacketObservation) {
        let packet = PreparedPacket(observation, position: 0, hasher)
        let index = table.find(packet.hash, packet.key, in: heads, addresses)
        if let index, isPlain(index, packet) { count(index, packet) } else { meterClosely(index, packet, observation) }
    }

    /// Meters packets in their order; the same as one by one, but the tables' cache lines are asked for ahead.
    package mutating func meter(_ observations: borrowing Span<PacketObservation>) {
        var first = 0
        while first < observations.count {
            let end = min(first + PreparedPacket.batch, observations.count)
            meterTogether(observations, first..<end)
            first = end
        }
    }

    /// Three passes over a few dozen packets: key, hash and slot; the entry that the slot names; the packet's work.
    @inline(__always)
    private mutating func meterTogether(_ observations: borrowing Span<PacketObservation>, _ range: Range<Int>) {
        var ready = 0
        for position in range {
            prepared[ready] = PreparedPacket(observations[position], position: UInt32(truncatingIfNeeded: position), hasher)
            table.prefetch(prepared[ready].hash)
            ready &+= 1
        }
        for place in 0..<ready {
            let index = Int(table.candidate(prepared[place].hash))
            heads.prefetch(index)
            sides.prefetch(index &<< 1)
            // TCP begins or ends.
            if prepared[place].flags & 0x07 != 0 { details.prefetch(index) }
        }
        for place in 0..<ready {
            let index = table.find(prepared[place].hash, prepared[place].key, in: heads, addresses)
            if let index, isPlain(index, prepared[place]) {
                count(index, prepared[place])
            } else {
                meterClosely(index, prepared[place], observations[Int(prepared[place].position)])
            }
        }
    }

    /// Meters a packet that is more than one more packet of a record.
    @inline(never)
    private mutating func meterClosely(_ index: Int?, _ packet: PreparedPacket, _ observation: borrowing PacketObservation) {
        guard let index else { return begin(packet.key, packet.hash, observation, isReversed: packet.isReversed) }
        let primary = sides[Self.side(index, packet.isReversed)].interface
        if primary != packet.point, primary != FlowSide.noInterface,
            !takePrimary(index, observation, isReversed: packet.isReversed)
        {
            return
        }
        attend(index, observation, isReversed: packet.isReversed)
    }

    /// Adds one more packet to the open record of its entry.
    @inline(__always)
    private mutating func count(_ index: Int, _ packet: PreparedPacket) {
        let side = Self.side(index, packet.isReversed)
        sides[side].sequence = packet.sequenceEnd
        count(side, octets: packet.octets, packet.flags, at: packet.time)
    }

    /// Adds a packet of the direction's primary to the record, or does all but that where sampling passes over it.
    @inline(__always)
    mutating func count(_ side: Int, octets: UInt32, _ flags: UInt8, at time: Int64) {
        if sampler.isSampling, !sampler.selectsNext() {
            counters.sampledOut &+= 1
        } else {
            counters.metered &+= 1
            sides[side].packets &+= 1
            sides[side].octets &+= UInt64(octets)
        }
        sides[side].flags.rawValue |= flags
        sides[side].last = max(sides[side].last, time)
    }

    /// False when the packet is more than one more packet of a record: TCP begins or ends or is not in sequence, the
    /// active or the idle timeout has passed, its counter is full, the entry waits empty, a guess may be mended, or another interface than
    /// the direction's primary saw it. The timeouts are looked at here too, so that records do not depend on how often
    /// time is told.
    @inline(__always)
    private func isPlain(_ index: Int, _ packet: PreparedPacket) -> Bool {
        let side = Self.side(index, packet.isReversed)
        let special = packet.flags & 0x07  // FIN, SYN, RST
        let waits = heads[index].marks.rawValue & FlowHead.Marks.attention.rawValue
        // Without a sign, so that a time before the record's beginning is past every limit.
        let age = UInt64(bitPattern: packet.time &- heads[index].recordStart)
        return sides[side].interface == packet.point && special | waits == 0
            && age < UInt64(bitPattern: activeLimit(index))
            && packet.time &- lastPacket(index) < configuration.idleTimeout
            && (packet.sequence == sides[side].sequence || !heads[index].isTCP) && sides[side].packets < .max
    }

    /// The active timeout; the first record of a flow is cut between half of it and the whole, so that flows that
    /// began together (at the agent's start) do not end their records in one burst.
    @inline(__always)
    func activeLimit(_ index: Int) -> Int64 {
        let whole = configuration.activeTimeout
        return whole &- Int64(sides[index &<< 1].spread) &* (whole >> 9)
    }

    /// Takes the records that are ready, and leaves none.
    package mutating func drain() -> FlowBatch {
        settleRows()
        var batch = FlowBatch()
        // The next one will be as large: columns that grow step by step are copied as often as they double.
        if exported.count >= 1024 { batch.reserveCapacity(exported.count) }
        swap(&batch, &exported)
        return batch
    }
}

