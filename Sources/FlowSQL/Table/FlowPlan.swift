import FlowModel

/// What one scan of the table is to read: the conditions that SQLite hands over, and the columns it looks at.
///
/// Its text goes through SQLite from the planning of a statement to its run, and `EXPLAIN QUERY PLAN` shows it:
/// `end>= src=* filter= [end,src,bytes]`.
struct FlowPlan: Equatable {
    enum Operation: String, CaseIterable {
        case equal = "="
        /// One of a list, which comes at once.
        case oneOf = "=*"
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="
        case isNull = "!"
        case isPresent = "?"
        /// The function `net`.
        case inNetwork = "@"
    }

    struct Condition: Equatable {
        var column: FlowColumn
        var operation: Operation
    }

    var conditions: [Condition] = []
    var fields: [Field] = []

    var text: String {
        (conditions.map { $0.column.name + $0.operation.rawValue } + ["[\(fields.map(\.rawValue).joined(separator: ","))]"])
            .joined(separator: " ")
    }

    init() {}

    /// Reads what `text` wrote; nil for anything else.
    init?(text: String) {
        var words = text.split(separator: " ")
        guard let last = words.popLast(), last.hasPrefix("["), last.hasSuffix("]") else { return nil }
        for name in last.dropFirst().dropLast().split(separator: ",") {
            guard let field = Field(rawValue: String(name)) else { return nil }
            fields.append(field)
        }
        for word in words {
            let name = word.prefix { $0.isLetter || $0 == "_" }
            guard let column = FlowColumn(name: String(name)),
                let operation = Operation(rawValue: String(word.dropFirst(name.count)))
            else { return nil }
            conditions.append(Condition(column: column, operation: operation))
        }
    }
}

extension FlowPlan {
    /// Whether a condition can rule rows out. What it rules out must not match; SQLite looks at the rest once more.
    static func takes(_ field: Field, _ operation: Operation) -> Bool {
        switch operation {
        case .isNull, .isPresent: return true
        case .inNetwork: return field.kind == .address
        case .equal, .oneOf: return true
        case .less, .atMost, .greater, .atLeast:
            switch field.kind {
            case .timestamp, .milliseconds, .microseconds, .port, .count, .number, .real: return true
            default: return false
            }
        }
    }

    /// A guess for SQLite, which orders joins by it.
    ///
    /// - Parameter records: how many the store holds.
    func estimate(records: Int) -> (cost: Double, rows: Int64) {
        var read = 1.0
        var matching = 1.0
        for condition in conditions {
            switch (condition.column, condition.operation) {
            case (.field(.end), .equal): (read, matching) = (read * 0.01, matching * 0.001)
            case (.field(.end), _): (read, matching) = (read * 0.25, matching * 0.25)
            case (.field(.src), .equal), (.field(.dst), .equal): (read, matching) = (read * 0.02, matching * 0.001)
            case (.field(.src), .oneOf), (.field(.dst), .oneOf): (read, matching) = (read * 0.1, matching * 0.01)
            case (.field(.srcPort), .equal), (.field(.dstPort), .equal): (read, matching) = (read * 0.8, matching * 0.02)
            case (.field, .equal), (.field, .oneOf), (.field, .inNetwork): (read, matching) = (read * 0.8, matching * 0.1)
            case (.field, _): matching *= 0.4
            case (.filter, _): (read, matching) = (read * 0.5, matching * 0.1)
            case (.includeWitnesses, _): break
            }
        }
        let total = Double(max(1, records))
        let rows = max(1, total * min(read, 1) * matching)
        let cost = 1000 + total * read * (0.2 + 0.02 * Double(fields.count)) + rows
        return (cost, Int64(min(rows, 1e15)))
    }
}
