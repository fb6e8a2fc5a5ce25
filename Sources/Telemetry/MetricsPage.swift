/// The page docs/metrics.md, made from the definitions so that it cannot tell another tale than the program.
package enum MetricsPage {
    package static func markdown() -> String {
        """
        # Metrics

        Made from the definitions in `Sources/Telemetry`; a test compares the two. The collector serves them at \
        `/metrics` in the Prometheus text format; what agents count reaches it with their batches. Counters start at 0 with the \
        process; sizes are in bytes and times in seconds. A label with more values than its metric allows says \
        `\(MetricRegistry.otherLabel)` for the rest.

        ## Collector

        \(table(CollectorMetrics.all))

        """
    }

    /// A Markdown table: name, kind, labels, meaning.
    package static func table(_ definitions: [MetricDefinition]) -> String {
        var lines = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
        for definition in definitions {
            let labels = definition.labels.map { label in
                label.values.isEmpty ? "`\(label.name)`" : "`\(label.name)`: \(label.values.joined(separator: ", "))"
            }
            let cells = [
                "`\(definition.name)`", definition.kind.rawValue, labels.joined(separator: "; "), definition.help,
            ]
            lines.append("| \(cells.map(escaped).joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func escaped(_ cell: String) -> String {
        cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
