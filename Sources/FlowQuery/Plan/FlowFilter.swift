package import FlowModel

/// A filter, read and ready to run: the one language of the command line, HTTP, alerts and reports (docs/filter.md).
package struct FlowFilter: Sendable {
    /// As it was written.
    package let text: String
    package let expression: FilterExpression
    /// The stored fields whose columns `select` reads; derived fields are resolved to what they are made from.
    package let fields: Set<Field>
    let plan: FilterPlan

    /// Reads a filter; an empty text (or one of blanks and comments) matches every row.
    ///
    /// - Throws: `FilterError` at the first fault, with its column.
    package init(_ text: String, limits: FilterLimits = .standard) throws(FilterError) {
        self.init(text: text, expression: try FilterParser.read(text, limits: limits))
    }

    /// A filter that was made, not written; its text is the canonical one.
    package init(_ expression: FilterExpression) {
        self.init(text: expression.canonicalText, expression: expression)
    }

    /// A filter that was not read from a text.
    ///
    /// - Parameter text: says the same in the language, for people.
    package init(text: String, expression: FilterExpression) {
        self.text = text
        self.expression = expression
        fields = expression.columns
        plan = FilterPlan(expression)
    }

    /// Matches every row.
    package static let all = FlowFilter(text: "", expression: .all)

    /// The one text of all filters that are the same tree: words for either side folded back, values with the largest
    /// units that fit. It reads back as the same filter.
    package var canonical: String { expression.canonicalText }

    /// True when every row matches, whatever it holds.
    package var matchesAll: Bool { expression == .all }

    /// The fields that are tested.
    package var testedFields: Set<Field> { expression.fields }

    /// Both filters at once; its text reads back as the same filter.
    package func and(_ other: FlowFilter) -> FlowFilter {
        if matchesAll { return other }
        if other.matchesAll { return self }
        // A comment at the end of a text must not swallow the parenthesis.
        return FlowFilter(
            text: "(\(text)\n) and (\(other.text)\n)", expression: .every([expression, other.expression]))
    }

    /// The rows that match, ascending. Only the columns of `fields` are read.
    ///
    /// - Precondition: these columns hold `batch.count` values.
    package func select(_ batch: FlowBatch) -> [Int32] {
        var matches = AddressMatches()
        return plan.select(FlowBlock(batch), from: .all(batch.count), &matches).list
    }

    /// False only when no row of a block with these bounds can match.
    package func canMatch(_ bounds: BlockBounds) -> Bool {
        expression.outlook(bounds).canMatch
    }

    /// True only when every row of a block with these bounds matches.
    package func mustMatch(_ bounds: BlockBounds) -> Bool {
        !expression.outlook(bounds).canFail
    }

    /// Networks of which each matching row has at least one in `src` or `dst`: whoever keeps a set of addresses per block
    /// looks these up once and reads only the blocks that hold one. nil when the filter requires none.
    package var requiredAddresses: [IPPrefix]? { expression.requiredAddresses }
}

/// Bounds on a filter's text, so that no text costs more than it should.
package struct FilterLimits: Sendable {
    /// Of the text, UTF-8: room for the longest list of addresses.
    package var bytes: Int
    /// Of parentheses and `not`.
    package var nesting: Int
    /// Entries of one list.
    package var listEntries: Int
    /// Words and signs together.
    package var tokens: Int

    package init(
        bytes: Int = 2 << 20, nesting: Int = 200, listEntries: Int = 100_000, tokens: Int = 500_000
    ) {
        self.bytes = bytes
        self.nesting = nesting
        self.listEntries = listEntries
        self.tokens = tokens
    }

    package static let standard = FilterLimits()
}
