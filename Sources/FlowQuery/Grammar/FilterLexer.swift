/// Cuts a filter's text into tokens. Blanks separate, `#` begins a comment that ends with the line.
///
/// It goes by Unicode scalars, not by characters: a mark that combines with a quote does not hide the quote, and a long
/// text costs little.
struct FilterLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    /// More than any filter within the other limits needs: each token takes memory.
    private let tokenLimit: Int

    init(_ text: String, tokenLimit: Int = FilterLimits.standard.tokens) {
        scalars = Array(text.unicodeScalars)
        self.tokenLimit = tokenLimit
    }

    /// All tokens, the last of kind `end`.
    mutating func tokens() throws(FilterError) -> [FilterToken] {
        var result: [FilterToken] = []
        while true {
            let expectsExpression =
                switch result.last?.kind {
                case .comparison(.matches), .comparison(.differs): true
                default: false
                }
            let token = try next(expectsExpression: expectsExpression)
            result.append(token)
            if token.kind == .end { return result }
            guard result.count <= tokenLimit else {
                throw FilterError(
                    column: token.column, message: "the filter has more than \(tokenLimit) words and signs")
            }
        }
    }

    private mutating func next(expectsExpression: Bool) throws(FilterError) -> FilterToken {
        skipBlanks()
        let start = index
        guard start < scalars.count else { return FilterToken(kind: .end, text: "", start: start, end: start) }
        let following = start + 1 < scalars.count ? scalars[start + 1] : " "
        switch scalars[start] {
        case "(": return symbol(.openParenthesis, 1)
        case ")": return symbol(.closeParenthesis, 1)
        case "[": return symbol(.openBracket, 1)
        case "]": return symbol(.closeBracket, 1)
        case ",": return symbol(.comma, 1)
        case "~": return symbol(.comparison(.matches), 1)
        case "=":
            if following == "~" { return symbol(.comparison(.matches), 2) }
            return symbol(.comparison(.equal), following == "=" ? 2 : 1)
        case "!":
            if following == "~" { return symbol(.comparison(.differs), 2) }
            return following == "=" ? symbol(.comparison(.notEqual), 2) : symbol(.not, 1)
        case "<":
            if following == ">" { return symbol(.comparison(.notEqual), 2) }
            return following == "=" ? symbol(.comparison(.atMost), 2) : symbol(.comparison(.less), 1)
        case ">": return following == "=" ? symbol(.comparison(.atLeast), 2) : symbol(.comparison(.greater), 1)
        case "&":
            if following == "&" { return symbol(.and, 2) }
            throw FilterError(
                column: start + 1, message: "a single '&' means nothing; write 'and' or '&&'", expected: ["and", "&&"])
        case "|":
            if following == "|" { return symbol(.or, 2) }
            throw FilterError(
                column: start + 1, message: "a single '|' means nothing; write 'or' or '||'", expected: ["or", "||"])
        case "\"", "'": return try expectsExpression ? quotedExpression() : quoted()
        default: return try word()
        }
    }

    private mutating func skipBlanks() {
        while index < scalars.count {
            if scalars[index].properties.isWhitespace {
                index += 1
            } else if scalars[index] == "#" {
                while index < scalars.count, !scalars[index].isLineBreak { index += 1 }
            } else {
                return
            }
        }
    }

    private func text(from start: Int, to end: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<end])
        return String(text)
    }

    private mutating func symbol(_ kind: FilterToken.Kind, _ length: Int) -> FilterToken {
        let start = index
        index += length
        return FilterToken(kind: kind, text: text(from: start, to: index), start: start, end: index)
    }

    private mutating func word() throws(FilterError) -> FilterToken {
        let start = index
        while index < scalars.count, Self.isOfWord(scalars[index]) { index += 1 }
        guard index > start else {
            throw FilterError(column: start + 1, message: "a control character does not belong here")
        }
        let text = text(from: start, to: index)
        let lower = text.lowercased()
        let kind: FilterToken.Kind =
            switch lower {
            case "and": .and
            case "or": .or
            case "not": .not
            default: .word
            }
        return FilterToken(kind: kind, text: text, lower: lower, start: start, end: index)
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "(", ")", "[", "]", ",", "=", "!", "<", ">", "~", "&", "|", "\"", "'", "#": false
        default: !scalar.properties.isWhitespace && scalar.isPrintable
        }
    }

    /// A text in single or double quotes. `\"`, `\'`, `\\` and `\*` stand for the character alone.
    private mutating func quoted() throws(FilterError) -> FilterToken {
        let start = index
        let quote = scalars[start]
        index += 1
        var parts = [String.UnicodeScalarView()]
        var text = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != quote {
            var scalar = scalars[index]
            var isStar = scalar == "*"
            if scalar == "\\" {
                index += 1
                guard index < scalars.count, ["\"", "'", "\\", "*"].contains(scalars[index]) else {
                    throw FilterError(
                        column: index, message: "a backslash in quotes stands before a quote, a star or a backslash",
                        expected: ["\\\"", "\\'", "\\*", "\\\\"])
                }
                scalar = scalars[index]
                isStar = false
            }
            text.append(scalar)
            if isStar { parts.append(String.UnicodeScalarView()) } else { parts[parts.count - 1].append(scalar) }
            index += 1
        }
        try close(quote, start)
        return FilterToken(
            kind: .quoted, text: String(text), quotedParts: parts.map { String($0) }, start: start, end: index)
    }

    /// A regular expression in quotes: backslashes are its own, but for one before a quote.
    private mutating func quotedExpression() throws(FilterError) -> FilterToken {
        let start = index
        let quote = scalars[start]
        index += 1
        var text = String.UnicodeScalarView()
        var count = 0
        var dropped: [Int] = []
        while index < scalars.count, scalars[index] != quote {
            if scalars[index] == "\\", index + 1 < scalars.count {
                if scalars[index + 1] == "\"" || scalars[index + 1] == "'" {
                    dropped.append(count)
                } else {
                    text.append("\\")
                    count += 1
                }
                index += 1
            }
            text.append(scalars[index])
            count += 1
            index += 1
        }
        try close(quote, start)
        return FilterToken(kind: .quoted, text: String(text), dropped: dropped, start: start, end: index)
    }

    private mutating func close(_ quote: Unicode.Scalar, _ start: Int) throws(FilterError) {
        guard index < scalars.count else {
            throw FilterError(column: start + 1, message: "the quote is never closed", expected: [String(quote)])
        }
        index += 1
    }
}

extension Unicode.Scalar {
    /// Ends a comment.
    fileprivate var isLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
