import Foundation

/// A small CSV file with a header, cells in double quotes allowed.
package struct CSVTable {
    package struct Row {
        let cells: [String]
        let places: [String: Int]
        /// The cell of a column; empty when there is no such column or cell.
        package subscript(column: String) -> String {
            guard let place = places[column], place < cells.count else { return "" }
            return cells[place]
        }
    }
    package let columns: [String]
    package let rows: [Row]

    package init(path: String) throws { self.init(text: try String(contentsOfFile: path, encoding: .utf8)) }

    package init(text: String) {
        var lines: [[String]] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        for octet in text.utf8 {
            switch octet {
            case 34: isQuoted.toggle()
            case 44 where !isQuoted:
                cells.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
            case 13 where !isQuoted: break
            case 10 where !isQuoted:
                cells.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
                lines.append(cells)
                cells.removeAll()
            default: cell.append(octet)
            }
        }
        if !cell.isEmpty || !cells.isEmpty { lines.append(cells + [String(decoding: cell, as: UTF8.self)]) }
        let header = lines.first ?? []
        columns = header
        let places = Dictionary(header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = lines.dropFirst().map { Row(cells: $0, places: places) }
    }
}
