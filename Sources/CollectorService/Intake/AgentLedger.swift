import FlowModel
import FlowStore
import Synchronization
import Telemetry

/// The agents' side of the loss ledger as metrics: what their counters have grown by, summed over all agents.
///
/// Also remembers how many addresses each agent calls its own, so that answers need not count them.
final class AgentLedger: Sendable {
    private struct Counters {
        var epoch: UInt64
        var captured: UInt64
        var dropped: UInt64
        var metered: UInt64
        var witnessed: UInt64
        var notMetered: UInt64
        var evicted: UInt64
        var recordsDropped: UInt64

        init(_ report: AgentReport) {
            epoch = report.epoch
            captured = report.captured
            dropped = report.interfaces.reduce(UInt64(0)) { $0 &+ $1.dropped }
            metered = report.metered
            witnessed = report.witnessed
            notMetered = report.notMetered.values.reduce(UInt64(0)) { $0 &+ $1 }
            evicted = report.evicted
            recordsDropped = report.recordsDropped
        }
    }
    private struct State {
        var counters: [String: Counters] = [:]
        var localAddresses: [String: Int] = [:]
    }
    /// As many as the catalogue keeps; more are not counted.
    private static let agentLimit = 10_000

    private let state: Mutex<State>
    private let metrics: MetricRegistry

    /// - Parameters:
    ///   - agents: what is known from before: their past is not counted as growth.
    ///   - localAddresses: how many each of them had.
    init(agents: [AgentState], localAddresses: [String: Int], metrics: MetricRegistry) {
        var state = State()
        state.localAddresses = localAddresses
        for agent in agents { state.counters[agent.report.agent] = Counters(agent.report) }
        self.state = Mutex(state)
        self.metrics = metrics
    }

    var localAddresses: [String: Int] { state.withLock { $0.localAddresses } }

    func note(_ report: AgentReport) {
        guard !report.agent.isEmpty else { return }
        let now = Counters(report)
        let before: Counters? = state.withLock { state in
            let known = state.counters[report.agent]
            guard known != nil || state.counters.count < Self.agentLimit else { return now }
            state.localAddresses[report.agent] = report.localAddresses.count
            // Batches overtake each other: an older report of the same epoch has nothing to add.
            if let known, known.epoch == now.epoch, known.captured > now.captured { return now }
            state.counters[report.agent] = now
            return known?.epoch == now.epoch ? known : nil
        }
        func grow(_ metric: MetricDefinition, _ path: KeyPath<Counters, UInt64>) {
            let last = before?[keyPath: path] ?? 0
            if now[keyPath: path] > last { metrics.add(metric, now[keyPath: path] - last) }
        }
        grow(CollectorMetrics.agentPacketsCaptured, \.captured)
        grow(CollectorMetrics.agentPacketsDropped, \.dropped)
        grow(CollectorMetrics.agentPacketsMetered, \.metered)
        grow(CollectorMetrics.agentPacketsWitnessed, \.witnessed)
        grow(CollectorMetrics.agentPacketsNotMetered, \.notMetered)
        grow(CollectorMetrics.agentFlowsEvicted, \.evicted)
        grow(CollectorMetrics.agentRecordsDropped, \.recordsDropped)
    }
}
