import FlowModel
import FlowQuery
import Testing

@Suite("values that are present")
struct ValuesRequestTests {
    private static let batch = SampleFlows.batch(rows: 1500, seed: 21)

    private func answer(_ request: ValuesRequest) throws -> ResultTable {
        try request.table(
            request.requests.map { question in
                var execution = FlowExecution(question)
                try execution.consume(Self.batch)
                return execution.finish()
            })
    }

    /// By reading every row.
    private func model(_ fields: [Field], _ prefix: String) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for row in 0..<Self.batch.count where Self.batch.counted[row] {
            for field in fields {
                let value = Self.batch.value(field, row: row)
                if value != .absent, value.text.lowercased().hasPrefix(prefix) { counts[value.text, default: 0] += 1 }
            }
        }
        return counts
    }

    @Test("every field and any beginning of its values, against a count of all rows", arguments: Field.allCases.filter(\.isGroupable))
    func everyField(field: Field) throws {
        var prefixes: Set<String> = [""]
        for row in 0..<60 {
            let text = Self.batch.value(field, row: row).text
            for length in 1...8 where text.count >= length { prefixes.insert(String(text.prefix(length))) }
            prefixes.insert(text)
        }
        for prefix in prefixes {
            let table = try answer(ValuesRequest(fields: [field], prefix: prefix, limit: 1000))
            let found = Dictionary(uniqueKeysWithValues: table.rows.map { ($0[0].text, $0[1]) })
            let wanted = model([field], prefix.lowercased())
            #expect(found.count == min(wanted.count, 1000), "\(field.rawValue) \(prefix)")
            for (text, count) in found { #expect(count == .integer(wanted[text] ?? 0), "\(field.rawValue) \(prefix): \(text)") }
        }
        #expect(try answer(ValuesRequest(fields: [field], prefix: "no such")).rows.isEmpty)
    }

    @Test("the most frequent come first, of both sides together where the word says so")
    func order() throws {
        let request = try ValuesRequest.parse(["field": "port", "limit": "3", "filter": "tcp"], now: 0)
        let table = try answer(request)
        #expect(table.columns.map(\.name) == ["value", "records"])
        #expect(table.rows.count == 3)
        var counts: [UInt64: UInt64] = [:]
        for row in 0..<Self.batch.count where Self.batch.counted[row] && Self.batch.protocolIdentifier[row] == 6 {
            counts[UInt64(Self.batch.sourceTransportPort[row]), default: 0] += 1
            counts[UInt64(Self.batch.destinationTransportPort[row]), default: 0] += 1
        }
        let best = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(3)
        #expect(table.rows == best.map { [.integer($0.key), .integer($0.value)] })
    }

    @Test(
        "faults",
        arguments: [
            ([:], "field: name the field whose values are asked for"), (["field": "prot"], "field: 'prot' is not a field; did you mean 'proto'?"),
            (["field": "flows"], "field: the values of 'flows' cannot be counted"), (["field": "community_id"], "field: the values of 'community_id' cannot be counted"),
            (["field": "src", "limit": "5000"], "limit: '5000' is not a whole number in 1...1000"),
            (["field": "src", "by": "dst"], "by: 'by' is not a parameter of values; there are field, prefix, filter, since, until, limit, witnesses"),
        ] as [([String: String], String)])
    func faults(parameters: [String: String], message: String) throws {
        let faults = try #require(throws: RequestFaults.self) { try ValuesRequest.parse(parameters, now: 0) }
        #expect(faults.description == message)
    }

    @Test("completion offers values present before words, and says what they replace")
    func completion() throws {
        let request = CompletionRequest(text: "tcp and agent \"hv-", cursor: 18)
        let values = try #require(request.values)
        let table = request.table(try answer(values))
        #expect(table.rows.map { $0[0].text }.sorted() == ["\"hv-1\"", "\"hv-12\""])
        #expect(table.rows.allSatisfy { $0[3] == .integer(14) && $0[4] == .integer(18) })
        let state = CompletionRequest(text: "state R", cursor: 7)
        let offered = state.table(try answer(try #require(state.values)))
        #expect(Set(offered.rows.map { $0[0].text }) == ["REJ", "RSTO", "RSTR", "RSTOS0", "RSTRH"])
        #expect(offered.rows.allSatisfy { $0[2] != .absent })
        #expect(CompletionRequest(text: "tcp ", cursor: 4).values == nil)
        #expect(throws: RequestFaults.self) { try CompletionRequest.parse(["cursor": "-1"], now: 0) }
        let parsed = try CompletionRequest.parse(["filter": "port 4"], now: 0)
        #expect(parsed.completion.replaces == 5..<6 && parsed.values?.prefix == "4")
    }
}
