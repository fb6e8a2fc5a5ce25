/// What a text is compared with, letter by letter in the same case: fixed texts with `*` for any number of characters
/// between them, or a regular expression.
package struct TextPattern: Sendable, Hashable {
    /// The fixed texts between the stars: one when there is no star, none when this is a regular expression.
    package let parts: [String]
    package let expression: RegularExpression?
    private let octets: [[UInt8]]

    /// - Parameter parts: the fixed texts between the stars, at least one; empty ones at the ends mean a leading or
    ///   trailing star.
    package init(parts: [String]) {
        self.parts = parts.isEmpty ? [""] : parts
        octets = self.parts.map { Array($0.utf8) }
        expression = nil
    }

    /// A text as it stands, stars included.
    package init(exact text: String) {
        self.init(parts: [text])
    }

    package init(_ expression: RegularExpression) {
        self.expression = expression
        parts = []
        octets = []
    }

    /// The only text that fits; nil where there may be several.
    package var exactText: String? { expression == nil && parts.count == 1 ? parts.first : nil }

    /// - Complexity: O(text × pattern) at worst; without a star, O(text).
    package func matches(_ text: String) -> Bool {
        if let expression { return expression.matches(text) }
        let subject = Array(text.utf8)
        guard octets.count > 1, let first = octets.first, let last = octets.last else { return subject == octets.first }
        guard subject.starts(with: first), subject.count >= first.count + last.count,
            subject.suffix(last.count).elementsEqual(last)
        else { return false }
        var start = first.count
        let end = subject.count - last.count
        for part in octets.dropFirst().dropLast() where !part.isEmpty {
            guard let found = Self.find(part, in: subject, from: start, to: end) else { return false }
            start = found + part.count
        }
        return true
    }

    private static func find(_ part: [UInt8], in subject: [UInt8], from start: Int, to end: Int) -> Int? {
        var index = start
        while index + part.count <= end {
            if subject[index..<(index + part.count)].elementsEqual(part) { return index }
            index += 1
        }
        return nil
    }
}
