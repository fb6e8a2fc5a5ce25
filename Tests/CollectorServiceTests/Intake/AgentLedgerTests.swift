import FlowModel
import FlowStore
import Logging
import Synchronization
import Telemetry
import Testing

@testable import CollectorService

@Suite("the agents' side of the loss ledger")
struct AgentLedgerTests {
    private let metrics = MetricRegistry(CollectorMetrics.all)

    private func ledger(limit: Int = 10_000) -> AgentLedger {
        AgentLedger(agents: [], localAddresses: [:], limit: limit, metrics: metrics, logger: TestCollector.logger) { TestBatch.now }
    }

    private func value(_ name: String) -> String? {
        PrometheusText.render(metrics).split(separator: "\n").first { $0.hasPrefix(name + " ") }?
            .split(separator: " ").last.map(String.init)
    }

    @Test("two agents of one name each go on where they were, and are noticed")
    func sharedName() {
        let ledger = ledger()
        for (epoch, captured) in [(1, 100), (2, 100), (1, 101), (2, 101)] as [(UInt64, UInt64)] {
            ledger.note(TestBatch.report(epoch: epoch, captured: captured))
        }
        #expect(value("zonal_collector_agent_packets_captured_total") == "202")
        #expect(value("zonal_collector_agent_names_shared_total") == "1")
    }

    @Test("an agent that was started anew is one, also when a report of before comes late")
    func restart() {
        let ledger = ledger()
        ledger.note(TestBatch.report(epoch: 1, captured: 100, at: 1_000))
        ledger.note(TestBatch.report(epoch: 2, captured: 10, at: 3_000))
        ledger.note(TestBatch.report(epoch: 1, captured: 105, at: 2_000))
        ledger.note(TestBatch.report(epoch: 2, captured: 12, at: 23_000))
        #expect(value("zonal_collector_agent_packets_captured_total") == "117")
        #expect(value("zonal_collector_agent_names_shared_total") ?? "0" == "0")
    }

    @Test("past the limit, the agent that was not heard of for longest is forgotten")
    func bound() {
        let ledger = ledger(limit: 2)
        for name in ["a", "b", "a", "c"] { ledger.note(TestBatch.report(name, captured: 100)) }
        #expect(ledger.localAddresses.keys.sorted() == ["a", "c"])
        #expect(value("zonal_collector_agent_packets_captured_total") == "300")
    }
}
