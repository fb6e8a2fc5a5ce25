package import FlowModel

/// The columns of the table `flow`: every field of the catalogue by its name, then two that no `*` shows, which say what is
/// asked for.
enum FlowColumn: Hashable, Sendable {
    case field(Field)
    /// A filter of our language, to be compared with `=`.
    case filter
    /// 1 asks for the records of every agent that saw a flow.
    case includeWitnesses

    static let all: [FlowColumn] = fields.map { .field($0) } + [.filter, .includeWitnesses]
    static let fields = Field.allCases.filter { !$0.isGroupOnly }

    var name: String {
        switch self {
        case .field(let field): field.rawValue
        case .filter: "filter"
        case .includeWitnesses: "include_witnesses"
        }
    }

    init?(name: String) {
        guard let column = Self.named[name] else { return nil }
        self = column
    }

    private static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The bit of `colUsed`: of SQLite's 64, the last one stands for all columns from there on.
    static func bit(_ index: Int) -> UInt64 { 1 << UInt64(min(index, 63)) }

    /// What `sqlite3_declare_vtab` is told.
    static let declaration: String = {
        var columns = fields.map { "\"\($0.rawValue)\" \($0.sqlType.rawValue)" }
        columns += ["filter TEXT HIDDEN", "include_witnesses INTEGER HIDDEN"]
        return "CREATE TABLE flow(\(columns.joined(separator: ", ")))"
    }()
}

/// The type of a column in SQL.
package enum SQLType: String, Sendable {
    case integer = "INTEGER"
    case real = "REAL"
    case text = "TEXT"
}

extension Field {
    /// Times are milliseconds since 1970 UTC, `counted` is 0 or 1; addresses, words, flags and ids are texts as everywhere.
    package var sqlType: SQLType {
        switch kind {
        case .timestamp, .milliseconds, .microseconds, .port, .count, .number, .boolean: .integer
        case .real: .real
        case .address, .proto, .flags, .state, .endReason, .initiatorBasis, .encapsulation, .direction, .mac, .text, .hex:
            .text
        }
    }
}
