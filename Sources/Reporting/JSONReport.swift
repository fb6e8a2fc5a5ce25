import FlowModel
import FlowQuery

/// A report as one JSON object. Keys of groups are the catalogue's names; counters are whole numbers, times RFC 3339, what is
/// absent is null.
///
/// | key | value |
/// |---|---|
/// | `title`, `generated`, `since`, `until`, `filter` | what was asked, and when the report was made |
/// | `completeness` | as in every answer of the HTTP API |
/// | `totals` | the six measures |
/// | `series` | `interval_seconds`, and `rows` of `start`, `proto` (`other` for the rest) and the measures |
/// | `edges`, `sources`, `destinations`, `services` | arrays of groups: their fields and the measures |
/// | `alerts` | the alerts: what is known of each, and `samples` |
/// | `agents` | the agents: state, counters since their start, `interfaces` |
package struct JSONReport: Sendable {
    private let report: FlowReport

    package init(_ report: FlowReport) {
        self.report = report
    }

    /// The text, UTF-8, with a line feed at its end.
    package func octets() -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("title", report.title)
            json.member("generated", time: report.generatedMilliseconds)
            json.member("since", time: report.range.since)
            json.member("until", time: report.range.until)
            json.member("filter", report.filterText)
            json.key("completeness")
            JSONRenderer.write(report.completeness, to: &json)
            json.key("totals")
            json.object { Self.measures(report.totals, &$0) }
            json.key("series")
            json.object { json in
                json.member("interval_seconds", report.intervalMilliseconds / 1000)
                json.key("rows")
                json.array { json in
                    for point in report.series {
                        json.object { json in
                            json.member("start", time: point.milliseconds)
                            json.member("proto", point.proto)
                            Self.measures(point.measures, &json)
                        }
                    }
                }
            }
            Self.groups(.edges, report.edges, &json)
            Self.groups(.sources, report.sources, &json)
            Self.groups(.destinations, report.destinations, &json)
            Self.groups(.services, report.services, &json)
            json.key("alerts")
            json.array { json in for alert in report.alerts { Self.alert(alert, &json) } }
            json.key("agents")
            json.array { json in for agent in report.agents { Self.agent(agent, &json) } }
        }
        json.newline()
        return json.octets
    }

    private static func measures(_ measures: FlowReport.Measures, _ json: inout JSONWriter) {
        json.member("records", measures.records)
        json.member("flows", measures.flows)
        json.member("packets", measures.packets)
        json.member("bytes", measures.bytes)
        json.member("rev_packets", measures.revPackets)
        json.member("rev_bytes", measures.revBytes)
    }

    private static func groups(_ part: FlowReport.Part, _ groups: [FlowReport.Line], _ json: inout JSONWriter) {
        json.key(part.rawValue)
        json.array { json in
            for group in groups {
                json.object { json in
                    for (field, value) in zip(part.by, group.key) {
                        json.key(field.rawValue)
                        json.value(value)
                    }
                    measures(group.measures, &json)
                }
            }
        }
    }

    private static func alert(_ alert: Alert, _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", alert.id)
            json.member("rule", alert.rule)
            json.member("name", alert.name)
            json.member("severity", alert.severity.name)
            json.member("state", alert.state.rawValue)
            json.member("scope", alert.scope)
            json.member("src", alert.source?.description)
            json.member("dst", alert.destination?.description)
            json.member("dst_port", alert.destinationPort)
            json.member("proto", alert.protocolIdentifier.map(ProtocolName.text))
            json.member("tenant", alert.tenant == .none ? nil : alert.tenant.description)
            json.member("agent", alert.agent.isEmpty ? nil : alert.agent)
            json.member("observed", real: alert.observed)
            json.member("threshold", real: alert.threshold)
            json.member("window_seconds", alert.windowSeconds)
            json.member("baseline", real: alert.baseline)
            json.member("first_seen", time: alert.firstSeenMilliseconds)
            json.member("last_seen", time: alert.lastSeenMilliseconds)
            json.member("opened", time: alert.openedMilliseconds)
            json.member("closed", time: alert.closedMilliseconds)
            json.member("count", alert.count)
            json.member("summary", alert.summary)
            json.member("techniques", alert.techniques)
            json.member("filter", alert.filter)
            json.member("filter_since", time: alert.filterSinceMilliseconds)
            json.member("filter_until", time: alert.filterUntilMilliseconds)
            json.key("samples")
            json.array { json in
                for sample in alert.samples {
                    json.object { json in
                        json.member("end", time: sample.endMilliseconds)
                        json.member("proto", ProtocolName.text(sample.protocolIdentifier))
                        json.member("src", sample.source.description)
                        json.member("src_port", sample.sourcePort)
                        json.member("dst", sample.destination.description)
                        json.member("dst_port", sample.destinationPort)
                        json.member("state", sample.state == .absent ? nil : sample.state.name)
                        json.member("agent", sample.agent)
                        json.member("flow_id", sample.flowId == 0 ? nil : FlowBatch.hex(sample.flowId))
                    }
                }
            }
            json.member("completeness", real: alert.completeness)
            json.member("approximate", alert.isApproximate)
        }
    }

    private static func agent(_ agent: FlowReport.Agent, _ json: inout JSONWriter) {
        let report = agent.report
        json.object { json in
            json.member("agent", report.agent)
            json.member("epoch", FlowBatch.hex(report.epoch))
            json.member("first_seen", time: agent.firstSeenMilliseconds)
            json.member("last_seen", time: agent.lastSeenMilliseconds)
            json.member("state", agent.state.rawValue)
            json.key("interfaces")
            json.array { json in
                for interface in report.interfaces {
                    json.object { json in
                        json.member("name", interface.name)
                        json.member("kind", interface.kind)
                        json.member("vni", interface.vni == .max ? nil : interface.vni)
                        json.member("captured", interface.captured)
                        json.member("dropped", interface.dropped)
                    }
                }
            }
            json.member("captured", report.captured)
            json.member("metered", report.metered)
            json.member("witnessed", report.witnessed)
            json.key("not_metered")
            json.object { json in
                for (reason, count) in report.notMetered.sorted(by: { $0.key < $1.key }) { json.member(reason, count) }
            }
            json.member("dropped", agent.dropped)
            json.member("evicted", report.evicted)
            json.member("records_dropped", report.recordsDropped)
            json.member("local_addresses", agent.localAddresses)
        }
    }
}
