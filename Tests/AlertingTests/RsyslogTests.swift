import FlowModel
import Foundation
import Testing

@testable import Alerting

@Suite(
    "rsyslog reads our messages", .serialized,
    .enabled(if: Rsyslog.path != nil, "rsyslogd is not installed: apt-get install rsyslog"))
struct RsyslogTests {
    static let ways: [(SyslogDestination.Transport, SyslogDestination.Framing)] = [
        (.udp, .datagram), (.tcp, .lf), (.tcp, .octetCounting),
    ]

    static func dispatcher(_ rsyslog: Rsyslog, _ way: (SyslogDestination.Transport, SyslogDestination.Framing)) -> AlertDispatcher {
        let port = way.0 == .udp ? rsyslog.udpPort : rsyslog.tcpPort
        return AlertDispatcherTests.dispatcher([.init(way.0, host: "127.0.0.1", port: port, framing: way.1)])
    }

    @Test("priority, header, structured data and text arrive as they were meant", arguments: ways)
    func parsed(transport: SyslogDestination.Transport, framing: SyslogDestination.Framing) async throws {
        let rsyslog = try await Rsyslog()
        defer { rsyslog.stop() }
        let dispatcher = Self.dispatcher(rsyslog, (transport, framing))
        try await AlertDispatcherTests.running(dispatcher) {
            dispatcher.send(Notices.horizontal())
            dispatcher.send(Notices.horizontal(.closed))
            let messages = try await rsyslog.received(2)
            try #require(messages.count == 2)
            let first = messages[0]
            #expect(first["pri"] == "164" && first["syslogfacility"] == "20" && first["syslogseverity"] == "4")
            #expect(first["protocol-version"] == "1")
            #expect(first["timereported"] == "2026-03-01T10:20:30.123Z" || first["timereported"] == "2026-03-01T10:20:30.123000Z")
            #expect(first["hostname"] == "collector1" && first["app-name"] == "zonal" && first["msgid"] == "D1")
            #expect(first["procid"] == String(getpid()))
            let sent = AlertSyslogFormat(hostname: "collector1", processIdentifier: String(getpid()))
                .octets(Notices.horizontal(), facility: 20, sequence: 1)
            let whole = String(decoding: sent, as: UTF8.self)
            let start = try #require(whole.firstIndex(of: "["))
            let end = try #require(whole.range(of: "] 10.0.1.11"))
            #expect(first["structured-data"] == String(whole[start...end.lowerBound]))
            // rsyslog keeps the blank that separates the text, or not, by version.
            #expect(first["msg"]?.trimmingCharacters(in: .whitespaces) == Notices.horizontal().alert.summary)
            #expect(messages[1]["syslogseverity"] == "5")
            #expect(messages[1]["structured-data"]?.contains(#"state="closed""#) == true)
        }
    }

    @Test("texts that try to break out stay one message each", arguments: ways)
    func nasty(transport: SyslogDestination.Transport, framing: SyslogDestination.Framing) async throws {
        let rsyslog = try await Rsyslog()
        defer { rsyslog.stop() }
        let dispatcher = Self.dispatcher(rsyslog, (transport, framing))
        try await AlertDispatcherTests.running(dispatcher) {
            for text in Notices.nasty { dispatcher.send(Notices.silence(text)) }
            dispatcher.send(Notices.silence("the last"))
            let messages = try await rsyslog.received(Notices.nasty.count + 1)
            #expect(messages.count == Notices.nasty.count + 1)
            for message in messages {
                #expect(message["msgid"] == "D20" && message["syslogseverity"] == "3" && message["hostname"] == "collector1")
                #expect(message["structured-data"]?.hasPrefix(#"[timeQuality tzKnown="1"][meta sequenceId="#) == true)
                #expect(message["structured-data"]?.hasSuffix("]") == true)
            }
            #expect(messages.last?["structured-data"]?.contains(#"agent="the last""#) == true)
        }
    }
}
