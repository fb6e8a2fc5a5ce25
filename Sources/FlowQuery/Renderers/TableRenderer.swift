import FlowModel

/// Aligned columns for terminals. The only place where counters are shortened (`1.2M`), unless told not to.
package enum TableRenderer {
    /// - Parameter empty: the line for an answer without rows.
    package static func render(
        _ table: ResultTable, shorten: Bool = true, empty: String = "no flows match in this time"
    ) -> String {
        guard !table.rows.isEmpty else { return empty + "\n" }
        var cells = [table.columns.map(title)]
        for row in table.rows {
            cells.append(zip(table.columns, row).map { text($1, $0.kind, shorten: shorten) })
        }
        let widths = table.columns.indices.map { column in cells.reduce(0) { max($0, $1[column].count) } }
        let isRight = table.columns.map { rightAligned($0.kind) }
        var result = ""
        for line in cells {
            var text = ""
            for (column, cell) in line.enumerated() {
                if column > 0 { text += "  " }
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                text += isRight[column] ? padding + cell : cell + padding
            }
            while text.last == " " { text.removeLast() }
            result += text + "\n"
        }
        return result
    }

    /// The name, and the unit of a number that does not say it.
    private static func title(_ column: ResultTable.Column) -> String {
        switch column.kind {
        case .milliseconds: "\(column.name)(ms)"
        case .microseconds: "\(column.name)(us)"
        default: column.name
        }
    }

    private static func rightAligned(_ kind: Field.Kind) -> Bool {
        switch kind {
        case .milliseconds, .microseconds, .port, .count, .number, .real: true
        case .timestamp, .address, .proto, .flags, .state, .endReason, .initiatorBasis, .encapsulation, .direction,
            .mac,
            .text, .boolean, .hex:
            false
        }
    }

    private static func text(_ value: FieldValue, _ kind: Field.Kind, shorten: Bool) -> String {
        switch value {
        case .absent: return "-"
        case .integer(let number) where shorten && kind == .count: return shortened(number)
        case .real(let number) where shorten && number.isFinite && number >= 0 && number < 1.8e19:
            // A whole number is shown like a counter.
            if number < 1000, number == number.rounded() { return String(Int(number)) }
            if number < 1000 { return "\(Int(number)).\(Int(number * 10) % 10)" }
            return shortened(UInt64(number.rounded(.down)))
        default: return printable(value.text)
        }
    }

    /// Four figures and more get a decimal unit and one place: `999`, `1.2k`, `18.4E`. Rounded down, so that no counter looks
    /// larger than it is.
    package static func shortened(_ number: UInt64) -> String {
        var unit: UInt64 = 1
        for letter in ["", "k", "M", "G", "T", "P"] {
            if number / unit < 1000 {
                return letter.isEmpty ? String(number) : "\(number / unit).\(number / (unit / 10) % 10)\(letter)"
            }
            unit *= 1000
        }
        return "\(number / unit).\(number / (unit / 10) % 10)E"
    }

    /// Names come from the network: no control character reaches the terminal.
    private static func printable(_ text: String) -> String {
        guard text.contains(where: { !$0.isPrintable }) else { return text }
        return String(text.map { $0.isPrintable ? $0 : "�" })
    }
}
