import Foundation
import Testing

@testable import Settings

@Suite("The settings of Zonal, their page and their sample")
struct ZonalSchemaTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let samplePath = root.appendingPathComponent("docs/sample/zonal.yaml").path
    static let schema = SettingsSchema.zonal

    @Test("names, environment names and sections are sound")
    func names() {
        let sections = Self.schema.sections.map(\.name)
        for key in Self.schema.keys {
            #expect(sections.contains { key.path.hasPrefix($0 + ".") }, "\(key.path)")
            #expect(key.path.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 || $0 == 46 }, "\(key.path)")
            #expect(key.meaning.hasSuffix("."), "\(key.path)")
            #expect(!Self.schema.isSection(key.path), "\(key.path)")
        }
        #expect(Set(Self.schema.keys.map(\.environmentName)).count == Self.schema.keys.count)
        #expect(Self.schema["collector.listen"]?.environmentName == "ZONAL_COLLECTOR_LISTEN")
        #expect(Self.schema["agent.ring-budget"]?.environmentName == "ZONAL_AGENT_RING_BUDGET")
    }

    @Test("the sample loads, and what it sets is the default")
    func sample() throws {
        let values = try Self.schema.resolve(path: Self.samplePath)
        for key in Self.schema.keys where values.isGiven(key.path) {
            #expect(values[key.path] == key.defaultValue.flatMap { $0 == SettingValue.none ? nil : $0 }, "\(key.path)")
        }
    }

    @Test("the sample names every key, the examples taken in too")
    func sampleIsWhole() throws {
        let text = try String(contentsOfFile: Self.samplePath, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let content = line.drop { $0 == " " }
            guard content.first == "#", let next = content.dropFirst().first, next != " " else { return String(line) }
            return String(repeating: " ", count: line.count - content.count) + content.dropFirst()
        }
        let file = try SettingsFile.load(text: lines.joined(separator: "\n"), path: "zonal.yaml", schema: Self.schema)
        let missing = Self.schema.keys.map(\.path).filter { file.values[$0] == nil }
        #expect(missing.isEmpty)
        let values = try Self.schema.resolve(file: file)
        #expect(values.records("alerting.destinations").count == 2)
    }

    @Test("docs/configuration.md holds the tables of the schema")
    func page() throws {
        let url = Self.root.appendingPathComponent("docs/configuration.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        let opening = try #require(text.range(of: SettingsPage.opening))
        let closing = try #require(text.range(of: SettingsPage.closing))
        let expected = "\n" + SettingsPage.tables(Self.schema) + "\n"
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            let whole = text[..<opening.upperBound] + expected + text[closing.lowerBound...]
            try String(whole).write(to: url, atomically: true, encoding: .utf8)
            Issue.record("docs/configuration.md was written anew; run again without RECORD_GOLDEN")
        }
        #expect(text[opening.upperBound..<closing.lowerBound] == expected, "write it anew with RECORD_GOLDEN=1")
    }

    @Test("the listing shows every key with its value and place")
    func listing() throws {
        let listing = try Self.schema.resolve(flags: ["agent.kinds": "veth"]).listing()
        #expect(listing.count == Self.schema.keys.count)
        #expect(listing.contains { $0.path == "agent.kinds" && $0.value == "[veth]" && $0.place == .flag(name: "agent.kinds") })
        #expect(listing.contains { $0.path == "agent.ring-budget" && $0.value == "256MiB" })
        #expect(listing.contains { $0.path == "collector.retention-age" && $0.value == "none" })
        #expect(listing.contains { $0.path == "agent.active-timeout" && $0.value == "1m" })
    }
}
