import FlowModel

extension FilterParser {
    /// Which side of a flow a word such as `port` speaks of.
    enum Side {
        case source, destination, either, both

        /// The test of one side's field, or of both joined.
        func expression(_ source: Field, _ destination: Field, _ test: FieldTest) -> FilterExpression {
            switch self {
            case .source: .test(source, test)
            case .destination: .test(destination, test)
            case .either: .or([.test(source, test), .test(destination, test)])
            case .both: .and([.test(source, test), .test(destination, test)])
            }
        }

        /// The fields that a word such as `port` asks for; of both, the one that says more first.
        func fields(_ source: Field, _ destination: Field) -> [Field] {
            switch self {
            case .source: [source]
            case .destination: [destination]
            case .either, .both: [destination, source]
            }
        }
    }

    /// One test: a word and what follows it.
    mutating func primitive() throws(FilterError) -> FilterExpression {
        let token = current
        guard token.kind == .word else {
            if token.kind == .quoted {
                throw fault(token, FilterVocabulary.explain(unknown: token), expected: FilterVocabulary.primitiveWords)
            }
            throw fault(
                token, "expected a field, 'not' or '(', not \(token.shown)",
                expected: FilterVocabulary.primitiveWords + ["("])
        }
        switch token.lower {
        case "any":
            take()
            return .all
        case "src", "dst":
            return try directed()
        case "ip" where isFamilyWord():
            take()
            return try qualified(family(isIPv6: false))
        case "ip", "host", "net", "port", "portrange", "mac":
            return try sided(.either)
        case "ipv4", "inet":
            take()
            return try qualified(family(isIPv6: false))
        case "ipv6", "inet6", "ip6":
            take()
            return try qualified(family(isIPv6: true))
        default:
            break
        }
        if FilterVocabulary.bareProtocols.contains(token.lower), let number = ProtocolName.number(token.lower) {
            take()
            return try qualified(.test(.proto, .numbers(NumberSet([UInt64(number)...UInt64(number)]))))
        }
        guard let field = Field(name: token.lower), !field.isGroupOnly else {
            throw fault(token, FilterVocabulary.explain(unknown: token), expected: FilterVocabulary.primitiveWords)
        }
        take()
        wanted = [field]
        return try comparison(of: field, named: token) { .test(field, $0) }
    }

    /// `ip` alone, as tcpdump users write it for IPv4: something that is no address follows, or nothing.
    private func isFamilyWord() -> Bool {
        switch following.kind {
        case .and, .or, .closeParenthesis, .end: true
        case .word: FilterVocabulary.qualifiers.contains(following.lower)
        default: false
        }
    }

    private func family(isIPv6: Bool) -> FilterExpression {
        let zero = isIPv6 ? IPAddress(high: 0, low: 0) : IPAddress.zero
        return .test(.src, .addresses(AddressSet([IPPrefix(zero, length: 0)].compactMap(\.self))))
    }

    /// `tcp port 80`: a test may follow a protocol or family without `and`, and binds closer than `not`.
    private mutating func qualified(_ first: FilterExpression) throws(FilterError) -> FilterExpression {
        guard current.kind == .word, FilterVocabulary.qualifiers.contains(current.lower) else { return first }
        return .every([first, try primitive()])
    }

    /// `src …`, `dst …`, `src or dst …`, `src and dst …`.
    private mutating func directed() throws(FilterError) -> FilterExpression {
        let first = take()
        var side: Side = first.lower == "src" ? .source : .destination
        if current.kind == .or || current.kind == .and, following.kind == .word,
            following.lower == "src" || following.lower == "dst"
        {
            let isEither = take().kind == .or
            if take().lower != first.lower { side = isEither ? .either : .both }
        }
        if isWord("ip", "host", "net", "port", "portrange", "mac") { return try sided(side) }
        let startsAddressTest =
            switch current.kind {
            case .comparison, .openBracket, .not: true
            case .word:
                isWord("in", "absent", "present") || FilterVocabulary.comparisons[current.lower] != nil
                    || Self.network(current.text) != nil || Self.addressRange(current.text) != nil
            default: false
            }
        wanted = side.fields(.src, .dst)
        guard startsAddressTest else {
            let words = ["ip", "host", "net", "port", "mac", "in"] + Self.valueWords(.src)
            if current.kind == .end || current.kind == .and || current.kind == .or {
                throw fault(
                    current, "expected an address, 'ip', 'net' or 'port' after '\(first.lower)'", expected: words)
            }
            if current.kind == .word, Field(name: current.lower) != nil {
                throw fault(current, "\(current.shown) cannot follow '\(first.lower)'", expected: words)
            }
            if current.kind == .word, FilterVocabulary.absentNames.contains(current.lower) {
                throw fault(current, FilterVocabulary.explain(unknown: current), expected: words)
            }
            let isName = Self.isHostName(current)
            let mend = isName ? "; names are not looked up: write the address" : ""
            throw fault(current, "\(current.shown) is not an address, 'ip', 'net' or 'port'\(mend)", expected: words)
        }
        return try comparison(of: .src, named: first) { side.expression(.src, .dst, $0) }
    }

    /// `ip …`, `host …`, `net …`, `port …`, `mac …` of a side.
    private mutating func sided(_ side: Side) throws(FilterError) -> FilterExpression {
        let word = take()
        switch word.lower {
        case "port", "portrange":
            wanted = side.fields(.srcPort, .dstPort)
            return try comparison(of: .srcPort, named: word) { side.expression(.srcPort, .dstPort, $0) }
        case "mac":
            wanted = side.fields(.srcMAC, .dstMAC)
            return try comparison(of: .srcMAC, named: word) { side.expression(.srcMAC, .dstMAC, $0) }
        default:
            wanted = side.fields(.src, .dst)
            return try comparison(of: .src, named: word) { side.expression(.src, .dst, $0) }
        }
    }

    /// What follows a field's name. `wanted` holds the fields until the test is complete.
    private mutating func comparison(
        of field: Field, named name: FilterToken, _ make: (FieldTest) -> FilterExpression
    ) throws(FilterError) -> FilterExpression {
        let expression = try comparisonOrValue(of: field, named: name, make)
        wanted = []
        return expression
    }

    /// A comparison and a value, a list, a value alone, `absent`, `present`, or nothing for a field that is true or false.
    private mutating func comparisonOrValue(
        of field: Field, named name: FilterToken, _ make: (FieldTest) -> FilterExpression
    ) throws(FilterError) -> FilterExpression {
        switch current.kind {
        case .comparison(let comparison):
            return try compare(field, comparison, take(), make)
        case .openBracket:
            return make(try list(field))
        case .not where following.kind == .word && following.lower == "in":
            take()
            take()
            return .negated(make(try list(field)))
        case .word:
            switch current.lower {
            case "in":
                take()
                return make(try list(field))
            case "absent":
                take()
                return .negated(make(.isPresent))
            case "none" where field == .encap:
                take()
                return .negated(make(.isPresent))
            case "present":
                take()
                return make(.isPresent)
            default:
                if let comparison = FilterVocabulary.comparisons[current.lower] {
                    return try compare(field, comparison, take(), make)
                }
            }
            if field.kind == .boolean, !isWord("true", "false", "yes", "no") { return make(.isTrue) }
            return make(try value(field, isExact: false))
        case .quoted:
            return make(try value(field, isExact: false))
        default:
            if field.kind == .boolean { return make(.isTrue) }
            throw fault(
                current, "expected \(Self.valueDescription(field)) or a comparison after '\(name.lower)'",
                expected: Self.comparisonWords(field) + Self.valueWords(field))
        }
    }

    private mutating func compare(
        _ field: Field, _ comparison: FilterToken.Comparison, _ symbol: FilterToken,
        _ make: (FieldTest) -> FilterExpression
    ) throws(FilterError) -> FilterExpression {
        switch comparison {
        case .equal: return make(try value(field, isExact: true))
        case .notEqual: return .negated(make(try value(field, isExact: true)))
        case .less, .atMost, .greater, .atLeast:
            guard field.hasOrder else {
                throw fault(
                    symbol, "\(symbol.shown) does not go with '\(field.rawValue)'; use =, != or in",
                    expected: ["=", "!=", "in"])
            }
            return make(try bound(field, comparison))
        case .matches, .differs:
            guard field.kind == .text else {
                let names = FilterVocabulary.filterFields.filter { $0.kind == .text }.map(\.rawValue)
                throw fault(
                    symbol, "\(symbol.shown) goes with names alone (\(names.joined(separator: ", "))); use =, != or in",
                    expected: Self.comparisonWords(field))
            }
            let test = make(.texts([TextPattern(try expression())]))
            return comparison == .matches ? test : .not(test)
        }
    }

    /// The regular expression after `~` or `!~`.
    private mutating func expression() throws(FilterError) -> RegularExpression {
        let token = current
        wanted = []
        guard token.kind == .word || token.kind == .quoted else {
            throw fault(
                token, "expected a regular expression in quotes, not \(token.shown)", expected: ["a regular expression"])
        }
        take()
        do throws(RegularExpression.Fault) {
            return try RegularExpression(token.text)
        } catch {
            let place = error.offset + token.dropped.count { $0 <= error.offset }
            throw FilterError(column: token.column + (token.kind == .quoted ? 1 : 0) + place, message: error.message)
        }
    }
}

extension Field {
    /// True when values are compared by size.
    var hasOrder: Bool {
        switch kind {
        case .timestamp, .milliseconds, .microseconds, .port, .count, .number, .real: true
        case .address, .proto, .flags, .state, .endReason, .initiatorBasis, .encapsulation, .direction, .mac, .text,
            .boolean, .hex:
            false
        }
    }
}
