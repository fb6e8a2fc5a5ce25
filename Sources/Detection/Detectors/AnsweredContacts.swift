import FlowModel

/// Remembers which (tenant, source, host, port, protocol) were answered lately: a failure of one of those is an outage
/// and not a first contact.
///
/// A table of seeded 64-bit hashes in buckets of four places; in a full bucket a newcomer takes the place of the one that
/// was answered longest ago. What is forgotten that way can only make an alarm too many, never one too few.
struct AnsweredContacts: Sendable {
    private struct Slot: Sendable {
        var hash: UInt64 = 0
        var milliseconds: Int64 = .min
    }
    private var slots: [Slot]
    private static let bucketSlots = 4
    private let bucketMask: Int
    /// Contacts that were forgotten for want of room.
    private(set) var evictions: UInt64 = 0
    private let memoryMilliseconds: Int64
    /// Drawn for each table, so that nobody outside can choose contacts that fall together.
    private let secrets: (UInt64, UInt64, UInt64, UInt64)

    init(limit: Int, memorySeconds: UInt32) {
        var size = Self.bucketSlots
        while size < min(max(limit, 1), 1 << 26) { size *= 2 }
        slots = limit <= 0 ? [] : Array(repeating: Slot(), count: size)
        bucketMask = size / Self.bucketSlots - 1
        memoryMilliseconds = Int64(memorySeconds) * 1000
        var random = SystemRandomNumberGenerator()
        secrets = (random.next() | 1, random.next() | 1, random.next() | 1, random.next() | 1)
    }

    var bytes: Int { slots.count * MemoryLayout<Slot>.stride }

    mutating func insert(_ flows: FlowBatch, row: Int, endMilliseconds end: Int64) {
        guard !slots.isEmpty else { return }
        let hash = hash(flows, row: row)
        let first = place(hash)
        var oldest = first
        for place in first..<first + Self.bucketSlots {
            if slots[place].hash == hash {
                slots[place].milliseconds = max(slots[place].milliseconds, end)
                return
            }
            if slots[place].milliseconds < slots[oldest].milliseconds { oldest = place }
        }
        if isRemembered(slots[oldest], at: end) { evictions += 1 }
        slots[oldest] = Slot(hash: hash, milliseconds: end)
    }

    func contains(_ flows: FlowBatch, row: Int) -> Bool {
        guard !slots.isEmpty else { return false }
        let hash = hash(flows, row: row)
        let first = place(hash)
        for place in first..<first + Self.bucketSlots where slots[place].hash == hash {
            return isRemembered(slots[place], at: flows.flowEndMilliseconds[row])
        }
        return false
    }

    private func place(_ hash: UInt64) -> Int {
        (Int(truncatingIfNeeded: hash) & bucketMask) * Self.bucketSlots
    }

    private func isRemembered(_ slot: Slot, at milliseconds: Int64) -> Bool {
        guard slot.milliseconds != .min else { return false }
        let (age, overflow) = milliseconds.subtractingReportingOverflow(slot.milliseconds)
        return !overflow && age < memoryMilliseconds
    }

    /// Folded multiplication with secret factors. Every answered record pays for it: with `Hasher` the engine judges 4.6
    /// million ordinary records a second, so 7.6 million.
    private func hash(_ flows: FlowBatch, row: Int) -> UInt64 {
        let source = flows.sourceAddress[row]
        let destination = flows.destinationAddress[row]
        let tenant = Tenant(vni: flows.vni[row], vlan: flows.vlan[row])
        let service =
            UInt64(tenant.number) << 32 | UInt64(flows.destinationTransportPort[row]) << 16
            | UInt64(flows.protocolIdentifier[row]) << 8 | UInt64(tenant.kind.rawValue) << 1 | (source.isIPv6 ? 1 : 0)
        var hash = Self.fold(source.high ^ secrets.0, source.low ^ secrets.1)
        hash = Self.fold(hash ^ destination.high, destination.low ^ secrets.2)
        return Self.fold(hash ^ service, secrets.3)
    }

    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
