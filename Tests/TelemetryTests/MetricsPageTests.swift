import Foundation
import Telemetry
import Testing

@Suite("docs/metrics.md")
struct MetricsPageTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/metrics.md")

    /// `RECORD_GOLDEN=1` writes the page anew, and fails that run.
    @Test("says what the program defines")
    func current() throws {
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
            try MetricsPage.markdown().write(to: Self.page, atomically: true, encoding: .utf8)
            Issue.record("docs/metrics.md was written anew; look at it and commit it")
        }
        #expect(try String(contentsOf: Self.page, encoding: .utf8) == MetricsPage.markdown())
    }
}
