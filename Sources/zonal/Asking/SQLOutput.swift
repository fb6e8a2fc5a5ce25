import FlowModel
import FlowQuery
import FlowSQL

/// Rows of SQL as they come, in one of the forms of answers; any number of them in the memory of a few.
struct SQLOutput {
    enum Format: String, CaseIterable, Sendable { case table, csv, json, ndjson }

    private let format: Format
    private let columns: [String]
    /// Of JSON: the names of the columns, each once.
    private let keys: [String]
    private var writer = JSONWriter()
    /// Of a table: the rows that its widths are made of, until there are enough.
    private var waiting: [[SQLValue]]? = []
    private var widths: [Int] = []
    private var isRight: [Bool] = []

    /// Rows that a table looks at before it writes the first.
    private static let rowsForWidths = 1000

    init(format: Format, columns: [String]) {
        self.format = format
        self.columns = columns
        var seen: [String: Int] = [:]
        keys = columns.map { name in
            let number = (seen[name] ?? 0) + 1
            seen[name] = number
            return number == 1 ? name : "\(name)_\(number)"
        }
    }

    /// What stands before the first row.
    mutating func beginning() -> [UInt8] {
        switch format {
        case .table, .ndjson: return []
        case .csv: return Self.csv(columns)
        case .json:
            writer.beginObject()
            writer.key("rows")
            writer.beginArray()
            return writer.drain()
        }
    }

    mutating func row(_ values: [SQLValue]) -> [UInt8] {
        switch format {
        case .csv: return Self.csv(values.map(\.text))
        case .json, .ndjson:
            writer.object { writer in
                for (key, value) in zip(keys, values) {
                    writer.key(key)
                    switch value {
                    case .null: writer.null()
                    case .integer(let number): writer.integer(number)
                    case .real(let number): writer.real(number)
                    case .text, .octets: writer.string(value.text)
                    }
                }
            }
            if format == .ndjson { writer.newline() }
            return writer.drain()
        case .table:
            guard waiting != nil else { return line(values) }
            waiting?.append(values)
            return waiting?.count == Self.rowsForWidths ? table() : []
        }
    }

    /// What stands behind the last row.
    mutating func ending(_ completeness: Completeness, _ statistics: QueryStatistics) -> [UInt8] {
        switch format {
        case .csv, .ndjson: return []
        case .table: return waiting == nil ? [] : table()
        case .json:
            writer.endArray()
            writer.key("completeness")
            JSONRenderer.write(completeness, to: &writer)
            writer.key("stats")
            JSONRenderer.write(statistics, to: &writer)
            writer.member("cursor", nil as String?)
            writer.endObject()
            writer.newline()
            return writer.drain()
        }
    }

    private static func csv(_ values: [String]) -> [UInt8] {
        var octets: [UInt8] = []
        CSVRenderer.append(line: values, to: &octets)
        return octets
    }

    // MARK: - The table

    /// The header and the rows that waited; later ones stand under them as well as they fit.
    private mutating func table() -> [UInt8] {
        let rows = waiting ?? []
        waiting = nil
        widths = columns.map(\.count)
        isRight = columns.indices.map { column in
            let values = rows.lazy.map { $0[column] }.filter { $0 != .null }
            return !values.isEmpty && values.allSatisfy { value in
                switch value {
                case .integer, .real: true
                default: false
                }
            }
        }
        for row in rows {
            for (column, value) in row.enumerated() { widths[column] = max(widths[column], Self.cell(value).count) }
        }
        return line(columns.map { .text($0) }) + rows.flatMap(line)
    }

    private func line(_ values: [SQLValue]) -> [UInt8] {
        var text = ""
        for (column, value) in values.enumerated() {
            if column > 0 { text += "  " }
            let cell = Self.cell(value)
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
            text += isRight[column] ? padding + cell : cell + padding
        }
        while text.last == " " { text.removeLast() }
        return Array((text + "\n").utf8)
    }

    /// On one line, and nothing that moves a terminal: names come from the network.
    private static func cell(_ value: SQLValue) -> String {
        if value == .null { return "-" }
        return String(value.text.map { character in
            character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value) } ? character : "\u{FFFD}"
        })
    }
}
