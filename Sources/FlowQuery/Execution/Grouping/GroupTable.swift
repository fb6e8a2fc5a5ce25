import FlowModel

/// Groups of rows with equal keys, and the sums of their measures.
struct GroupTable: Sendable {
    let layout: KeyLayout
    /// What is summed, each once.
    let measures: [Field]
    /// Milliseconds a bucket; 0 without buckets.
    private let interval: Int64
    private let limit: Int
    private(set) var index: KeyIndex
    private(set) var dictionaries = KeyDictionaries()
    /// Sums of group g: `measures.count` of them from g × `measures.count`. Past 64 bits they stay at the largest number.
    private(set) var sums: [UInt64] = []
    private var words: [UInt64] = []
    private var numbers: [UInt32] = []
    private static let chunk = 8192

    init(by fields: [Field], measures: [Field], interval: Int64, limit: Int) {
        layout = KeyLayout(fields, hasBucket: interval > 0)
        self.measures = measures
        self.interval = interval
        self.limit = min(limit, Int(UInt32.max) - 1)
        index = KeyIndex(width: layout.width)
    }

    var count: Int { index.count }

    func sum(_ group: Int, _ measure: Int) -> UInt64 { sums[group * measures.count + measure] }

    mutating func add(_ batch: FlowBatch, _ rows: [Int32]) throws(FlowQueryError) {
        var start = 0
        while start < rows.count {
            let slice = rows[start..<min(start + Self.chunk, rows.count)]
            clear(slice.count)
            try layout.encode(batch, rows: slice, interval: interval, dictionaries: &dictionaries, into: &words)
            try number(slice.count)
            for position in measures.indices { add(batch, slice, position) }
            start += slice.count
        }
    }

    private mutating func clear(_ rows: Int) {
        words = [UInt64](repeating: 0, count: rows * layout.width)
        if numbers.count < rows { numbers = [UInt32](repeating: 0, count: max(rows, Self.chunk)) }
    }

    private mutating func number(_ rows: Int) throws(FlowQueryError) {
        guard index.number(words, rows: rows, into: &numbers, limit: limit) else { throw .tooManyGroups(limit: limit) }
        let wanted = index.count * measures.count
        if sums.count < wanted { sums.append(contentsOf: repeatElement(0, count: wanted - sums.count)) }
    }

    private mutating func add(_ batch: FlowBatch, _ rows: ArraySlice<Int32>, _ position: Int) {
        switch measures[position] {
        case .records: add(rows, position) { _ in 1 }
        case .flows:
            let part = batch.part
            add(rows, position) { part[$0] == 0 ? 1 : 0 }
        case .packets: add(rows, position, batch.packetDeltaCount)
        case .bytes: add(rows, position, batch.octetDeltaCount)
        case .revPackets: add(rows, position, batch.reversePacketDeltaCount)
        case .revBytes: add(rows, position, batch.reverseOctetDeltaCount)
        case .totalBytes:
            add(rows, position, batch.octetDeltaCount)
            add(rows, position, batch.reverseOctetDeltaCount)
        case .totalPackets:
            add(rows, position, batch.packetDeltaCount)
            add(rows, position, batch.reversePacketDeltaCount)
        default: break
        }
    }

    private mutating func add(_ rows: ArraySlice<Int32>, _ position: Int, _ column: [UInt64]) {
        add(rows, position) { column[$0] }
    }

    @inline(__always)
    private mutating func add(_ rows: ArraySlice<Int32>, _ position: Int, _ value: (Int) -> UInt64) {
        let width = measures.count
        var next = 0
        for row in rows {
            add(value(Int(row)), to: Int(numbers[next]) &* width &+ position)
            next &+= 1
        }
    }

    @inline(__always)
    private mutating func add(_ amount: UInt64, to place: Int) {
        let (sum, overflow) = sums[place].addingReportingOverflow(amount)
        sums[place] = overflow ? .max : sum
    }

    /// Takes in the groups of another table of the same request.
    mutating func merge(_ other: GroupTable) throws(FlowQueryError) {
        let texts = other.dictionaries.texts.map { dictionaries.number($0) }
        var buckets = other.dictionaries.buckets.keys
        try dictionaries.number(buckets: &buckets, rows: buckets.count)
        let width = layout.width
        var start = 0
        while start < other.count {
            let end = min(start + Self.chunk, other.count)
            clear(0)
            words = Array(other.index.keys[(start * width)..<(end * width)])
            if numbers.count < end - start { numbers = [UInt32](repeating: 0, count: Self.chunk) }
            for part in layout.parts { renumber(part, rows: end - start, texts, buckets, other.dictionaries) }
            try number(end - start)
            for row in 0..<(end - start) {
                for position in measures.indices {
                    add(other.sum(start + row, position), to: Int(numbers[row]) * measures.count + position)
                }
            }
            start = end
        }
    }

    /// Makes numbers of the other table's dictionaries numbers of ours, in `words`.
    private mutating func renumber(
        _ part: KeyLayout.Part, rows: Int, _ texts: [UInt32], _ buckets: [UInt64], _ theirs: KeyDictionaries
    ) {
        if part.form != .address, part.form != .text, part.form != .bucket { return }
        if part.form == .address, theirs.addresses.count == 0 { return }
        for row in 0..<rows {
            let base = row * layout.width
            let code = part.code(words, base)
            let renumbered: UInt64
            switch part.form {
            case .text: renumbered = UInt64(texts[Int(code)])
            case .bucket: renumbered = buckets[Int(code)]
            default:
                guard code & KeyLayout.wideAddress != 0, let address = theirs.address(code) else { continue }
                renumbered = dictionaries.code(address)
            }
            words[base + part.word] = words[base + part.word] & ~(part.mask << part.shift) | renumbered << part.shift
        }
    }
}
