/// One metric: its name, its meaning, and the dimensions that it may have. `/metrics` and docs/metrics.md are made from it.
///
/// Names follow `zonal_<process>_<thing>_<unit>_total`; units are base units (seconds, bytes).
package struct MetricDefinition: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// Only grows; starts at 0 with the process.
        case counter
        /// A value of the moment.
        case gauge
    }

    /// One dimension. Its values are bounded: by `values` where they are known beforehand, else by `seriesLimit`.
    package struct Label: Hashable, Sendable, ExpressibleByStringLiteral {
        package let name: String
        /// The values known beforehand; they are there from the start, as 0. Empty where only time tells.
        package let values: [String]

        package init(_ name: String, values: [String] = []) {
            self.name = name
            self.values = values
        }
        package init(stringLiteral name: String) { self.init(name) }
    }

    package let name: String
    /// One sentence.
    package let help: String
    package let kind: Kind
    package let labels: [Label]
    /// At most so many combinations of label values; what comes later is added under `other`.
    package let seriesLimit: Int

    package init(name: String, help: String, kind: Kind, labels: [Label] = [], seriesLimit: Int = 64) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.seriesLimit = seriesLimit
    }

    package static func counter(_ name: String, _ help: String, labels: [Label] = []) -> Self {
        Self(name: name, help: help, kind: .counter, labels: labels)
    }

    package static func gauge(_ name: String, _ help: String, labels: [Label] = []) -> Self {
        Self(name: name, help: help, kind: .gauge, labels: labels)
    }
}
