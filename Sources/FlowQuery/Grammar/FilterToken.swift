/// One piece of a filter's text.
struct FilterToken: Sendable {
    enum Kind: Sendable, Equatable {
        /// A name, number, address or text without quotes.
        case word
        /// A text in quotes: never a keyword.
        case quoted
        case comparison(Comparison)
        case and, or, not
        case openParenthesis, closeParenthesis, openBracket, closeBracket, comma
        case end
    }
    enum Comparison: Sendable, Equatable {
        case equal, notEqual, less, atMost, greater, atLeast
        /// `~` and `!~`: a regular expression follows.
        case matches, differs
    }

    var kind: Kind
    /// The word as written, or what the quotes hold with its escapes resolved.
    var text: String
    /// The word in lower case, for keywords; empty for anything but a word.
    var lower = ""
    /// Of quotes: the text between the stars.
    var quotedParts: [String]?
    /// Of a regular expression in quotes: where in `text` a backslash before a quote was left out.
    var dropped: [Int] = []
    /// Index of the first Unicode scalar, from 0, and past the last.
    var start: Int
    var end: Int

    /// Counted in scalars, as all places within the parser: `FilterParser.read` makes characters of them.
    var column: Int { start + 1 }

    /// For patterns: the text between the stars.
    var parts: [String] {
        quotedParts ?? text.unicodeScalars.split(separator: "*", omittingEmptySubsequences: false).map { String($0) }
    }

    /// How messages name it.
    var shown: String {
        switch kind {
        case .end: "the end of the filter"
        case .quoted: "\"\(Self.shortened(text))\""
        default: "'\(Self.shortened(text))'"
        }
    }

    /// No message repeats a long text, or control characters.
    static func shortened(_ text: String) -> String {
        let printable = String(text.prefix(40).map { $0.isPrintable ? $0 : "�" })
        return text.count > 40 ? printable + "…" : printable
    }
}
