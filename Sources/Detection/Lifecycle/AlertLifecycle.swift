package import FlowModel

/// Makes alerts of signals: opens, folds repeats, raises the severity, and closes after quiet or at the end of the
/// condition. What opens again later is a new alert with a new id.
///
/// Times are the collector's clock, except for what an alert says of its flows. All of it is in the alerts themselves:
/// give the open ones of the last run to `restore` and it goes on where it was.
package struct AlertLifecycle: Sendable {
    package struct Configuration: Sendable {
        /// A scan's alert closes when its rule has not fired for so long. Default: 1 h.
        package var quietSeconds: UInt32 = 3600
        /// More alerts are not opened at one time; what is refused is counted.
        package var openLimit = 10_000
        package init() {}
    }

    private struct Identity: Hashable, Sendable {
        var rule: String
        var scope: String
    }
    private struct Entry: Sendable {
        var alert: Alert
        var firedMilliseconds: Int64
    }

    private let configuration: Configuration
    private var entries: [Identity: Entry] = [:]
    private var opened: UInt64 = 0
    /// Signals that found no room for a new alert.
    package private(set) var refused: UInt64 = 0

    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// The open alerts, the oldest first.
    package var open: [Alert] {
        entries.values.map(\.alert).sorted { ($0.openedMilliseconds, $0.id) < ($1.openedMilliseconds, $1.id) }
    }
    package var openCount: Int { entries.count }

    /// Takes over the alerts that were open when the last run ended. Their quiet counts from when they were last seen, and
    /// at the earliest from when they were opened. Closed ones are passed over.
    package mutating func restore(_ alerts: [Alert]) {
        for alert in alerts where alert.state == .open {
            let identity = Identity(rule: alert.rule, scope: alert.scope)
            guard entries[identity] == nil else { continue }
            entries[identity] = Entry(
                alert: alert, firedMilliseconds: max(alert.openedMilliseconds, alert.lastSeenMilliseconds))
        }
    }

    /// - Returns: an event for each signal that changed something, in the order of the signals.
    package mutating func handle(_ signals: [AlertSignal], nowMilliseconds now: Int64) -> [AlertEvent] {
        signals.compactMap { signal in
            switch signal.kind {
            case .fired: fire(signal.evidence, now: now)
            case .cleared: close(Identity(rule: signal.evidence.rule, scope: signal.evidence.scope), now: now)
            }
        }
    }

    /// Closes the open alerts that nobody watches any more.
    package mutating func close(
        nowMilliseconds now: Int64, where isOver: (Alert) -> Bool
    ) -> [AlertEvent] {
        open.filter(isOver).compactMap { close(Identity(rule: $0.rule, scope: $0.scope), now: now) }
    }

    /// Closes the alerts that have been quiet for long enough.
    package mutating func tick(nowMilliseconds now: Int64) -> [AlertEvent] {
        let quiet = Int64(configuration.quietSeconds) * 1000
        let due = entries.filter { identity, entry in
            let endsByQuiet = DetectionRule(rawValue: identity.rule)?.endsWhenCleared != true
            return endsByQuiet && now - entry.firedMilliseconds >= quiet
        }
        return due.values.sorted { ($0.firedMilliseconds, $0.alert.id) < ($1.firedMilliseconds, $1.alert.id) }
            .compactMap { close(Identity(rule: $0.alert.rule, scope: $0.alert.scope), now: now) }
    }

    private mutating func fire(_ evidence: Alert, now: Int64) -> AlertEvent? {
        let identity = Identity(rule: evidence.rule, scope: evidence.scope)
        guard var entry = entries[identity] else {
            guard entries.count < configuration.openLimit else {
                refused += 1
                return nil
            }
            var alert = evidence
            opened += 1
            alert.id = AlertIdentifier.make(rule: alert.rule, scope: alert.scope, milliseconds: now, serial: opened)
            alert.state = .open
            alert.openedMilliseconds = now
            alert.count = 1
            entries[identity] = Entry(alert: alert, firedMilliseconds: now)
            return AlertEvent(.opened, alert, milliseconds: now)
        }
        let isWorse = evidence.severity.rawValue < entry.alert.severity.rawValue
        entry.alert.fold(evidence)
        entry.firedMilliseconds = max(entry.firedMilliseconds, now)
        entries[identity] = entry
        return AlertEvent(isWorse ? .escalated : .folded, entry.alert, milliseconds: now)
    }

    private mutating func close(_ identity: Identity, now: Int64) -> AlertEvent? {
        guard var alert = entries.removeValue(forKey: identity)?.alert else { return nil }
        alert.state = .closed
        alert.closedMilliseconds = now
        return AlertEvent(.closed, alert, milliseconds: now)
    }
}

extension Alert {
    /// Adds a repeat to the alert: times widen, the worst severity and the highest count stay, with the words for it.
    fileprivate mutating func fold(_ repeated: Alert) {
        count += 1
        firstSeenMilliseconds = min(firstSeenMilliseconds, repeated.firstSeenMilliseconds)
        lastSeenMilliseconds = max(lastSeenMilliseconds, repeated.lastSeenMilliseconds)
        filterSinceMilliseconds = min(filterSinceMilliseconds, repeated.filterSinceMilliseconds)
        filterUntilMilliseconds = max(filterUntilMilliseconds, repeated.filterUntilMilliseconds)
        if repeated.severity.rawValue < severity.rawValue { severity = repeated.severity }
        if repeated.observed > observed {
            observed = repeated.observed
            threshold = repeated.threshold
            windowSeconds = repeated.windowSeconds
            summary = repeated.summary
        }
        if protocolIdentifier != repeated.protocolIdentifier {
            protocolIdentifier = repeated.protocolIdentifier
            filter = repeated.filter
        }
        for sample in repeated.samples where samples.count < 8 && !samples.contains(sample) { samples.append(sample) }
        if let value = repeated.completeness { completeness = min(completeness ?? value, value) }
        isApproximate = isApproximate || repeated.isApproximate
    }
}
