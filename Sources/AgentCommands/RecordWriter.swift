package import FlowModel
package import FlowQuery
import IPFIX

/// Writes batches of flow records as they come, in one of the formats of `meter`.
package struct RecordWriter {
    package enum Format: String, CaseIterable, Sendable { case csv, json, ndjson, ipfix }

    private let format: Format
    private let fields: [Field]
    private var encoder = FlowFileEncoder()
    private var hasRows = false

    package init(format: Format, fields: [Field]) {
        self.format = format
        self.fields = fields
    }

    /// What stands before the first record.
    package func beginning() -> [UInt8] {
        switch format {
        case .csv: Array((fields.map(\.rawValue).joined(separator: ",") + "\r\n").utf8)
        case .json: Array("{\"rows\":[".utf8)
        case .ndjson, .ipfix: []
        }
    }

    package mutating func records(_ flows: FlowBatch) -> [UInt8] {
        switch format {
        case .csv: return csv(flows)
        case .ipfix:
            var report = AgentReport()
            report.exportMilliseconds = flows.flowEndMilliseconds.max() ?? 0
            return encoder.encode(flows: flows, report: report)
        case .json, .ndjson: return objects(flows)
        }
    }

    /// What stands behind the last record. The account of a file is not known from the file: completeness is null.
    package mutating func ending(_ stats: (inout JSONWriter) -> Void) -> [UInt8] {
        guard format == .json else { return [] }
        var writer = JSONWriter()
        writer.object(stats)
        return Array("],\"completeness\":{\"value\":null,\"stages\":[],\"reasons\":[\"a capture file tells nothing of what was not captured\"],\"oldest\":null,\"newest\":null},\"stats\":".utf8)
            + writer.drain() + Array(",\"cursor\":null}\n".utf8)
    }

    private func csv(_ flows: FlowBatch) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(flows.count * 256)
        for row in 0..<flows.count {
            var isFirst = true
            for field in fields {
                if !isFirst { octets.append(44) }
                isFirst = false
                if field == .interface || field == .agent {
                    // The only texts that come from outside and may need quotes.
                    let start = octets.count
                    CSVRenderer.append(line: [flows.value(field, row: row).text], to: &octets)
                    while octets.count > start, octets.last == 10 || octets.last == 13 { octets.removeLast() }
                } else {
                    flows.appendText(field, row: row, to: &octets)
                }
            }
            octets.append(13)
            octets.append(10)
        }
        return octets
    }

    private mutating func objects(_ flows: FlowBatch) -> [UInt8] {
        var octets: [UInt8] = []
        for row in 0..<flows.count {
            if format == .json, hasRows { octets.append(44) }
            hasRows = true
            var writer = JSONWriter()
            writer.object { writer in
                for field in fields {
                    writer.key(field.rawValue)
                    writer.value(flows.value(field, row: row))
                }
            }
            octets += writer.drain()
            if format == .ndjson { octets.append(10) }
        }
        return octets
    }
}
