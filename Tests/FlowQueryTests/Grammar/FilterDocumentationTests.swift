import FlowModel
import FlowQuery
import Foundation
import Testing

@Suite("docs/filter.md tells the truth")
struct FilterDocumentationTests {
    private static var page: String {
        get throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            return try String(contentsOf: root.appendingPathComponent("docs/filter.md"), encoding: .utf8)
        }
    }

    @Test("every example is a filter")
    func examples() throws {
        var isExample = false
        var count = 0
        for line in try Self.page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isExample = line == "```filter"
            } else if isExample {
                count += 1
                #expect(throws: Never.self, "\(line)") { try FlowFilter(String(line)) }
            }
        }
        #expect(count >= 19)
    }

    @Test("the words of enumerations are listed whole")
    func words() throws {
        let page = try Self.page
        #expect(
            page.contains("`\(ConnectionState.allCases.map(\.name).filter { !$0.isEmpty }.joined(separator: " "))`"))
        #expect(page.contains("`\(GroupValue.standard.map(\.name).joined(separator: " "))`"))
    }

    @Test("every field can be asked for by its name", arguments: Field.allCases.filter { !$0.isGroupOnly })
    func everyField(field: Field) throws {
        let batch = SampleFlows.batch(rows: 300, seed: 9)
        #expect(try FlowFilter("\(field.rawValue) present or \(field.rawValue) absent").select(batch).count == 300)
        // A value that the catalogue's own text of some row gives finds that row again.
        let row = try #require((0..<300).first { batch.value(field, row: $0) != .absent })
        let text = batch.value(field, row: row).text
        let found = try FlowFilter(
            "\(field.rawValue) = \"\(text.replacing("*", with: "\\*"))\"".replacing(
                field == .counted ? "\"" : "\u{0}", with: "")
        ).select(batch)
        #expect(found.contains(Int32(row)), "\(field.rawValue) = \(text)")
    }
}
