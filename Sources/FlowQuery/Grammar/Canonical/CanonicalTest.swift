import FlowModel

/// One test as text, of a field or of either side.
struct CanonicalTest {
    private let field: Field
    private let test: FieldTest
    private let name: String
    private let isEitherAddress: Bool

    /// - Parameter side: the word for either side, whose source `field` is then; nil for the field's own name.
    init(_ field: Field, _ test: FieldTest, side: String? = nil) {
        self.field = field
        self.test = test
        name = side ?? CanonicalValue.name(field)
        isEitherAddress = side == "ip"
    }

    private enum Form {
        /// What stands behind the name; `!=` turns it round.
        case value(String)
        /// Two or more, of which a list can be made.
        case list([String])
        /// The whole test.
        case whole(String)
        /// Each a whole test, joined by `or`.
        case alternatives([String])
        /// No value is asked for.
        case nothing
    }

    func text(_ within: CanonicalSurroundings) -> String {
        switch form {
        case .value(let value): return "\(word(value)) \(sign)\(value)"
        case .list(let values): return "\(name) in [\(values.joined(separator: ", "))]"
        case .whole(let text): return text
        case .alternatives(let texts):
            let joined = texts.joined(separator: " or ")
            return within == .and || within == .not ? "(\(joined))" : joined
        case .nothing: return "not any"
        }
    }

    /// `not` of it.
    var negated: String {
        switch form {
        case .value(let value): return "\(word(value)) != \(value)"
        case .list(let values): return "\(name) not in [\(values.joined(separator: ", "))]"
        case .alternatives: return "not \(text(.not))"
        case .nothing: return "any"
        case .whole(let text):
            switch test {
            case .isPresent: return "\(name) absent"
            case .texts(let patterns):
                guard let expression = patterns.first?.expression else { return "not \(text)" }
                return "\(name) !~ \(CanonicalValue.quoted(expression))"
            case .flagsSet(let flags):
                // Directly behind `not`, several flags are asked for one by one.
                return flags.rawValue.nonzeroBitCount > 1 ? "not (\(text))" : "not \(text)"
            default: return "not \(text)"
            }
        }
    }

    /// Without it, `flags S` asks that S is set among others.
    private var sign: String { field.kind == .flags ? "= " : "" }

    /// `host` and `net` read better than `ip` for one address and one network.
    private func word(_ value: String) -> String {
        guard isEitherAddress else { return name }
        return value.contains("/") ? "net" : value.contains("-") ? "ip" : "host"
    }

    private var form: Form {
        switch test {
        case .isPresent: return .whole("\(name) present")
        case .isTrue: return .whole(name)
        case .isFalse: return .whole("\(name) = false")
        case .flagsSet(let flags):
            return .whole(flags.isEmpty ? "\(name) present" : "\(name) \(CanonicalValue.flags(flags))")
        case .addresses(let set):
            if !isEitherAddress, field == .src, set.prefixes.count == 1, set.prefixes[0].length == 0 {
                return .whole(set.prefixes[0].address.isIPv6 ? "ipv6" : "ipv4")
            }
            return values(set.runs.map { CanonicalValue.addresses($0) })
        case .reals(let real): return reals(real)
        case .texts(let patterns): return texts(patterns)
        case .numbers(let set):
            return field.hasOrder ? numbers(set) : values(CanonicalValue.unordered(field, set))
        }
    }

    private func values(_ texts: [String]) -> Form {
        switch texts.count {
        case 0: .nothing
        case 1: .value(texts[0])
        default: .list(texts)
        }
    }

    private func reals(_ real: RealTest) -> Form {
        switch real {
        case .less(let bound): .whole("\(name) < \(CanonicalValue.real(bound))")
        case .atMost(let bound): .whole("\(name) <= \(CanonicalValue.real(bound))")
        case .greater(let bound): .whole("\(name) > \(CanonicalValue.real(bound))")
        case .atLeast(let bound): .whole("\(name) >= \(CanonicalValue.real(bound))")
        case .oneOf(let bounds): values(bounds.map { CanonicalValue.real($0) })
        }
    }

    /// Patterns with stars can stand in a list together, regular expressions in none.
    private func texts(_ patterns: [TextPattern]) -> Form {
        var alternatives: [String] = []
        var listed: [String] = []
        func close() {
            if listed.count == 1 { alternatives.append("\(name) \(listed[0])") }
            if listed.count > 1 { alternatives.append("\(name) in [\(listed.joined(separator: ", "))]") }
            listed = []
        }
        for pattern in patterns {
            if let expression = pattern.expression {
                close()
                alternatives.append("\(name) ~ \(CanonicalValue.quoted(expression))")
            } else {
                listed.append(CanonicalValue.quoted(pattern))
            }
        }
        if alternatives.isEmpty { return values(listed) }
        close()
        return alternatives.count == 1 ? .whole(alternatives[0]) : .alternatives(alternatives)
    }

    /// Of a field that has an order: ranges without an end are comparisons.
    private func numbers(_ set: NumberSet) -> Form {
        let largest = FieldCode.largest(field) ?? .max
        guard let first = set.ranges.first, let last = set.ranges.last else {
            return field.kind == .timestamp ? .nothing : .whole("\(name) < 0")
        }
        let isOpenAbove = last.upperBound == .max || last.upperBound > largest
        let isAlone = set.ranges.count == 1
        if isOpenAbove, isAlone, first.lowerBound == 0 { return everything }
        // The first instant has no text.
        let isOpenBelow = first.lowerBound == 0 && first.upperBound > 0 && (isAlone || isOpenAbove || field.kind == .timestamp)
        var tests: [String] = []
        if isOpenBelow { tests.append(upTo(first.upperBound)) }
        let closed = set.ranges.dropFirst(isOpenBelow ? 1 : 0).dropLast(isOpenAbove ? 1 : 0)
        let listed = closed.map { CanonicalValue.range(field, $0) }
        if tests.isEmpty, !isOpenAbove { return values(listed) }
        if listed.count == 1 { tests.append("\(name) \(listed[0])") }
        if listed.count > 1 { tests.append("\(name) in [\(listed.joined(separator: ", "))]") }
        if isOpenAbove { tests.append(from(last.lowerBound, largest)) }
        return tests.count == 1 ? .whole(tests[0]) : .alternatives(tests)
    }

    /// Every value that is present.
    private var everything: Form {
        guard field.kind == .timestamp else { return .whole("\(name) >= 0") }
        let epoch = CanonicalValue.number(field, FieldCode.time(0))
        return .alternatives(["\(name) < \(epoch)", "\(name) >= \(epoch)"])
    }

    private func upTo(_ value: UInt64) -> String {
        let most = CanonicalValue.number(field, value)
        guard value < FieldCode.largest(field) ?? .max else { return "\(name) <= \(most)" }
        let bound = CanonicalValue.number(field, value + 1)
        return CanonicalValue.isRounder(bound, than: most) ? "\(name) < \(bound)" : "\(name) <= \(most)"
    }

    /// - Precondition: not 0.
    private func from(_ value: UInt64, _ largest: UInt64) -> String {
        let bound = CanonicalValue.number(field, value - 1)
        guard value <= largest else { return "\(name) > \(CanonicalValue.number(field, min(value - 1, largest)))" }
        let least = CanonicalValue.number(field, value)
        return CanonicalValue.isRounder(bound, than: least) ? "\(name) > \(bound)" : "\(name) >= \(least)"
    }
}
