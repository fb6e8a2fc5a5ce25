import Testing

@testable import Telemetry

@Suite("The metric definitions")
struct MetricDefinitionTests {
    @Test("names say their process, are unique, and counters alone end in _total")
    func names() {
        let all = CollectorMetrics.all
        #expect(Set(all.map(\.name)).count == all.count)
        for metric in all {
            #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            #expect(metric.name.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) }, "\(metric.name)")
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
        }
        for metric in CollectorMetrics.all { #expect(metric.name.hasPrefix("zonal_collector_")) }
    }

    @Test("the page has one line for each metric")
    func page() {
        let metric = MetricDefinition.counter("zonal_test_total", "This | that.", labels: [.init("rule", values: ["D1", "D2"]), "place"])
        #expect(
            MetricsPage.table([metric]) == """
                | metric | kind | labels | meaning |
                |---|---|---|---|
                | `zonal_test_total` | counter | `rule`: D1, D2; `place` | This \\| that. |
                """)
        let page = MetricsPage.markdown()
        for metric in CollectorMetrics.all { #expect(page.contains("| `\(metric.name)` |")) }
    }
}
