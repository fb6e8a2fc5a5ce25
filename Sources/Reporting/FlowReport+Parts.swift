package import FlowModel
package import FlowQuery

extension FlowReport {
    /// The questions that a report puts to a store: one answer each.
    package enum Part: String, Sendable, CaseIterable {
        case totals, series, edges, sources, destinations, services

        /// The fields that the part groups by.
        package var by: [Field] {
            switch self {
            case .totals: []
            case .series: [.proto]
            case .edges: [.src, .dst, .dstPort, .proto]
            case .sources: [.src]
            case .destinations: [.dst]
            case .services: [.dstPort, .proto]
            }
        }
    }

    /// What is asked, the same for all parts.
    package struct Question: Sendable {
        package var range: TimeRange
        package var filter: FlowFilter
        /// When the report is made, milliseconds since 1970 UTC: stands for an open end of the range.
        package var nowMilliseconds: Int64
        /// End of the oldest and newest record held: they stand for open ends of the range, where known.
        package var held: ClosedRange<Int64>?
        /// Lines of each table.
        package var limit: Int

        package init(
            range: TimeRange, filter: FlowFilter = .all, nowMilliseconds: Int64, held: ClosedRange<Int64>? = nil, limit: Int = 20
        ) {
            self.range = range
            self.filter = filter
            self.nowMilliseconds = nowMilliseconds
            self.held = held
            self.limit = limit
        }

        /// The length of a bucket of the series: the shortest round one that cuts the range into at most 120.
        package var intervalMilliseconds: Int64 {
            let until = range.until ?? held.map { $0.upperBound } ?? nowMilliseconds
            let since = range.since ?? held.map { min($0.lowerBound, until) } ?? until
            let (length, overflow) = until.subtractingReportingOverflow(since)
            guard !overflow else { return Self.steps[Self.steps.count - 1] }
            return Self.steps.first { length / $0 <= 120 } ?? Self.longStep(length)
        }

        /// Past the round steps: whole weeks.
        private static func longStep(_ length: Int64) -> Int64 { (length / 120 / 604_800_000 + 1) * 604_800_000 }

        private static let steps: [Int64] = [
            1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400, 604_800,
        ].map { $0 * 1000 }
    }

    /// The request whose answer fills one part.
    package static func request(_ part: Part, of question: Question) -> FlowRequest {
        let kind: FlowRequest.Kind =
            switch part {
            case .series:
                .series(intervalMilliseconds: question.intervalMilliseconds, by: part.by, measures: GroupValue.standard, limit: 6)
            case .totals:
                .aggregate(by: [], measures: GroupValue.standard, order: .totalBytes, descending: true, limit: 1)
            case .edges, .sources, .destinations, .services:
                .aggregate(by: part.by, measures: GroupValue.standard, order: .totalBytes, descending: true, limit: question.limit)
            }
        return FlowRequest(filter: question.filter, range: question.range, kind: kind)
    }

    /// Makes the report from the answers. A part without an answer stays empty.
    ///
    /// The completeness is that of the totals, else that of the first part that has an answer.
    package init(_ question: Question, answers: [Part: QueryAnswer], alerts: [Alert] = [], agents: [Agent] = []) {
        self.init(generatedMilliseconds: question.nowMilliseconds, range: question.range, filterText: question.filter.text)
        self.alerts = alerts
        self.agents = agents
        intervalMilliseconds = question.intervalMilliseconds
        for part in Part.allCases {
            guard let answer = answers[part] else { continue }
            let lines = Self.lines(answer.table, by: part.by)
            switch part {
            case .totals: totals = lines.first?.measures ?? Measures()
            case .series: series = Self.points(answer.table, lines)
            case .edges: edges = lines
            case .sources: sources = lines
            case .destinations: destinations = lines
            case .services: services = lines
            }
        }
        if let first = Part.allCases.lazy.compactMap({ answers[$0] }).first { completeness = first.completeness }
    }

    /// Reads groups by the names of their columns; a column that is not there reads as absent or 0.
    private static func lines(_ table: ResultTable, by: [Field]) -> [Line] {
        let places = by.map { field in table.columns.firstIndex { $0.name == field.rawValue } }
        let counters: [(WritableKeyPath<Measures, UInt64>, Int)] = [
            (\Measures.records, Field.records), (\.flows, .flows), (\.packets, .packets), (\.bytes, .bytes),
            (\.revPackets, .revPackets), (\.revBytes, .revBytes),
        ].compactMap { path, field in table.columns.firstIndex { $0.name == field.rawValue }.map { (path, $0) } }
        return table.rows.map { row in
            var line = Line(key: places.map { value(row, $0) }, measures: Measures())
            for (path, place) in counters {
                if case .integer(let count) = value(row, place) { line.measures[keyPath: path] = count }
            }
            return line
        }
    }

    private static func points(_ table: ResultTable, _ lines: [Line]) -> [Point] {
        let place = table.columns.firstIndex { $0.kind == .timestamp }
        return zip(table.rows, lines).compactMap { row, line in
            guard case .timestamp(let milliseconds) = value(row, place) else { return nil }
            let proto = line.key.first?.text ?? ""
            return Point(milliseconds: milliseconds, proto: proto.isEmpty ? "other" : proto, measures: line.measures)
        }
    }

    private static func value(_ row: [FieldValue], _ place: Int?) -> FieldValue {
        guard let place, place < row.count else { return .absent }
        return row[place]
    }
}
