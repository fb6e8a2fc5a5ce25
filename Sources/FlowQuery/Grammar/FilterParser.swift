import FlowModel

/// Makes the tree of a filter's text. By recursive descent:
/// `any-of = all-of (or all-of)*`, `all-of = one (and one)*`, `one = not one | ( any-of ) | test`.
struct FilterParser {
    let tokens: [FilterToken]
    let limits: FilterLimits
    var position = 0
    private var depth = 0
    /// The fields of which a value could stand at the current place; empty where none could. Completion asks for it.
    var wanted: [Field] = []

    /// The tree of a text, or the first fault with its column in characters.
    static func read(_ text: String, limits: FilterLimits) throws(FilterError) -> FilterExpression {
        do throws(FilterError) {
            var parser = try FilterParser(text, limits: limits)
            return try parser.parse()
        } catch {
            throw error.inCharacters(of: text)
        }
    }

    /// - Throws: with a column in Unicode scalars, as `parse` does.
    init(_ text: String, limits: FilterLimits) throws(FilterError) {
        guard text.utf8.count <= limits.bytes else {
            throw FilterError(
                column: 1, message: "the filter has \(text.utf8.count) bytes; at most \(limits.bytes) are read")
        }
        var lexer = FilterLexer(text, tokenLimit: limits.tokens)
        tokens = try lexer.tokens()
        self.limits = limits
    }

    mutating func parse() throws(FilterError) -> FilterExpression {
        if current.kind == .end { return .all }
        let expression = try anyOf()
        guard current.kind == .end else { throw trailing() }
        return expression
    }

    // MARK: - Tokens

    var current: FilterToken { tokens[position] }

    /// The token after the current one; the last is always `end`.
    var following: FilterToken { tokens[min(position + 1, tokens.count - 1)] }

    /// Takes the current token and goes on; stays on `end`.
    @discardableResult
    mutating func take() -> FilterToken {
        let token = tokens[position]
        if token.kind != .end { position += 1 }
        return token
    }

    /// True when the current token is one of these words (without quotes).
    func isWord(_ words: String...) -> Bool { current.kind == .word && words.contains(current.lower) }

    func fault(_ token: FilterToken, _ message: String, expected: [String] = []) -> FilterError {
        FilterError(column: token.column, message: message, expected: expected)
    }

    // MARK: - and, or, not

    private mutating func anyOf() throws(FilterError) -> FilterExpression {
        var parts = [try allOf()]
        while current.kind == .or {
            take()
            parts.append(try allOf())
        }
        return .any(parts)
    }

    private mutating func allOf() throws(FilterError) -> FilterExpression {
        var parts = [try one()]
        while current.kind == .and {
            take()
            parts.append(try one())
        }
        return .every(parts)
    }

    private mutating func one() throws(FilterError) -> FilterExpression {
        guard depth < limits.nesting else {
            throw fault(current, "more than \(limits.nesting) parentheses and 'not' inside one another")
        }
        depth += 1
        defer { depth -= 1 }
        switch current.kind {
        case .not:
            take()
            let isFlags = current.kind == .word && Field(name: current.lower)?.kind == .flags
            let inner = try one()
            return .negated(isFlags ? inner.anyFlag : inner)
        case .openParenthesis:
            let open = take()
            let inner = try anyOf()
            guard current.kind == .closeParenthesis else {
                if current.kind == .end {
                    throw fault(
                        current, "the parenthesis of column \(open.column) is never closed",
                        expected: ["and", "or", ")"])
                }
                throw trailing(expected: ["and", "or", ")"])
            }
            take()
            return inner
        default:
            return try primitive()
        }
    }

    /// The error for a token that stands where a test has ended.
    private func trailing(expected: [String] = ["and", "or"]) -> FilterError {
        switch current.kind {
        case .closeParenthesis:
            fault(current, "')' closes nothing", expected: expected)
        case .word, .quoted, .openParenthesis, .not:
            fault(current, "expected 'and' or 'or' before \(current.shown)", expected: expected)
        default:
            fault(current, "expected 'and' or 'or', not \(current.shown)", expected: expected)
        }
    }
}

extension FilterExpression {
    /// `flags SA` as `flags S or flags A`: what `not` turns round where it stands directly before it. `not flags AFRPU` asks that none of
    /// them is set, as nfdump reads it (checked with nfdump 1.7.1); `not (flags AFRPU)` that not all are.
    var anyFlag: FilterExpression {
        guard case .test(let field, .flagsSet(let flags)) = self else { return self }
        let bits = (0..<8).map { TCPFlags(rawValue: 1 << $0) }.filter { flags.contains($0) }
        return .any(bits.map { .test(field, .flagsSet($0)) })
    }
}
