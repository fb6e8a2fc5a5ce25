import FlowModel
import FlowQuery

/// The field catalogue as an answer.
enum FieldRows {
    static func write(_ field: FieldDescription, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", field.field.rawValue)
            writer.member("kind", field.kind.rawValue)
            writer.member("unit", field.unit.isEmpty ? nil : field.unit)
            writer.member("element", field.element.isEmpty ? nil : field.element)
            writer.member("meaning", field.meaning)
        }
    }

    static func table(_ fields: [FieldDescription]) -> ResultTable {
        let columns = ["name", "kind", "unit", "element", "meaning"].map { ResultTable.Column(name: $0, kind: .text) }
        let rows = fields.map { field in
            [field.field.rawValue, field.kind.rawValue, field.unit, field.element, field.meaning].map { text in
                text.isEmpty ? FieldValue.absent : .text(text)
            }
        }
        return ResultTable(columns: columns, rows: rows)
    }
}
