import FlowModel

/// Failed targets by key, bounded: at the limit the key that has waited longest for a new failure goes out.
///
/// Slots are linked by the order in which they were last touched (by the collector's clock, so that late batches do not
/// look old).
struct ContactTable<Key: Hashable & Sendable>: Sendable {
    struct Limits: Sendable {
        var keys: Int
        var wideKeys: Int
        var targets: TargetSet.Limits
        /// Flows kept as evidence: for one key, and for all together.
        var samplesPerKey = 8
        var samples = 16_384
        /// A key keeps samples from so many targets on: ordinary keys never get there.
        var samplesFrom: Int
    }

    struct Entry: Sendable {
        fileprivate(set) var key: Key
        fileprivate(set) var targets = TargetSet()
        fileprivate(set) var samples: [TimedSample] = []
        /// The times of what came since the key was last judged; nil when nothing did.
        fileprivate(set) var changed: ClosedRange<Int64>?
        fileprivate(set) var protocols = ContactProtocols()
        /// The entry was made while another one's loss was within memory: so long it may have been here before.
        fileprivate var approximateUntilMilliseconds: Int64 = .min
        fileprivate var touchedMilliseconds: Int64
        fileprivate var older: Int32 = -1
        fileprivate var newer: Int32 = -1

        var isApproximate: Bool { touchedMilliseconds < approximateUntilMilliseconds }
    }

    /// A flow kept as evidence, with the time that it was judged by.
    struct TimedSample: Sendable {
        var milliseconds: Int64
        var sample: Alert.Sample
    }

    /// One failed first contact, over TCP or UDP.
    struct Contact: Sendable {
        var target: UInt64
        var milliseconds: Int64
        var protocolIdentifier: UInt8
        var receivedMilliseconds: Int64
    }

    private let limits: Limits
    private var index: [Key: Int32] = [:]
    private var slots: [Entry] = []
    private var free: [Int32] = []
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    private var wideKeys = 0
    private var samples = 0
    private var lastEvictionMilliseconds: Int64?
    private(set) var evictions: UInt64 = 0

    init(limits: Limits) { self.limits = limits }

    var count: Int { index.count }

    /// Bytes of slots, targets and samples, estimated.
    var bytes: Int {
        let perKey = MemoryLayout<Key>.stride + MemoryLayout<Int32>.stride + 1
        return slots.capacity * MemoryLayout<Entry>.stride + index.capacity * perKey
            + samples * MemoryLayout<TimedSample>.stride + slots.reduce(0) { $0 + $1.targets.bytes }
    }

    /// The key that goes out next when a new one wants room; nil while there is room.
    var nextToGo: Key? { index.count >= limits.keys && oldest >= 0 ? slots[Int(oldest)].key : nil }

    subscript(key: Key) -> Entry? { index[key].map { slots[Int($0)] } }

    /// Notes a failed contact of the key; `sample` is asked only for a key that may soon be an alert.
    ///
    /// - Returns: how many distinct targets the key has now; 0 when the contact changed nothing.
    mutating func add(_ contact: Contact, key: Key, sample: () -> Alert.Sample) -> Int {
        let slot = touch(key, at: contact.receivedMilliseconds)
        let before = slots[slot].targets.insertions
        let wasWide = slots[slot].targets.isWide
        let hasChanged = slots[slot].targets.insert(
            contact.target, at: contact.milliseconds, limits: limits.targets, mayWiden: wideKeys < limits.wideKeys)
        if !wasWide && slots[slot].targets.isWide { wideKeys += 1 }
        slots[slot].protocols.note(contact.protocolIdentifier)
        guard hasChanged else { return 0 }
        let changed = slots[slot].changed ?? contact.milliseconds...contact.milliseconds
        slots[slot].changed =
            min(changed.lowerBound, contact.milliseconds)...max(changed.upperBound, contact.milliseconds)
        let count = slots[slot].targets.count
        if slots[slot].targets.insertions > before, count >= limits.samplesFrom {
            keep(slot, at: contact.milliseconds, sample)
        }
        return count
    }

    /// Keeps the latest flows: evidence of an hour ago shows nothing of what goes on now.
    private mutating func keep(_ slot: Int, at milliseconds: Int64, _ sample: () -> Alert.Sample) {
        if slots[slot].samples.count < limits.samplesPerKey, samples < limits.samples {
            slots[slot].samples.append(TimedSample(milliseconds: milliseconds, sample: sample()))
            samples += 1
        } else if let oldest = slots[slot].samples.indices.min(by: {
            slots[slot].samples[$0].milliseconds < slots[slot].samples[$1].milliseconds
        }), slots[slot].samples[oldest].milliseconds <= milliseconds {
            slots[slot].samples[oldest] = TimedSample(milliseconds: milliseconds, sample: sample())
        }
    }

    /// Says that the key has been judged: only what comes from now on is new.
    mutating func judged(_ key: Key) {
        guard let slot = index[key] else { return }
        slots[Int(slot)].changed = nil
    }

    /// Lets go of the keys that were last touched before a moment of the collector's clock. No eviction: their failures
    /// are older than any window.
    mutating func expire(before milliseconds: Int64) {
        while oldest >= 0, slots[Int(oldest)].touchedMilliseconds < milliseconds { remove(oldest) }
    }

    private mutating func touch(_ key: Key, at received: Int64) -> Int {
        if let slot = index[key] {
            unlink(slot)
            link(slot)
            slots[Int(slot)].touchedMilliseconds = received
            return Int(slot)
        }
        if index.count >= limits.keys, oldest >= 0 {
            remove(oldest)
            evictions += 1
            lastEvictionMilliseconds = received
        }
        var entry = Entry(key: key, touchedMilliseconds: received)
        if let lost = lastEvictionMilliseconds, received - lost < limits.targets.memoryMilliseconds {
            entry.approximateUntilMilliseconds = lost.addingReportingOverflow(limits.targets.memoryMilliseconds).partialValue
        }
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)] = entry
        } else {
            slot = Int32(slots.count)
            slots.append(entry)
        }
        index[key] = slot
        link(slot)
        return Int(slot)
    }

    private mutating func remove(_ slot: Int32) {
        unlink(slot)
        let entry = slots[Int(slot)]
        if entry.targets.isWide { wideKeys -= 1 }
        samples -= entry.samples.count
        index[entry.key] = nil
        slots[Int(slot)].targets = TargetSet()
        slots[Int(slot)].samples = []
        slots[Int(slot)].changed = nil
        free.append(slot)
    }

    private mutating func unlink(_ slot: Int32) {
        let (older, newer) = (slots[Int(slot)].older, slots[Int(slot)].newer)
        if older >= 0 { slots[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { slots[Int(newer)].older = older } else { newest = older }
    }

    private mutating func link(_ slot: Int32) {
        slots[Int(slot)].older = newest
        slots[Int(slot)].newer = -1
        if newest >= 0 { slots[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }
}

/// Which of the two protocols were tried.
struct ContactProtocols: Sendable {
    private var tcp = false
    private var udp = false

    mutating func note(_ protocolIdentifier: UInt8) {
        if protocolIdentifier == 6 { tcp = true } else { udp = true }
    }

    /// The protocol, if it was one alone.
    var only: UInt8? { tcp == udp ? nil : tcp ? 6 : 17 }
}
