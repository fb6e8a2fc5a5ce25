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
        /// Flows that an agent should have seen and did not report, by its name.
        var missing: [String: UInt64] = [:]
        var lastMissingLook: Int64 = .min
    }
    private let state: Mutex<State>
    /// A hash of the addresses of each agent as they were stored last. Held while they are stored: what is remembered is what
    /// is on disk.
    private let stored = Mutex<[String: Int]>([:])
    private let catalog: Catalog
    private let metrics: MetricRegistry
    private let logger: Logger

    /// The word of an agent whose word held when the last run ended holds as if it had reported now. The end of that run was
    /// about when the last one of all was heard of.
    init(
        agents: [AgentState], catalog: Catalog, metrics: MetricRegistry, logger: Logger, nowMilliseconds now: Int64
    ) throws(StoreError) {
        var state = State()
        let known = try catalog.localAddresses()
        let life = CountedOnce.Configuration().ownerLifeMilliseconds
        let latest = agents.map(\.lastSeenMilliseconds).max() ?? now
        for agent in agents where latest - agent.lastSeenMilliseconds <= life {
            guard let addresses = known[agent.report.agent] else { continue }
            var report = agent.report
            report.localAddresses = addresses
            state.counting.note(report: report, at: now)
        }
        self.state = Mutex(state)
        self.catalog = catalog
        self.metrics = metrics
        self.logger = logger
    }

    /// Takes in what an agent says of itself, and decides which of its records count.
    ///
    /// - Returns: how many rows do not count.
    func decide(_ flows: inout FlowBatch, report: AgentReport, now: Int64) -> Int {
        let (witnesses, isCurrent) = state.withLock { state in
            let isCurrent = state.counting.note(report: report, at: now)
            // Witnesses follow as rows of their own when it is decided which of their flows count.
            return (state.counting.decide(&flows, agent: report.agent, at: now), isCurrent)
        }
        // What a newer report has overtaken is of the past.
        if isCurrent { store(report) }
        return witnesses
    }

    /// Takes in what an agent says of itself with a batch whose records were decided before.
    func note(_ report: AgentReport, now: Int64) {
        if state.withLock({ $0.counting.note(report: report, at: now) }) { store(report) }
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
