package import FlowModel

/// What could be typed at a place of a filter.
package struct FilterCompletion: Sendable, Equatable {
    package struct Suggestion: Sendable, Hashable {
        package var text: String
        /// One sentence, or empty.
        package var meaning: String
    }

    /// The characters (from 0) that a suggestion replaces: the word or the open quote that the cursor stands in or behind.
    package var replaces: Range<Int>
    /// Words of the language that begin with what is typed.
    package var suggestions: [Suggestion]
    /// The fields of which a value could stand there too: those that are worth listing. `ValuesRequest` finds what is present.
    package var wanted: [Field]
    /// What stands there already, without its quote.
    package var typed: String

    /// - Parameter cursor: characters before the cursor; past the end counts as the end.
    package static func suggest(text: String, cursor: Int) -> FilterCompletion {
        let head = String(text.prefix(max(0, cursor)))
        let word = wordAtEnd(of: head)
        let (words, wanted) = expected(after: word.before)
        let typed = word.typed.lowercased()
        let suggestions =
            word.isQuoted
            ? [] : words.filter { $0.lowercased().hasPrefix(typed) }.map { Suggestion(text: $0, meaning: meaning($0)) }
        return FilterCompletion(
            replaces: word.before.count..<head.count, suggestions: suggestions, wanted: wanted, typed: word.typed)
    }

    /// A value as a filter has it; nil for none.
    package static func text(of value: FieldValue, in field: Field) -> String? {
        if value == .absent { return nil }
        switch field.kind {
        case .text: return CanonicalValue.quoted(TextPattern(exact: value.text))
        case .flags: return TCPFlags(value.text).map { CanonicalValue.flags($0) }
        default: return value.text
        }
    }

    /// What is being typed at the end of a text, and the text before it.
    private static func wordAtEnd(of head: String) -> (before: String, typed: String, isQuoted: Bool) {
        var lexer = FilterLexer(head)
        let scalars = head.unicodeScalars
        func cut(_ start: Int) -> (String, String) {
            let place = scalars.index(scalars.startIndex, offsetBy: start, limitedBy: scalars.endIndex) ?? scalars.endIndex
            return (String(scalars[..<place]), String(scalars[place...]))
        }
        do throws(FilterError) {
            guard let last = try lexer.tokens().dropLast().last, last.end == scalars.count else { return (head, "", false) }
            switch last.kind {
            // The signs for these are whole, their words may only begin.
            case .word, .and, .or, .not:
                guard last.text.unicodeScalars.first?.properties.isAlphabetic == true || last.kind == .word else {
                    return (head, "", false)
                }
                let (before, typed) = cut(last.start)
                return (before, typed, false)
            default: return (head, "", false)
            }
        } catch {
            let (before, typed) = cut(error.column - 1)
            guard let quote = typed.unicodeScalars.first, quote == "\"" || quote == "'" else { return (head, "", false) }
            return (before, String(typed.unicodeScalars.dropFirst()), true)
        }
    }

    /// What the parser would take next: it is asked to read the text before the word, and says what it misses.
    private static func expected(after text: String) -> (words: [String], wanted: [Field]) {
        let nothing: ([String], [Field]) = ([], [])
        guard var parser = try? FilterParser(text, limits: .standard) else { return nothing }
        do throws(FilterError) {
            _ = try parser.parse()
            guard parser.tokens.count == 1 else { return (["and", "or"], []) }
            let primitives = FilterVocabulary.primitiveWords
            return (primitives + ["src", "dst", "("].filter { !primitives.contains($0) }, [])
        } catch {
            // Only what is missing at the end helps; a fault before it does not.
            guard error.column == parser.tokens.last?.column else { return nothing }
            let isValue = parser.wanted.contains { field in
                field.isListable && FilterParser.valueWords(field).contains(where: error.expected.contains)
            }
            return (error.expected.filter { !$0.contains(" ") }, isValue ? parser.wanted : [])
        }
    }

    private static func meaning(_ word: String) -> String {
        if let found = FilterVocabulary.primitives.first(where: { $0.word == word }) { return found.meaning }
        return Field(rawValue: word)?.description.meaning ?? ""
    }
}

extension Field {
    /// True where the values present are few, or likely to be asked for again.
    fileprivate var isListable: Bool {
        switch kind {
        case .address, .port, .number, .proto, .flags, .state, .endReason, .initiatorBasis, .encapsulation, .direction, .mac:
            true
        case .text: isGroupable
        case .timestamp, .milliseconds, .microseconds, .count, .real, .boolean, .hex: false
        }
    }
}
