import FlowModel

/// Remembers which (tenant, source, host, port, protocol) were answered lately: a failure of one of those is an outage
/// and not a first contact.
///
/// A table of seeded 64-bit hashes, each with one place; a newcomer takes the place of who was there. What is
/// forgotten that way can only make an alarm too many, never one too few.
struct AnsweredContacts: Sendable {
    private struct Slot: Sendable {
        var hash: UInt64 = 0
        var milliseconds: Int64 = .min
    }
    private var slots: [Slot]
    private let mask: Int
    private let memoryMilliseconds: Int64
    /// Drawn for each table, so that nobody outside can choose contacts that fall together.
    private let secrets: (UInt64, UInt64, UInt64, UInt64)

    init(limit: Int, memorySeconds: UInt32) {
        var size = 1
        while size < min(max(limit, 1), 1 << 26) { size *= 2 }
        slots = limit <= 0 ? [] : Array(repeating: Slot(), count: size)
        mask = size - 1
        memoryMilliseconds = Int64(memorySeconds) * 1000
        var random = SystemRandomNumberGenerator()
        secrets = (random.next() | 1, random.next() | 1, random.next() | 1, random.next() | 1)
    }

    var bytes: Int { slots.count * MemoryLayout<Slot>.stride }

    mutating func insert(_ flows: FlowBatch, row: Int, endMilliseconds end: Int64) {
        guard !slots.isEmpty else { return }
        let hash = hash(flows, row: row)
        let place = Int(truncatingIfNeeded: hash) & mask
        if slots[place].hash == hash {
            slots[place].milliseconds = max(slots[place].milliseconds, end)
        } else {
            slots[place] = Slot(hash: hash, milliseconds: end)
        }
    }

    func contains(_ flows: FlowBatch, row: Int) -> Bool {
        guard !slots.isEmpty else { return false }
        let hash = hash(flows, row: row)
        let slot = slots[Int(truncatingIfNeeded: hash) & mask]
        guard slot.hash == hash, slot.milliseconds != .min else { return false }
        let (age, overflow) = flows.flowEndMilliseconds[row].subtractingReportingOverflow(slot.milliseconds)
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
