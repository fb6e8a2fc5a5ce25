import FlowModel
import FlowQuery

/// A report as one CSV file (RFC 4180, lines end in a line feed as in every CSV of Zonal): one header, every line as long
/// as it, the first column names the section.
///
/// | `section` | what the line says |
/// |---|---|
/// | `report` | one line for each of title, generated, since, until, filter: `name` and `text` |
/// | `totals` | the six measures of everything that matched |
/// | `not_seen` | `name` completeness (`value` empty where there is no account), the stages (`value` kept, `limit` offered), oldest, newest, and each reason as `text` |
/// | `series` | `time` begin of the bucket, `proto` (`other` for the rest), measures |
/// | `edges`, `sources`, `destinations`, `services` | the fields of the group, measures |
/// | `alerts` | `id`, `name` rule and name, `severity`, `state`, `time` first and `until` last seen, what is known of the scope, `value` observed, `limit` threshold, `count`, `text` summary, `filter` |
/// | `agents` | `agent`, `state`, `time` first and `until` last heard; one line a counter: `name`, `value`, `unit` |
/// | `interfaces` | `agent`, `interface`, `vni`; `name` captured or dropped, `value` |
package struct CSVReport: Sendable {
    package static let columns = [
        "section", "name", "time", "until", "src", "dst", "dst_port", "proto", "agent", "interface", "vni", "id", "severity", "state",
        "records", "flows", "packets", "bytes", "rev_packets", "rev_bytes", "count", "value", "limit", "unit", "text", "filter",
    ]

    private let report: FlowReport

    package init(_ report: FlowReport) {
        self.report = report
    }

    /// The file, UTF-8.
    package func octets() -> [UInt8] {
        var octets: [UInt8] = []
        CSVRenderer.append(line: Self.columns, to: &octets)
        for line in lines() { CSVRenderer.append(line: Self.columns.map { line[$0] ?? "" }, to: &octets) }
        return octets
    }

    private func lines() -> [[String: String]] {
        var lines: [[String: String]] = []
        func say(_ name: String, _ text: String) { lines.append(["section": "report", "name": name, "text": text]) }
        say("title", report.title)
        say("generated", UTCTime.text(milliseconds: report.generatedMilliseconds))
        say("since", report.range.since.map { UTCTime.text(milliseconds: $0) } ?? "")
        say("until", report.range.until.map { UTCTime.text(milliseconds: $0) } ?? "")
        say("filter", report.filterText)
        lines += notSeen()
        lines.append(Self.measures(report.totals, ["section": "totals"]))
        for point in report.series {
            lines.append(Self.measures(point.measures, [
                "section": "series", "time": UTCTime.text(milliseconds: point.milliseconds), "proto": point.proto,
            ]))
        }
        for (part, groups) in [
            (FlowReport.Part.edges, report.edges), (.sources, report.sources), (.destinations, report.destinations),
            (.services, report.services),
        ] {
            for group in groups {
                var line = ["section": part.rawValue]
                for (field, value) in zip(part.by, group.key) { line[field.rawValue] = value.text }
                lines.append(Self.measures(group.measures, line))
            }
        }
        lines += report.alerts.map(Self.alert)
        for agent in report.agents { lines += Self.agent(agent) }
        return lines
    }

    private func notSeen() -> [[String: String]] {
        let completeness = report.completeness
        var lines = [["section": "not_seen", "name": "completeness", "value": completeness.value.map { FieldValue.real($0).text } ?? ""]]
        for stage in completeness.stages {
            lines.append([
                "section": "not_seen", "name": stage.stage, "value": String(stage.kept), "limit": String(stage.offered), "unit": stage.unit,
            ])
        }
        for reason in completeness.reasons { lines.append(["section": "not_seen", "name": "reason", "text": reason]) }
        for (name, time) in [("oldest", completeness.oldestMilliseconds), ("newest", completeness.newestMilliseconds)] {
            lines.append(["section": "not_seen", "name": name, "time": time.map { UTCTime.text(milliseconds: $0) } ?? ""])
        }
        return lines
    }

    private static func measures(_ measures: FlowReport.Measures, _ line: [String: String]) -> [String: String] {
        var line = line
        line["records"] = String(measures.records)
        line["flows"] = String(measures.flows)
        line["packets"] = String(measures.packets)
        line["bytes"] = String(measures.bytes)
        line["rev_packets"] = String(measures.revPackets)
        line["rev_bytes"] = String(measures.revBytes)
        return line
    }

    private static func alert(_ alert: Alert) -> [String: String] {
        [
            "section": "alerts", "id": alert.id, "name": "\(alert.rule) \(alert.name)", "severity": alert.severity.name,
            "state": alert.state.rawValue, "time": UTCTime.text(milliseconds: alert.firstSeenMilliseconds),
            "until": UTCTime.text(milliseconds: alert.lastSeenMilliseconds), "src": alert.source?.description ?? "",
            "dst": alert.destination?.description ?? "", "dst_port": alert.destinationPort.map { String($0) } ?? "",
            "proto": alert.protocolIdentifier.map(ProtocolName.text) ?? "", "agent": alert.agent, "count": String(alert.count),
            "value": FieldValue.real(alert.observed).text, "limit": FieldValue.real(alert.threshold).text, "text": alert.summary,
            "filter": alert.filter,
        ]
    }

    private static func agent(_ agent: FlowReport.Agent) -> [[String: String]] {
        let report = agent.report
        let known = [
            "section": "agents", "agent": report.agent, "state": agent.state.rawValue,
            "time": UTCTime.text(milliseconds: agent.firstSeenMilliseconds),
            "until": UTCTime.text(milliseconds: agent.lastSeenMilliseconds),
        ]
        let counters = [
            ("captured", report.captured, "packets"), ("metered", report.metered, "packets"),
            ("witnessed", report.witnessed, "packets"), ("dropped", agent.dropped, "packets"),
            ("evicted", report.evicted, "flows"), ("records_dropped", report.recordsDropped, "records"),
        ] + report.notMetered.sorted { $0.key < $1.key }.map { ("not_metered \($0.key)", $0.value, "packets") }
        var lines = counters.map { name, value, unit in
            known.merging(["name": name, "value": String(value), "unit": unit]) { $1 }
        }
        for interface in report.interfaces {
            for (name, value) in [("captured", interface.captured), ("dropped", interface.dropped)] {
                lines.append([
                    "section": "interfaces", "agent": report.agent, "interface": interface.name,
                    "vni": interface.vni == .max ? "" : String(interface.vni), "name": name, "value": String(value),
                    "unit": "packets", "text": interface.kind,
                ])
            }
        }
        return lines
    }
}
