import FlowModel

/// Groups of rows with equal keys, and what is told of each.
struct GroupTable: Sendable {
    private(set) var layout: KeyLayout
    let by: [Field]
    /// What is kept of a group, each once.
    let values: [GroupValue]
    /// Milliseconds a bucket; 0 without buckets.
    private let interval: Int64
    private var limits: GroupLimits
    /// Payload: of each of `values` one word. Sums past 64 bits stay at the largest number.
    private(set) var index: KeyIndex
    private(set) var dictionaries = KeyDictionaries()
    /// Of fields with distinct counts and percentiles.
    private(set) var tables: [ValueTable]
    private var words: [UInt64] = []
    private var numbers = [UInt32](repeating: 0, count: RowChunk.limit)

    init(by fields: [Field], values: [GroupValue], interval: Int64, limits: GroupLimits) {
        by = fields
        layout = KeyLayout(fields, hasBucket: interval > 0)
        self.values = values
        self.interval = interval
        self.limits = limits
        index = Self.index(layout, values)
        var counted: [Field] = []
        for value in values {
            switch value {
            case .distinct(let field), .percentile(_, let field): if !counted.contains(field) { counted.append(field) }
            case .plain, .least, .greatest: break
            }
        }
        tables = counted.map { ValueTable($0) }
    }

    private static func index(_ layout: KeyLayout, _ values: [GroupValue]) -> KeyIndex {
        let payload = values.map { value -> UInt64 in if case .least = value { .max } else { 0 } }
        return KeyIndex(width: layout.width, payload: payload, isDirect: layout.isDirect)
    }

    var count: Int { index.count }

    /// A sum of one group.
    func sum(_ group: Int, _ value: Int) -> UInt64 { index.payload(group, value) }

    /// Octets in memory, about.
    var memory: Int { index.memory + dictionaries.memory + tables.reduce(0) { $0 + $1.memory } }

    mutating func add(_ block: FlowBlock, _ rows: RowSelection) throws(FlowQueryError) {
        var start = 0
        while start < rows.count {
            let chunk = RowChunk(rows, from: start)
            widenForMore()
            words = [UInt64](repeating: 0, count: chunk.count * layout.width)
            try layout.encode(block, chunk, interval: interval, dictionaries: &dictionaries, into: &words)
            try number(chunk.count)
            for place in values.indices { try add(block, chunk, place) }
            for table in tables.indices {
                try tables[table].add(block, chunk, groups: numbers, dictionaries: &dictionaries)
            }
            start += chunk.count
        }
        try checkMemory()
    }

    /// Adds what is known of all rows of a block without reading them: one group's sums.
    ///
    /// - Parameters:
    ///   - end: any `end` of the block, which lies in one bucket.
    ///   - sums: by measure.
    mutating func add(end: Int64, sums: (Field) -> UInt64) throws(FlowQueryError) {
        words = [UInt64](repeating: 0, count: layout.width)
        for part in layout.parts where part.form == .bucket {
            words[part.word] |= UInt64(try dictionaries.number(bucket: UTCTime.floorDivide(end, interval))) << part.shift
        }
        try number(1)
        for (place, value) in values.enumerated() {
            let amount = sums(value.field)
            index.update(Int(numbers[0]), place) { Self.sum($0, amount) }
        }
    }

    private mutating func number(_ rows: Int) throws(FlowQueryError) {
        guard index.number(words, rows: rows, into: &numbers, limit: limits.groups) else {
            throw .tooManyGroups(limit: limits.groups, advice: advice)
        }
    }

    private func checkMemory() throws(FlowQueryError) {
        guard memory <= limits.memory else { throw .tooMuchMemory(limit: limits.memory, groups: count, advice: advice) }
    }

    /// Once there may be more addresses than the keys have room for: all keys anew, with more room.
    private mutating func widenForMore() {
        guard layout.addressBits == KeyLayout.narrowAddress, layout.hasAddresses,
            dictionaries.addresses.count + 4 * RowChunk.limit >= 1 << KeyLayout.narrowAddress
        else { return }
        widen()
    }

    private mutating func widen() {
        let wide = KeyLayout(by, hasBucket: interval > 0, addressBits: KeyLayout.wideAddress)
        var fresh = Self.index(wide, values)
        var numbers: [UInt32] = [0]
        for group in 0..<count {
            var key = [UInt64](repeating: 0, count: wide.width)
            for (old, new) in zip(layout.parts, wide.parts) { key[new.word] |= old.code(index, group) << new.shift }
            _ = fresh.number(key, rows: 1, into: &numbers, limit: .max)
            for place in values.indices { fresh.update(group, place) { _ in index.payload(group, place) } }
        }
        index = fresh
        layout = wide
    }

    @inline(__always)
    static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}

/// What groups may cost.
struct GroupLimits: Sendable {
    var groups: Int
    /// Octets, of one thread.
    var memory: Int

    init(groups: Int, memory: Int) {
        self.groups = min(groups, Int(UInt32.max) - 1)
        self.memory = memory
    }
}

// MARK: - What is told of groups

extension GroupTable {
    private mutating func add(_ block: FlowBlock, _ rows: RowChunk, _ place: Int) throws(FlowQueryError) {
        let batch = block.batch
        switch (values[place], block.weights) {
        case (.plain(.records), let weights?): add(rows, place, weights.records)
        case (.plain(.flows), let weights?): add(rows, place, weights.flows)
        default: add(values[place], batch, rows, place)
        }
    }

    /// Adds rows that are one record each.
    private mutating func add(_ value: GroupValue, _ batch: FlowBatch, _ rows: RowChunk, _ place: Int) {
        switch value {
        case .plain(.records): index.update(numbers, rows: rows.count, place) { old, _ in Self.sum(old, 1) }
        case .plain(.flows):
            let part = batch.part
            index.update(numbers, rows: rows.count, place) { old, next in part[rows.row(next)] == 0 ? Self.sum(old, 1) : old }
        case .plain(.packets): add(rows, place, batch.packetDeltaCount)
        case .plain(.bytes): add(rows, place, batch.octetDeltaCount)
        case .plain(.revPackets): add(rows, place, batch.reversePacketDeltaCount)
        case .plain(.revBytes): add(rows, place, batch.reverseOctetDeltaCount)
        case .plain(.totalBytes):
            add(rows, place, batch.octetDeltaCount)
            add(rows, place, batch.reverseOctetDeltaCount)
        case .plain(.totalPackets):
            add(rows, place, batch.packetDeltaCount)
            add(rows, place, batch.reversePacketDeltaCount)
        case .least(let field): bound(field, batch, rows, place) { min($0, $1) }
        case .greatest(let field):
            let lift = Self.lift(field)
            bound(field, batch, rows, place) { max($0, $1 &+ lift) }
        case .plain, .distinct, .percentile: break
        }
    }

    private mutating func add(_ rows: RowChunk, _ place: Int, _ column: [UInt64]) {
        if let list = rows.list {
            let first = list.startIndex
            index.update(numbers, rows: rows.count, place) { old, next in Self.sum(old, column[Int(list[first &+ next])]) }
        } else {
            let first = rows.first
            index.update(numbers, rows: rows.count, place) { old, next in Self.sum(old, column[first &+ next]) }
        }
    }

    /// What is added to the code of a largest value, so that 0 stands for none; 0 for fields that have all codes of 64 bits:
    /// these are never absent.
    static func lift(_ field: Field) -> UInt64 { FieldCode.domain(field)?.upperBound == .max ? 0 : 1 }

    private mutating func bound(
        _ field: Field, _ batch: FlowBatch, _ rows: RowChunk, _ place: Int, _ pick: (UInt64, UInt64) -> UInt64
    ) {
        guard let domain = FieldCode.domain(field), let column = batch.numbers(field) else { return }
        let code = column.code
        index.update(numbers, rows: rows.count, place) { old, next in
            let code = code(rows.row(next))
            return domain.contains(code) ? pick(old, code) : old
        }
    }
}

// MARK: - Joining

extension GroupTable {
    /// Takes in the groups of another table of the same request.
    mutating func merge(_ other: GroupTable) throws(FlowQueryError) {
        // Each has its share of what the whole answer may take.
        limits.memory += min(other.limits.memory, .max - limits.memory)
        let numbering = try Renumbering(other.dictionaries, &dictionaries)
        if layout.addressBits < other.layout.addressBits || dictionaries.addresses.count >= 1 << KeyLayout.narrowAddress,
            layout.hasAddresses, layout.addressBits == KeyLayout.narrowAddress
        {
            widen()
        }
        var groups: [UInt32] = []
        groups.reserveCapacity(other.count)
        let parts = Array(zip(other.layout.parts, layout.parts))
        var start = 0
        while start < other.count {
            let end = min(start + RowChunk.limit, other.count)
            words = [UInt64](repeating: 0, count: (end - start) * layout.width)
            for (theirs, ours) in parts {
                for group in start..<end {
                    words[(group - start) * layout.width + ours.word] |= numbering.code(theirs, theirs.code(other.index, group)) << ours.shift
                }
            }
            try number(end - start)
            groups += numbers[..<(end - start)]
            for place in values.indices { join(other, start, end - start, place) }
            start = end
        }
        for table in tables.indices {
            tables[table].merge(other.tables[table], groups: groups) { numbering.code($0, $1) }
        }
        try checkMemory()
    }

    private mutating func join(_ other: GroupTable, _ start: Int, _ count: Int, _ place: Int) {
        switch values[place] {
        case .least: index.update(numbers, rows: count, place) { old, next in min(old, other.index.payload(start &+ next, place)) }
        case .greatest: index.update(numbers, rows: count, place) { old, next in max(old, other.index.payload(start &+ next, place)) }
        case .plain: index.update(numbers, rows: count, place) { old, next in Self.sum(old, other.index.payload(start &+ next, place)) }
        case .distinct, .percentile: break
        }
    }
}

/// Makes codes of one table's dictionaries codes of another's.
private struct Renumbering {
    private var addresses: [UInt64] = []
    private var texts: [UInt64] = []
    private var buckets: [UInt64] = []

    init(_ theirs: KeyDictionaries, _ ours: inout KeyDictionaries) throws(FlowQueryError) {
        addresses = [0]
        for address in theirs.addresses.addresses.dropFirst() { addresses.append(UInt64(ours.number(address))) }
        texts = theirs.texts.map { UInt64(ours.number($0)) }
        for bucket in theirs.buckets { buckets.append(UInt64(try ours.number(bucket: bucket))) }
    }

    @inline(__always)
    func code(_ part: KeyLayout.Part, _ code: UInt64) -> UInt64 {
        switch part.form {
        case .address: addresses[Int(code)]
        case .text: texts[Int(code)]
        case .bucket: buckets[Int(code)]
        case .code, .real, .boolean: code
        }
    }
}
