/// The six sums of some rows, each as a column.
struct RollupSums: Sendable {
    var records: [UInt64] = []
    var flows: [UInt64] = []
    var packets: [UInt64] = []
    var bytes: [UInt64] = []
    var reversePackets: [UInt64] = []
    var reverseBytes: [UInt64] = []
}

/// The two words of a row's key: `dst` and `src` as ids of 32 bits, then bucket (16 bits, counted from some first one),
/// number of the tenant (24), protocol (8) and port (16).
enum RollupKey {
    static let bucketShift: UInt64 = 48
    static let tenantShift: UInt64 = 24
    static let protocolShift: UInt64 = 16
    /// Buckets and tenants that a key can tell apart.
    static let bucketLimit: Int64 = 1 << 16
    static let tenantLimit = 1 << 24

    /// One hash of both words; the upper half numbers groups, all of it divides them over passes.
    @inline(__always)
    static func hash(_ first: UInt64, _ second: UInt64, _ seed: UInt64) -> UInt64 {
        let a = (first ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let b = (a.high ^ a.low ^ second ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: seed ^ 0xD6E8_FEB8_6659_FD93)
        return b.high ^ b.low
    }
}

/// Sums by key. A group is eight words in a row, so that key and sums are one line of the cache: two of the key, then
/// records, flows, packets, bytes, reverse packets, reverse bytes. Sums past 64 bits stay at the largest number, as those
/// of a query do; such sums of sums are the same in any order.
struct RollupTable {
    static let stride = 8

    private(set) var count = 0
    /// Room for more groups than there are: the words past them are 0.
    private(set) var entries: [UInt64] = []
    /// Upper half: 32 bits of the hash. Lower half: number of the group + 1, or 0 for a free slot.
    private var slots = [UInt64](repeating: 0, count: 16_384)
    /// What is hashed comes from the network.
    private let seed = UInt64.random(in: .min ... .max) | 1
    private static let chunk = 4096

    /// Adds rows. - Parameter first: empty where all are 0.
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
        if groups * Self.stride > entries.count {
            let wanted = max(groups, entries.count / Self.stride * 3 / 2) * Self.stride
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
                    place = count &* Self.stride
                    count &+= 1
                    slots[slot] = tag << 32 | UInt64(truncatingIfNeeded: count)
                    entries[place] = a
                    entries[place &+ 1] = b
                    break
                }
                place = (Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) &- 1) &* Self.stride
                if entry >> 32 == tag, entries[place] == a, entries[place &+ 1] == b { break }
                slot = Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: slot) &+ 1) & mask)
            }
            Self.add(sums.records[row], to: &entries[place &+ 2])
            Self.add(sums.flows[row], to: &entries[place &+ 3])
            Self.add(sums.packets[row], to: &entries[place &+ 4])
            Self.add(sums.bytes[row], to: &entries[place &+ 5])
            Self.add(sums.reversePackets[row], to: &entries[place &+ 6])
            Self.add(sums.reverseBytes[row], to: &entries[place &+ 7])
        }
        return count
    }

    @inline(__always)
    private static func add(_ amount: UInt64, to sum: inout UInt64) {
        let (total, overflow) = sum.addingReportingOverflow(amount)
        sum = overflow ? .max : total
    }

    /// The groups by bucket; in a bucket by `dst` and `src`, or where there are none, by tenant, protocol and port. Equal
    /// values lie together so, and a question about one service reads few blocks.
    func order(byAddress: Bool) -> [UInt32] {
        var order = RadixOrder(count: count)
        if byAddress { order.sort { entries[$0 &* Self.stride] } }
        order.sort { byAddress ? entries[$0 &* Self.stride &+ 1] >> RollupKey.bucketShift : entries[$0 &* Self.stride &+ 1] }
        return order.numbers
    }
}

/// Orders numbers by keys of 64 bits, eleven bits at a time, the lowest first; equal keys stay as they were. Bits that all
/// keys share cost nothing.
struct RadixOrder {
    private(set) var numbers: [UInt32]
    private var keys: [UInt64]
    private static let bits: UInt64 = 11

    init(count: Int) {
        numbers = (0..<count).map { UInt32(truncatingIfNeeded: $0) }
        keys = [UInt64](repeating: 0, count: count)
    }

    @inline(__always)
    mutating func sort(_ key: (Int) -> UInt64) {
        guard let one = numbers.first else { return }
        let reference = key(Int(one))
        var differing: UInt64 = 0
        for place in numbers.indices {
            keys[place] = key(Int(numbers[place]))
            differing |= keys[place] ^ reference
        }
        var movedKeys = keys
        var movedNumbers = numbers
        for shift in stride(from: 0, to: 64, by: Int(Self.bits)) {
            let mask: UInt64 = (1 << Self.bits) - 1
            guard differing >> UInt64(shift) & mask != 0 else { continue }
            var next = [Int](repeating: 0, count: 1 << Int(Self.bits))
            for key in keys { next[Int(truncatingIfNeeded: key >> UInt64(shift) & mask)] &+= 1 }
            var sum = 0
            for digit in next.indices { (next[digit], sum) = (sum, sum &+ next[digit]) }
            for place in keys.indices {
                let digit = Int(truncatingIfNeeded: keys[place] >> UInt64(shift) & mask)
                movedKeys[next[digit]] = keys[place]
                movedNumbers[next[digit]] = numbers[place]
                next[digit] &+= 1
            }
            swap(&keys, &movedKeys)
            swap(&numbers, &movedNumbers)
        }
    }
}
