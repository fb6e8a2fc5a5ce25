package import FlowModel
package import FlowQuery
import IPFIX

/// What a collector or a data folder answers, before it takes its form. The same for HTTP and for the command line.
package struct Answer: Sendable {
    package enum Rows: Sendable {
        case table(ResultTable)
        /// Whole flow records, for an IPFIX file.
        case records(FlowBatch)
        case alerts([Alert])
        case agents([AgentRow])
        case exporters([ExporterRow])
        case fields([FieldDescription])
    }

    package var rows: Rows
    package var completeness: Completeness
    package var statistics: QueryStatistics
    package var cursor: String?

    package init(
        _ rows: Rows, completeness: Completeness = Completeness(), statistics: QueryStatistics = QueryStatistics(),
        cursor: String? = nil
    ) {
        self.rows = rows
        self.completeness = completeness
        self.statistics = statistics
        self.cursor = cursor
    }

    package init(_ answer: QueryAnswer) {
        self.init(
            answer.records.map { .records($0) } ?? .table(answer.table), completeness: answer.completeness, statistics: answer.statistics, cursor: answer.cursor)
    }

    /// Named columns and rows: what CSV and terminals show. Lists within a row are left out or joined.
    package var table: ResultTable {
        switch rows {
        case .table(let table): table
        case .records: ResultTable(columns: [])
        case .alerts(let alerts): AlertRows.table(alerts)
        case .agents(let agents): AgentRow.table(agents)
        case .exporters(let exporters): ExporterRow.table(exporters)
        case .fields(let fields): FieldRows.table(fields)
        }
    }

    package func render(_ format: AnswerFormat) -> [UInt8] {
        switch format {
        case .json: json
        case .csv: CSVRenderer.render(table)
        case .ndjson: ndjson
        case .table: Array(TableRenderer.render(table, empty: emptyLine).utf8)
        case .ipfix: ipfix
        }
    }

    private var ipfix: [UInt8] {
        guard case .records(let flows) = rows else { return [] }
        var report = AgentReport()
        report.exportMilliseconds = flows.flowEndMilliseconds.max() ?? 0
        var encoder = FlowFileEncoder()
        return encoder.encode(flows: flows, report: report)
    }

    private var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("rows")
            switch rows {
            case .table(let table): JSONRenderer.write(rows: table, to: &writer)
            case .records: writer.array { _ in }
            case .alerts(let alerts):
                writer.array { writer in for alert in alerts { AlertRows.write(alert, to: &writer) } }
            case .agents(let agents):
                writer.array { writer in for agent in agents { agent.write(to: &writer) } }
            case .exporters(let exporters):
                writer.array { writer in for exporter in exporters { exporter.write(to: &writer) } }
            case .fields(let fields):
                writer.array { writer in for field in fields { FieldRows.write(field, to: &writer) } }
            }
            writer.key("completeness")
            JSONRenderer.write(completeness, to: &writer)
            writer.key("stats")
            JSONRenderer.write(statistics, to: &writer)
            writer.member("cursor", cursor)
        }
        writer.newline()
        return writer.octets
    }

    private var ndjson: [UInt8] {
        var writer = JSONWriter()
        switch rows {
        case .table(let table): return NDJSONRenderer.render(table)
        case .records: return []
        case .alerts(let alerts):
            for alert in alerts {
                AlertRows.write(alert, to: &writer)
                writer.newline()
            }
        case .agents(let agents):
            for agent in agents {
                agent.write(to: &writer)
                writer.newline()
            }
        case .exporters(let exporters):
            for exporter in exporters {
                exporter.write(to: &writer)
                writer.newline()
            }
        case .fields(let fields):
            for field in fields {
                FieldRows.write(field, to: &writer)
                writer.newline()
            }
        }
        return writer.octets
    }

    /// A clear empty answer says what span is held.
    private var emptyLine: String {
        switch rows {
        case .alerts: return "no alerts in this time"
        case .agents: return "no agent has reported"
        case .exporters: return "no exporter has sent anything since the collector's start; `zonal collector --netflow HOST:PORT` listens to them"
        case .fields: return "no fields"
        case .table, .records:
            guard let oldest = completeness.oldestMilliseconds, let newest = completeness.newestMilliseconds else {
                return "no flows are held"
            }
            let span = "\(UTCTime.text(milliseconds: oldest)) to \(UTCTime.text(milliseconds: newest))"
            return "no flows match in this time; held are flows that ended \(span)"
        }
    }
}
