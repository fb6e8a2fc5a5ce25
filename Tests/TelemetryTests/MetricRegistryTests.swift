import Testing

@testable import Telemetry

@Suite("The metric registry")
struct MetricRegistryTests {
    static let plain = MetricDefinition.counter("zonal_test_things_total", "Things.")
    static let byReason = MetricDefinition.counter(
        "zonal_test_losses_total", "Losses.", labels: [.init("reason", values: ["full", "late"])])
    static let narrow = MetricDefinition(
        name: "zonal_test_narrow_total", help: "Few.", kind: .counter, labels: ["route", "status"], seriesLimit: 2)
    static let level = MetricDefinition.gauge("zonal_test_level", "Level.")
    let registry = MetricRegistry([plain, byReason, narrow, level])

    @Test("counters are there from the start, with the label values known beforehand")
    func initial() {
        let families = registry.families()
        #expect(families.map(\.definition.name) == [Self.plain, Self.byReason, Self.narrow, Self.level].map(\.name))
        #expect(families[0].series == [.init(labels: [], value: 0)])
        #expect(families[1].series == [.init(labels: ["full"], value: 0), .init(labels: ["late"], value: 0)])
        #expect(families[2].series.isEmpty && families[3].series.isEmpty)
    }

    @Test("a counter adds, and never goes down")
    func counting() {
        registry.add(Self.plain)
        registry.add(Self.plain, 41)
        registry.add(Self.plain, -5)
        registry.add(Self.plain, seconds: .nan)
        registry.add(Self.plain, seconds: .infinity)
        #expect(registry.value(Self.plain) == 42)
        registry.raise(Self.plain, to: 50)
        registry.raise(Self.plain, to: 7)
        #expect(registry.value(Self.plain) == 50)
    }

    @Test("a gauge is what it was set to last")
    func gauge() {
        registry.set(Self.level, to: 9)
        registry.set(Self.level, to: -0.5)
        #expect(registry.value(Self.level) == -0.5)
    }

    @Test("label values past the limit are added under `other`, and none is lost")
    func bounded() {
        for route in 0..<10 { registry.add(Self.narrow, labels: ["/\(route)", "200"]) }
        registry.add(Self.narrow, labels: ["/0", "200"])
        let series = registry.families()[2].series
        #expect(series.count == 3)
        #expect(registry.value(Self.narrow, labels: ["/0", "200"]) == 2)
        #expect(registry.value(Self.narrow, labels: ["other", "other"]) == 8)
        #expect(series.reduce(0) { $0 + $1.value } == 11)
    }

    @Test("counts from many threads are all there")
    func threads() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<1000 { registry.add(Self.byReason, labels: ["full"]) } } }
        }
        #expect(registry.value(Self.byReason, labels: ["full"]) == 8000)
    }

    @Test("a metric that the registry does not know is a fault")
    func unknown() async {
        await #expect(processExitsWith: .failure) {
            MetricRegistry([]).add(MetricDefinition.counter("zonal_test_unknown_total", ""))
        }
    }

    @Test("a wrong number of label values is a fault")
    func wrongLabels() async {
        await #expect(processExitsWith: .failure) {
            let metric = MetricDefinition.counter("zonal_test_total", "", labels: ["reason"])
            MetricRegistry([metric]).add(metric)
        }
    }
}
