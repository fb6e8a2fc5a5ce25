/// Groups in a hash table, for keys that are few: the table stays in the processor's cache. A group's key and sums are one
/// line of it.
struct RollupTable: RollupGrouping {
    private var count = 0
    /// Room for more groups than there are: the words past them are 0.
    private var entries: [UInt64] = []
    /// Upper half: 32 bits of the hash. Lower half: number of the group + 1, or 0 for a free slot.
    private var slots = [UInt64](repeating: 0, count: 16_384)
    /// What is hashed comes from the network.
    private let seed = UInt64.random(in: .min ... .max) | 1
    private static let chunk = 4096

    mutating func add(first: [UInt64], second: [UInt64], _ sums: RollupSums) {
        var start = 0
        while start < second.count {
            let end = min(start + Self.chunk, second.count)
            reserve(count + end - start)
            count = Self.add(first, second, sums, start..<end, count, &entries, &slots, seed)
            start = end
        }
    }

    private mutating func reserve(_ groups: Int) {
        if groups * RollupGroup.stride > entries.count {
            let wanted = max(groups, min(2 * entries.count / RollupGroup.stride, 1 << 20)) * RollupGroup.stride
            entries.append(contentsOf: repeatElement(0, count: wanted - entries.count))
        }
        guard groups * 2 > slots.count else { return }
        var larger = slots.count
        while groups * 2 > larger { larger *= 2 }
        var fresh = [UInt64](repeating: 0, count: larger)
        let mask = UInt64(larger - 1)
        for entry in slots where entry != 0 {
            var slot = entry >> 32 & mask
            while fresh[Int(truncatingIfNeeded: slot)] != 0 { slot = (slot &+ 1) & mask }
            fresh[Int(truncatingIfNeeded: slot)] = entry
        }
        slots = fresh
    }

    /// - Returns: how many groups there are now.
    private static func add(
        _ first: [UInt64], _ second: [UInt64], _ sums: RollupSums, _ rows: Range<Int>, _ known: Int,
        _ groups: inout [UInt64], _ places: inout [UInt64], _ seed: UInt64
    ) -> Int {
        var count = known
        // Spans: one check that nobody else has the arrays, not one for each row.
        var entries = groups.mutableSpan
        var slots = places.mutableSpan
        let mask = UInt64(slots.count - 1)
        for row in rows {
            let a = first.isEmpty ? 0 : first[row]
            let b = second[row]
            let tag = RollupKey.hash(a, b, seed) >> 32
            var slot = Int(truncatingIfNeeded: tag & mask)
            var place: Int
            while true {
                let entry = slots[slot]
                if entry == 0 {
                    place = count &* RollupGroup.stride
                    count &+= 1
                    slots[slot] = tag << 32 | UInt64(truncatingIfNeeded: count)
                    entries[place] = a
                    entries[place &+ 1] = b
                    break
                }
                place = (Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) &- 1) &* RollupGroup.stride
                if entry >> 32 == tag, entries[place] == a, entries[place &+ 1] == b { break }
                slot = Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: slot) &+ 1) & mask)
            }
            RollupGroup.add(sums.records[row], to: &entries[place &+ 2])
            RollupGroup.add(sums.flows[row], to: &entries[place &+ 3])
            RollupGroup.add(sums.packets[row], to: &entries[place &+ 4])
            RollupGroup.add(sums.bytes[row], to: &entries[place &+ 5])
            RollupGroup.add(sums.reversePackets[row], to: &entries[place &+ 6])
            RollupGroup.add(sums.reverseBytes[row], to: &entries[place &+ 7])
        }
        return count
    }

    func forEachBlock(of rows: Int, _ body: ([UInt64]) throws -> Void) throws {
        var order = RadixOrder(count: count)
        for word in 0..<2 { order.sort((0..<count).map { entries[$0 * RollupGroup.stride + word] }) }
        var start = 0
        while start < count {
            let end = min(start + rows, count)
            var groups: [UInt64] = []
            groups.reserveCapacity((end - start) * RollupGroup.stride)
            for number in order.numbers[start..<end] {
                let base = Int(number) * RollupGroup.stride
                groups += entries[base..<(base + RollupGroup.stride)]
            }
            try body(groups)
            start = end
        }
    }
}
