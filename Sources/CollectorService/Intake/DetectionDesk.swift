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
        /// Alerts whose opening was queued, and had not left when that was looked at last.
        var untold: Set<String> = []
    }
    private let state: Mutex<State>
    private let catalog: Catalog
    private let dispatcher: AlertDispatcher
    private let metrics: MetricRegistry
    private let logger: Logger

    /// Goes on where the last run ended: open alerts are restored, agents that did not say goodbye are expected. Alerts
    /// that nothing would end any more (their rule has been switched off meanwhile) close. Openings that were not told are.
    init(
        engine: DetectionEngine, lifecycle: AlertLifecycle, catalog: Catalog, dispatcher: AlertDispatcher,
        metrics: MetricRegistry, logger: Logger, nowMilliseconds now: Int64
    ) throws(StoreError) {
        var engine = engine
        var lifecycle = lifecycle
        lifecycle.restore(try catalog.alerts(state: .open, limit: .max))
        let untold = try catalog.untoldAlerts()
        for agent in try catalog.agents() where !agent.report.isGoodbye {
            engine.expectAgent(
                agent.report.agent, heardMilliseconds: agent.lastSeenMilliseconds, nowMilliseconds: now)
        }
        let ended = lifecycle.close(nowMilliseconds: now) { [engine] in !engine.watches($0) }
        state = Mutex(State(engine: engine, lifecycle: lifecycle))
        self.catalog = catalog
        self.dispatcher = dispatcher
        self.metrics = metrics
        self.logger = logger
        state.withLock { state in
            finish(ended, &state, now: now)
            // Their opening waited when the last run ended, or that run was cut off. Twice is better than never.
            state.untold = untold
            for alert in state.lifecycle.open where untold.contains(alert.id) {
                dispatcher.send(AlertNotice(.opened, alert, milliseconds: alert.openedMilliseconds))
            }
        }
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
            noteTold(&state)
            guard state.ledger.isTrimDue else { return }
            do throws(StoreError) {
                try catalog.trimAlerts()
                state.ledger.wasTrimmed()
            } catch {
                logger.error("Old alerts could not be deleted.", metadata: [LogKey.errorCause: "\(error)"])
            }
        }
    }

    /// At the end, when the dispatcher has ended: stores what has waited for its time, and tells of what was not told.
    func finish(now: Int64) {
        state.withLock { state in
            save(state.ledger.takeAll(), &state, now: now)
            noteTold(&state)
        }
        for (place, destination) in dispatcher.statistics.enumerated() where destination.waiting > 0 {
            metrics.add(CollectorMetrics.syslogDropped, UInt64(destination.waiting), labels: [String(place + 1)])
            logger.error(
                "Messages for a syslog destination were not sent before the end. The openings of open alerts are sent at the next start.",
                metadata: [
                    LogKey.destinationAddress: "\(destination.destination.description)",
                    LogKey.messagesDropped: "\(destination.waiting)",
                ])
        }
    }

    /// What has left all queues is told.
    private func noteTold(_ state: inout State) {
        guard !state.untold.isEmpty else { return }
        let waiting = dispatcher.openingsWaiting
        let told = state.untold.subtracting(waiting)
        do throws(StoreError) {
            try catalog.noteTold(alerts: Array(told))
            state.untold.subtract(told)
        } catch {
            logger.error("What was told of alerts could not be stored.", metadata: [LogKey.errorCause: "\(error)"])
        }
    }

    private func apply(_ signals: [AlertSignal], _ state: inout State, now: Int64) {
        guard !signals.isEmpty else { return }
        finish(state.lifecycle.handle(signals, nowMilliseconds: now), &state, now: now)
    }

    private func finish(_ events: [AlertEvent], _ state: inout State, now: Int64) {
        guard !events.isEmpty else { return }
        let opened = events.filter { $0.kind == .opened }.map(\.alert.id)
        state.untold.formUnion(opened)
        save(state.ledger.note(events, now: now), untold: opened, &state, now: now)
        for event in events { tell(event) }
    }

    private func save(_ alerts: [Alert], untold: [String] = [], _ state: inout State, now: Int64) {
        guard let first = alerts.first else { return }
        do throws(StoreError) {
            try catalog.save(alerts: alerts, untold: untold)
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
