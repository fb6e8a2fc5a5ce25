import FlowModel
import FlowQuery
import Foundation
import Testing

@Suite("docs/filter-reference.md")
struct FilterReferenceTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/filter-reference.md")

    /// `RECORD_GOLDEN=1` writes the page anew, and fails that run.
    @Test("says what the program reads")
    func current() throws {
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
            try FilterReference.markdown().write(to: Self.page, atomically: true, encoding: .utf8)
            Issue.record("docs/filter-reference.md was written anew; look at it and commit it")
        }
        #expect(try String(contentsOf: Self.page, encoding: .utf8) == FilterReference.markdown())
    }

    @Test("every field has a line, and its example asks for that field", arguments: FilterReference.entries.map(\.field))
    func example(field: Field) throws {
        let entry = try #require(FilterReference.entries.first { $0.field == field })
        let filter = try FlowFilter(entry.example)
        #expect(filter.fields.isSuperset(of: field.columns.subtracting([.proto, .encap])), "\(entry.example)")
        #expect(!entry.values.isEmpty && !entry.comparisons.isEmpty)
        #expect(FilterReference.entries.count == Field.allCases.count { !$0.isGroupOnly })
    }

    @Test("the comparisons of every field are read, and others are refused", arguments: FilterReference.entries.map(\.field))
    func comparisons(field: Field) throws {
        let entry = try #require(FilterReference.entries.first { $0.field == field })
        let value = Self.values[field.kind] ?? "1"
        for sign in ["=", "!=", "<", "<=", ">", ">=", "~", "!~"] {
            let isRead = (try? FlowFilter("\(field.rawValue) \(sign) \(value)")) != nil
            #expect(isRead == entry.comparisons.contains("`\(sign)`"), "\(field.rawValue) \(sign) \(value)")
        }
        let isListed = (try? FlowFilter("\(field.rawValue) in [\(value)]")) != nil
        #expect(isListed == entry.comparisons.contains("`in`"))
    }

    private static let values: [Field.Kind: String] = [
        .timestamp: "2026-11-22", .address: "::1", .proto: "tcp", .flags: "S", .state: "S0", .endReason: "idle",
        .initiatorBasis: "syn", .encapsulation: "gre", .direction: "egress", .mac: "02:42:ac:11:00:02", .text: "a",
        .boolean: "true",
    ]

    @Test("every word that begins a test does")
    func words() throws {
        for line in FilterReference.markdown().split(separator: "\n") where line.hasPrefix("| `") {
            let word = line.dropFirst(3).prefix { $0 != "`" }
            guard ["tcp", "udp", "icmp", "icmp6", "ipv4", "ipv6", "any"].contains(word) else { continue }
            #expect(throws: Never.self, "\(word)") { try FlowFilter(String(word)) }
        }
        let page = FilterReference.markdown()
        for name in ["portrange", "inet6", "udplite", "`ssh` 22", "2097152 bytes", "100000"] { #expect(page.contains(name)) }
    }
}
