import FlowModel

/// D20: an agent that was heard, did not say goodbye, and sends no more batches.
struct AgentSilence: Sendable {
    private struct Agent: Sendable {
        var heardMilliseconds: Int64
        /// When the silence is to be told next; it is told at the limit and then each time it has doubled.
        var nextReportMilliseconds: Int64
        /// The severity that was told; nil while the agent is not silent.
        var reported: Alert.Severity?
        /// An earlier life of the collector may have told of its silence: the first word ends that.
        var mayHaveOpenAlert = false

        var mustBeCleared: Bool { reported != nil || mayHaveOpenAlert }
    }
    private let limitMilliseconds: Int64
    private let forgottenMilliseconds: Int64
    private let longestTickMilliseconds: Int64
    private let agentLimit: Int
    private var lastTickMilliseconds: Int64?
    private var agents: [String: Agent] = [:]
    /// Batches of agents, and agents expected at a start, that were not watched for want of room.
    private(set) var unwatched: UInt64 = 0

    init(_ configuration: DetectionEngine.Configuration) {
        limitMilliseconds = Int64(max(configuration.silenceSeconds, 1)) * 1000
        forgottenMilliseconds = Int64(max(configuration.silenceForgottenSeconds, configuration.silenceSeconds)) * 1000
        longestTickMilliseconds = Int64(max(configuration.longestTickSeconds, 1)) * 1000
        agentLimit = configuration.agentLimit
    }

    var count: Int { agents.count }
    var silentCount: Int { agents.values.count { $0.reported != nil } }
    var bytes: Int { agents.capacity * (MemoryLayout<Agent>.stride + 64) }

    /// - Returns: the end of a silence. For an agent that was not known too: its alert may come from an earlier life of
    ///   the collector.
    mutating func heard(_ agent: String, isGoodbye: Bool, atMilliseconds now: Int64) -> AlertSignal? {
        let known = agents[agent]
        let wasSilent = known?.mustBeCleared ?? true
        if isGoodbye {
            agents[agent] = nil
        } else if known == nil && agents.count >= agentLimit {
            unwatched += 1
        } else {
            // A batch that waited for its turn is older than what may have been noted since.
            let heard = max(known?.heardMilliseconds ?? now, now)
            agents[agent] = Agent(
                heardMilliseconds: heard, nextReportMilliseconds: heard + limitMilliseconds, reported: nil)
        }
        return wasSilent ? Self.cleared(agent, atMilliseconds: now) : nil
    }

    /// Watches an agent that an earlier life of the collector had heard, as if it had been heard now; not one that has been
    /// silent for so long that it would have been forgotten.
    mutating func expect(_ agent: String, heardMilliseconds: Int64, atMilliseconds now: Int64) {
        guard now.subtractingReportingOverflow(heardMilliseconds).partialValue < forgottenMilliseconds else { return }
        guard agents[agent] == nil else { return }
        guard agents.count < agentLimit else {
            unwatched += 1
            return
        }
        agents[agent] = Agent(
            heardMilliseconds: now, nextReportMilliseconds: now + limitMilliseconds, reported: nil, mayHaveOpenAlert: true)
    }

    func watches(_ agent: String) -> Bool { agents[agent] != nil }

    /// Ends the watch over an agent that is not coming back.
    mutating func forget(_ agent: String, atMilliseconds now: Int64) -> AlertSignal? {
        guard let known = agents.removeValue(forKey: agent), known.mustBeCleared else { return nil }
        return Self.cleared(agent, atMilliseconds: now)
    }

    /// Severity is high, and critical as soon as more than one agent is silent; then the first one's alert rises too.
    mutating func tick(atMilliseconds now: Int64) -> [AlertSignal] {
        passOver(until: now)
        var signals: [AlertSignal] = []
        let gone = agents.filter { now - $0.value.heardMilliseconds >= forgottenMilliseconds }.keys.sorted()
        for agent in gone { if let signal = forget(agent, atMilliseconds: now) { signals.append(signal) } }
        let silent = agents.filter { now - $0.value.heardMilliseconds >= limitMilliseconds }
        let severity: Alert.Severity = silent.count > 1 ? .critical : .high
        for (name, agent) in silent.sorted(by: { $0.key < $1.key }) {
            let isWorse = agent.reported.map { severity.rawValue < $0.rawValue } ?? true
            guard isWorse || now >= agent.nextReportMilliseconds else { continue }
            let silence = now - agent.heardMilliseconds
            agents[name]?.reported = isWorse ? severity : agent.reported
            agents[name]?.nextReportMilliseconds = agent.heardMilliseconds + silence * 2
            signals.append(fired(name, agent, severity: isWorse ? severity : agent.reported ?? severity, now: now))
        }
        return signals
    }

    /// Moves all times by what does not count of the time since the last tick.
    private mutating func passOver(until now: Int64) {
        defer { lastTickMilliseconds = now }
        guard let last = lastTickMilliseconds else { return }
        let step = now - last
        let excess = step < 0 ? step : step - longestTickMilliseconds
        guard step < 0 || excess > 0 else { return }
        for name in agents.keys {
            guard let heard = agents[name]?.heardMilliseconds else { continue }
            // Who was heard after the step is not moved into the future.
            let moved = min(heard + excess, now)
            agents[name]?.heardMilliseconds = moved
            agents[name]?.nextReportMilliseconds += moved - heard
        }
    }

    private func fired(_ name: String, _ agent: Agent, severity: Alert.Severity, now: Int64) -> AlertSignal {
        var alert = AlertSignal.evidence(.agentSilence, scope: name)
        let limit = UInt32(clamping: limitMilliseconds / 1000)
        let silence = (now - agent.heardMilliseconds) / 1000
        alert.severity = severity
        alert.agent = name
        alert.observed = Double(silence)
        alert.threshold = Double(limit)
        alert.windowSeconds = limit
        alert.firstSeenMilliseconds = agent.heardMilliseconds
        alert.lastSeenMilliseconds = now
        alert.summary = "agent \(AlertText.printable(name)) has sent no batch for \(silence) s (limit \(limit) s)"
        alert.filter = "agent \(AlertText.quoted(name))"
        // The last it said: the flows of the minutes before it went silent, and what came late.
        alert.filterSinceMilliseconds = agent.heardMilliseconds - 300_000
        alert.filterUntilMilliseconds = now
        return AlertSignal(.fired, alert)
    }

    private static func cleared(_ name: String, atMilliseconds now: Int64) -> AlertSignal {
        var alert = AlertSignal.evidence(.agentSilence, scope: name)
        alert.agent = name
        alert.firstSeenMilliseconds = now
        alert.lastSeenMilliseconds = now
        return AlertSignal(.cleared, alert)
    }
}
