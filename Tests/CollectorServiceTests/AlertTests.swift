import Alerting
import CollectorService
import FlowModel
import Foundation
import TestSupport
import Testing

@Suite("Alerts at a collector")
struct AlertTests {
    @Test("a vertical scan is one alert, there when its batch is answered; repeats and duplicates fold")
    func scan() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let report = TestBatch.report("host-a", local: ["10.0.1.66"])
            #expect(try await collector.send(TestBatch.verticalScan(), report: report, sequence: 1).status == 200)
            let alerts = try await collector.get("/v1/alerts?state=open").rows()
            #expect(alerts.count == 1)
            let alert = try #require(alerts.first)
            #expect(
                Set(alert.keys) == [
                    "id", "rule", "name", "severity", "state", "scope", "src", "dst", "dst_port", "proto", "tenant", "agent",
                    "observed", "threshold", "window_seconds", "baseline", "first_seen", "last_seen", "opened", "closed", "count",
                    "summary", "techniques", "filter", "filter_since", "filter_until", "samples", "completeness", "approximate",
                ])
            #expect(alert["rule"] as? String == "D2")
            #expect(alert["name"] as? String == "vertical-scan")
            #expect(alert["src"] as? String == "10.0.1.66")
            #expect(alert["dst"] as? String == "10.0.1.12")
            #expect(alert["count"] as? Int == 1)
            #expect(alert["closed"] is NSNull)
            #expect(alert["observed"] as? Int ?? 0 >= 15)
            let samples = try #require(alert["samples"] as? [[String: Any]])
            #expect(!samples.isEmpty)
            #expect(
                Set(samples[0].keys) == ["end", "proto", "src", "src_port", "dst", "dst_port", "state", "agent", "flow_id"])
            // The filter of the alert shows the flows behind it.
            var query = URLComponents()
            query.queryItems = [
                URLQueryItem(name: "filter", value: alert["filter"] as? String),
                URLQueryItem(name: "since", value: alert["filter_since"] as? String),
                URLQueryItem(name: "until", value: alert["filter_until"] as? String),
            ]
            let flows = try await collector.get("/v1/flows?\(query.percentEncodedQuery ?? "")").rows()
            #expect(flows.count == 40)

            // The same batch again changes nothing.
            #expect(try await collector.send(TestBatch.verticalScan(), report: report, sequence: 1).text.contains("true"))
            #expect(try await collector.get("/v1/alerts").rows().first?["count"] as? Int == 1)
            #expect(try await collector.get("/metrics").text.contains("zonal_collector_alerts_opened_total{rule=\"D2\"} 1\n"))
        }
    }

    @Test("an agent that falls silent is an alert, which ends when it is heard again")
    func silence() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            _ = try await collector.send(FlowBatch(), report: TestBatch.report(), sequence: 1)
            #expect(try await collector.get("/v1/alerts").rows().isEmpty)
            collector.clock.advance(seconds: 90)
            try await collector.eventually("/v1/alerts?state=open") { try $0.rows().count == 1 }
            let alert = try #require(try await collector.get("/v1/alerts").rows().first)
            #expect(alert["rule"] as? String == "D20")
            #expect(alert["agent"] as? String == "host-a")
            let report = TestBatch.report(at: collector.clock.now)
            _ = try await collector.send(FlowBatch(), report: report, sequence: 2)
            #expect(try await collector.get("/v1/alerts?state=open").rows().isEmpty)
            #expect(try await collector.get("/v1/alerts?state=closed").rows().count == 1)
        }
    }

    @Test("an alert reaches its syslog receiver, its end too")
    func syslog() async throws {
        let receiver = try SyslogReceiver()
        try await TestCollector.run(
            in: ScratchFolder(),
            configure: { $0.addSyslogReceiver(host: "127.0.0.1", port: receiver.port) }
        ) { collector in
            let report = TestBatch.report("host-a", local: ["10.0.1.66"])
            _ = try await collector.send(TestBatch.verticalScan(), report: report, sequence: 1)
            let opened = try #require(await receiver.next())
            #expect(opened.hasPrefix("<"))
            #expect(opened.contains("D2"))
            #expect(opened.contains("10.0.1.66"))
            var goodbye = report
            goodbye.isGoodbye = true
            _ = try await collector.send(FlowBatch(), report: goodbye, sequence: 2)
            // Quiet for longer than an hour.
            collector.clock.advance(seconds: 3601)
            let closed = try #require(await receiver.next())
            #expect(closed.contains("D2"))
            #expect(closed.contains("closed"))
        }
    }

    @Test("an opening that found no receiver is told after the restart, and only then")
    func untold() async throws {
        let folder = try ScratchFolder()
        let report = TestBatch.report("host-a", local: ["10.0.1.66"])
        // A port that refuses: nobody gets what the first collector sends.
        let refused = try SyslogReceiver().port
        try await TestCollector.run(
            in: folder, configure: { $0.destinations = [SyslogDestination(.tcp, host: "127.0.0.1", port: refused)] }
        ) { collector in
            _ = try await collector.send(TestBatch.verticalScan(), report: report, sequence: 1)
            var goodbye = report
            goodbye.isGoodbye = true
            _ = try await collector.send(FlowBatch(), report: goodbye, sequence: 2)
            try await collector.eventually("/metrics") { $0.text.contains("zonal_collector_syslog_waiting{destination=\"1\"} 1\n") }
        }
        let receiver = try SyslogReceiver(), later = try SyslogReceiver()
        try await TestCollector.run(
            in: folder, configure: { $0.addSyslogReceiver(host: "127.0.0.1", port: receiver.port) }
        ) { collector in
            let opened = try #require(await receiver.next())
            #expect(opened.contains("event=\"opened\"") && opened.contains("10.0.1.66"))
        }
        try await TestCollector.run(
            in: folder, configure: { $0.addSyslogReceiver(host: "127.0.0.1", port: later.port) }
        ) { collector in
            collector.clock.advance(seconds: 3601)
            let next = try #require(await later.next())
            #expect(next.contains("event=\"closed\""))
        }
    }

    @Test("restart keeps who owns which address: another agent's record does not count because it comes first")
    func owners() async throws {
        let folder = try ScratchFolder()
        try await TestCollector.run(in: folder) { collector in
            _ = try await collector.send(FlowBatch(), report: TestBatch.report("host-a", local: ["10.0.1.11"]), sequence: 1)
        }
        try await TestCollector.run(in: folder) { collector in
            let flows = TestBatch.flows([TestBatch.record(bytes: 700)])
            let other = TestBatch.report("host-b", epoch: 2, local: ["10.0.1.12"])
            #expect(try await collector.send(flows, report: other, sequence: 1).status == 200)
            #expect(try await collector.get("/v1/flows").rows().isEmpty)
            #expect(try await collector.get("/v1/flows?witnesses=1").rows().count == 1)
            let agents = try await collector.get("/v1/agents").rows()
            #expect(agents.map { $0["local_addresses"] as? Int } == [1, 1])
            // What an agent counted before the restart is no growth.
            #expect(try await collector.get("/metrics").text.contains("zonal_collector_agent_packets_captured_total 100\n"))
        }
    }

    @Test("restart keeps flows, batch ids, alerts and agents; the silence of a known agent is noticed")
    func restart() async throws {
        let folder = try ScratchFolder()
        let clock = TestClock()
        let report = TestBatch.report("host-a", local: ["10.0.1.66"])
        var id = ""
        id = try await TestCollector.run(in: folder, clock: clock) { collector in
            _ = try await collector.send(TestBatch.verticalScan(), report: report, sequence: 1)
            return try await collector.get("/v1/alerts").rows().first?["id"] as? String ?? ""
        }
        #expect(!id.isEmpty)
        clock.advance(seconds: 10)
        let known = id
        try await TestCollector.run(in: folder, clock: clock) { collector in
            #expect(try await collector.get("/v1/flows").rows().count == 40)
            #expect(try await collector.get("/v1/alerts?state=open").rows().map { $0["id"] as? String } == [known])
            #expect(try await collector.get("/v1/agents").rows().count == 1)
            #expect(try await collector.send(TestBatch.verticalScan(), report: report, sequence: 1).text.contains("true"))
            // The same scan goes on: it folds into the alert of the last run.
            let more = TestBatch.verticalScan(ports: 60, end: clock.now)
            _ = try await collector.send(more, report: TestBatch.report("host-a", local: ["10.0.1.66"], at: clock.now), sequence: 2)
            let alert = try #require(try await collector.get("/v1/alerts").rows().first)
            #expect(alert["id"] as? String == known)
            #expect(alert["count"] as? Int == 2)
            clock.advance(seconds: 120)
            try await collector.eventually("/v1/alerts?state=open") { try $0.rows().contains { $0["rule"] as? String == "D20" } }
        }
    }
}
