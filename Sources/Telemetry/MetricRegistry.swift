import Synchronization

/// The values of one process's metrics. Any thread may count; a reader takes a copy of all.
///
/// What the registry was not told of at its making cannot be counted: that is a fault of ours and stops the process.
package final class MetricRegistry: Sendable {
    /// One metric with its values, as `/metrics` shows it.
    package struct Family: Sendable {
        package let definition: MetricDefinition
        /// In the order of the label values.
        package let series: [Series]
    }

    /// The value of one combination of label values, which stand in the order of `MetricDefinition.labels`.
    package struct Series: Sendable, Equatable {
        package let labels: [String]
        package let value: Double
    }

    /// Stands for all label values past a metric's `seriesLimit`.
    package static let otherLabel = "other"

    private let definitions: [MetricDefinition]
    private let values: Mutex<[String: [[String]: Double]]>

    /// - Precondition: no name is given twice.
    package init(_ definitions: [MetricDefinition]) {
        var values: [String: [[String]: Double]] = [:]
        for definition in definitions {
            precondition(values[definition.name] == nil, "the metric \(definition.name) is defined twice")
            values[definition.name] = Self.initialSeries(definition)
        }
        self.definitions = definitions
        self.values = Mutex(values)
    }

    /// Adds 1 to a counter.
    package func add(_ metric: MetricDefinition, labels: [String] = []) { add(metric, 1, labels: labels) }

    /// Adds a whole number to a counter; what is negative counts nothing.
    package func add(_ metric: MetricDefinition, _ amount: some BinaryInteger, labels: [String] = []) {
        add(metric, seconds: Double(amount), labels: labels)
    }

    /// Adds a time to a counter of seconds; what is negative or no number counts nothing.
    package func add(_ metric: MetricDefinition, seconds: Double, labels: [String] = []) {
        precondition(metric.kind == .counter, "\(metric.name) is a gauge: use set")
        guard seconds.isFinite, seconds >= 0 else { return }
        update(metric, labels) { $0 += seconds }
    }

    /// Brings a counter up to a total that is kept elsewhere. A smaller total leaves it as it is.
    package func raise(_ metric: MetricDefinition, to total: UInt64, labels: [String] = []) {
        precondition(metric.kind == .counter, "\(metric.name) is a gauge: use set")
        update(metric, labels) { $0 = max($0, Double(total)) }
    }

    package func set(_ metric: MetricDefinition, to value: Double, labels: [String] = []) {
        precondition(metric.kind == .gauge, "\(metric.name) is a counter: use add or raise")
        update(metric, labels) { $0 = value }
    }

    package func value(_ metric: MetricDefinition, labels: [String] = []) -> Double {
        values.withLock { $0[metric.name]?[labels] ?? 0 }
    }

    /// A copy of all values, in the order of the definitions.
    package func families() -> [Family] {
        let copy = values.withLock { $0 }
        return definitions.map { definition in
            let series = (copy[definition.name] ?? [:]).map { Series(labels: $0.key, value: $0.value) }
            return Family(
                definition: definition, series: series.sorted { $0.labels.lexicographicallyPrecedes($1.labels) })
        }
    }

    private func update(_ metric: MetricDefinition, _ labels: [String], _ change: (inout Double) -> Void) {
        precondition(labels.count == metric.labels.count, "\(metric.name) wants \(metric.labels.count) label values")
        values.withLock { values in
            guard let known = values[metric.name] else {
                preconditionFailure("the metric \(metric.name) is not among the definitions of this registry")
            }
            let isFull = known[labels] == nil && known.count >= metric.seriesLimit
            let key = isFull ? labels.map { _ in Self.otherLabel } : labels
            change(&values[metric.name, default: [:]][key, default: 0])
        }
    }

    private static func initialSeries(_ definition: MetricDefinition) -> [[String]: Double] {
        guard let first = definition.labels.first else { return definition.kind == .counter ? [[]: 0] : [:] }
        guard definition.labels.count == 1 else { return [:] }
        return Dictionary(first.values.map { ([$0], 0) }) { old, _ in old }
    }
}
