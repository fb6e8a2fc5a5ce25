/// Cuts a filter's text into tokens. Blanks separate, `#` begins a comment that ends with the line.
struct FilterLexer {
    private let characters: [Character]
    private var index = 0

    init(_ text: String) {
        characters = Array(text)
    }

    /// All tokens, the last of kind `end`.
    mutating func tokens() throws(FilterError) -> [FilterToken] {
        var result: [FilterToken] = []
        while true {
            let token = try next()
            result.append(token)
            if token.kind == .end { return result }
        }
    }

    private mutating func next() throws(FilterError) -> FilterToken {
        skipBlanks()
        let start = index
        guard start < characters.count else { return FilterToken(kind: .end, text: "", start: start, end: start) }
        let following = start + 1 < characters.count ? characters[start + 1] : " "
        switch characters[start] {
        case "(": return symbol(.openParenthesis, 1)
        case ")": return symbol(.closeParenthesis, 1)
        case "[": return symbol(.openBracket, 1)
        case "]": return symbol(.closeBracket, 1)
        case ",": return symbol(.comma, 1)
        case "=": return symbol(.comparison(.equal), following == "=" ? 2 : 1)
        case "!": return following == "=" ? symbol(.comparison(.notEqual), 2) : symbol(.not, 1)
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
        case "\"", "'": return try quoted()
        default: return try word()
        }
    }

    private mutating func skipBlanks() {
        while index < characters.count {
            if characters[index].isWhitespace {
                index += 1
            } else if characters[index] == "#" {
                while index < characters.count, !characters[index].isNewline { index += 1 }
            } else {
                return
            }
        }
    }

    private mutating func symbol(_ kind: FilterToken.Kind, _ length: Int) -> FilterToken {
        let start = index
        index += length
        return FilterToken(kind: kind, text: String(characters[start..<index]), start: start, end: index)
    }

    private mutating func word() throws(FilterError) -> FilterToken {
        let start = index
        while index < characters.count, Self.isWordCharacter(characters[index]) { index += 1 }
        guard index > start else {
            throw FilterError(column: start + 1, message: "a control character does not belong here")
        }
        let text = String(characters[start..<index])
        let parts = text.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        let lower = text.lowercased()
        let kind: FilterToken.Kind =
            switch lower {
            case "and": .and
            case "or": .or
            case "not": .not
            default: .word
            }
        return FilterToken(kind: kind, text: text, lower: lower, parts: parts, start: start, end: index)
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        switch character {
        case "(", ")", "[", "]", ",", "=", "!", "<", ">", "&", "|", "\"", "'", "#": false
        default: !character.isWhitespace && character.isPrintable
        }
    }

    /// A text in single or double quotes. `\"`, `\'`, `\\` and `\*` stand for the character alone.
    private mutating func quoted() throws(FilterError) -> FilterToken {
        let start = index
        let quote = characters[start]
        index += 1
        var parts = [""]
        var text = ""
        while index < characters.count, characters[index] != quote {
            var character = characters[index]
            var isStar = character == "*"
            if character == "\\" {
                index += 1
                guard index < characters.count, ["\"", "'", "\\", "*"].contains(characters[index]) else {
                    throw FilterError(
                        column: index, message: "a backslash in quotes stands before a quote, a star or a backslash",
                        expected: ["\\\"", "\\'", "\\*", "\\\\"])
                }
                character = characters[index]
                isStar = false
            }
            text.append(character)
            if isStar { parts.append("") } else { parts[parts.count - 1].append(character) }
            index += 1
        }
        guard index < characters.count else {
            throw FilterError(column: start + 1, message: "the quote is never closed", expected: [String(quote)])
        }
        index += 1
        return FilterToken(kind: .quoted, text: text, parts: parts, start: start, end: index)
    }
}
