import FlowModel

/// Comma-separated values (RFC 4180) with a header of the columns' names; an absent value is empty, counters are never
/// shortened. Lines end in a line feed, which every reader of CSV takes and Unix tools want.
///
/// A value in quotes is guarded against the CSV reader only: a spreadsheet may still take a text that begins with `=` for a
/// formula, and changing the text would falsify it for everybody else.
package enum CSVRenderer {
    package static func render(_ table: ResultTable, header: Bool = true) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(table.rows.count * table.columns.count * 12)
        if header { append(line: table.columns.map(\.name), to: &octets) }
        for row in table.rows {
            for (index, value) in row.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                if case .address(let address) = value {
                    address.appendText(to: &octets)
                } else {
                    append(value.text, to: &octets)
                }
            }
            octets.append(10)
        }
        return octets
    }

    package static func append(line values: [String], to octets: inout [UInt8]) {
        for (index, value) in values.enumerated() {
            if index > 0 { octets.append(UInt8(ascii: ",")) }
            append(value, to: &octets)
        }
        octets.append(10)
    }

    private static func append(_ text: String, to octets: inout [UInt8]) {
        let needsQuotes = text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return octets.append(contentsOf: text.utf8) }
        octets.append(0x22)
        for octet in text.utf8 {
            if octet == 0x22 { octets.append(0x22) }
            octets.append(octet)
        }
        octets.append(0x22)
    }
}
