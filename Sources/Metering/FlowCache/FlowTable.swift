/// Open addressing from hash to entry index: linear probing, deletion by moving back, at most half full.
///
/// A slot is 8 octets: the upper hash half to compare first, and the index. Full keys are compared by the caller.
struct FlowTable: ~Copyable {
    struct Slot: BitwiseCopyable {
        var tag: UInt32
        var index: UInt32
        static var empty: Slot { Slot(tag: 0, index: .max) }
    }

    private(set) var slots: EntryPool<Slot>
    private var mask: Int
    private(set) var count = 0

    /// - Parameter capacity: entries to be held before the first growth.
    init(capacity: Int) {
        var size = 1024
        while size < capacity * 2 { size *= 2 }
        slots = EntryPool(capacity: size, repeating: .empty)
        mask = size - 1
    }

    @inline(__always)
    func find(_ hash: UInt64, _ key: CanonicalKey, in entries: borrowing EntryPool<FlowEntry>) -> Int? {
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[position]
            if slot.index == .max { return nil }
            if slot.tag == tag, entries[Int(slot.index)].key == key { return Int(slot.index) }
            position = (position &+ 1) & mask
        }
    }

    /// - Precondition: the key is not in the table.
    mutating func insert(
        _ hash: UInt64, index: Int, in entries: borrowing EntryPool<FlowEntry>, hashedBy hasher: FlowHash
    ) {
        if (count + 1) * 2 > mask + 1 { grow(entries, hasher) }
        place(Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), index: UInt32(index)), at: Int(truncatingIfNeeded: hash) & mask)
        count += 1
    }

    private mutating func place(_ slot: Slot, at start: Int) {
        var position = start
        while slots[position].index != .max { position = (position &+ 1) & mask }
        slots[position] = slot
    }

    private mutating func grow(_ entries: borrowing EntryPool<FlowEntry>, _ hasher: FlowHash) {
        let oldSize = mask + 1
        var old = EntryPool<Slot>(capacity: oldSize * 2, repeating: .empty)
        swap(&slots, &old)
        mask = oldSize * 2 - 1
        for position in 0..<oldSize {
            let slot = old[position]
            guard slot.index != .max else { continue }
            place(slot, at: Int(truncatingIfNeeded: hasher(entries[Int(slot.index)].key)) & mask)
        }
    }

    /// Takes an entry out, and moves back those that probed past it.
    mutating func remove(
        _ hash: UInt64, index: Int, in entries: borrowing EntryPool<FlowEntry>, hashedBy hasher: FlowHash
    ) {
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].index != UInt32(index) {
            guard slots[position].index != .max else { return }
            position = (position &+ 1) & mask
        }
        var hole = position
        var next = (position &+ 1) & mask
        while slots[next].index != .max {
            let home = Int(truncatingIfNeeded: hasher(entries[Int(slots[next].index)].key)) & mask
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
