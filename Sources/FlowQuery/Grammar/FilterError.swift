/// Why a filter's text is not a filter: where, what is wrong, and what could have stood there.
package struct FilterError: Error, Sendable, Hashable {
    /// Counted from 1, in characters of the text; one past the last character where the text ends too early.
    package var column: Int
    /// One sentence without the place.
    package var message: String
    /// Words that could have stood at the column, and descriptions such as `an address`.
    package var expected: [String]

    package init(column: Int, message: String, expected: [String] = []) {
        self.column = column
        self.message = message
        self.expected = expected
    }

    /// The same error, its column counted in Unicode scalars so far.
    func inCharacters(of text: String) -> FilterError {
        let scalars = text.unicodeScalars
        guard let place = scalars.index(scalars.startIndex, offsetBy: max(0, column - 1), limitedBy: scalars.endIndex)
        else { return self }
        var error = self
        // Within a character it is that character.
        error.column = text[..<place].count + 1
        if place < text.endIndex, place.samePosition(in: text) == nil { error.column -= 1 }
        return error
    }

    /// The text with a caret under the column, and the message below: three lines for a terminal.
    ///
    /// Of a long or many-lined text only the line and the surroundings of the column are shown.
    package func caret(in text: String) -> String {
        let characters = Array(text)
        let position = min(max(column - 1, 0), characters.count)
        let lineStart = characters[..<position].lastIndex(where: \.isNewline).map { $0 + 1 } ?? 0
        let lineEnd = characters[position...].firstIndex(where: \.isNewline) ?? characters.count
        let first = max(lineStart, position - 60)
        let last = min(lineEnd, position + 40)
        let lead = first > lineStart ? "…" : ""
        let shown = characters[first..<last].map { $0.isPrintable ? String($0) : " " }.joined()
        let blanks = String(repeating: " ", count: lead.count + position - first)
        return "\(lead)\(shown)\(last < lineEnd ? "…" : "")\n\(blanks)^\n\(description)"
    }
}

extension FilterError: CustomStringConvertible {
    package var description: String { "column \(column): \(message)" }
}

extension Character {
    /// False for control characters, which a terminal must not get.
    package var isPrintable: Bool { unicodeScalars.allSatisfy(\.isPrintable) }
}

extension Unicode.Scalar {
    /// False for control characters.
    var isPrintable: Bool { value >= 0x20 && value != 0x7F && !(0x80...0x9F).contains(value) }
}
