import FlowModel
import FlowQuery
import Testing

@Suite("flows come newest first, page by page")
struct NewestRowsTests {
    private static let batches = (0..<6).map { SampleFlows.batch(rows: 700, seed: 200 + $0) }

    private static func request(_ limit: Int, _ cursor: FlowCursor? = nil, fields: [Field]? = nil) throws -> FlowRequest
    {
        FlowRequest(filter: try FlowFilter("not proto 61"), kind: .flows(fields: fields, limit: limit, cursor: cursor))
    }

    /// All rows in the order of output, by sorting.
    private static func model(_ fields: [Field]) -> [[FieldValue]] {
        var rows: [(Int64, Int, Int)] = []
        for (block, batch) in batches.enumerated() {
            for row in 0..<batch.count where batch.counted[row] && batch.protocolIdentifier[row] != 61 {
                rows.append((batch.flowEndMilliseconds[row], block, row))
            }
        }
        rows.sort { $0 > $1 }
        return rows.map { row in fields.map { batches[row.1].value($0, row: row.2) } }
    }

    @Test("pages follow each other without gap or repeat", arguments: [1, 7, 100, 1000, 5000])
    func pages(limit: Int) throws {
        let fields: [Field] = [.end, .src, .dst, .agent, .interface, .bytes, .duration, .rtt]
        var seen: [[FieldValue]] = []
        var cursor: FlowCursor?
        var page = 0
        repeat {
            let request = try Self.request(limit, cursor, fields: fields)
            var halves = [FlowExecution(request), FlowExecution(request)]
            var generator = SeededGenerator(seed: UInt64(page))
            for (block, batch) in Self.batches.enumerated().shuffled(using: &generator) {
                let half = Int.random(in: 0...1, using: &generator)
                try halves[half].consume(
                    batch.keepingOnly(halves[half].neededFields),
                    first: RowLocator(partition: 0, block: Int64(block), row: 0))
            }
            try halves[0].merge(halves[1])
            seen += halves[0].finish().rows
            cursor = halves[0].nextCursor
            if let found = cursor { #expect(FlowCursor(text: found.text) == found) }
            page += 1
            // A page of one row at a time takes long and shows no more.
        } while cursor != nil && page < 60
        #expect(seen == Array(Self.model(fields).prefix(seen.count)))
        if limit >= 100 { #expect(seen.count == Self.model(fields).count) }
    }

    @Test("without fields every stored field is a column")
    func allFields() throws {
        var execution = FlowExecution(try Self.request(50))
        #expect(execution.neededFields == Set(Field.stored))
        for (block, batch) in Self.batches.enumerated() {
            try execution.consume(batch, first: RowLocator(block: Int64(block)))
        }
        let table = execution.finish()
        #expect(table.columns.map(\.name) == Field.stored.map(\.rawValue))
        #expect(table.rows == Array(Self.model(Field.stored).prefix(50)))
    }

    @Test("once enough is kept, the store hears what it may skip, and skipping changes nothing")
    func skipping() throws {
        let request = try Self.request(20)
        var execution = FlowExecution(request)
        #expect(execution.oldestKept == nil)
        var skipped = 0
        for (block, batch) in Self.batches.enumerated() {
            // Cut by time, so that some pieces are older than what is kept.
            for piece in 0..<10 {
                let filter = TimeRange(
                    since: SampleFlows.baseTime + Int64(9 - piece) * 60_000,
                    until: SampleFlows.baseTime + Int64(10 - piece) * 60_000)
                let rows = (0..<batch.count).filter { filter.contains(end: batch.flowEndMilliseconds[$0]) }
                var part = FlowBatch()
                part.append(batch, rows: rows)
                if let oldest = execution.oldestKept, part.flowEndMilliseconds.max() ?? .min < oldest {
                    skipped += 1
                    continue
                }
                try execution.consume(part, first: RowLocator(partition: Int64(piece), block: Int64(block)))
            }
        }
        #expect(skipped > 0)
        #expect(execution.finish().rows.map { $0[1] } == Self.model([.end]).prefix(20).map { $0[0] })
    }
}
