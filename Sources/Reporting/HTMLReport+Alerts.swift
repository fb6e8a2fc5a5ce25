import FlowModel

/// Alerts with their evidence, and agents with their account.
extension HTMLReport {
    func alerts(_ html: inout HTMLText) {
        html.element("section", ["id": "alerts"]) { html in
            html.element("h2", text: "Alerts")
            guard !model.alerts.isEmpty else {
                html.element("p", ["class": "nothing"], text: "No alert in this span.")
                return
            }
            for alert in model.alerts { Self.alert(alert, &html) }
        }
    }

    private static func alert(_ alert: Alert, _ html: inout HTMLText) {
        html.element("article") { html in
            html.element("div", ["class": "whole"]) { html in
                html.element("h3") { html in
                    html.element("span", ["class": "badge \(alert.severity.name)"], text: alert.severity.name)
                    html.text(" \(alert.name) ")
                    html.element("span", ["class": "quiet"], text: "\(alert.rule) · \(alert.state.rawValue) · \(Readable.plural(alert.count, "time"))")
                }
                html.element("p") { $0.breakable(alert.summary) }
                html.element("dl", ["class": "pairs"]) { html in
                    pair("scope", alert.scope, &html)
                    pair("seen", "\(Readable.time(alert.firstSeenMilliseconds)) to \(Readable.time(alert.lastSeenMilliseconds)) UTC", &html)
                    if let closed = alert.closedMilliseconds { pair("closed", "\(Readable.time(closed)) UTC", &html) }
                    pair("observed", "\(alert.isApproximate ? "at least " : "")\(Readable.real(alert.observed)), threshold \(Readable.real(alert.threshold))\(alert.windowSeconds > 0 ? " in \(Readable.duration(seconds: Int64(alert.windowSeconds)))" : "")", &html)
                    pair("completeness", alert.completeness.map { "\(Readable.percent($0)) of the window" } ?? "no account for the window", &html)
                    pair("techniques", alert.techniques, &html)
                    pair("filter", alert.filter, &html)
                }
            }
            guard !alert.samples.isEmpty else { return }
            table([("end", false), ("proto", false), ("src → dst", false), ("state", false), ("agent", false)], &html) { html in
                for sample in alert.samples {
                    html.element("tr") { html in
                        cell(Readable.time(sample.endMilliseconds), &html)
                        cell(ProtocolName.text(sample.protocolIdentifier), &html)
                        edge(
                            "\(sample.source)\(sample.sourcePort > 0 ? " \(sample.sourcePort)" : "")",
                            "\(sample.destination)\(sample.destinationPort > 0 ? " \(sample.destinationPort)" : "")", &html)
                        cell(sample.state.name, &html)
                        cell(sample.agent, &html)
                    }
                }
            }
        }
    }

    func agents(_ html: inout HTMLText) {
        html.element("section", ["id": "agents"]) { html in
            html.element("h2", text: "Agents and interfaces")
            guard !model.agents.isEmpty else {
                html.element("p", ["class": "nothing"], text: "No agent has reported to this collector.")
                return
            }
            html.element("p", ["class": "quiet"], text: "Counters of an agent run since its start, not over the span of this report.")
            for agent in model.agents { Self.agent(agent, &html) }
        }
    }

    private static func agent(_ agent: FlowReport.Agent, _ html: inout HTMLText) {
        let report = agent.report
        html.element("article") { html in
            html.element("div", ["class": "whole"]) { html in
                html.element("h3") { html in
                    html.breakable(report.agent)
                    html.text(" ")
                    html.element("span", ["class": "state \(agent.state.rawValue)"], text: agent.state.rawValue)
                }
                html.element("dl", ["class": "pairs"]) { html in
                    pair("heard", "\(Readable.time(agent.firstSeenMilliseconds)) to \(Readable.time(agent.lastSeenMilliseconds)) UTC", &html)
                    pair("packets", "\(Readable.exact(report.captured)) captured = \(Readable.exact(report.metered)) metered + \(Readable.exact(report.witnessed)) witnessed + \(Readable.exact(report.notMetered.values.reduce(0, FlowReport.Measures.sum))) not metered", &html)
                    if !report.notMetered.isEmpty {
                        pair("not metered", report.notMetered.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
                            .map { "\($0.key) \(Readable.exact($0.value))" }.joined(separator: ", "), &html)
                    }
                    pair("lost", agent.hasLosses
                        ? "\(Readable.exact(agent.dropped)) packets dropped, \(Readable.exact(report.evicted)) flows ended early for want of room, \(Readable.exact(report.recordsDropped)) records not sent"
                        : "nothing known", &html)
                }
            }
            guard !report.interfaces.isEmpty else {
                html.element("p", ["class": "nothing"], text: "It captures no interface.")
                return
            }
            table([("interface", false), ("kind", false), ("vni", true), ("captured", true), ("dropped", true)], &html) { html in
                for interface in report.interfaces {
                    html.element("tr") { html in
                        mono(interface.name, &html)
                        cell(interface.kind, &html)
                        number(interface.vni == .max ? "–" : String(interface.vni), &html)
                        number(Readable.exact(interface.captured), &html)
                        number(Readable.exact(interface.dropped), &html)
                    }
                }
            }
        }
    }

    private static func pair(_ name: String, _ value: String, _ html: inout HTMLText) {
        guard !value.isEmpty else { return }
        html.element("dt", text: name)
        html.element("dd") { $0.breakable(value) }
    }
}
