import FlowModel

/// Numbers distinct keys of a few 64-bit words from 0, in the order of their first coming: a hash table with open
/// addressing whose slots hold the hash beside the number, so that growing and most misses never touch the keys.
struct KeyIndex: Sendable {
    /// Words of a key, at least 1.
    let width: Int
    /// Keys one after the other: `width` words each.
    private(set) var keys: [UInt64] = []
    private(set) var count = 0
    /// Upper half: 32 bits of the hash. Lower half: number + 1, or 0 for a free slot.
    private var slots: [UInt64]
    private var mask: UInt64
    private let seed: UInt64

    init(width: Int) {
        self.width = max(1, width)
        slots = [UInt64](repeating: 0, count: 1024)
        mask = 1023
        // Random per process: what is hashed comes from the network.
        var hasher = Hasher()
        hasher.combine(width)
        seed = UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }

    /// Finds or numbers `rows` keys that lie one after the other in `words`.
    ///
    /// - Parameter numbers: gets one number per key; has room for `rows`.
    /// - Returns: false when there would be more than `limit` keys; the table then lacks the rest.
    mutating func number(_ words: [UInt64], rows: Int, into numbers: inout [UInt32], limit: Int) -> Bool {
        switch width {
        case 1:
            return number(rows: rows, into: &numbers, limit: limit, hash: { Self.mix(words[$0], $1) }) {
                keys, key, row in
                keys[key] == words[row]
            } append: { keys, row in
                keys.append(words[row])
            }
        case 2:
            return number(rows: rows, into: &numbers, limit: limit) { row, seed in
                Self.mix(words[row &* 2 &+ 1], Self.mix(words[row &* 2], seed))
            } isEqual: { keys, key, row in
                keys[key &* 2] == words[row &* 2] && keys[key &* 2 &+ 1] == words[row &* 2 &+ 1]
            } append: { keys, row in
                keys.append(words[row &* 2])
                keys.append(words[row &* 2 &+ 1])
            }
        default:
            let width = width
            return number(rows: rows, into: &numbers, limit: limit) { row, seed in
                var hash = seed
                for word in 0..<width { hash = Self.mix(words[row &* width &+ word], hash) }
                return hash
            } isEqual: { keys, key, row in
                for word in 0..<width where keys[key &* width &+ word] != words[row &* width &+ word] { return false }
                return true
            } append: { keys, row in
                for word in 0..<width { keys.append(words[row &* width &+ word]) }
            }
        }
    }

    @inline(__always)
    private mutating func number(
        rows: Int, into numbers: inout [UInt32], limit: Int, hash: (Int, UInt64) -> UInt64,
        isEqual: ([UInt64], Int, Int) -> Bool, append: (inout [UInt64], Int) -> Void
    ) -> Bool {
        for row in 0..<rows {
            let tag = hash(row, seed) >> 32
            var slot = tag & mask
            while true {
                let entry = slots[Int(truncatingIfNeeded: slot)]
                if entry == 0 {
                    guard count < limit else { return false }
                    append(&keys, row)
                    count += 1
                    slots[Int(truncatingIfNeeded: slot)] = tag << 32 | UInt64(count)
                    numbers[row] = UInt32(truncatingIfNeeded: count - 1)
                    if count * 2 > slots.count { grow() }
                    break
                }
                if entry >> 32 == tag {
                    let key = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                    if isEqual(keys, key, row) {
                        numbers[row] = UInt32(truncatingIfNeeded: key)
                        break
                    }
                }
                slot = (slot &+ 1) & mask
            }
        }
        return true
    }

    private mutating func grow() {
        let larger = slots.count * 4
        var fresh = [UInt64](repeating: 0, count: larger)
        let freshMask = UInt64(larger - 1)
        for entry in slots where entry != 0 {
            var slot = entry >> 32 & freshMask
            while fresh[Int(truncatingIfNeeded: slot)] != 0 { slot = (slot &+ 1) & freshMask }
            fresh[Int(truncatingIfNeeded: slot)] = entry
        }
        slots = fresh
        mask = freshMask
    }

    /// One round of folded multiplication (as in wyhash): the product's halves together.
    @inline(__always)
    private static func mix(_ word: UInt64, _ hash: UInt64) -> UInt64 {
        let product = (word ^ hash ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: hash ^ 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
