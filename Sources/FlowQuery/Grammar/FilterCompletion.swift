import FlowModel

/// What could be typed at a place of a filter.
package struct FilterCompletion: Sendable, Equatable {
    package struct Suggestion: Sendable, Hashable {
        package var text: String
        /// One sentence, or empty.
        package var meaning: String
    }

    /// The characters (from 0) that a suggestion replaces: the word that the cursor stands in or behind.
    package var replaces: Range<Int>
    package var suggestions: [Suggestion]

    /// - Parameter cursor: characters before the cursor; past the end counts as the end.
    package static func suggest(text: String, cursor: Int) -> FilterCompletion {
        let characters = Array(text)
        let end = min(max(cursor, 0), characters.count)
        var start = end
        while start > 0,
            characters[start - 1].isLetter || characters[start - 1].isNumber || "_-.".contains(characters[start - 1])
        {
            start -= 1
        }
        let typed = String(characters[start..<end]).lowercased()
        let words = expected(after: String(characters[..<start]))
        let suggestions = words.filter { !$0.contains(" ") && $0.lowercased().hasPrefix(typed) }
            .map { Suggestion(text: $0, meaning: meaning($0)) }
        return FilterCompletion(replaces: start..<end, suggestions: suggestions)
    }

    /// What the parser would take next: it is asked to read the text before the word, and says what it misses.
    private static func expected(after text: String) -> [String] {
        let primitives = FilterVocabulary.primitiveWords
        do {
            let filter = try FlowFilter(text)
            return filter.matchesAll && text.allSatisfy(\.isWhitespace)
                ? primitives + ["src", "dst", "("].filter { !primitives.contains($0) } : ["and", "or"]
        } catch {
            // Only what is missing at the end helps; a fault before it does not.
            let length = text.count
            guard error.column > length || error.column == length + 1 else { return [] }
            return error.expected
        }
    }

    private static func meaning(_ word: String) -> String {
        if let found = FilterVocabulary.primitives.first(where: { $0.word == word }) { return found.meaning }
        return Field(rawValue: word)?.description.meaning ?? ""
    }
}
