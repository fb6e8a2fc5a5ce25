import Enrichment
import FlowModel
import FlowStore
import Logging
import Synchronization
import Telemetry

/// Counted once, by a memory that outlives the process: who owns which address is kept in the catalogue, and who holds which
/// flow is read from the flows themselves, so that a collector that comes back decides as before. What a decision builds on is
/// on disk before what was decided (`DecisionOrder`).
final class CountingDesk: Sendable {
    private struct State {
        var counting: CountedOnce
        /// Flows that an agent should have seen and did not report, by its name.
        var missing: [String: UInt64] = [:]
        var lastMissingLook: Int64 = .min
    }
    private let state: Mutex<State>
    /// A hash of the addresses of each agent as they were stored last. Held while they are stored: what is remembered is what
    /// is on disk.
    private let stored = Mutex<[String: Int]>([:])
    private let order = DecisionOrder()
    private let catalog: Catalog
    private let metrics: MetricRegistry
    private let logger: Logger

    /// How long before the end of the last run a record may have ended whose flow is still held: agents that send what they
    /// spooled tell of times long past.
    private static let recalledMilliseconds: Int64 = 3_600_000

    /// The word of an agent whose word held when the last run ended holds as if it had reported now. The end of that run was
    /// about when the last one of all was heard of.
    ///
    /// - Parameter store: whose latest records tell who holds which flow.
    init(
        agents: [AgentState], catalog: Catalog, store: any FlowStoring, metrics: MetricRegistry, logger: Logger,
        nowMilliseconds now: Int64
    ) throws(StoreError) {
        let configuration = CountedOnce.Configuration()
        var counting = CountedOnce(configuration)
        let known = try catalog.localAddresses()
        let latest = agents.map(\.lastSeenMilliseconds).max() ?? now
        var isAnyoneHeard = false
        for agent in agents {
            let life =
                agent.report.isGoodbye
                ? configuration.ownerLifeAfterGoodbyeMilliseconds : configuration.ownerLifeMilliseconds
            guard latest - agent.lastSeenMilliseconds <= life else { continue }
            var report = agent.report
            report.localAddresses = known[report.agent] ?? []
            counting.note(report: report, at: now)
            isAnyoneHeard = true
        }
        // Rows of foreign exporters hold nothing.
        if isAnyoneHeard {
            try store.readLatest(
                configuration.keyLimit, endingSince: latest - Self.recalledMilliseconds, fields: CountedOnce.recalledFields
            ) { counting.recall($0, at: now) }
        }
        state = Mutex(State(counting: counting))
        self.catalog = catalog
        self.metrics = metrics
        self.logger = logger
    }

    /// Takes in what an agent says of itself, and decides which of its records count.
    ///
    /// - Returns: what is to be committed, or let go of: later decisions wait for that before they are.
    func decide(_ flows: inout FlowBatch, report: AgentReport, now: Int64) -> Decision {
        let (decision, isCurrent) = state.withLock { state in
            let isCurrent = state.counting.note(report: report, at: now)
            // Witnesses follow as rows of their own when it is decided which of their flows count.
            let witnesses = state.counting.decide(&flows, agent: report.agent, at: now)
            return (Decision(witnesses: witnesses, order), isCurrent)
        }
        // What a newer report has overtaken is of the past.
        if isCurrent { store(report) }
        return decision
    }

    /// Takes in what an agent says of itself with a batch whose records were decided before.
    func note(_ report: AgentReport, now: Int64) {
        var none = FlowBatch()
        _ = decide(&none, report: report, now: now)
    }

    /// Flows that each agent should have seen and did not report, since the start of this collector.
    var missingWitnesses: [String: UInt64] { state.withLock { $0.missing } }

    private static let missingPeriod: Int64 = 60_000
    /// Names of agents that are remembered, beside what the counting itself remembers.
    private static let nameLimit = 10_000

    /// Once a minute: takes in which flows were reported by one of two agents only.
    func lookForMissingWitnesses(now: Int64) {
        let report = state.withLock { state -> MissingWitnessReport? in
            // A clock that was set back does not make anything wait for longer.
            guard
                state.lastMissingLook == .min || now < state.lastMissingLook
                    || now - state.lastMissingLook >= Self.missingPeriod
            else { return nil }
            state.lastMissingLook = now
            let report = state.counting.takeMissingWitnesses(at: now)
            for pair in report.pairs where pair.missing > 0 {
                guard state.missing[pair.absent] != nil || state.missing.count < Self.nameLimit else { continue }
                state.missing[pair.absent, default: 0] &+= pair.missing
            }
            return report
        }
        guard let report else { return }
        var missing: UInt64 = 0, unanswered: UInt64 = 0, undecided: UInt64 = 0
        for pair in report.pairs {
            missing &+= pair.missing
            unanswered &+= pair.missingUnanswered
            undecided &+= pair.undecided
        }
        metrics.add(CollectorMetrics.witnessesMissing, missing)
        metrics.add(CollectorMetrics.witnessesMissingUnanswered, unanswered)
        metrics.add(CollectorMetrics.witnessesUndecided, undecided)
        metrics.add(CollectorMetrics.witnessesForgotten, report.evicted &+ report.pastPairLimit)
        metrics.set(CollectorMetrics.witnessesWatchedOneIn, to: Double(report.watchedOneIn))
        guard let worst = report.pairs.max(by: { $0.missing < $1.missing }), worst.missing > 0 else { return }
        logger.warning(
            "An agent did not report flows of an address of its own that another agent saw.",
            metadata: [
                LogKey.agentName: "\(worst.absent)", LogKey.reporterName: "\(worst.reporter)",
                LogKey.flowCount: "\(worst.missing)",
            ])
    }

    /// The counters of what found no room.
    func measure() {
        let (pairs, reports, keys) = state.withLock {
            ($0.counting.refusedPairs, $0.counting.refusedReports, $0.counting.forgottenKeys)
        }
        metrics.raise(CollectorMetrics.ownersRefused, to: pairs)
        metrics.raise(CollectorMetrics.ownerReportsRefused, to: reports)
        metrics.raise(CollectorMetrics.flowHoldersForgotten, to: keys)
        if let refused = try? catalog.refusedReports { metrics.raise(CollectorMetrics.catalogReportsRefused, to: refused) }
    }

    /// Stores the addresses unless they are those that were stored last.
    private func store(_ report: AgentReport) {
        let hash = Set(report.localAddresses).hashValue
        stored.withLock { stored in
            guard stored[report.agent] != hash else { return }
            do {
                guard try catalog.save(localAddresses: report.localAddresses, of: report.agent) else { return }
                // Of those that are forgotten the addresses are stored once more: that costs little.
                if stored.count >= Self.nameLimit { stored.removeAll() }
                stored[report.agent] = hash
            } catch {
                stored[report.agent] = nil
                logger.error(
                    "The addresses of an agent could not be stored.",
                    metadata: [LogKey.agentName: "\(report.agent)", LogKey.errorCause: "\(error)"])
            }
        }
    }
}
