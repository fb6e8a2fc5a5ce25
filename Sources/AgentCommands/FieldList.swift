package import FlowModel

/// Reads `--fields src,dst,bytes`.
package enum FieldList {
    /// - Throws: the names that are no fields, with the whole list of those that are.
    package static func parse(_ text: String) throws(CommandFailure) -> [Field] {
        var fields: [Field] = []
        var unknown: [String] = []
        for name in text.split(separator: ",") {
            let trimmed = name.trimmingSpaces
            if let field = Field(name: trimmed), !field.isGroupOnly { fields.append(field) } else { unknown.append(trimmed) }
        }
        guard unknown.isEmpty, !fields.isEmpty else {
            let known = Field.allCases.filter { !$0.isGroupOnly }.map(\.rawValue).joined(separator: " ")
            throw CommandFailure("--fields: no such field: \(unknown.joined(separator: ", ")); there are: \(known)", isUsage: true)
        }
        return fields
    }
}

extension Substring {
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
