/// A text to compare with, letter by letter in the same case; `*` stands for any number of characters.
package struct TextPattern: Sendable, Hashable {
    /// The fixed texts between the stars: one when there is no star.
    package let parts: [String]
    private let octets: [[UInt8]]

    /// - Parameter parts: the fixed texts between the stars, at least one; empty ones at the ends mean a leading or
    ///   trailing star.
    package init(parts: [String]) {
        self.parts = parts.isEmpty ? [""] : parts
        octets = self.parts.map { Array($0.utf8) }
    }

    /// A text as it stands, stars included.
    package init(exact text: String) {
        self.init(parts: [text])
    }

    /// - Complexity: O(text × pattern) at worst; without a star, O(text).
    package func matches(_ text: String) -> Bool {
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
