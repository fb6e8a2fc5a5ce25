import FlowModel

/// Writes notices as syslog messages. docs/alerts.md describes the fields.
package struct AlertSyslogFormat: Sendable {
    /// The name of this host: a fully qualified name, else an address.
    package var hostname: String
    package var processIdentifier: String
    /// The private enterprise number behind the `@` of our element: 32473 (RFC 5612) until one is registered.
    package var enterpriseNumber: UInt32
    package var limits = SyslogMessage.Limits()

    package init(hostname: String, processIdentifier: String, enterpriseNumber: UInt32 = 32_473) {
        self.hostname = hostname
        self.processIdentifier = processIdentifier
        self.enterpriseNumber = enterpriseNumber
    }

    /// - Parameter sequence: of the destination, from 1.
    package func octets(_ notice: AlertNotice, facility: UInt8, sequence: UInt64) -> [UInt8] {
        message(notice, facility: facility, sequence: sequence).octets(limits: limits)
    }

    func message(_ notice: AlertNotice, facility: UInt8, sequence: UInt64) -> SyslogMessage {
        SyslogMessage(
            facility: facility,
            // The end of an alert is a notice, whatever the alert was.
            severity: notice.kind == .closed ? Alert.Severity.low.rawValue : notice.alert.severity.rawValue,
            timestampMilliseconds: notice.milliseconds, hostname: hostname, processIdentifier: processIdentifier,
            messageIdentifier: notice.alert.rule,
            elements: [
                // Times are UTC. Whether the clock is synchronised is not known here, so nothing is said of it.
                .init("timeQuality", [.init("tzKnown", "1")]),
                .init("meta", [.init("sequenceId", String(Self.sequenceId(sequence)))]),
                .init("flow@\(enterpriseNumber)", parameters(notice)),
            ],
            text: text(notice))
    }

    /// 1...2147483647, and from there to 1 again (RFC 5424 §7.3.1).
    static func sequenceId(_ sequence: UInt64) -> UInt64 {
        sequence == 0 ? 1 : (sequence - 1) % 2_147_483_647 + 1
    }

    private func text(_ notice: AlertNotice) -> String {
        let alert = notice.alert
        switch notice.kind {
        case .opened:
            return alert.summary
        case .escalated:
            return "now \(alert.severity.name): \(alert.summary)"
        case .closed:
            let seconds = max((alert.closedMilliseconds ?? notice.milliseconds) - alert.openedMilliseconds, 0) / 1000
            return "closed after \(seconds) s: \(alert.summary)"
        }
    }

    private func parameters(_ notice: AlertNotice) -> [SyslogMessage.Parameter] {
        let alert = notice.alert
        var result: [SyslogMessage.Parameter] = [
            .init("alert", alert.id), .init("rule", alert.name), .init("sev", alert.severity.name),
            .init("state", alert.state.rawValue), .init("event", notice.kind.rawValue),
        ]
        func add(_ name: String, _ value: String?, _ importance: SyslogMessage.Parameter.Importance = .key) {
            if let value, !value.isEmpty { result.append(.init(name, value, importance)) }
        }
        add("src", alert.source?.description)
        add("dst", alert.destination?.description)
        add("dport", alert.destinationPort.map { String($0) })
        add("proto", alert.protocolIdentifier.map(ProtocolName.text))
        switch alert.tenant.kind {
        case .none: break
        case .vlan: add("vlan", String(alert.tenant.number))
        case .virtualNetwork: add("vni", String(alert.tenant.number))
        }
        add("agent", alert.agent)
        add("observed", FieldValue.real(alert.observed).text)
        add("threshold", FieldValue.real(alert.threshold).text)
        add("window", String(alert.windowSeconds))
        add("baseline", alert.baseline.map { FieldValue.real($0).text })
        add("first", UTCTime.text(milliseconds: alert.firstSeenMilliseconds))
        add("last", UTCTime.text(milliseconds: alert.lastSeenMilliseconds))
        add("mitre", alert.techniques)
        add("completeness", alert.completeness.map { FieldValue.real(($0 * 1000).rounded() / 1000).text })
        add("approx", alert.isApproximate ? "1" : nil)
        add("n", String(alert.count))
        if !alert.filter.isEmpty {
            add("query", alert.filter, .query)
            add("since", UTCTime.text(milliseconds: alert.filterSinceMilliseconds), .query)
            add("until", UTCTime.text(milliseconds: alert.filterUntilMilliseconds), .query)
        }
        for sample in alert.samples.prefix(8) { add("sample", Self.text(sample), .evidence) }
        return result
    }

    /// `tcp 10.0.1.11 40000 10.0.2.1 445 REJ`.
    private static func text(_ sample: Alert.Sample) -> String {
        let words = [
            ProtocolName.text(sample.protocolIdentifier), sample.source.description, String(sample.sourcePort),
            sample.destination.description, String(sample.destinationPort), sample.state.name,
        ]
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
