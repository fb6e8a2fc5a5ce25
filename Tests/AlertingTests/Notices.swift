import FlowModel

@testable import Alerting

/// Notices for the tests of this target.
enum Notices {
    /// 2026-03-01T10:20:30.123Z.
    static let moment: Int64 = 1_772_360_430_123

    static func horizontal(_ kind: AlertNotice.Kind = .opened) -> AlertNotice {
        var alert = Alert(
            id: "a77f30c2d411", rule: "D1", name: "horizontal-scan", scope: "vni 5001 10.0.1.11 tcp 445", severity: .medium)
        alert.source = IPAddress("10.0.1.11")
        alert.destinationPort = 445
        alert.protocolIdentifier = 6
        alert.tenant = Tenant(.virtualNetwork, 5001)
        alert.observed = 20
        alert.threshold = 8
        alert.windowSeconds = 300
        alert.firstSeenMilliseconds = moment - 2000
        alert.lastSeenMilliseconds = moment - 100
        alert.openedMilliseconds = moment
        alert.count = 3
        alert.techniques = "T1046,T1018"
        alert.summary = "10.0.1.11 failed to reach 20 hosts on tcp 445 of vni 5001 in 5 min (limit 8)"
        alert.filter = "src host 10.0.1.11 and dst port 445 and vni 5001 and proto tcp and state in [S0,REJ,RSTOS0]"
        alert.filterSinceMilliseconds = moment - 2000
        alert.filterUntilMilliseconds = moment - 99
        alert.completeness = 0.99812
        alert.samples = (1...2).map { host in
            Alert.Sample(
                endMilliseconds: moment - 1000, protocolIdentifier: 6, source: IPAddress("10.0.1.11") ?? .zero,
                destination: IPAddress("10.0.2.\(host)") ?? .zero, sourcePort: 40_000, destinationPort: 445,
                state: .rej, agent: "host-a", flowId: UInt64(host))
        }
        if kind == .closed {
            alert.state = .closed
            alert.closedMilliseconds = moment + 3_600_000
        }
        return AlertNotice(kind, alert, milliseconds: kind == .closed ? moment + 3_600_000 : moment)
    }

    static func silence(_ agent: String, severity: Alert.Severity = .high) -> AlertNotice {
        var alert = Alert(id: "0123456789ab", rule: "D20", name: "agent-silence", scope: agent, severity: severity)
        alert.agent = agent
        alert.summary = "agent \(agent) has sent no batch for 60 s (limit 60 s)"
        alert.openedMilliseconds = moment
        return AlertNotice(.opened, alert, milliseconds: moment)
    }

    /// Texts that try to break out of a message.
    static let nasty: [String] = [
        "]", "\"", "\\", "\\]", "\"] [evil@1 a=\"b\"]", "a\nb", "a\r\nb", "\r", "\u{0}", "\t", "\u{1B}[31m", "\u{7F}", "\u{85}",
        "\u{2028}", "\u{FEFF}bom", "\u{202E}txt", "é", "😀", "👨‍👩‍👧", "e\u{301}", "]\u{301}", "\"\u{301}", "|", "=", "<34>1 - - - - - -",
        String(repeating: "x", count: 10_240), String(repeating: "]", count: 10_240), String(repeating: "😀", count: 2560),
        String(decoding: [0xFF, 0xFE, 0xC3, 0x28, 0x80], as: UTF8.self), "", " ", "  leading and trailing  ",
    ]
}
