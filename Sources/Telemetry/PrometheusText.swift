/// The Prometheus text exposition format, version 0.0.4.
package enum PrometheusText {
    /// The value of `Content-Type` that goes with it.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package static func render(_ registry: MetricRegistry) -> String { render(registry.families()) }

    /// A metric without a value has no lines.
    package static func render(_ families: [MetricRegistry.Family]) -> String {
        var text = ""
        for family in families where !family.series.isEmpty {
            let definition = family.definition
            text += "# HELP \(definition.name) \(escapedHelp(definition.help))\n"
            text += "# TYPE \(definition.name) \(definition.kind.rawValue)\n"
            for series in family.series {
                text += definition.name
                if !definition.labels.isEmpty {
                    let pairs = zip(definition.labels, series.labels).map { "\($0.name)=\"\(escapedLabel($1))\"" }
                    text += "{\(pairs.joined(separator: ","))}"
                }
                text += " \(number(series.value))\n"
            }
        }
        return text
    }

    /// Whole numbers without exponent or fraction as far as a double holds them exactly.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) <= 9_007_199_254_740_992 ? String(Int64(value)) : String(value)
    }

    private static func escapedHelp(_ text: String) -> String { escaped(text, quote: false) }
    private static func escapedLabel(_ text: String) -> String { escaped(text, quote: true) }

    /// By scalars: a carriage return and a line feed are one character to Swift, and must not slip through.
    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
