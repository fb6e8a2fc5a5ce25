import FlowModel

/// Numbers and times as people read them. Only for tables of a report that people read: everything else is exact.
enum Readable {
    /// Decimal multiples, as network people count: 1 kB is 1000 bytes.
    static func bytes(_ value: UInt64) -> String { shortened(value, ["B", "kB", "MB", "GB", "TB", "PB", "EB"]) }

    /// `1.23 M`; exact below 1000.
    static func count(_ value: UInt64) -> String { shortened(value, ["", "k", "M", "G", "T", "P", "E"]) }

    /// `1,234,567`.
    static func exact(_ value: UInt64) -> String {
        var result = ""
        let digits = String(value)
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// `1 agent`, `2 agents`.
    static func plural(_ value: UInt64, _ one: String, _ many: String? = nil) -> String {
        "\(exact(value)) \(value == 1 ? one : many ?? one + "s")"
    }

    static func plural(_ value: Int, _ one: String, _ many: String? = nil) -> String {
        plural(UInt64(clamping: value), one, many)
    }

    /// A share, cut and not rounded: what is not whole never reads 100 %.
    static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "not a number" }
        if share >= 1 { return "100 %" }
        if share <= 0 { return "0 %" }
        let hundredths = Int((share * 10_000 + 1e-9).rounded(.down))
        if hundredths == 0 { return "under 0.01 %" }
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
    }

    /// A number of an alert: whole where it is whole, else with two places.
    static func real(_ value: Double) -> String {
        guard value.isFinite else { return "not a number" }
        guard abs(value) < 1e15 else { return String(value) }
        let hundredths = Int64((value * 100).rounded())
        if hundredths % 100 == 0 { return String(hundredths / 100) }
        let rest = abs(hundredths % 100)
        return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// `5 min`, `1 h 30 min`, `2 d`; the two largest units.
    static func duration(seconds: Int64) -> String {
        let seconds = max(seconds, 0)
        let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
        guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
        return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    /// `2026-11-22 14:08:09`, UTC.
    static func time(_ milliseconds: Int64) -> String {
        let text = UTCTime.text(milliseconds: milliseconds)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }

    /// Three digits that count.
    private static func shortened(_ value: UInt64, _ units: [String]) -> String {
        if value < 1000 { return units[0].isEmpty ? String(value) : "\(value) \(units[0])" }
        var scaled = Double(value)
        var step = 0
        while scaled >= 999.5, step < units.count - 1 {
            scaled /= 1000
            step += 1
        }
        return "\(threeDigits(scaled)) \(units[step])"
    }

    private static func threeDigits(_ value: Double) -> String {
        if value >= 99.95 { return String(Int(value.rounded())) }
        let places = value >= 9.995 ? 10 : 100
        let whole = Int((value * Double(places)).rounded())
        let rest = whole % places
        return "\(whole / places).\(places == 100 && rest < 10 ? "0" : "")\(rest)"
    }
}
