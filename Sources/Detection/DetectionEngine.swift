package import FlowModel

/// All rules of the ingest path. Looks at every stored batch once, knows no clock and does no I/O: the times that it is
/// given are the collector's clock, and the times in alerts are the flows' own, so late batches are judged by when
/// things happened.
package struct DetectionEngine: Sendable {
    /// The state of one rule's table, for metrics.
    package struct TableStatistics: Sendable, Equatable {
        package var rule: DetectionRule
        package var entries: Int
        /// Entries that went out for want of room.
        package var evictions: UInt64
        package var bytes: Int
    }

    /// How far the clock of an agent may be ahead of the collector's.
    private static let clockLeadMilliseconds: Int64 = 60_000

    private let configuration: Configuration
    private let exclusions: ExclusionFilter
    private let watchesScans: Bool
    private var answered: AnsweredContacts
    private var horizontal: HorizontalScan
    private var vertical: VerticalScan
    private var silence: AgentSilence
    /// The latest time that was given: a clock that is set back does not make entries younger than they are.
    private var latestMilliseconds: Int64 = .min

    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        exclusions = ExclusionFilter(configuration.exclusions)
        watchesScans = !configuration.disabledRules.isSuperset(of: [.horizontalScan, .verticalScan])
        answered = AnsweredContacts(
            limit: watchesScans ? configuration.answeredContactLimit : 0,
            memorySeconds: configuration.answeredContactSeconds)
        horizontal = HorizontalScan(configuration)
        vertical = VerticalScan(configuration)
        silence = AgentSilence(configuration)
    }

    /// Judges the flows of one batch: those that count, of packets that were not sampled.
    ///
    /// - Returns: one signal for each key that reached a limit with what this batch brought.
    /// - Complexity: O(rows); a little more for keys beyond their limit.
    package mutating func consume(_ flows: FlowBatch, receivedMilliseconds: Int64) -> [AlertSignal] {
        guard watchesScans else { return [] }
        latestMilliseconds = max(latestMilliseconds, receivedMilliseconds)
        let watchesHosts = !configuration.disabledRules.contains(.horizontalScan)
        let watchesPorts = !configuration.disabledRules.contains(.verticalScan)
        // An end in the future would make all that follows look old: it counts as the end of what a clock may be ahead.
        let latestEnd = receivedMilliseconds.addingReportingOverflow(Self.clockLeadMilliseconds).partialValue
        for row in 0..<flows.count where flows.counted[row] && flows.samplingInterval[row] <= 1 {
            switch ContactOutcome.of(flows, row: row) {
            case .unknown:
                continue
            case .answered:
                answered.insert(flows, row: row, endMilliseconds: min(flows.flowEndMilliseconds[row], latestEnd))
            case .failed:
                guard !exclusions.excludes(flows, row: row), !answered.contains(flows, row: row) else { continue }
                let end = min(flows.flowEndMilliseconds[row], latestEnd)
                if watchesHosts {
                    horizontal.add(flows, row: row, endMilliseconds: end, receivedMilliseconds: latestMilliseconds)
                }
                if watchesPorts {
                    vertical.add(flows, row: row, endMilliseconds: end, receivedMilliseconds: latestMilliseconds)
                }
            }
        }
        return horizontal.takeSignals() + vertical.takeSignals()
    }

    /// Notes that a batch of an agent came, with or without flows.
    ///
    /// - Returns: the end of its silence, if it was silent or not known.
    package mutating func agentHeard(
        _ agent: String, isGoodbye: Bool = false, receivedMilliseconds: Int64
    ) -> [AlertSignal] {
        guard !configuration.disabledRules.contains(.agentSilence), !agent.isEmpty else { return [] }
        return silence.heard(agent, isGoodbye: isGoodbye, atMilliseconds: receivedMilliseconds).map { [$0] } ?? []
    }

    package mutating func agentHeard(report: AgentReport, receivedMilliseconds: Int64) -> [AlertSignal] {
        agentHeard(report.agent, isGoodbye: report.isGoodbye, receivedMilliseconds: receivedMilliseconds)
    }

    /// At a start: watches an agent that the catalog knows and that has not said goodbye, from now on.
    ///
    /// - Parameter heardMilliseconds: when it was heard last, by the catalog.
    package mutating func expectAgent(_ agent: String, heardMilliseconds: Int64, nowMilliseconds: Int64) {
        guard !configuration.disabledRules.contains(.agentSilence), !agent.isEmpty else { return }
        silence.expect(agent, heardMilliseconds: heardMilliseconds, atMilliseconds: nowMilliseconds)
    }

    /// Ends the watch over an agent that is not coming back.
    package mutating func forgetAgent(_ agent: String, nowMilliseconds: Int64) -> [AlertSignal] {
        silence.forget(agent, atMilliseconds: nowMilliseconds).map { [$0] } ?? []
    }

    /// Judges what happens by nothing happening, and lets go of what is past every window. Every second or so is right.
    package mutating func tick(nowMilliseconds: Int64) -> [AlertSignal] {
        latestMilliseconds = max(latestMilliseconds, nowMilliseconds)
        horizontal.expire(nowMilliseconds: latestMilliseconds)
        vertical.expire(nowMilliseconds: latestMilliseconds)
        return configuration.disabledRules.contains(.agentSilence) ? [] : silence.tick(atMilliseconds: nowMilliseconds)
    }

    /// Whether the alert can still be renewed or ended: its rule is on, and the agent of a silence is watched. After a
    /// restart with another configuration an open alert may have nobody left who would end it.
    package func watches(_ alert: Alert) -> Bool {
        guard let rule = DetectionRule(rawValue: alert.rule), !configuration.disabledRules.contains(rule) else { return false }
        return rule != .agentSilence || silence.watches(alert.scope)
    }

    package var agentsKnown: Int { silence.count }
    package var agentsSilent: Int { silence.silentCount }

    /// One line for each rule. The memory of answered contacts, which D1 and D2 share, is counted with D1.
    package var tables: [TableStatistics] {
        let hosts = horizontal.detector.table
        let ports = vertical.detector.table
        return [
            TableStatistics(
                rule: .horizontalScan, entries: hosts.count, evictions: hosts.evictions + answered.evictions,
                bytes: hosts.bytes + answered.bytes),
            TableStatistics(rule: .verticalScan, entries: ports.count, evictions: ports.evictions, bytes: ports.bytes),
            TableStatistics(
                rule: .agentSilence, entries: silence.count, evictions: silence.unwatched, bytes: silence.bytes),
        ]
    }
}
