/// Numbers distinct keys of a few 64-bit words from 0, in the order of their first coming, and keeps some words of payload
/// beside each key.
///
/// A hash table with open addressing whose slots hold 32 bits of the hash beside the number, so that growing and most
/// misses never touch the keys. A chunk of rows is looked up in passes (hashes, slots, keys), each of which waits for many
/// cache lines at once; one row after the other would wait for each line alone (measured: 3 times as long with a million
/// keys). Keys that are small numbers are looked up in an array instead.
struct KeyIndex: Sendable {
    /// Words of a key, at least 1, and of a key with its payload.
    let width: Int
    let stride: Int
    /// Keys with their payload one after the other: `stride` words each.
    private(set) var cells: [UInt64] = []
    private(set) var count = 0
    /// The payload of a new key.
    private let initial: [UInt64]
    /// Upper half: 32 bits of the hash. Lower half: number + 1, or 0 for a free slot.
    private var slots: [UInt64] = []
    /// By key: number + 1, or 0. In the place of `slots`.
    private var direct: [UInt32] = []
    private let isDirect: Bool
    private let seed: UInt64
    private var tags: [UInt32] = []
    private var pending: [Int32] = []

    /// - Parameters:
    ///   - payload: the words beside a new key.
    ///   - isDirect: keys are one word each and small; an array as long as the largest is kept.
    init(width: Int, payload: [UInt64] = [], isDirect: Bool = false) {
        self.width = max(1, width)
        stride = self.width + payload.count
        initial = payload
        self.isDirect = isDirect
        if !isDirect { slots = [UInt64](repeating: 0, count: 1024) }
        // Random per process: what is hashed comes from the network.
        var hasher = Hasher()
        hasher.combine(width)
        seed = UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }

    /// Octets in memory.
    var memory: Int { (cells.capacity + slots.capacity) * 8 + direct.capacity * 4 }

    /// A word of a key.
    @inline(__always)
    func word(_ number: Int, _ place: Int) -> UInt64 { cells[number &* stride &+ place] }

    /// A word of a key's payload.
    @inline(__always)
    func payload(_ number: Int, _ place: Int) -> UInt64 { cells[number &* stride &+ width &+ place] }

    /// Finds or numbers `rows` keys that lie one after the other in `words`.
    ///
    /// - Parameter numbers: gets one number per key; has room for `rows`.
    /// - Returns: false when there would be more than `limit` keys; the table then lacks the rest.
    mutating func number(_ words: [UInt64], rows: Int, into numbers: inout [UInt32], limit: Int) -> Bool {
        pending.removeAll(keepingCapacity: true)
        if isDirect {
            lookDirectly(words, rows, &numbers)
        } else {
            hash(words, rows)
            look(words, rows, &numbers)
        }
        for row in pending {
            guard let number = insert(words, Int(row), limit) else { return false }
            numbers[Int(row)] = number
        }
        return true
    }

    /// Changes a word of the payload of one key.
    @inline(__always)
    mutating func update(_ number: Int, _ place: Int, _ change: (UInt64) -> UInt64) {
        let cell = number &* stride &+ width &+ place
        cells[cell] = change(cells[cell])
    }

    /// Changes a word of the payload of many keys: those of `numbers` from 0 to `rows`, in their order.
    @inline(__always)
    mutating func update(
        _ numbers: [UInt32], rows: Int, _ place: Int, _ change: (_ old: UInt64, _ next: Int) -> UInt64
    ) {
        let offset = width &+ place
        let stride = stride
        var cells = cells.mutableSpan
        for next in 0..<rows {
            let cell = Int(numbers[next]) &* stride &+ offset
            cells[cell] = change(cells[cell], next)
        }
    }
}

// MARK: - Looking up

extension KeyIndex {
    private mutating func lookDirectly(_ words: [UInt64], _ rows: Int, _ numbers: inout [UInt32]) {
        for row in 0..<rows {
            let key = words[row]
            guard key < UInt64(direct.count) else {
                pending.append(Int32(truncatingIfNeeded: row))
                continue
            }
            let number = direct[Int(truncatingIfNeeded: key)]
            if number == 0 { pending.append(Int32(truncatingIfNeeded: row)) } else { numbers[row] = number &- 1 }
        }
    }

    private mutating func hash(_ words: [UInt64], _ rows: Int) {
        if tags.count < rows { tags = [UInt32](repeating: 0, count: rows) }
        let (width, seed) = (width, seed)
        let words = words.span
        var tags = tags.mutableSpan
        if width == 1 {
            for row in 0..<rows { tags[row] = Self.tag(Self.mix(words[row], seed)) }
        } else if width == 2 {
            for row in 0..<rows {
                tags[row] = Self.tag(Self.mix(words[row &* 2 &+ 1], Self.mix(words[row &* 2], seed)))
            }
        } else {
            for row in 0..<rows {
                var hash = seed
                for word in 0..<width { hash = Self.mix(words[row &* width &+ word], hash) }
                tags[row] = Self.tag(hash)
            }
        }
    }

    private mutating func look(_ words: [UInt64], _ rows: Int, _ numbers: inout [UInt32]) {
        let (width, stride, tagCount) = (width, stride, rows)
        let mask = UInt32(truncatingIfNeeded: slots.count &- 1)
        do {
            // What the first slot of each key says: number + 1 where its tag is the key's, else 0.
            let slots = slots.span
            let tags = tags.span
            var found = numbers.mutableSpan
            for row in 0..<tagCount {
                let tag = tags[row]
                let entry = slots[Int(tag & mask)]
                found[row] = UInt32(truncatingIfNeeded: entry >> 32) == tag ? UInt32(truncatingIfNeeded: entry) : 0
            }
        }
        var misses: [Int32] = []
        swap(&misses, &pending)
        do {
            let words = words.span
            let cells = cells.span
            var found = numbers.mutableSpan
            for row in 0..<rows {
                let number = found[row]
                var isSame = number != 0
                if isSame {
                    let cell = Int(number &- 1) &* stride
                    isSame = cells[cell] == words[row &* width]
                    if width > 1 {
                        for word in 1..<width { isSame = isSame && cells[cell &+ word] == words[row &* width &+ word] }
                    }
                }
                if isSame { found[row] = number &- 1 } else { misses.append(Int32(truncatingIfNeeded: row)) }
            }
        }
        swap(&misses, &pending)
    }

    /// Finds or adds the key of one row; nil when there is no room for it.
    private mutating func insert(_ words: [UInt64], _ row: Int, _ limit: Int) -> UInt32? {
        if isDirect {
            let key = Int(truncatingIfNeeded: words[row])
            if key >= direct.count {
                direct.append(contentsOf: repeatElement(0, count: max(key + 1, 2 * direct.count) - direct.count))
            }
            if direct[key] == 0 {
                guard count < limit else { return nil }
                append(words, row)
                direct[key] = UInt32(truncatingIfNeeded: count)
            }
            return direct[key] &- 1
        }
        let tag = UInt64(tags[row])
        let mask = UInt64(slots.count &- 1)
        var slot = tag & mask
        while true {
            let entry = slots[Int(truncatingIfNeeded: slot)]
            if entry == 0 {
                guard count < limit else { return nil }
                append(words, row)
                slots[Int(truncatingIfNeeded: slot)] = tag << 32 | UInt64(count)
                if count * 2 > slots.count { grow() }
                return UInt32(truncatingIfNeeded: count - 1)
            }
            if entry >> 32 == tag {
                let number = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                if (0..<width).allSatisfy({ cells[number &* stride &+ $0] == words[row &* width &+ $0] }) {
                    return UInt32(truncatingIfNeeded: number)
                }
            }
            slot = (slot &+ 1) & mask
        }
    }

    private mutating func append(_ words: [UInt64], _ row: Int) {
        for word in 0..<width { cells.append(words[row &* width &+ word]) }
        cells.append(contentsOf: initial)
        count += 1
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
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    /// One round of folded multiplication (as in wyhash): the product's halves together.
    @inline(__always)
    private static func mix(_ word: UInt64, _ hash: UInt64) -> UInt64 {
        let product = (word ^ hash ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: hash ^ 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
