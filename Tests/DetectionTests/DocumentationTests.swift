import FlowModel
import Foundation
import Testing

@testable import Detection

@Suite("docs/alerts.md tells what the rules do")
struct DocumentationTests {
    static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/alerts.md"), encoding: .utf8)
    }

    @Test("every built-in exclusion is there, with its meaning", arguments: Exclusions.BuiltIn.allCases)
    func exclusions(_ exclusion: Exclusions.BuiltIn) throws {
        #expect(try Self.page().contains("\n| `\(exclusion.rawValue)` | \(exclusion.meaning) |\n"))
    }

    @Test("every rule is there, with its name and techniques", arguments: DetectionRule.allCases)
    func rules(_ rule: DetectionRule) throws {
        let line = try #require(
            try Self.page().split(separator: "\n").first { $0.hasPrefix("| \(rule.rawValue) | `\(rule.name)` |") })
        let techniques = rule.techniques.split(separator: ",").joined(separator: ", ")
        #expect(line.hasSuffix("| \(techniques) |"))
        #expect(line.contains("| \(rule.severity.name)"))
    }

    @Test("the limits on the page are the defaults")
    func limits() throws {
        let configuration = DetectionEngine.Configuration()
        let page = try Self.page()
        let horizontal = configuration.horizontalScan.map { "\($0.targets) or more" }
        #expect(configuration.horizontalScan.map(\.windowSeconds) == [300, 3600])
        #expect(page.contains("\(horizontal[0]) hosts on one port within 5 min, or \(horizontal[1]) within 1 h"))
        #expect(configuration.verticalScan == [.init(targets: 15, windowSeconds: 300)])
        #expect(page.contains("15 or more ports of one host within 5 min"))
        #expect(page.contains("no batch for \(configuration.silenceSeconds) s"))
        #expect(AlertLifecycle.Configuration().quietSeconds == 3600 && configuration.silenceForgottenSeconds == 7 * 86_400)
        #expect(configuration.keyLimit == 65_536 && configuration.targetLimit == 2048)
        #expect(configuration.answeredContactSeconds == 86_400 && configuration.answeredContactLimit == 131_072)
        #expect(AlertLifecycle.Configuration().openLimit == 10_000)
    }
}
