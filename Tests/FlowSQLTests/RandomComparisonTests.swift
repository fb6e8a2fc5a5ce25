import FlowModel
import FlowQuery
import FlowSQL
import FlowStore
import Foundation
import TestSupport
import Testing

/// Random questions to the engine and to the table `flow`, against plain SQL over an exported table.
///
/// `ZONAL_RANDOM_QUERIES` is how many of each kind are asked (150 without it), `ZONAL_RANDOM_SEED` where they begin.
@Suite("Random questions against plain SQL")
struct RandomComparisonTests {
    private static func setting(_ name: String, _ standard: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? standard
    }
    private static let count = setting("ZONAL_RANDOM_QUERIES", 150)
    private static let begin = setting("ZONAL_RANDOM_SEED", UInt64.random(in: 0..<1_000_000_000))

    /// The same records in a store and in an ordinary table.
    private struct Both {
        let folder: FlowFolder
        let table: OrdinaryTable
        let flows: FlowBatch
        let translation: FilterSQL

        /// Three partitions and what is out of range; some of it in joined blocks.
        init(seed: UInt64) throws {
            folder = try FlowFolder()
            var all = FlowBatch()
            var flows = RandomFlows(seed: seed, ends: 0..<1)
            for (index, begin) in [hour14 - 2 * hour, hour14 - hour, hour14, 86_400_000, hour14, hour14 - hour].enumerated() {
                flows.ends = begin..<(begin + hour)
                let batch = flows.batch(120)
                try folder.append(batch)
                all.append(batch, rows: 0..<batch.count)
                if index == 3 { try folder.store.compact(everything: true) }
            }
            self.flows = all
            let path = folder.scratch.path("flows.sqlite")
            table = try OrdinaryTable.export(folder.store, to: path)
            translation = FilterSQL(
                addresses: Set(all.sourceAddress + all.destinationAddress + all.outerSource + all.outerDestination))
        }

        func questions(_ seed: UInt64) -> RandomQuestions {
            RandomQuestions(generator: SeededGenerator(seed: seed), flows: flows)
        }
    }

    private struct Range {
        let range: TimeRange
        let sql: String

        init(_ questions: inout RandomQuestions) {
            let points = [hour14 - 2 * hour, hour14 - hour + 1_000_000, hour14, hour14 + 5, hour14 + hour]
            let (a, b) = (questions.pick(points), questions.pick(points))
            let since = questions.chance(2) ? min(a, b) : nil
            let until = questions.chance(2) ? max(a, b) + 1 : nil
            range = TimeRange(since: since, until: until)
            sql = "(\(since.map { "\"end\" >= \($0)" } ?? "1") AND \(until.map { "\"end\" < \($0)" } ?? "1"))"
        }
    }

    private static let allMeasures: [Field] = Field.measures + [.totalBytes, .totalPackets]

    private static func sum(_ measure: Field) -> String {
        switch measure {
        case .records: "count(*)"
        case .flows: "sum(part = 0)"
        default: "sum(\(FilterSQL.value(measure)))"
        }
    }

    private static func plain(_ value: FieldValue) -> SQLValue {
        switch value {
        case .absent: .null
        case .integer(let number): .integer(Int64(clamping: number))
        case .timestamp(let time): .integer(time)
        case .real(let number): .real(number)
        case .boolean(let truth): .integer(truth ? 1 : 0)
        case .address(let address): .text(address.description)
        case .text(let text): .text(text)
        }
    }

    /// Runs `body` for each seed, and says the seed where it fails.
    private func each(_ body: (_ questions: inout RandomQuestions, _ seed: UInt64) throws -> Void, of both: Both) throws {
        for seed in Self.begin..<(Self.begin + Self.count) {
            var questions = both.questions(seed)
            try body(&questions, seed)
        }
    }

    @Test("groups of the engine are those of GROUP BY")
    func aggregates() throws {
        let both = try Both(seed: Self.begin)
        try each({ questions, seed in
            let filter = questions.filter()
            let parsed = try FlowFilter(filter)
            let range = Range(&questions)
            let witnesses = questions.chance(2)
            let fields = Field.allCases.filter { $0.isGroupable && !Self.allMeasures.contains($0) }
            var by: [Field] = []
            for _ in 0..<questions.pick([0, 1, 1, 2, 3]) {
                let field = questions.pick(fields)
                if !by.contains(field) { by.append(field) }
            }
            let answer = try both.folder.store.query(
                FlowRequest(
                    filter: parsed, range: range.range, includeWitnesses: witnesses,
                    kind: .aggregate(by: by, measures: Self.allMeasures.map(GroupValue.plain), order: .bytes, descending: true, limit: 1_000_000)))
            let selected = by.map(FilterSQL.value) + Self.allMeasures.map(Self.sum)
            var sql = "SELECT \(selected.joined(separator: ", ")) FROM flow WHERE \(range.sql) AND \(witnesses ? "1" : "counted = 1") AND \(both.translation.text(parsed.expression))"
            sql += by.isEmpty ? " HAVING count(*) > 0" : " GROUP BY \(by.indices.map { String($0 + 1) }.joined(separator: ", "))"
            let engine = answer.table.rows.map { $0.map(Self.plain) }.filter { !(by.isEmpty && $0.first == .integer(0)) }
            #expect(engine.tally == (try both.table.rows(sql)).tally, "seed \(seed): \(filter) by \(by.map(\.rawValue)): \(sql)")
        }, of: both)
    }

    @Test("series of the engine are those of GROUP BY over buckets of time")
    func series() throws {
        let both = try Both(seed: Self.begin &+ 1)
        try each({ questions, seed in
            let filter = questions.filter()
            let parsed = try FlowFilter(filter)
            let since = hour14 - 3 * hour
            let interval: Int64 = questions.pick([60_000, 300_000, 1_000_000, 3_600_000])
            let by = questions.pick([[], [Field.proto], [.src], [.state, .vni]])
            let answer = try both.folder.store.query(
                FlowRequest(
                    filter: parsed, range: TimeRange(since: since, until: hour14 + hour),
                    kind: .series(intervalMilliseconds: interval, by: by, measures: GroupValue.standard, limit: 100_000)))
            let selected = ["\"end\" / \(interval) * \(interval)"] + by.map(FilterSQL.value) + Field.measures.map(Self.sum)
            let places = (1...(by.count + 1)).map(String.init).joined(separator: ", ")
            let sql = "SELECT \(selected.joined(separator: ", ")) FROM flow WHERE \"end\" >= \(since) AND \"end\" < \(hour14 + hour) AND counted = 1 AND \(both.translation.text(parsed.expression)) GROUP BY \(places)"
            // Buckets without records are zeros in a series, and not there in SQL.
            let engine = answer.table.rows.map { $0.map(Self.plain) }.filter { $0[by.count + 1] != .integer(0) }
            #expect(engine.tally == (try both.table.rows(sql)).tally, "seed \(seed): \(filter): \(sql)")
        }, of: both)
    }

    @Test("records that the engine shows are those of SELECT, in order and with a limit")
    func flows() throws {
        let both = try Both(seed: Self.begin &+ 2)
        try each({ questions, seed in
            let filter = questions.filter()
            let parsed = try FlowFilter(filter)
            let range = Range(&questions)
            let witnesses = questions.chance(2)
            let limit = questions.pick([1, 10, 100_000])
            let fields = Field.allCases.filter { !$0.isGroupOnly && $0 != .communityID }
            let answer = try both.folder.store.query(
                FlowRequest(
                    filter: parsed, range: range.range, includeWitnesses: witnesses,
                    kind: .flows(fields: fields, limit: limit, cursor: nil)))
            let sql = "SELECT \(fields.map(FilterSQL.value).joined(separator: ", ")) FROM flow WHERE \(range.sql) AND \(witnesses ? "1" : "counted = 1") AND \(both.translation.text(parsed.expression)) ORDER BY \"end\" DESC"
            let truth = try both.table.rows(sql)
            let engine = answer.table.rows.map { $0.map(Self.plain) }
            #expect(engine.count == min(limit, truth.count), "seed \(seed): \(filter)")
            let end = fields.firstIndex(of: .end) ?? 0
            #expect(engine.map { $0[end] } == truth.prefix(limit).map { $0[end] }, "seed \(seed): \(filter)")
            // Of records that end at once, any may be the last ones of a page.
            let all = truth.tally
            #expect(engine.tally.allSatisfy { row, count in count <= all[row] ?? 0 }, "seed \(seed): \(filter): \(sql)")
        }, of: both)
    }

    @Test("the table flow filters as the engine does")
    func filters() throws {
        let both = try Both(seed: Self.begin &+ 3)
        let session = try both.folder.session()
        try each({ questions, seed in
            let filter = questions.filter()
            let range = Range(&questions)
            let truth = try both.table.rows(
                "SELECT src, dst, \"end\", rtt_client, bytes FROM flow WHERE \(range.sql) AND counted AND \(both.translation.text(try FlowFilter(filter).expression))")
            let rows = try session.rows(
                "SELECT src, dst, \"end\", rtt_client, bytes FROM flow WHERE filter = \(RandomFlowsValue.sql(filter)) AND \(range.sql)")
            #expect(rows.tally == truth.tally, "seed \(seed): \(filter)")
        }, of: both)
    }

    @Test("SQL over the table flow answers as SQL over an ordinary table")
    func tables() throws {
        let both = try Both(seed: Self.begin &+ 4)
        let session = try both.folder.session()
        let columns = Field.stored.map { "\"\($0.rawValue)\"" }
        var refused: [String] = []
        try each({ questions, seed in
            let chosen = (0..<questions.pick([1, 2, 5])).map { _ in questions.pick(columns) }
            let condition = questions.condition()
            let shape: (String) -> String =
                switch questions.pick([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 3]) {
                case 0: { "SELECT \(chosen.joined(separator: ", ")) FROM \($0) WHERE \(condition)" }
                case 1: { "SELECT \(chosen[0]), count(*), sum(bytes), max(\"end\") FROM \($0) WHERE \(condition) GROUP BY 1" }
                case 2: { "SELECT count(*), count(DISTINCT \(chosen[0])), min(\(chosen[0])) FROM \($0) WHERE \(condition)" }
                default: { "SELECT count(*) FROM \($0) a WHERE \(condition) AND EXISTS (SELECT 1 FROM \($0) b WHERE b.src = a.dst AND b.proto = 'tcp')" }
                }
            // The ordinary table has neither the time function nor the choice of records.
            let ordinary = shape("flow").replacing("ts('2026-11-22T14:30:00Z')", with: String(hour14 + hour / 2))
            let virtual = shape("flow('', 1)")
            let truth = try both.table.rows(ordinary)
            do {
                #expect(try session.rows(virtual).tally == truth.tally, "seed \(seed): \(virtual)")
            } catch let fault as SQLFault where fault.code == .wrong {
                // A comparison that no row can meet is refused; plain SQL answers it with nothing.
                refused.append(fault.message)
            }
        }, of: both)
        #expect(refused.count <= Int(Self.count) / 10, "\(refused.count) of \(Self.count) were refused, as \(refused.suffix(20))")
    }
}
