import FlowModel
import FlowQuery
import Testing

@testable import CollectorService

@Suite("Queries, Accept and identities")
struct RequestReadingTests {
    @Test(
        "queries are decoded",
        arguments: [
            ("", [:]), ("a=1&b=2", ["a": "1", "b": "2"]), ("a", ["a": ""]), ("a=", ["a": ""]), ("a=b=c", ["a": "b=c"]),
            ("a=x+y%20z", ["a": "x y z"]), ("f=%C3%BC%E2%82%AC", ["f": "ü€"]), ("a=1&&b=2&", ["a": "1", "b": "2"]), ("%61=%62", ["a": "b"]),
        ] as [(String, [String: String])])
    func queries(text: String, parameters: [String: String]) throws {
        #expect(try QueryParameters.parse(text) == parameters)
    }

    @Test("what is no query is refused", arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=2", "%ff=1", String(repeating: "a&", count: 100)])
    func badQueries(text: String) {
        #expect(throws: RequestFaults.self) { try QueryParameters.parse(text) }
    }

    @Test(
        "Accept chooses the type of the highest quality",
        arguments: [
            ("", AnswerFormat.json), ("*/*", .json), ("text/csv", .csv), ("text/csv;q=0.5, application/x-ndjson", .ndjson), ("TEXT/CSV", .csv),
            ("text/csv;q=0, application/json;q=0.1", .json), ("image/png", .json), ("text/csv; q=x", .csv), (",,;", .json),
        ])
    func accept(header: String, format: AnswerFormat) throws {
        #expect(try AnswerFormat.choose(parameter: nil, accept: header) == format)
        #expect(try AnswerFormat.choose(parameter: "ndjson", accept: header) == .ndjson)
    }

    @Test("recent batches are remembered up to a bound")
    func recent() {
        var recent = RecentBatches(limit: 3)
        func id(_ number: Int) -> BatchIdentity { .sequence(agent: "a", epoch: 1, sequence: UInt64(number)) }
        let answers = [1, 2, 3, 1, 4, 1, 3].map { recent.insert(id($0)) }
        #expect(answers == [true, true, true, false, true, true, false])
    }

    @Test("lines past the limit are held back for the minute, and counted")
    func lines() {
        var limit = RepeatLimit(linesPerMinute: 2)
        let admitted = [0, 1, 2, 59_999, 60_000, 60_001, 60_002, 180_000].map { limit.admit(nowMilliseconds: $0) }
        #expect(admitted == [0, 0, nil, nil, 2, 0, nil, 1])
    }

    @Test("a budget gives no more than it has")
    func budget() {
        let budget = ByteBudget(limit: 10)
        #expect(budget.take(6))
        #expect(!budget.take(5))
        #expect(budget.take(4))
        budget.give(6)
        #expect(budget.take(5))
        #expect(!budget.take(.max))
    }
}
