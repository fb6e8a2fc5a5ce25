import Alerting
import Detection
import FlowModel
import FlowStore
import Logging
import Synchronization
import Telemetry

/// Detection, the life of alerts, their storage and their notices, in this order and under one lock: an alert's events are
/// stored and told in the order in which they happened.
///
/// Repeats change counts and times alone, and a wide scan brings thousands with each batch: an alert's repeats are stored
/// at most every few seconds.
///
/// Blocks its thread (the catalogue is SQLite).
final class DetectionDesk: Sendable {
    private struct State {
        var engine: DetectionEngine
        var lifecycle: AlertLifecycle
        var ledger = AlertLedger()
    }
    private let state: Mutex<State>
    private let catalog: Catalog
    private let dispatcher: AlertDispatcher
    private let metrics: MetricRegistry
    private let logger: Logger

    /// Goes on where the last run ended: open alerts are restored, agents that did not say goodbye are expected. Alerts
    /// that nothing would end any more (their rule has been switched off meanwhile) close.
    init(
        engine: DetectionEngine, lifecycle: AlertLifecycle, catalog: Catalog, dispatcher: AlertDispatcher,
        metrics: MetricRegistry, logger: Logger, nowMilliseconds now: Int64
    ) throws(StoreError) {
        var engine = engine
        var lifecycle = lifecycle
        lifecycle.restore(try catalog.alerts(state: .open, limit: .max))
        for agent in try catalog.agents() where !agent.report.isGoodbye {
            engine.expectAgent(agent.report.agent, nowMilliseconds: now)
        }
        let ended = lifecycle.close(nowMilliseconds: now) { [engine] in !engine.watches($0) }
        state = Mutex(State(engine: engine, lifecycle: lifecycle))
        self.catalog = catalog
        self.dispatcher = dispatcher
        self.metrics = metrics
        self.logger = logger
        state.withLock { finish(ended, &$0, now: now) }
    }

    /// Judges a batch that was stored just now, and notes that its agent is there.
    func consume(_ flows: FlowBatch, report: AgentReport?, now: Int64) {
        state.withLock { state in
            var signals = state.engine.consume(flows, receivedMilliseconds: now)
            if let report { signals += state.engine.agentHeard(report: report, receivedMilliseconds: now) }
            apply(signals, &state, now: now)
        }
    }

    /// A repeated batch brings no new flows, but its agent is there.
    func heard(_ report: AgentReport, now: Int64) {
        state.withLock { state in
            apply(state.engine.agentHeard(report: report, receivedMilliseconds: now), &state, now: now)
        }
    }

    /// Once a second: what happens by nothing happening, and what has waited to be stored.
    func tick(now: Int64) {
        state.withLock { state in
            apply(state.engine.tick(nowMilliseconds: now), &state, now: now)
            finish(state.lifecycle.tick(nowMilliseconds: now), &state, now: now)
            save(state.ledger.takeDue(now: now), &state, now: now)
            guard state.ledger.isTrimDue else { return }
            do throws(StoreError) {
                try catalog.trimAlerts()
                state.ledger.wasTrimmed()
            } catch {
                logger.error("Old alerts could not be deleted.", metadata: [LogKey.errorCause: "\(error)"])
            }
        }
    }

    /// At the end: stores what has waited for its time.
    func finish(now: Int64) {
        state.withLock { state in save(state.ledger.takeAll(), &state, now: now) }
    }

    private func apply(_ signals: [AlertSignal], _ state: inout State, now: Int64) {
        guard !signals.isEmpty else { return }
        finish(state.lifecycle.handle(signals, nowMilliseconds: now), &state, now: now)
    }

    private func finish(_ events: [AlertEvent], _ state: inout State, now: Int64) {
        guard !events.isEmpty else { return }
        save(state.ledger.note(events, now: now), &state, now: now)
        for event in events { tell(event) }
    }

    private func save(_ alerts: [Alert], _ state: inout State, now: Int64) {
        guard let first = alerts.first else { return }
        do throws(StoreError) {
            try catalog.save(alerts: alerts)
        } catch {
            // They are told all the same, and stored with the next that are due.
            state.ledger.failed(alerts, now: now)
            logger.error(
                "Alerts could not be stored.",
                metadata: [
                    LogKey.alertID: "\(first.id)", LogKey.errorCause: "\(error)", LogKey.suppressedCount: "\(alerts.count - 1)",
                ])
        }
    }

    private func tell(_ event: AlertEvent) {
        let kind: AlertNotice.Kind
        switch event.kind {
        case .folded: return
        case .opened:
            kind = .opened
            metrics.add(CollectorMetrics.alertsOpened, labels: [event.alert.rule])
        case .escalated: kind = .escalated
        case .closed: kind = .closed
        }
        logger.notice(
            "An alert has changed.",
            metadata: [
                LogKey.alertID: "\(event.alert.id)", LogKey.alertRule: "\(event.alert.rule)",
                LogKey.alertScope: "\(event.alert.scope)", LogKey.alertSummary: "\(event.alert.summary)",
                LogKey.reason: "\(kind.rawValue)",
            ])
        dispatcher.send(AlertNotice(kind, event.alert, milliseconds: event.milliseconds))
    }

    /// Brings the gauges of detection up to date.
    func measure() {
        let (tables, open, refused, known, silent) = state.withLock { state in
            (
                state.engine.tables, state.lifecycle.openCount, state.lifecycle.refused, state.engine.agentsKnown,
                state.engine.agentsSilent
            )
        }
        for table in tables {
            let labels = [table.rule.rawValue]
            metrics.set(CollectorMetrics.detectionEntries, to: Double(table.entries), labels: labels)
            metrics.set(CollectorMetrics.detectionBytes, to: Double(table.bytes), labels: labels)
            metrics.raise(CollectorMetrics.detectionEvictions, to: table.evictions, labels: labels)
        }
        metrics.set(CollectorMetrics.alertsOpen, to: Double(open))
        metrics.raise(CollectorMetrics.alertsRefused, to: refused)
        metrics.set(CollectorMetrics.agentsKnown, to: Double(known))
        metrics.set(CollectorMetrics.agentsSilent, to: Double(silent))
        for (place, destination) in dispatcher.statistics.enumerated() {
            let labels = [String(place + 1)]
            metrics.raise(CollectorMetrics.syslogSent, to: destination.sent, labels: labels)
            metrics.raise(CollectorMetrics.syslogDropped, to: destination.dropped, labels: labels)
            metrics.raise(CollectorMetrics.syslogFailures, to: destination.failures, labels: labels)
            metrics.set(CollectorMetrics.syslogWaiting, to: Double(destination.waiting), labels: labels)
        }
    }
}
