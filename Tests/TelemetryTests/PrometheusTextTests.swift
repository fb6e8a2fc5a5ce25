import Testing

@testable import Telemetry

@Suite("Prometheus text")
struct PrometheusTextTests {
    @Test("the text is as the format's description writes it")
    func golden() {
        let requests = MetricDefinition.counter("zonal_test_requests_total", "Requests.", labels: ["route", "status"])
        let level = MetricDefinition.gauge("zonal_test_level", "A level.")
        let unset = MetricDefinition.gauge("zonal_test_unset", "Never set.")
        let registry = MetricRegistry([requests, level, unset])
        registry.add(requests, 9_007_199_254_740_992, labels: ["/v1/flows", "200"])
        registry.add(requests, seconds: 0.25, labels: ["/v1/flows", "400"])
        registry.set(level, to: .infinity)
        #expect(
            PrometheusText.render(registry) == """
                # HELP zonal_test_requests_total Requests.
                # TYPE zonal_test_requests_total counter
                zonal_test_requests_total{route="/v1/flows",status="200"} 9007199254740992
                zonal_test_requests_total{route="/v1/flows",status="400"} 0.25
                # HELP zonal_test_level A level.
                # TYPE zonal_test_level gauge
                zonal_test_level +Inf

                """)
    }

    @Test(
        "no help text and no label value can make a line of its own, and each reads back as it was",
        arguments: ["a\nb", "a\r\nb", "\"", "\\", "\\n", "\"} 1\nevil_total 1", "é 😀 \u{0}", "", "\\\\\"\n"])
    func escaping(_ text: String) throws {
        let metric = MetricDefinition.counter("zonal_test_total", text, labels: ["reason"])
        let registry = MetricRegistry([metric])
        registry.add(metric, 3, labels: [text])
        let parsed = try ExpositionParser.parse(PrometheusText.render(registry))
        #expect(parsed.count == 1)
        #expect(parsed["zonal_test_total"]?.help == text)
        #expect(parsed["zonal_test_total"]?.samples == [.init(labels: ["reason": text], value: 3)])
    }

    @Test("all metrics of both processes, with a value in each, parse under the format's rules")
    func everything() throws {
        let definitions = CollectorMetrics.all
        let registry = MetricRegistry(definitions)
        for metric in definitions {
            let labels = metric.labels.map { $0.values.first ?? "some" }
            if metric.kind == .counter { registry.add(metric, seconds: 1.5, labels: labels) } else { registry.set(metric, to: 2, labels: labels) }
        }
        let parsed = try ExpositionParser.parse(PrometheusText.render(registry))
        #expect(Set(parsed.keys) == Set(definitions.map(\.name)))
        for metric in definitions { #expect(parsed[metric.name]?.type == metric.kind.rawValue) }
    }
}
