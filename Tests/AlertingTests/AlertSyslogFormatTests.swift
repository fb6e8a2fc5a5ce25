import FlowModel
import Testing

@testable import Alerting

@Suite("Alerts as syslog")
struct AlertSyslogFormatTests {
    let format = AlertSyslogFormat(hostname: "collector1.example.net", processIdentifier: "812")

    func text(_ notice: AlertNotice, sequence: UInt64 = 42) -> String {
        String(decoding: format.octets(notice, facility: 20, sequence: sequence), as: UTF8.self)
    }

    @Test("an opening, in full")
    func opened() {
        #expect(
            text(Notices.horizontal())
                == #"<164>1 2026-03-01T10:20:30.123Z collector1.example.net zonal 812 D1 [timeQuality tzKnown="1"]"#
                + #"[meta sequenceId="42"][flow@32473 alert="a77f30c2d411" rule="horizontal-scan" sev="medium" "#
                + #"state="open" event="opened" src="10.0.1.11" dport="445" proto="tcp" vni="5001" observed="20" "#
                + #"threshold="8" window="300" first="2026-03-01T10:20:28.123Z" last="2026-03-01T10:20:30.023Z" "#
                + #"mitre="T1046,T1018" completeness="0.998" n="3" "#
                + #"query="src host 10.0.1.11 and dst port 445 and vni 5001 and proto tcp and state in [S0,REJ,RSTOS0\]" "#
                + #"since="2026-03-01T10:20:28.123Z" until="2026-03-01T10:20:30.024Z" "#
                + #"sample="tcp 10.0.1.11 40000 10.0.2.1 445 REJ" sample="tcp 10.0.1.11 40000 10.0.2.2 445 REJ"] "#
                + "10.0.1.11 failed to reach 20 hosts on tcp 445 of vni 5001 in 5 min (limit 8)")
    }

    @Test("an end is a notice (severity 5), and says how long it was")
    func closed() throws {
        let parsed = try SyslogParser.parse(Array(text(Notices.horizontal(.closed)).utf8))
        #expect(parsed.facility == 20 && parsed.severity == 5)
        #expect(parsed.timestamp == "2026-03-01T11:20:30.123Z")
        #expect(parsed.values("state") == ["closed"] && parsed.values("event") == ["closed"])
        #expect(parsed.values("sev") == ["medium"])
        #expect(parsed.text.hasPrefix("closed after 3600 s: 10.0.1.11 failed"))
    }

    @Test("a rise says what it is now")
    func escalated() throws {
        var notice = Notices.silence("host-a", severity: .critical)
        notice.kind = .escalated
        let parsed = try SyslogParser.parse(Array(text(notice).utf8))
        #expect(parsed.severity == 2 && parsed.messageIdentifier == "D20")
        #expect(parsed.text == "now critical: agent host-a has sent no batch for 60 s (limit 60 s)")
        #expect(parsed.values("agent") == ["host-a"] && parsed.values("src").isEmpty && parsed.values("query").isEmpty)
    }

    @Test("severities are those of syslog", arguments: Alert.Severity.allCases)
    func severities(_ severity: Alert.Severity) throws {
        let parsed = try SyslogParser.parse(Array(text(Notices.silence("a", severity: severity)).utf8))
        #expect(parsed.severity == Int(severity.rawValue))
    }

    @Test("the sequence number wraps from 2147483647 to 1")
    func sequence() {
        #expect(AlertSyslogFormat.sequenceId(1) == 1)
        #expect(AlertSyslogFormat.sequenceId(2_147_483_647) == 2_147_483_647)
        #expect(AlertSyslogFormat.sequenceId(2_147_483_648) == 1)
        #expect(AlertSyslogFormat.sequenceId(.max) >= 1)
    }

    @Test("an agent cannot name itself into another message", arguments: Notices.nasty.indices)
    func nasty(index: Int) throws {
        let name = Notices.nasty[index]
        let parsed = try SyslogParser.parse(Array(text(Notices.silence(name)).utf8))
        #expect(parsed.elements.map(\.id) == ["timeQuality", "meta", "flow@32473"])
        #expect(parsed.values("alert") == ["0123456789ab"] && parsed.values("rule") == ["agent-silence"])
        #expect(parsed.values("agent").count <= 1)
    }

    @Test("an alert with all that it can hold keeps its keys within what a receiver must take")
    func largest() throws {
        var notice = Notices.horizontal()
        let six = IPAddress("2001:db8:1111:2222:3333:4444:5555:6666") ?? .zero
        notice.alert.source = six
        notice.alert.destination = six
        notice.alert.agent = String(repeating: "\"", count: 500)
        notice.alert.filter = String(repeating: "[1]", count: 5000)
        notice.alert.samples = (0..<100).map { _ in notice.alert.samples[0] }
        let octets = format.octets(notice, facility: 20, sequence: 1)
        #expect(octets.count <= 2048)
        let parsed = try SyslogParser.parse(octets)
        #expect(parsed.values("src") == [six.description] && parsed.values("n") == ["3"])
        #expect(parsed.values("truncated") == ["1"] && parsed.values("query").isEmpty && parsed.values("sample").isEmpty)
        #expect(parsed.text == notice.alert.summary)
    }
}
