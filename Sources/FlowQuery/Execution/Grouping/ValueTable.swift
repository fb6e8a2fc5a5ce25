import FlowModel

/// The different values that one field has in each group, and how often: distinct counts and percentiles are read off it,
/// exactly. What it holds grows with the different values, not with the records.
struct ValueTable: Sendable {
    let field: Field
    private var layout: KeyLayout
    /// Keys: the value's code, then the group. Payload: how many records.
    private(set) var index = KeyIndex(width: 2, payload: [0])
    private var words: [UInt64] = []
    private var pairs: [UInt64] = []
    private var numbers: [UInt32] = []

    init(_ field: Field) {
        self.field = field
        layout = KeyLayout([field], hasBucket: false, addressBits: KeyLayout.wideAddress)
    }

    var memory: Int { index.memory }

    /// Takes in the values of some rows, whose groups are known.
    mutating func add(
        _ block: FlowBlock, _ rows: RowChunk, groups: [UInt32], dictionaries: inout KeyDictionaries
    ) throws(FlowQueryError) {
        words = [UInt64](repeating: 0, count: rows.count)
        try layout.encode(block, rows, interval: 0, dictionaries: &dictionaries, into: &words)
        pairs.removeAll(keepingCapacity: true)
        for next in 0..<rows.count where isPresent(words[next]) {
            pairs.append(words[next])
            pairs.append(UInt64(groups[next]))
        }
        add(pairs, counts: nil)
    }

    private mutating func add(_ pairs: [UInt64], counts: [UInt64]?) {
        let rows = pairs.count / 2
        if numbers.count < rows { numbers = [UInt32](repeating: 0, count: rows) }
        // Bounded by the memory that the whole table may take.
        _ = index.number(pairs, rows: rows, into: &numbers, limit: Int(UInt32.max) - 1)
        index.update(numbers, rows: rows, 0) { old, next in
            old.addingReportingOverflow(counts.map { $0[next] } ?? 1).partialValue
        }
    }

    private func isPresent(_ code: UInt64) -> Bool {
        guard let part = layout.parts.first else { return false }
        switch part.form {
        case .address, .text: return code != 0
        case .boolean: return true
        case .real: return !Double(bitPattern: code).isNaN
        case .code, .bucket: return FieldCode.domain(field)?.contains(code) ?? false
        }
    }

    /// Takes in another table of the same field.
    ///
    /// - Parameters:
    ///   - groups: of each group of the other one the number here.
    ///   - renumber: makes a code of the other one's dictionaries one of ours.
    mutating func merge(_ other: ValueTable, groups: [UInt32], renumber: (KeyLayout.Part, UInt64) -> UInt64) {
        guard let part = layout.parts.first else { return }
        var start = 0
        while start < other.index.count {
            let end = min(start + RowChunk.limit, other.index.count)
            pairs.removeAll(keepingCapacity: true)
            var counts: [UInt64] = []
            for number in start..<end {
                pairs.append(renumber(part, other.index.word(number, 0)))
                pairs.append(UInt64(groups[Int(other.index.word(number, 1))]))
                counts.append(other.index.payload(number, 0))
            }
            add(pairs, counts: counts)
            start = end
        }
    }

    /// How many different values each group has.
    func distinct(groups: Int) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: groups)
        for number in 0..<index.count { counts[Int(index.word(number, 1))] += 1 }
        return counts
    }

    /// For each group the code of a percentile by nearest rank; nil for a group without values.
    func percentile(_ percent: Int, groups: Int) -> [UInt64?] {
        var order = Array(0..<index.count)
        order.sort { a, b in
            let (x, y) = (index.word(a, 1), index.word(b, 1))
            return x != y ? x < y : index.word(a, 0) < index.word(b, 0)
        }
        var result = [UInt64?](repeating: nil, count: groups)
        var start = 0
        while start < order.count {
            let group = index.word(order[start], 1)
            var end = start
            var total: UInt64 = 0
            while end < order.count, index.word(order[end], 1) == group {
                total += index.payload(order[end], 0)
                end += 1
            }
            let rank = (total * UInt64(percent) + 99) / 100
            var passed: UInt64 = 0
            for place in start..<end {
                passed += index.payload(order[place], 0)
                if passed >= rank {
                    result[Int(group)] = index.word(order[place], 0)
                    break
                }
            }
            start = end
        }
        return result
    }
}
