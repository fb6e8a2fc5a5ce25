import FlowSQL
import Foundation
import Testing

@Suite("docs/sql.md")
struct SQLDocumentationTests {
    private static let text: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try? String(contentsOf: root.appendingPathComponent("docs/sql.md"), encoding: .utf8)
    }()

    @Test("every question that it shows is answered")
    func questions() throws {
        var flows = RandomFlows(seed: 11, ends: hour14..<(hour14 + hour))
        let folder = try FlowFolder([flows.batch(60)])
        let session = try folder.session()
        let blocks = try #require(Self.text).components(separatedBy: "```sql\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
        let questions = blocks.flatMap { $0.components(separatedBy: ";\n") }.filter { $0.contains("SELECT") }
        #expect(questions.count >= 5)
        for question in questions { #expect(session.fault(question) == nil, "\(question)") }
    }

    @Test("what it says of the plan is so")
    func plan() throws {
        let shown = "SCAN flow VIRTUAL TABLE INDEX 0:end>= dst= [end,src,dst]"
        #expect(try #require(Self.text).contains(shown))
        let rows = try FlowFolder().rows("EXPLAIN QUERY PLAN SELECT src FROM flow WHERE \"end\" >= ts('-1h') AND dst = '10.0.0.7'")
        #expect(rows.last?.last == .text(shown))
    }
}
