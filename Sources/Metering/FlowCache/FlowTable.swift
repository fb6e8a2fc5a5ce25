/// Open addressing from hash to entry index: linear probing, deletion by moving back, at most half full.
///
/// A slot is 8 octets: the hash, whose lower bits are the slot's home, and the index. Moving slots needs no look at the
/// entries. Full keys are compared by `FlowHead.matches`.
struct FlowTable: ~Copyable {
    struct Slot: BitwiseCopyable {
        var hash: UInt32
        var index: UInt32
        static var empty: Slot { Slot(hash: 0, index: .max) }
    }

    private var slots: EntryPool<Slot>
    private var mask: Int
    private(set) var count = 0

    /// - Parameter capacity: entries to be held before the first growth.
    init(capacity: Int) {
        var size = 1024
        while size < capacity * 2 { size *= 2 }
        slots = EntryPool(repeating: .empty, count: size)
        mask = size - 1
    }

    /// Bytes of the slots.
    var bytes: Int { (mask + 1) * MemoryLayout<Slot>.stride }

    /// Asks for the home slot's cache line.
    @inline(__always)
    func prefetch(_ hash: UInt32) { slots.prefetch(Int(hash) & mask) }

    /// The entry that the home slot names, most likely the one looked for: to ask for its cache lines. `.max` for none.
    @inline(__always)
    func candidate(_ hash: UInt32) -> UInt32 { slots[Int(hash) & mask].index }

    @inline(__always)
    func find(
        _ hash: UInt32, _ key: CanonicalKey, in heads: borrowing EntryPool<FlowHead>,
        _ addresses: borrowing SparePool<LongAddresses>
    ) -> Int? {
        var position = Int(hash) & mask
        while true {
            let slot = slots[position]
            if slot.index == .max { return nil }
            if slot.hash == hash, heads[Int(slot.index)].matches(key, addresses) { return Int(slot.index) }
            position = (position &+ 1) & mask
        }
    }

    /// - Precondition: the key is not in the table.
    mutating func insert(_ hash: UInt32, index: Int) {
        if (count + 1) * 2 > mask + 1 { grow() }
        place(Slot(hash: hash, index: UInt32(index)))
        count += 1
    }

    @inline(__always)
    private mutating func place(_ slot: Slot) {
        var position = Int(slot.hash) & mask
        while slots[position].index != .max { position = (position &+ 1) & mask }
        slots[position] = slot
    }

    private mutating func grow() {
        let oldSize = mask + 1
        var old = EntryPool<Slot>(repeating: .empty, count: oldSize * 2)
        swap(&slots, &old)
        mask = oldSize * 2 - 1
        for position in 0..<oldSize where old[position].index != .max { place(old[position]) }
    }

    /// Takes an entry out, and moves back those that probed past it.
    mutating func remove(_ hash: UInt32, index: Int) {
        var position = Int(hash) & mask
        while slots[position].index != UInt32(index) {
            guard slots[position].index != .max else { return }
            position = (position &+ 1) & mask
        }
        var hole = position
        var next = (position &+ 1) & mask
        while slots[next].index != .max {
            let home = Int(slots[next].hash) & mask
            // May it move to the hole? Only if its home is not between the hole and itself.
            if (next &- home) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        slots[hole] = .empty
        count -= 1
    }
}
