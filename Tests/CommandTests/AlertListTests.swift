import AgentCommands
import ArgumentParser
import TestSupport
import Testing

@testable import zonal

@Suite("Alerts on a terminal")
struct AlertListTests {
    private func text(_ json: String, _ arguments: [String] = []) throws -> String {
        String(decoding: try AlertList(json: Array(json.utf8)).text(asking: try PlaceOptions.parse(arguments)), as: UTF8.self)
    }

    private func alert(_ summary: String, filter: String, since: String = "\"2026-11-22T13:55:00.000Z\"") -> String {
        """
        {"id":"a1","rule":"D1","name":"horizontal-scan","severity":"medium","state":"open","last_seen":"2026-11-22T14:00:00.000Z",
         "count":1200,"summary":"\(summary)","filter":"\(filter)","filter_since":\(since),"filter_until":"2026-11-22T14:00:00.001Z"}
        """
    }

    @Test("a line each, and below it what shows the flows, with its times and for the same place")
    func lines() throws {
        let body = "{\"rows\":[\(alert("10.0.1.11 failed", filter: "src 10.0.1.11 and dst port 445")),\(alert("it's", filter: "agent \\\"it's\\\"", since: "null"))]}"
        #expect(try text(body, ["--data", "./my data"]) == """
            last_seen                 severity  state  rule                count  summary
            2026-11-22T14:00:00.000Z  medium    open   D1 horizontal-scan   1.2k  10.0.1.11 failed
                zonal query 'src 10.0.1.11 and dst port 445' --since 2026-11-22T13:55:00.000Z --until 2026-11-22T14:00:00.001Z --data './my data'
            2026-11-22T14:00:00.000Z  medium    open   D1 horizontal-scan   1.2k  it's
                zonal query 'agent "it'\\''s"' --until 2026-11-22T14:00:00.001Z --data './my data'

            """)
    }

    @Test("an alert without a filter has no question; none at all is said; nothing moves the terminal")
    func others() throws {
        #expect(try text("{\"rows\":[\(alert("silent", filter: ""))]}").split(separator: "\n").count == 2)
        #expect(try text("{\"rows\":[]}") == "no alerts in this time\n")
        #expect(try !text("{\"rows\":[\(alert("x", filter: "agent \\u001b[2J"))]}").contains("\u{1b}"))
        #expect(throws: CommandFailure.self) { try text("{\"rows\":[{}]}") }
    }
}
