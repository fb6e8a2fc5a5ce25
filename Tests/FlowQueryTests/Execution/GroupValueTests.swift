import FlowModel
import TestSupport
import Testing

@testable import FlowQuery

@Suite("Distinct counts, bounds and percentiles of groups")
struct GroupValueTests {
    private static let batches = (0..<6).map { SampleFlows.batch(rows: 300, seed: 40 + $0) }

    /// The values of a field in each group, straight from the rows.
    private static func values(_ field: Field, by: [Field]) -> [[FieldValue]: [FieldValue]] {
        var groups: [[FieldValue]: [FieldValue]] = [:]
        for batch in batches {
            for row in 0..<batch.count {
                let value = batch.value(field, row: row)
                groups[by.map { batch.value($0, row: row) }, default: []] += value == .absent ? [] : [value]
            }
        }
        return groups
    }

    private static func run(_ request: FlowRequest, parts: Int) throws -> ResultTable {
        var executions = [FlowExecution](repeating: FlowExecution(request), count: parts)
        for (number, batch) in batches.enumerated() { try executions[number % parts].consume(batch) }
        var joined = executions.removeFirst()
        for other in executions { try joined.merge(other) }
        return joined.finish()
    }

    @Test("of every field the different values are counted exactly", arguments: Field.allCases.filter { !$0.isGroupOnly })
    func distinct(field: Field) throws {
        for by in [[], [Field.proto], [.src, .vni]] {
            let wanted = Self.values(field, by: by).mapValues { FieldValue.integer(UInt64(Set($0).count)) }
            for parts in [1, 3] {
                let request = FlowRequest(
                    includeWitnesses: true,
                    kind: .aggregate(by: by, measures: [.distinct(field)], order: .distinct(field), descending: true, limit: 100_000))
                let table = try Self.run(request, parts: parts)
                #expect(table.columns.last?.name == "distinct_\(field.rawValue)")
                #expect(Dictionary(uniqueKeysWithValues: table.rows.map { (Array($0.dropLast()), $0[by.count]) }) == wanted)
            }
        }
    }

    @Test(
        "smallest, largest and percentiles are those of the sorted values",
        arguments: [Field.duration, .rttClient, .rtt, .bytes, .totalPackets, .start, .dstPort, .vni])
    func bounds(field: Field) throws {
        let by: [Field] = [.proto]
        let sorted = Self.values(field, by: by).mapValues { $0.sorted(by: FieldValue.isLess) }
        let isTime = field.kind == .timestamp || field.kind == .port
        let percents = isTime ? [] : [1, 50, 95, 99]
        let measures = [GroupValue.least(field), .greatest(field)] + percents.map { .percentile($0, field) }
        for parts in [1, 2, 4] {
            let request = FlowRequest(
                includeWitnesses: true,
                kind: .aggregate(by: by, measures: measures, order: .least(field), descending: false, limit: 1000))
            let table = try Self.run(request, parts: parts)
            #expect(table.rows.count == sorted.count)
            for row in table.rows {
                let values = try #require(sorted[[row[0]]])
                var wanted = [values.first ?? .absent, values.last ?? .absent]
                // Nearest rank: the smallest value that so many percent of all do not exceed.
                wanted += percents.map { percent in
                    values.isEmpty ? .absent : values[(values.count * percent + 99) / 100 - 1]
                }
                #expect(Array(row.dropFirst()) == wanted)
            }
            let firsts = table.rows.map { $0[1] }
            #expect(firsts.prefix { $0 != .absent }.count + firsts.reversed().prefix { $0 == .absent }.count == firsts.count)
        }
    }

    @Test("a series tells percentiles of each bucket; of the rest it tells sums alone")
    func series() throws {
        let request = FlowRequest(
            includeWitnesses: true,
            kind: .series(intervalMilliseconds: 60_000, by: [.proto], measures: [.bytes, .percentile(50, .duration)], limit: 1))
        let table = try Self.run(request, parts: 2)
        let rest = table.rows.filter { $0[1] == .absent }
        #expect(!rest.isEmpty && rest.allSatisfy { $0[3] == .absent && $0[2] != .absent })
        #expect(table.rows.contains { $0[1] != .absent && $0[3] != .absent })
    }

    @Test("past its memory a request ends with what would fit")
    func memory() throws {
        let request = FlowRequest(
            kind: .aggregate(by: [.src, .srcPort, .proto], measures: [.bytes], order: .bytes, descending: true, limit: 10))
        var execution = FlowExecution(request, memory: 40_000)
        let error = try #require(throws: FlowQueryError.self) {
            for batch in Self.batches { try execution.consume(batch) }
        }
        guard case .tooMuchMemory(let limit, let groups, let advice) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(limit == 40_000 && groups > 100)
        #expect(advice.hasPrefix("without 's") && "\(error)".contains("groups so far"))
    }

    @Test(
        "what cannot be told is refused with what can",
        arguments: [
            ("p95_src", "there are percentiles of counts"), ("min_src", "no smallest"), ("p95_dst_port", "there are percentiles"),
            ("distinct_records", "is a number of groups"), ("proto", "cannot be summed"),
        ])
    func faults(name: String, words: String) throws {
        let error = try #require(throws: RequestFaults.self) {
            try RequestParser.parse(["by": "dst", "fields": name], as: .aggregate, now: 0)
        }
        #expect(error.description.contains(words))
    }

    @Test("names are read as they are written", arguments: ["distinct_dst", "min_start", "max_end", "p1_bytes", "p99_rtt_server", "flows"])
    func names(name: String) {
        #expect(GroupValue(name: name)?.name == name)
        #expect(GroupValue(name: name.uppercased())?.name == name)
    }

    @Test("no names", arguments: ["p0_bytes", "p100_bytes", "p05_bytes", "distinct_", "distinct_x", "p_bytes", "median_bytes", "_src", ""])
    func wrong(name: String) { #expect(GroupValue(name: name) == nil) }
}
