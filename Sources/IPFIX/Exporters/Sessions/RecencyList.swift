/// Slots in the order of their last use: putting in, touching and taking out cost the same however many there are.
package struct RecencyList: Sendable {
    private static let none: Int32 = -1
    private static let absent: Int32 = -2
    /// Of each slot the one used next after it and the one used next before it; `absent` for slots that are not in.
    private var newer: [Int32] = []
    private var older: [Int32] = []
    private var newest = none
    private var oldestSlot = none

    package init() {}

    /// The slot that has not been used for longest.
    package var oldest: Int? { oldestSlot == Self.none ? nil : Int(oldestSlot) }

    package func contains(_ slot: Int) -> Bool { slot < newer.count && newer[slot] != Self.absent }

    /// The slot used next after this one.
    package func slot(after slot: Int) -> Int? { contains(slot) && newer[slot] != Self.none ? Int(newer[slot]) : nil }

    /// Makes a slot the newest, whether it was in or not.
    package mutating func touch(_ slot: Int) {
        if newest == Int32(slot) { return }
        if contains(slot) { remove(slot) }
        while newer.count <= slot {
            newer.append(Self.absent)
            older.append(Self.absent)
        }
        newer[slot] = Self.none
        older[slot] = newest
        if newest == Self.none { oldestSlot = Int32(slot) } else { newer[Int(newest)] = Int32(slot) }
        newest = Int32(slot)
    }

    package mutating func remove(_ slot: Int) {
        guard contains(slot) else { return }
        let (next, previous) = (newer[slot], older[slot])
        if next == Self.none { newest = previous } else { older[Int(next)] = previous }
        if previous == Self.none { oldestSlot = next } else { newer[Int(previous)] = next }
        newer[slot] = Self.absent
        older[slot] = Self.absent
    }
}
