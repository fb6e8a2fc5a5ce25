import Enrichment
import FlowModel
import FlowStore
import Logging
import Synchronization
import Telemetry

/// Counted once, with the memory of who owns which address kept in the catalogue, so that a collector that comes back
/// decides as before.
final class CountingDesk: Sendable {
    private struct State {
        var counting = CountedOnce()
        /// A hash of the addresses of each agent as they were stored last.
        var stored: [String: Int] = [:]
    }
    private let state: Mutex<State>
    private let catalog: Catalog
    private let logger: Logger

    /// The word of an agent that was known when the last run ended holds as if it had reported now.
    init(agents: [AgentState], catalog: Catalog, logger: Logger, nowMilliseconds now: Int64) throws(StoreError) {
        var state = State()
        let known = try catalog.localAddresses()
        for agent in agents {
            guard let addresses = known[agent.report.agent] else { continue }
            var report = agent.report
            report.localAddresses = addresses
            state.counting.note(report: report, at: now)
        }
        self.state = Mutex(state)
        self.catalog = catalog
        self.logger = logger
    }

    /// Takes in what an agent says of itself, and decides which of its records count.
    ///
    /// - Returns: how many rows do not count.
    func decide(_ flows: inout FlowBatch, report: AgentReport, now: Int64) -> Int {
        let (witnesses, isNew) = state.withLock { state in
            state.counting.note(report: report, at: now)
            let witnesses = state.counting.decide(&flows, agent: report.agent, at: now)
            let hash = Set(report.localAddresses).hashValue
            defer { state.stored[report.agent] = hash }
            return (witnesses, state.stored[report.agent] != hash)
        }
        if isNew { store(report) }
        return witnesses
    }

    private func store(_ report: AgentReport) {
        do {
            try catalog.save(localAddresses: report.localAddresses, of: report.agent)
        } catch {
            logger.error(
                "The addresses of an agent could not be stored.",
                metadata: [LogKey.agentName: "\(report.agent)", LogKey.errorCause: "\(error)"])
        }
    }
}
