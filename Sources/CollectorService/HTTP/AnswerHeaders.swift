import FlowModel
package import HTTPTypes

/// What an answer says beside its rows, for the forms that have no place for it: CSV, NDJSON and tables.
package enum AnswerHeaders {
    /// The completeness; missing where no account exists.
    package static let completeness = "Zonal-Completeness"
    /// How many reasons the JSON form gives why something is missing, or may be.
    package static let reasons = "Zonal-Reasons"

    /// Asks for the next page; missing where there is none.
    package static let cursor = "Zonal-Cursor"

    package static func fields(_ answer: Answer) -> HTTPFields {
        var fields = HTTPFields()
        func set(_ name: String, _ value: String?) {
            guard let value, let name = HTTPField.Name(name) else { return }
            fields[name] = value
        }
        set(completeness, answer.completeness.value.map { FieldValue.real($0).text })
        set(reasons, String(answer.completeness.reasons.count))
        set(cursor, answer.cursor)
        return fields
    }
}
