import FlowModel

/// Values as the canonical text has them: with the unit that makes them shortest, exact.
enum CanonicalValue {
    static func name(_ field: Field) -> String { field == .tcpFlags ? "flags" : field.rawValue }

    // MARK: - Numbers

    static func number(_ field: Field, _ value: UInt64) -> String {
        switch field.kind {
        case .timestamp: time(value)
        case .milliseconds: span(value, [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)], "ms")
        case .microseconds:
            span(
                value,
                [("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000)], "us")
        case .count: count(value)
        case .mac: MACAddress(value).description
        case .hex: FlowBatch.hex(value)
        default: String(value)
        }
    }

    /// One value or all from one to another.
    static func range(_ field: Field, _ range: ClosedRange<UInt64>) -> String {
        let first = number(field, range.lowerBound)
        if range.lowerBound == range.upperBound { return first }
        let isPlain = field.kind != .timestamp && field.kind != .mac && field.kind != .hex
        return first + (isPlain ? "-" : "..") + number(field, range.upperBound)
    }

    /// True for the text with fewer digits that are not 0, and of equal ones for the shorter.
    static func isRounder(_ a: String, than b: String) -> Bool {
        let (first, second) = (a.utf8.count { (49...57).contains($0) }, b.utf8.count { (49...57).contains($0) })
        return first != second ? first < second : a.utf8.count < b.utf8.count
    }

    private static func time(_ code: UInt64) -> String {
        let text = UTCTime.text(milliseconds: FieldCode.milliseconds(time: code))
        return text.hasSuffix(".000Z") ? text.dropLast(5) + "Z" : text
    }

    private static func span(_ value: UInt64, _ units: [(String, UInt64)], _ smallest: String) -> String {
        if value == 0 { return "0" }
        for (name, size) in units where value % size == 0 { return "\(value / size)\(name)" }
        return "\(value)\(smallest)"
    }

    private static func count(_ value: UInt64) -> String {
        var best = String(value)
        let units: [(String, UInt64)] = [
            ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("KiB", 1 << 10),
            ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ]
        for (name, size) in units where value > 0 && value % size == 0 {
            let text = "\(value / size)\(name)"
            if text.utf8.count < best.utf8.count { best = text }
        }
        return best
    }

    static func real(_ value: Double) -> String {
        if value >= 0, value < 9e15, value == value.rounded() { return count(UInt64(value)) }
        return value.description
    }

    // MARK: - Words

    /// The values of a field without an order.
    static func unordered(_ field: Field, _ set: NumberSet) -> [String] {
        if field.kind == .mac || field.kind == .hex { return set.ranges.map { range(field, $0) } }
        // Everything else has at most 256 values.
        return set.clamped(to: 0...255).ranges.flatMap { range in
            range.compactMap { value in
                let text = word(field, UInt8(truncatingIfNeeded: value))
                return text.isEmpty ? nil : text
            }
        }
    }

    private static func word(_ field: Field, _ value: UInt8) -> String {
        switch field.kind {
        case .proto: ProtocolName.text(value)
        case .flags: flags(TCPFlags(rawValue: value))
        case .state: ConnectionState(rawValue: value)?.name ?? ""
        case .endReason: FlowEndReason(rawValue: value)?.name ?? ""
        case .initiatorBasis: InitiatorBasis(rawValue: value)?.name ?? ""
        case .encapsulation: Encapsulation(rawValue: value)?.name ?? ""
        case .direction: FlowDirection(rawValue: value)?.name ?? ""
        default: String(value)
        }
    }

    /// Letters of `CEUAPRSF`, or 0.
    static func flags(_ flags: TCPFlags) -> String {
        flags.isEmpty ? "0" : flags.description.filter { $0 != "." }
    }

    // MARK: - Addresses and texts

    /// Networks without a hole between them: one as it is, several from the first address to the last.
    static func addresses(_ run: ArraySlice<IPPrefix>) -> String {
        guard let first = run.first, let last = run.last else { return "" }
        if run.count == 1 { return first.isSingleAddress ? first.address.description : first.description }
        return "\(first.address)-\(last.last)"
    }

    /// In quotes, with stars where the pattern has some.
    static func quoted(_ pattern: TextPattern) -> String {
        "\"" + pattern.parts.map { escaped($0) { "\"\\*".unicodeScalars.contains($0) } }.joined(separator: "*") + "\""
    }

    /// In quotes; its own backslashes stay.
    static func quoted(_ expression: RegularExpression) -> String {
        "\"" + escaped(expression.source) { $0 == "\"" } + "\""
    }

    private static func escaped(_ text: String, _ isSpecial: (Unicode.Scalar) -> Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isSpecial(scalar) { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }
}
