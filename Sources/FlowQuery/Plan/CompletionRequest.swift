import FlowModel

/// Asks what could be typed at a place of a filter: words of the language, and values present.
package struct CompletionRequest: Sendable {
    package let completion: FilterCompletion
    /// What to ask a store for; nil where no value could stand.
    package let values: ValuesRequest?

    package static let parameters = ["filter", "cursor", "since", "until", "limit", "witnesses"]

    /// `filter` may have any fault. `cursor` counts the characters before it; missing, it is the end.
    ///
    /// - Parameters: as those of `RequestParser.parse`.
    package static func parse(
        _ parameters: [String: String], now: Int64, defaultSpan: Int64? = nil, ignoring: Set<String> = []
    ) throws(RequestFaults) -> CompletionRequest {
        var reader = ParameterReader(parameters)
        reader.rejectUnknown(self.parameters, ignoring: ignoring, shape: "complete")
        let cursor = reader.place("cursor")
        let range = reader.range(now: now, defaultSpan: defaultSpan)
        let witnesses = reader.flag("witnesses")
        let limit = reader.limit(default: 20, in: ValuesRequest.limits)
        if !reader.faults.isEmpty { throw RequestFaults(reader.faults) }
        let text = parameters["filter"] ?? ""
        guard text.utf8.count <= FilterLimits.standard.bytes else {
            throw RequestFaults([
                RequestFault(parameter: "filter", message: "the filter has more than \(FilterLimits.standard.bytes) bytes")
            ])
        }
        return CompletionRequest(
            text: text, cursor: cursor ?? text.count, range: range, includeWitnesses: witnesses, limit: limit)
    }

    package init(text: String, cursor: Int, range: TimeRange = .always, includeWitnesses: Bool = false, limit: Int = 20) {
        completion = FilterCompletion.suggest(text: text, cursor: cursor)
        values =
            completion.wanted.isEmpty
            ? nil
            : ValuesRequest(
                fields: completion.wanted, prefix: completion.typed, range: range, includeWitnesses: includeWitnesses,
                limit: limit)
    }

    /// `text`, `meaning`, `records` (of values present, which come first), and what the text replaces: the characters
    /// `from` (counted from 0) to before `to`.
    ///
    /// - Parameter present: what `values` has found; nil where it was not asked.
    package func table(_ present: ResultTable?) -> ResultTable {
        let place: [FieldValue] = [.integer(UInt64(completion.replaces.lowerBound)), .integer(UInt64(completion.replaces.upperBound))]
        var offered: Set<String> = []
        var rows: [[FieldValue]] = []
        for row in present?.rows ?? [] {
            guard row.count == 2, let field = completion.wanted.first,
                let text = FilterCompletion.text(of: row[0], in: field), offered.insert(text).inserted
            else { continue }
            rows.append([.text(text), .absent, row[1]] + place)
        }
        for suggestion in completion.suggestions where offered.insert(suggestion.text).inserted {
            let meaning: FieldValue = suggestion.meaning.isEmpty ? .absent : .text(suggestion.meaning)
            rows.append([.text(suggestion.text), meaning, .absent] + place)
        }
        return ResultTable(
            columns: [
                .init(name: "text", kind: .text), .init(name: "meaning", kind: .text), .init(.records),
                .init(name: "from", kind: .number), .init(name: "to", kind: .number),
            ], rows: rows)
    }
}
