import FlowModel
import FlowStore
import Logging
import Synchronization
import Telemetry

/// The agents' side of the loss ledger as metrics: what their counters have grown by, summed over all agents.
///
/// Also remembers how many addresses each agent calls its own, so that answers need not count them, and notices agents that
/// share a name.
final class AgentLedger: Sendable {
    private struct Counters {
        var epoch: UInt64
        var exportMilliseconds: Int64
        /// Of the first report of the epoch.
        var firstExport: Int64
        var captured: UInt64
        var dropped: UInt64
        var metered: UInt64
        var witnessed: UInt64
        var notMetered: UInt64
        var evicted: UInt64
        var recordsDropped: UInt64

        init(_ report: AgentReport) {
            epoch = report.epoch
            exportMilliseconds = report.exportMilliseconds
            firstExport = report.exportMilliseconds
            captured = report.captured
            dropped = report.interfaces.reduce(UInt64(0)) { $0 &+ $1.dropped }
            metered = report.metered
            witnessed = report.witnessed
            notMetered = report.notMetered.values.reduce(UInt64(0)) { $0 &+ $1 }
            evicted = report.evicted
            recordsDropped = report.recordsDropped
        }
    }
    private struct Agent {
        /// Of its last starts, in the order in which they were heard of first: of two agents that share a name each goes on
        /// where it was.
        var epochs: [Counters]
        var localAddresses: Int
        /// Number of the report that was the last one, of all agents.
        var heard: UInt64
    }
    private struct State {
        var agents: [String: Agent] = [:]
        var reports: UInt64 = 0
        var warnings = RepeatLimit(linesPerMinute: 1)
    }
    private static let epochLimit = 4

    private let state: Mutex<State>
    private let limit: Int
    private let metrics: MetricRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - agents: what is known from before: their past is not counted as growth.
    ///   - localAddresses: how many each of them had.
    ///   - limit: agents that are remembered. A further one takes the place of the one not heard of for longest, whose
    ///     counters count as new when it comes back.
    init(
        agents: [AgentState], localAddresses: [String: Int], limit: Int = 10_000, metrics: MetricRegistry, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        var state = State()
        for agent in agents {
            let name = agent.report.agent
            state.agents[name] = Agent(epochs: [Counters(agent.report)], localAddresses: localAddresses[name] ?? 0, heard: 0)
        }
        self.state = Mutex(state)
        self.limit = max(1, limit)
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
    }

    var localAddresses: [String: Int] { state.withLock { $0.agents.mapValues(\.localAddresses) } }

    func note(_ report: AgentReport) {
        guard !report.agent.isEmpty else { return }
        var now = Counters(report)
        let (before, isShared) = state.withLock { state -> (Counters?, Bool) in
            state.reports &+= 1
            guard var agent = state.agents[report.agent] else {
                if state.agents.count >= limit, let gone = state.agents.min(by: { $0.value.heard < $1.value.heard })?.key {
                    state.agents[gone] = nil
                }
                state.agents[report.agent] = Agent(
                    epochs: [now], localAddresses: report.localAddresses.count, heard: state.reports)
                return (nil, false)
            }
            defer { state.agents[report.agent] = agent }
            agent.heard = state.reports
            agent.localAddresses = report.localAddresses.count
            guard let place = agent.epochs.firstIndex(where: { $0.epoch == now.epoch }) else {
                agent.epochs.append(now)
                if agent.epochs.count > Self.epochLimit { agent.epochs.removeFirst() }
                return (nil, false)
            }
            let known = agent.epochs[place]
            // An agent that was started anew sends no more reports of its start before, but some may still be on their way:
            // those were made before the new start's first one.
            let isShared = agent.epochs[(place + 1)...].contains { $0.firstExport <= now.exportMilliseconds }
            // Batches overtake each other: an older report of the same epoch has nothing to add.
            guard known.captured <= now.captured else { return (now, isShared) }
            now.firstExport = known.firstExport
            agent.epochs[place] = now
            return (known, isShared)
        }
        if isShared { tellOfSharedName(report.agent) }
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

    private func tellOfSharedName(_ name: String) {
        metrics.add(CollectorMetrics.agentNamesShared)
        guard let suppressed = state.withLock({ $0.warnings.admit(nowMilliseconds: clock()) }) else { return }
        logger.warning(
            "Two agents have one name: their flows count twice. Give each a name of its own with agent.name.",
            metadata: [LogKey.agentName: "\(name)", LogKey.suppressedCount: "\(suppressed)"])
    }
}
