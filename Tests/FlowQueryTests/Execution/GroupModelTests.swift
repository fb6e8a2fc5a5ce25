import FlowModel
import FlowQuery
import Testing

@Suite("groups are what a naive model says")
struct GroupModelTests {
    /// Sums by the text of the key; slow and plain.
    private struct Model {
        var groups: [[FieldValue]: [UInt64]] = [:]

        init(_ batches: [FlowBatch], _ request: FlowRequest, by: [Field], measures: [Field], bucket: Int64? = nil) {
            for batch in batches {
                for row in request.filter.select(batch).map(Int.init) {
                    let end = batch.flowEndMilliseconds[row]
                    if !request.includeWitnesses, !batch.counted[row] { continue }
                    if request.overlap {
                        if let until = request.range.until, batch.initialStartMilliseconds[row] >= until { continue }
                        if let since = request.range.since, end < since { continue }
                    } else {
                        if let until = request.range.until, end >= until { continue }
                        if let since = request.range.since, end < since { continue }
                    }
                    var key = by.map { batch.value($0, row: row) }
                    if let bucket { key.insert(.timestamp(end - ((end % bucket) + bucket) % bucket), at: 0) }
                    var sums = groups[key] ?? measures.map { _ in 0 }
                    for (index, measure) in measures.enumerated() {
                        if case .integer(let value) = batch.value(measure, row: row) { sums[index] += value }
                    }
                    groups[key] = sums
                }
            }
        }

        var rows: Set<[FieldValue]> { Set(groups.map { $0.key + $0.value.map(FieldValue.integer) }) }
    }

    private static let batches = (0..<5).map { SampleFlows.batch(rows: 400, seed: 100 + $0) }
    private static let groupable = Field.allCases.filter { !$0.isGroupOnly }

    private static func request(_ generator: inout SeededGenerator, _ kind: FlowRequest.Kind) throws -> FlowRequest {
        let base = SampleFlows.baseTime
        let filter = try FlowFilter(["", "tcp", "not port 53", "bytes > 1k"].randomElement(using: &generator) ?? "")
        let range =
            [
                TimeRange.always, TimeRange(since: base + 100_000), TimeRange(until: base + 300_000),
                TimeRange(since: base + 50_000, until: base + 500_000),
            ]
            .randomElement(using: &generator) ?? .always
        return FlowRequest(
            filter: filter, range: range, includeWitnesses: Bool.random(using: &generator),
            overlap: Bool.random(using: &generator), kind: kind)
    }

    /// One execution over all, or several joined in any order; only the needed columns are there.
    private static func run(_ request: FlowRequest, parts: Int, _ generator: inout SeededGenerator) throws -> (
        ResultTable, FlowExecution
    ) {
        var executions = (0..<parts).map { _ in FlowExecution(request) }
        for (index, batch) in batches.enumerated().shuffled(using: &generator) {
            let part = Int.random(in: 0..<parts, using: &generator)
            try executions[part].consume(
                batch.keepingOnly(executions[part].neededFields),
                first: RowLocator(partition: 1, block: Int64(index), row: 0))
        }
        executions.shuffle(using: &generator)
        var joined = executions.removeFirst()
        for execution in executions { try joined.merge(execution) }
        return (joined.finish(), joined)
    }

    @Test("every field can be grouped by, and reads as in a record", arguments: groupable)
    func everyField(field: Field) throws {
        var generator = SeededGenerator(seed: 7)
        let measures = Field.measures.filter { $0 != field }
        let request = FlowRequest(
            kind: .aggregate(by: [field], measures: measures.map(GroupValue.plain), order: .bytes, descending: true, limit: 1_000_000))
        let (table, execution) = try Self.run(request, parts: 3, &generator)
        #expect(Set(table.rows) == Model(Self.batches, request, by: [field], measures: measures).rows)
        #expect(execution.rowsScanned == 2000)
    }

    @Test("random groupings, whole and joined", arguments: 0..<80)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let by = Array(Self.groupable.shuffled(using: &generator).prefix(Int.random(in: 0...6, using: &generator)))
        let measures = Array(
            FlowRequest.sums.filter { !by.contains($0) }.shuffled(using: &generator)
                .prefix(Int.random(in: 1...8, using: &generator)))
        let order = FlowRequest.sums.randomElement(using: &generator) ?? .bytes
        let request = try Self.request(
            &generator,
            .aggregate(
                by: by, measures: measures.map(GroupValue.plain), order: .plain(order), descending: Bool.random(using: &generator), limit: 1_000_000))
        let (table, execution) = try Self.run(request, parts: Int.random(in: 1...4, using: &generator), &generator)
        var wanted = Model(Self.batches, request, by: by, measures: measures).rows
        if by.isEmpty, wanted.isEmpty { wanted = [measures.map { _ in .integer(0) }] }
        #expect(Set(table.rows) == wanted)
        #expect(table.rows.count == wanted.count)
        #expect(table.columns.map(\.name) == (by + measures).map(\.rawValue))
        #expect(execution.rowsMatched <= execution.rowsScanned)
    }

    @Test("the first n are the largest or smallest, equal ones always the same", arguments: 0..<40)
    func top(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let by = Array([Field.src, .dstPort, .proto, .agent, .vni].shuffled(using: &generator).prefix(2))
        let order = (Field.measures + by).randomElement(using: &generator) ?? .bytes
        let descending = Bool.random(using: &generator)
        func request(_ limit: Int) -> FlowRequest {
            FlowRequest(
                kind: .aggregate(by: by, measures: GroupValue.standard, order: .plain(order), descending: descending, limit: limit))
        }
        let (all, _) = try Self.run(request(1_000_000), parts: 1, &generator)
        let (some, _) = try Self.run(request(7), parts: 3, &generator)
        #expect(some.rows == Array(all.rows.prefix(7)))
        let place = (by + Field.measures).firstIndex(of: order) ?? 0
        for (a, b) in zip(all.rows, all.rows.dropFirst()) {
            #expect(descending ? !FieldValue.isLess(a[place], b[place]) : !FieldValue.isLess(b[place], a[place]))
        }
    }

    @Test("series: buckets of end, exact sums with the rest in one line", arguments: 0..<40)
    func series(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let keys: [Field] = [.proto, .dstPort, .vni, .src, .interface]
        let by: [Field] = Array(keys.shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator)))
        let intervals: [Int64] = [1000, 60_000, 37_000]
        let interval: Int64 = intervals.randomElement(using: &generator) ?? 1000
        let measures: [Field] = [.records, .bytes]
        let limit: Int = Bool.random(using: &generator) ? 3 : 1_000_000
        let request = try Self.request(
            &generator, .series(intervalMilliseconds: interval, by: by, measures: measures.map(GroupValue.plain), limit: limit))
        let (table, _) = try Self.run(request, parts: Int.random(in: 1...3, using: &generator), &generator)
        let model = Model(Self.batches, request, by: by, measures: measures, bucket: interval)
        #expect(table.columns.map(\.name) == ["start"] + (by + measures).map(\.rawValue))
        let starts = table.rows.map { $0[0].text }
        #expect(starts == starts.sorted())
        #expect(Set(table.rows.map { Array($0.dropLast(2)) }).count == table.rows.count, "no key twice")
        if limit > 100 { #expect(Set(table.rows) == model.rows) }

        // The kept groups are the largest; what is not kept is in the line without values.
        var totals: [[FieldValue]: UInt64] = [:]
        for (key, sums) in model.groups { totals[Array(key.dropFirst()), default: 0] += sums[1] }
        let nobody = by.map { _ in FieldValue.absent }
        let keptKeys = Set(table.rows.map { Array($0.dropFirst().dropLast(2)) }).subtracting([nobody])
        if !by.isEmpty, totals.count > limit {
            #expect(keptKeys.count <= limit)
            let left = totals.filter { !keptKeys.contains($0.key) && $0.key != nobody }
            for key in keptKeys { #expect(left.values.allSatisfy { $0 <= totals[key] ?? 0 }) }
        }
        var expected: [[FieldValue]: [UInt64]] = [:]
        for (key, sums) in model.groups {
            let isKept = totals.count <= limit || keptKeys.contains(Array(key.dropFirst()))
            let place = [key[0]] + (isKept ? Array(key.dropFirst()) : nobody)
            let before = expected[place] ?? [0, 0]
            expected[place] = [before[0] + sums[0], before[1] + sums[1]]
        }
        #expect(Set(table.rows) == Set(expected.map { $0.key + $0.value.map(FieldValue.integer) }))
    }

    @Test("adjacent intervals add up to the whole")
    func adjacent() throws {
        var generator = SeededGenerator(seed: 3)
        let base = SampleFlows.baseTime
        func total(_ range: TimeRange) throws -> [FieldValue] {
            let request = FlowRequest(
                range: range,
                kind: .aggregate(by: [], measures: [.records, .bytes], order: .bytes, descending: true, limit: 1))
            return try Self.run(request, parts: 2, &generator).0.rows[0]
        }
        func number(_ value: FieldValue) -> UInt64 { if case .integer(let number) = value { number } else { 0 } }
        let whole = try total(TimeRange(since: base, until: base + 600_000))
        let parts = try [0, 1, 2, 3].map {
            try total(TimeRange(since: base + $0 * 150_000, until: base + ($0 + 1) * 150_000))
        }
        #expect(parts.reduce(0) { $0 + number($1[0]) } == number(whole[0]))
        #expect(parts.reduce(0) { $0 + number($1[1]) } == number(whole[1]))
    }

    @Test("bounds on groups and buckets are errors, in one execution and over a merge")
    func limits() throws {
        let request = FlowRequest(
            kind: .aggregate(by: [.src], measures: [.bytes], order: .bytes, descending: true, limit: 10))
        var small = FlowExecution(request, groupLimit: 20)
        #expect(throws: FlowQueryError.tooManyGroups(limit: 20, advice: "")) { try small.consume(Self.batches[0]) }
        var halves = [FlowExecution(request, groupLimit: 2), FlowExecution(request, groupLimit: 2)]
        for (index, address) in ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"].enumerated() {
            var batch = FlowBatch()
            var record = FlowRecord()
            record.sourceAddress = try #require(IPAddress(address))
            batch.append(record)
            try halves[index / 2].consume(batch)
        }
        #expect(throws: FlowQueryError.tooManyGroups(limit: 2, advice: "")) { try halves[0].merge(halves[1]) }

        var series = FlowExecution(
            FlowRequest(kind: .series(intervalMilliseconds: 1, by: [], measures: [.bytes], limit: 10)))
        var batch = FlowBatch()
        for end in 0..<Int64(10_001) {
            var record = FlowRecord()
            record.flowEndMilliseconds = end * 1000
            batch.append(record)
        }
        #expect(throws: FlowQueryError.tooManyBuckets(limit: 10_000)) { try series.consume(batch) }

        var other = FlowExecution(
            FlowRequest(kind: .aggregate(by: [.dst], measures: [.bytes], order: .bytes, descending: true, limit: 10)))
        #expect(throws: FlowQueryError.differentRequests) { try other.merge(FlowExecution(request)) }
    }

    @Test("sums past 64 bits stay at the largest number; times before 1970 fall into their own bucket")
    func extremes() throws {
        var batch = FlowBatch()
        for _ in 0..<2 {
            var record = FlowRecord()
            record.octetDeltaCount = .max - 1
            record.flowEndMilliseconds = -1
            batch.append(record)
        }
        var execution = FlowExecution(
            FlowRequest(kind: .series(intervalMilliseconds: 1000, by: [], measures: [.bytes], limit: 1)))
        try execution.consume(batch)
        #expect(execution.finish().rows == [[.timestamp(-1000), .integer(.max)]])
    }
}
