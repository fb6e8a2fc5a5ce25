import FlowModel

extension FilterParser {
    /// What one value adds to a test.
    private enum Value {
        case networks([IPPrefix])
        case numbers(ClosedRange<UInt64>)
        case real(Double)
        case pattern(TextPattern)
    }

    // MARK: - Tests

    /// One value. `isExact`: after `=`, where `flags` means these bits and no others.
    mutating func value(_ field: Field, isExact: Bool) throws(FilterError) -> FieldTest {
        if field.kind == .boolean { return try boolean(field) }
        if field.kind == .flags, !isExact {
            let token = take()
            let flags = try flags(token)
            // No flag at all is asked for by 0; every record has «all of none».
            return flags.isEmpty ? .numbers(NumberSet([0...0])) : .flagsSet(flags)
        }
        return Self.test([try single(field)])
    }

    /// `[a, b c]`, commas or blanks between; parentheses will do.
    mutating func list(_ field: Field) throws(FilterError) -> FieldTest {
        let open = current
        guard open.kind == .openBracket || open.kind == .openParenthesis else {
            throw fault(open, "expected a list in brackets, as in [1, 2], not \(open.shown)", expected: ["["])
        }
        if field.kind == .boolean {
            throw fault(open, "'\(field.rawValue)' is true or false, not one of a list", expected: ["true", "false"])
        }
        take()
        let close: FilterToken.Kind = open.kind == .openBracket ? .closeBracket : .closeParenthesis
        var values: [Value] = []
        while current.kind != close {
            guard values.count < limits.listEntries else {
                throw fault(current, "the list has more than \(limits.listEntries) entries")
            }
            guard current.kind != .end else {
                throw fault(
                    current, "the list of column \(open.column) is never closed",
                    expected: Self.valueWords(field) + [close == .closeBracket ? "]" : ")"])
            }
            values.append(try single(field))
            if current.kind == .comma { take() }
        }
        guard !values.isEmpty else {
            throw fault(current, "the list is empty", expected: Self.valueWords(field))
        }
        take()
        return Self.test(values)
    }

    /// The value after `<`, `<=`, `>` or `>=`.
    mutating func bound(_ field: Field, _ comparison: FilterToken.Comparison) throws(FilterError) -> FieldTest {
        let token = current
        switch try single(field) {
        case .real(let value):
            switch comparison {
            case .less: return .reals(.less(value))
            case .atMost: return .reals(.atMost(value))
            case .greater: return .reals(.greater(value))
            default: return .reals(.atLeast(value))
            }
        case .numbers(let range):
            guard range.lowerBound == range.upperBound else {
                throw fault(
                    token, "a range does not go with a comparison; write '\(field.rawValue) in [\(token.text)]'")
            }
            let value = range.lowerBound
            switch comparison {
            case .less: return .numbers(value == 0 ? .none : NumberSet([0...(value - 1)]))
            case .atMost: return .numbers(NumberSet([0...value]))
            case .greater: return .numbers(value == .max ? .none : NumberSet([(value + 1)...UInt64.max]))
            default: return .numbers(NumberSet([value...UInt64.max]))
            }
        case .networks, .pattern:
            throw fault(token, "'\(field.rawValue)' has no order; use =, != or in", expected: ["=", "!=", "in"])
        }
    }

    private static func test(_ values: [Value]) -> FieldTest {
        var networks: [IPPrefix] = []
        var numbers: [ClosedRange<UInt64>] = []
        var reals: [Double] = []
        var patterns: [TextPattern] = []
        for value in values {
            switch value {
            case .networks(let some): networks += some
            case .numbers(let range): numbers.append(range)
            case .real(let real): reals.append(real)
            case .pattern(let pattern): patterns.append(pattern)
            }
        }
        if !networks.isEmpty { return .addresses(AddressSet(networks)) }
        if !reals.isEmpty { return .reals(.oneOf(reals)) }
        if !patterns.isEmpty { return .texts(patterns) }
        return .numbers(NumberSet(numbers))
    }

    private mutating func boolean(_ field: Field) throws(FilterError) -> FieldTest {
        let token = current
        switch token.kind == .word ? token.lower : "" {
        case "true", "yes":
            take()
            return .isTrue
        case "false", "no":
            take()
            return .isFalse
        default:
            throw fault(token, "expected true or false, not \(token.shown)", expected: ["true", "false"])
        }
    }

    // MARK: - Single values

    private mutating func single(_ field: Field) throws(FilterError) -> Value {
        let token = current
        guard token.kind == .word || token.kind == .quoted else {
            throw fault(
                token, "expected \(Self.valueDescription(field)), not \(token.shown)", expected: Self.valueWords(field))
        }
        take()
        switch field.kind {
        case .address: return .networks(try networks(token))
        case .text: return .pattern(TextPattern(parts: token.parts))
        case .real: return .real(try real(token))
        case .timestamp: return .numbers(try range(token) { text throws(FilterError) in try time(token, text) })
        case .proto:
            guard let number = ProtocolName.number(token.text) else {
                throw fault(
                    token, Self.unknown(token, "an IP protocol", Self.valueWords(field)),
                    expected: Self.valueWords(field))
            }
            return .numbers(Self.only(UInt64(number)))
        case .flags: return .numbers(Self.only(UInt64(try flags(token).rawValue)))
        case .state: return try word(token, field, ConnectionState(name: token.text).map { UInt64($0.rawValue) })
        case .endReason: return try word(token, field, FlowEndReason(name: token.text).map { UInt64($0.rawValue) })
        case .initiatorBasis:
            return try word(token, field, InitiatorBasis(name: token.text).map { UInt64($0.rawValue) })
        case .encapsulation: return try word(token, field, Encapsulation(name: token.text).map { UInt64($0.rawValue) })
        case .direction: return try word(token, field, FlowDirection(name: token.text).map { UInt64($0.rawValue) })
        case .mac:
            return .numbers(
                try range(token) { text throws(FilterError) in
                    guard let address = MACAddress(text) else {
                        throw fault(
                            token, "\(token.shown) is not a MAC address such as 02:42:ac:11:00:02",
                            expected: ["a MAC address"])
                    }
                    return address.value
                })
        case .hex:
            return .numbers(
                try range(token) { text throws(FilterError) in
                    let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? String(text.dropFirst(2)) : text
                    guard let value = UInt64(digits, radix: 16), !digits.hasPrefix("+"), !digits.hasPrefix("-") else {
                        throw fault(
                            token, "\(token.shown) is not a number of up to 16 hexadecimal digits",
                            expected: ["a hexadecimal number"])
                    }
                    return value
                })
        case .boolean, .milliseconds, .microseconds, .port, .count, .number:
            return .numbers(try numbers(token, field))
        }
    }

    private static func only(_ value: UInt64) -> ClosedRange<UInt64> { value...value }

    /// A value, or all from one to another: `A..B`.
    private func range(
        _ token: FilterToken, _ read: (String) throws(FilterError) -> UInt64
    ) throws(FilterError) -> ClosedRange<UInt64> {
        guard let (first, last) = Self.ends(token.text) else { return Self.only(try read(token.text)) }
        return try ordered(token, try read(first), try read(last))
    }

    private func ordered(_ token: FilterToken, _ low: UInt64, _ high: UInt64) throws(FilterError) -> ClosedRange<UInt64> {
        guard low <= high else { throw fault(token, "the range \(token.shown) ends before it begins") }
        return low...high
    }

    /// What stands on both sides of the first two dots.
    static func ends(_ text: String) -> (first: String, last: String)? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let next = scalars.index(after: index)
            if scalars[index] == ".", next < scalars.endIndex, scalars[next] == "." {
                return (String(scalars[..<index]), String(scalars[scalars.index(after: next)...]))
            }
            index = next
        }
        return nil
    }

    /// A number or a range `21-23` or `21..23` of a field, not past what the field can hold.
    private func numbers(_ token: FilterToken, _ field: Field) throws(FilterError) -> ClosedRange<UInt64> {
        if field.kind == .port, let port = ServiceName.port(token.lower) { return Self.only(UInt64(port)) }
        if let (first, last) = Self.ends(token.text) {
            return try ordered(token, try number(token, first, field), try number(token, last, field))
        }
        let parts = token.text.split(separator: "-", omittingEmptySubsequences: false)
        let low = try number(token, String(parts[0]), field)
        if parts.count == 1 { return Self.only(low) }
        guard parts.count == 2 else { throw notANumber(token, field) }
        return try ordered(token, low, try number(token, String(parts[1]), field))
    }

    private func number(_ token: FilterToken, _ text: String, _ field: Field) throws(FilterError) -> UInt64 {
        let value: UInt64
        if field.kind == .port, let port = ServiceName.port(text.lowercased()) { return UInt64(port) }
        do {
            switch field.kind {
            case .milliseconds: value = try Quantity.span(text, unit: 1000)
            case .microseconds: value = try Quantity.span(text, unit: 1)
            default: value = try Quantity.count(text)
            }
        } catch {
            throw explain(error, token, field)
        }
        if let largest = FieldCode.largest(field), value > largest {
            throw fault(
                token,
                "\(token.shown) is past \(largest), the largest \(field.kind == .port ? "port" : "'\(field.rawValue)'")"
            )
        }
        return value
    }

    private func real(_ token: FilterToken) throws(FilterError) -> Double {
        do {
            return try Quantity.real(token.text)
        } catch {
            throw explain(error, token, .bps)
        }
    }

    private func explain(_ reason: Quantity.Fault, _ token: FilterToken, _ field: Field) -> FilterError {
        let isSpan = field.kind == .milliseconds || field.kind == .microseconds
        switch reason {
        case .notANumber: return notANumber(token, field)
        case .tooLarge: return fault(token, "\(token.shown) is past the largest number of 64 bits")
        case .notWhole:
            return fault(
                token,
                "\(token.shown) is not a whole number of \(field.description.unit.isEmpty ? "units" : field.description.unit)"
            )
        case .unknownUnit(let unit):
            let units = isSpan ? Quantity.spanUnits : Quantity.decimalUnits + Quantity.binaryUnits
            if !isSpan, Field(name: token.lower) != nil { return notANumber(token, field) }
            return fault(
                token, "'\(FilterToken.shortened(unit))' is not a unit; there are \(units.joined(separator: " "))",
                expected: units)
        }
    }

    private func notANumber(_ token: FilterToken, _ field: Field) -> FilterError {
        if field.kind == .port, token.lower.utf8.first.map({ (97...122).contains($0) }) == true {
            if let near = Spelling.nearest(to: token.lower, among: ServiceName.all) {
                return fault(token, "\(token.shown) is no service with a known port; did you mean '\(near)'?", expected: ["a port"])
            }
            return fault(
                token, "\(token.shown) is no service with a known port; write the number, or one of \(ServiceName.all.joined(separator: " "))",
                expected: ["a port"])
        }
        let what = Self.valueDescription(field)
        return fault(token, "\(token.shown) is not \(what)", expected: [what])
    }

    private func flags(_ token: FilterToken) throws(FilterError) -> TCPFlags {
        guard token.kind == .word || token.kind == .quoted, let flags = TCPFlags(token.text) else {
            throw fault(
                token, "\(token.shown) is not TCP flags: letters of CEUAPRSF, or a number up to 255",
                expected: ["letters of CEUAPRSF", "a number"])
        }
        return flags
    }

    private func time(_ token: FilterToken, _ text: String) throws(FilterError) -> UInt64 {
        guard let milliseconds = UTCTime.milliseconds(text) else {
            if TimePoint.lacksZone(text) {
                throw fault(
                    token, "'\(FilterToken.shortened(text))' names no time zone; write \(text)Z for UTC, or \(text)+01:00",
                    expected: ["a time"])
            }
            throw fault(
                token,
                "\(token.shown) is not a time such as 2026-11-22T14:08:09Z (relative times belong to 'since' and 'until')",
                expected: ["a time"])
        }
        // A zone may take the first and last year past what text can say.
        return FieldCode.time(UTCTime.milliseconds(UTCTime.text(milliseconds: milliseconds)) ?? milliseconds)
    }

    private func word(_ token: FilterToken, _ field: Field, _ code: UInt64?) throws(FilterError) -> Value {
        guard let code else {
            let words = Self.valueWords(field)
            throw fault(token, Self.unknown(token, "a value of '\(field.rawValue)'", words), expected: words)
        }
        return .numbers(Self.only(code))
    }

    private static func unknown(_ token: FilterToken, _ what: String, _ words: [String]) -> String {
        if let near = Spelling.nearest(to: token.lower, among: words.map { $0.lowercased() }),
            let written = words.first(where: { $0.lowercased() == near })
        {
            return "\(token.shown) is not \(what); did you mean '\(written)'?"
        }
        return words.count > 20
            ? "\(token.shown) is not \(what)"
            : "\(token.shown) is not \(what); there are \(words.joined(separator: " "))"
    }
}
