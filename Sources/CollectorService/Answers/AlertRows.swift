import FlowModel
import FlowQuery

/// The form of alerts in answers.
enum AlertRows {
    static func write(_ alert: Alert, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", alert.id)
            writer.member("rule", alert.rule)
            writer.member("name", alert.name)
            writer.member("severity", alert.severity.name)
            writer.member("state", alert.state.rawValue)
            writer.member("scope", alert.scope)
            writer.member("src", alert.source?.description)
            writer.member("dst", alert.destination?.description)
            writer.member("dst_port", alert.destinationPort)
            writer.member("proto", alert.protocolIdentifier.map(ProtocolName.text))
            writer.member("tenant", text(alert.tenant.description))
            writer.member("agent", text(alert.agent))
            writer.member("observed", real: alert.observed)
            writer.member("threshold", real: alert.threshold)
            writer.member("window_seconds", alert.windowSeconds)
            writer.member("baseline", real: alert.baseline)
            writer.member("first_seen", time: alert.firstSeenMilliseconds)
            writer.member("last_seen", time: alert.lastSeenMilliseconds)
            writer.member("opened", time: alert.openedMilliseconds)
            writer.member("closed", time: alert.closedMilliseconds)
            writer.member("count", alert.count)
            writer.member("summary", alert.summary)
            writer.member("techniques", alert.techniques)
            writer.member("filter", alert.filter)
            writer.member("filter_since", time: alert.filterSinceMilliseconds)
            writer.member("filter_until", time: alert.filterUntilMilliseconds)
            writer.key("samples")
            writer.array { writer in for sample in alert.samples { write(sample, to: &writer) } }
            writer.member("completeness", real: alert.completeness)
            writer.member("approximate", alert.isApproximate)
        }
    }

    private static func write(_ sample: Alert.Sample, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("end", time: sample.endMilliseconds)
            writer.member("proto", ProtocolName.text(sample.protocolIdentifier))
            writer.member("src", sample.source.description)
            writer.member("src_port", sample.sourcePort)
            writer.member("dst", sample.destination.description)
            writer.member("dst_port", sample.destinationPort)
            writer.member("state", text(sample.state.name))
            writer.member("agent", text(sample.agent))
            writer.member("flow_id", sample.flowId == 0 ? nil : FlowBatch.hex(sample.flowId))
        }
    }

    private static func text(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// Without the samples.
    static func table(_ alerts: [Alert]) -> ResultTable {
        let columns: [ResultTable.Column] = [
            .init(name: "id", kind: .text), .init(name: "rule", kind: .text), .init(name: "name", kind: .text),
            .init(name: "severity", kind: .text), .init(name: "state", kind: .text), .init(name: "scope", kind: .text),
            .init(.src), .init(.dst), .init(.dstPort), .init(.proto), .init(name: "tenant", kind: .text), .init(.agent),
            .init(name: "observed", kind: .real), .init(name: "threshold", kind: .real),
            .init(name: "window_seconds", kind: .number), .init(name: "first_seen", kind: .timestamp),
            .init(name: "last_seen", kind: .timestamp), .init(name: "opened", kind: .timestamp),
            .init(name: "closed", kind: .timestamp), .init(name: "count", kind: .count), .init(name: "summary", kind: .text),
            .init(name: "techniques", kind: .text), .init(name: "filter", kind: .text),
            .init(name: "filter_since", kind: .timestamp), .init(name: "filter_until", kind: .timestamp),
            .init(name: "baseline", kind: .real), .init(name: "completeness", kind: .real), .init(name: "approximate", kind: .boolean),
        ]
        return ResultTable(columns: columns, rows: alerts.map(row))
    }

    private static func row(_ alert: Alert) -> [FieldValue] {
        let number = alert.destinationPort.map { FieldValue.integer(UInt64($0)) } ?? .absent
        let proto = alert.protocolIdentifier.map { FieldValue.text(ProtocolName.text($0)) } ?? .absent
        return [
            .text(alert.id), .text(alert.rule), .text(alert.name), .text(alert.severity.name), .text(alert.state.rawValue),
            .text(alert.scope), alert.source.map { .address($0) } ?? .absent, alert.destination.map { .address($0) } ?? .absent,
            number, proto, word(alert.tenant.description), word(alert.agent), .real(alert.observed), .real(alert.threshold),
            .integer(UInt64(alert.windowSeconds)), .timestamp(alert.firstSeenMilliseconds),
            .timestamp(alert.lastSeenMilliseconds), .timestamp(alert.openedMilliseconds),
            alert.closedMilliseconds.map { .timestamp($0) } ?? .absent, .integer(alert.count), word(alert.summary),
            word(alert.techniques), word(alert.filter), .timestamp(alert.filterSinceMilliseconds),
            .timestamp(alert.filterUntilMilliseconds), alert.baseline.map { .real($0) } ?? .absent, alert.completeness.map { .real($0) } ?? .absent,
            .boolean(alert.isApproximate),
        ]
    }

    private static func word(_ text: String) -> FieldValue { text.isEmpty ? .absent : .text(text) }
}
