/// Groups by sorting, for keys that are many. Rows are divided by the lowest bits of `dst` first, so that each part is sorted
/// and summed up within the processor's cache: a table of all keys has it wait for memory at each row (measured with a
/// million rows of 400,000 keys: four times as long).
struct RollupSorter: RollupGrouping {
    /// The rows of each part, eight words each.
    private var parts: [[UInt64]]
    private static let count = 64

    /// - Parameter expected: rows that will be added, about.
    init(expected: Int) {
        parts = (0..<Self.count).map { _ in
            var part: [UInt64] = []
            part.reserveCapacity(expected / Self.count * RollupGroup.stride)
            return part
        }
    }

    mutating func add(first: [UInt64], second: [UInt64], _ sums: RollupSums) {
        let numbers = first.map { UInt8(truncatingIfNeeded: $0 >> 32 & UInt64(Self.count - 1)) }
        var rows = [[Int32]](repeating: [], count: Self.count)
        var counts = [Int](repeating: 0, count: Self.count)
        for number in numbers { counts[Int(number)] += 1 }
        for part in rows.indices { rows[part].reserveCapacity(counts[part]) }
        for row in numbers.indices { rows[Int(numbers[row])].append(Int32(truncatingIfNeeded: row)) }
        for part in rows.indices where !rows[part].isEmpty {
            let start = parts[part].count
            parts[part].append(contentsOf: repeatElement(0, count: rows[part].count * RollupGroup.stride))
            Self.fill(&parts[part], from: start, rows[part], first, second, sums)
        }
    }

    private static func fill(
        _ part: inout [UInt64], from start: Int, _ rows: [Int32], _ first: [UInt64], _ second: [UInt64], _ sums: RollupSums
    ) {
        var target = part.mutableSpan
        var place = start
        for number in rows {
            let row = Int(number)
            target[place] = first[row]
            target[place &+ 1] = second[row]
            target[place &+ 2] = sums.records[row]
            target[place &+ 3] = sums.flows[row]
            target[place &+ 4] = sums.packets[row]
            target[place &+ 5] = sums.bytes[row]
            target[place &+ 6] = sums.reversePackets[row]
            target[place &+ 7] = sums.reverseBytes[row]
            place &+= 8
        }
    }

    func forEachBlock(of count: Int, _ body: ([UInt64]) throws -> Void) throws {
        let rows = parts.reduce(0) { $0 + $1.count } / RollupGroup.stride
        var groups = [UInt64](repeating: 0, count: min(count, rows) * RollupGroup.stride)
        var filled = 0
        for part in parts where !part.isEmpty {
            let order = Self.order(part)
            var place = 0
            while true {
                (place, filled) = Self.fill(&groups, filled, part, order, from: place)
                if place == order.count { break }
                try body(groups)
                filled = 0
            }
        }
        if filled > 0 { try body(filled == groups.count ? groups : Array(groups[..<filled])) }
    }

    /// Rows of one key are neighbours in it.
    private static func order(_ part: [UInt64]) -> [UInt32] {
        let rows = part.count / 8
        var order = RadixOrder(count: rows)
        var keys = [UInt64](repeating: 0, count: rows)
        for row in keys.indices { keys[row] = part[row &* 8 &+ 1] }
        order.sort(keys)
        // Both ids side by side need fewer digits than their two halves of a word.
        var sources: UInt64 = 0
        for row in keys.indices { sources |= part[row &* 8] & 0xFFFF_FFFF }
        let width = UInt64(64 - sources.leadingZeroBitCount)
        for row in keys.indices { keys[row] = ((part[row &* 8] &>> 32) &<< width) | (part[row &* 8] & 0xFFFF_FFFF) }
        order.sort(keys)
        return order.numbers
    }

    /// Sums up rows from a place of `order` on until `groups` is full. - Returns: the place of the next row, and how many
    /// words are filled.
    private static func fill(
        _ groups: inout [UInt64], _ before: Int, _ rows: [UInt64], _ order: [UInt32], from start: Int
    ) -> (next: Int, filled: Int) {
        var target = groups.mutableSpan
        var filled = before
        var place = start
        while place < order.count {
            let base = Int(order[place]) &* 8
            if filled > 0, target[filled &- 8] == rows[base], target[filled &- 7] == rows[base &+ 1] {
                for word in 2..<8 {
                    let (sum, overflow) = target[filled &- 8 &+ word].addingReportingOverflow(rows[base &+ word])
                    target[filled &- 8 &+ word] = overflow ? .max : sum
                }
            } else {
                if filled == target.count { break }
                for word in 0..<8 { target[filled &+ word] = rows[base &+ word] }
                filled &+= 8
            }
            place &+= 1
        }
        return (place, filled)
    }
}

/// Orders numbers by keys of 64 bits, eleven bits at a time, the lowest first; equal keys stay as they were. Bits that all
/// keys share cost nothing.
struct RadixOrder {
    private(set) var numbers: [UInt32]
    private var moved: [UInt32]
    private static var digits: Int { 2048 }

    init(count: Int) {
        numbers = (0..<count).map { UInt32(truncatingIfNeeded: $0) }
        moved = numbers
    }

    /// - Parameter keys: by number.
    mutating func sort(_ keys: [UInt64]) {
        guard let reference = keys.first else { return }
        var differing: UInt64 = 0
        for key in keys { differing |= key ^ reference }
        for shift in stride(from: UInt64(0), to: 64, by: 11) where differing &>> shift & UInt64(Self.digits - 1) != 0 {
            Self.move(keys, numbers, shift, &moved)
            swap(&numbers, &moved)
        }
    }

    private static func move(_ keys: [UInt64], _ numbers: [UInt32], _ shift: UInt64, _ moved: inout [UInt32]) {
        let mask = UInt64(digits - 1)
        var places = [Int](repeating: 0, count: digits)
        var next = places.mutableSpan
        for key in keys { next[Int(truncatingIfNeeded: key &>> shift & mask)] &+= 1 }
        var sum = 0
        for digit in next.indices {
            let count = next[digit]
            next[digit] = sum
            sum &+= count
        }
        var target = moved.mutableSpan
        for number in numbers {
            let digit = Int(truncatingIfNeeded: keys[Int(number)] &>> shift & mask)
            target[next[digit]] = number
            next[digit] &+= 1
        }
    }
}
