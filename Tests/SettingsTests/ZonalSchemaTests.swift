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

    @Test("a slow window is no shorter than the other and needs no fewer hosts; the place is that of what was given")
    func slowWindow() throws {
        let slow = ["detection.horizontal-scan.slow-targets": "7", "detection.horizontal-scan.slow-window": "4m"]
        let given = #expect(throws: SettingsError.self) { try Self.schema.resolve(flags: slow) }
        #expect(given?.description == """
            flag detection.horizontal-scan.slow-targets: detection.horizontal-scan.slow-targets: 7 is less than the 8 of detection.horizontal-scan.targets; give it at least as much
            flag detection.horizontal-scan.slow-window: detection.horizontal-scan.slow-window: 4m is less than the 5m of detection.horizontal-scan.window; give it at least as much
            """)
        let other = #expect(throws: SettingsError.self) {
            try Self.schema.resolve(environment: ["ZONAL_DETECTION_HORIZONTAL_SCAN_TARGETS": "17"], path: nil)
        }
        #expect(other?.description == """
            environment ZONAL_DETECTION_HORIZONTAL_SCAN_TARGETS: detection.horizontal-scan.slow-targets: 16 (the default) is less than the 17 of detection.horizontal-scan.targets; give it at least as much
            """)
        _ = try Self.schema.resolve(flags: [
            "detection.horizontal-scan.targets": "16", "detection.horizontal-scan.window": "1h",
        ])
    }

    @Test("a fault names times that would do, and none where that is allowed")
    func examples() throws {
        let error = #expect(throws: SettingsError.self) {
            try Self.schema.resolve(flags: ["collector.retention-age": "1s", "agent.idle-timeout": "0s"])
        }
        #expect(error?.description == """
            flag --idle-timeout: agent.idle-timeout: "0s" is not a time from 1s to 1h, such as 20s
            flag --retention-age: collector.retention-age: "1s" is not a time from 1h to 3650d, such as 1h30m or 30d, or none
            """)
        for key in Self.schema.keys {
            guard case .duration(let range) = key.kind else { continue }
            let examples = key.kind.expectation.components(separatedBy: "such as ").last?.components(separatedBy: " or ") ?? []
            #expect(!examples.isEmpty)
            for example in examples { #expect(UnitText.duration(example).map(range.contains) == true, "\(key.path): \(example)") }
        }
    }

    @Test("what is no URL is told what it lacks", arguments: [
        ("10.0.0.5:8080", "; write http:// before it"), ("collector", "; write http:// before it"),
        ("http://10.0.0.5:99999", "; its port is not from 1 to 65535"), ("ftp://10.0.0.5", ""),
    ])
    func url(text: String, mend: String) {
        let error = #expect(throws: SettingsError.self) { try Self.schema.resolve(flags: ["agent.collector": text]) }
        #expect(error?.description == "flag --collector: agent.collector: \"\(text)\" is not a URL with http or https, such as http://127.0.0.1:8080\(mend), or none")
    }
}
