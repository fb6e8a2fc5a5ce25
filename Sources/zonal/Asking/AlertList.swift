import AgentCommands
import FlowModel
import FlowQuery
import Foundation

/// Alerts as a terminal shows them: one line each, and below it the question that shows the flows behind the alert. The
/// columns of CSV and JSON are more than a line holds.
struct AlertList {
    private struct Row: Decodable {
        var rule: String
        var name: String
        var severity: String
        var state: String
        var lastSeen: String
        var count: UInt64
        var summary: String
        var filter: String
        var filterSince: String?
        var filterUntil: String?
    }

    private struct Body: Decodable { var rows: [Row] }

    private let rows: [Row]

    /// - Parameter json: of `/v1/alerts`.
    init(json: [UInt8]) throws(CommandFailure) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            rows = try decoder.decode(Body.self, from: Data(json)).rows
        } catch {
            throw CommandFailure("the alerts cannot be read: their JSON is not that of this version; --format json shows it")
        }
    }

    /// - Parameter place: where they were asked for; the questions go to the same.
    func text(asking place: PlaceOptions) -> [UInt8] {
        guard !rows.isEmpty else { return Array("no alerts in this time\n".utf8) }
        let columns: [ResultTable.Column] = [
            .init(name: "last_seen", kind: .text), .init(name: "severity", kind: .text), .init(name: "state", kind: .text),
            .init(name: "rule", kind: .text), .init(name: "count", kind: .count), .init(name: "summary", kind: .text),
        ]
        let table = ResultTable(
            columns: columns,
            rows: rows.map { row in
                [
                    .text(row.lastSeen), .text(row.severity), .text(row.state), .text("\(row.rule) \(row.name)"), .integer(row.count),
                    .text(row.summary),
                ]
            })
        var lines = TableRenderer.render(table).split(separator: "\n").map(String.init)
        for index in rows.indices.reversed() where !rows[index].filter.isEmpty {
            lines.insert("    " + question(rows[index], place), at: index + 2)
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// A command line that shows the flows: what a shell takes as it stands.
    private func question(_ row: Row, _ place: PlaceOptions) -> String {
        var words = ["zonal query", Self.quoted(row.filter)]
        if let since = row.filterSince { words.append("--since \(Self.quoted(since))") }
        if let until = row.filterUntil { words.append("--until \(Self.quoted(until))") }
        if let data = place.data { words.append("--data \(Self.quoted(data))") }
        if let collector = place.collector { words.append("--collector \(Self.quoted(collector))") }
        return words.joined(separator: " ")
    }

    /// In single quotes where the shell would read it otherwise; nothing in it moves a terminal.
    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [0x2D, 0x2E, 0x2F, 0x3A, 0x5F].contains($0)
        }
        if isPlain { return text }
        let printable = String(text.map { $0.isPrintable ? $0 : "?" })
        return "'" + printable.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
