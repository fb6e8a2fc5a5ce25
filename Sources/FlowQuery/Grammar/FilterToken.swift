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
    enum Comparison: Sendable, Equatable { case equal, notEqual, less, atMost, greater, atLeast }

    var kind: Kind
    /// The word as written, or what the quotes hold with its escapes resolved.
    var text: String
    /// The word in lower case, for keywords; empty for anything but a word.
    var lower = ""
    /// For patterns: the text between the stars.
    var parts: [String] = []
    /// Index of the first character, from 0, and past the last.
    var start: Int
    var end: Int

    var column: Int { start + 1 }

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
