/// Sizes and times with units, as text and back. Exact: what is no whole number of bytes or milliseconds is refused.
package enum UnitText {
    private static let sizes: [(unit: String, factor: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1),
    ]
    private static let times: [(unit: String, factor: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// `256MiB`, `1.5GiB`, `500 kB`, `4096`; units in any case.
    package static func bytes(_ text: String) -> Int64? {
        guard let (number, unit) = split(text[...])?.first, unit.rest.isEmpty else { return nil }
        let name = unit.name.lowercased()
        let factor = name.isEmpty ? 1 : sizes.first { $0.unit.lowercased() == name }?.factor
        guard let factor else { return nil }
        return multiply(number, factor)
    }

    /// With the largest binary unit that divides it: `256MiB`.
    package static func bytes(_ value: Int64) -> String {
        guard value > 0, let size = sizes.prefix(4).first(where: { value % $0.factor == 0 }) else { return "\(value)B" }
        return "\(value / size.factor)\(size.unit)"
    }

    /// For people, cut to one place of the largest binary unit that it reaches: `1.4 GiB`.
    package static func rounded(_ value: Int64) -> String {
        guard let size = sizes.prefix(4).first(where: { value >= $0.factor }) else { return "\(value) B" }
        return "\(value / size.factor).\(value % size.factor * 10 / size.factor) \(size.unit)"
    }

    /// `20s`, `500ms`, `1h30m`, `7d`: milliseconds. A unit is needed, and may stand only once.
    package static func duration(_ text: String) -> Int64? {
        guard let parts = split(text[...]), !parts.isEmpty else { return nil }
        var seen: Set<String> = []
        var total: Int64 = 0
        for (number, unit) in parts {
            let name = unit.name.lowercased()
            guard let factor = times.first(where: { $0.unit == name })?.factor, seen.insert(name).inserted,
                let value = multiply(number, factor)
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(value)
            if overflow { return nil }
            total = sum
        }
        return total
    }

    /// With as many units as it takes: `1h30m`.
    package static func duration(_ milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "\(milliseconds)ms" }
        var rest = milliseconds
        var text = ""
        for (unit, factor) in times.dropFirst() where rest >= factor {
            text += "\(rest / factor)\(unit)"
            rest %= factor
        }
        return text
    }

    private typealias Part = (number: Decimal, unit: (name: String, rest: Substring))

    /// A decimal number without sign: `digits` divided by ten to the `places`.
    private struct Decimal {
        var digits: Int64
        var places: Int
    }

    /// Numbers with the letters that follow each; nil when something is neither.
    private static func split(_ text: Substring) -> [Part]? {
        var parts: [Part] = []
        var rest = text
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard parts.count < 8, let number = decimal(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            rest = rest.drop { $0 == " " }
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            parts.append((number, (String(name), rest)))
        }
        return parts
    }

    private static func decimal(_ text: Substring) -> Decimal? {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), halves.allSatisfy({ !$0.isEmpty }),
            let digits = Int64(halves.joined()), halves.count == 1 || halves[1].count <= 6
        else { return nil }
        return Decimal(digits: digits, places: halves.count == 2 ? halves[1].count : 0)
    }

    private static func multiply(_ number: Decimal, _ factor: Int64) -> Int64? {
        let (product, overflow) = number.digits.multipliedReportingOverflow(by: factor)
        var scale: Int64 = 1
        for _ in 0..<number.places { scale *= 10 }
        return overflow || product % scale != 0 ? nil : product / scale
    }
}
