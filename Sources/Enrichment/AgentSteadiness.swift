/// Since when an agent has been heard without a gap: what it did not report in that time, it did not see.
struct AgentSteadiness: Sendable {
    private var epoch: UInt64
    private var lastHeard: Int64
    /// nil once it said goodbye.
    private var since: Int64?
    /// Its last record was of a sample of the packets, so it need not have seen a flow.
    var isSampling = false

    /// - Parameter now: the collector's clock, milliseconds since 1970 UTC; so everywhere here.
    init(epoch: UInt64, at now: Int64) {
        self.epoch = epoch
        lastHeard = now
        since = now
    }

    /// - Parameter silence: a gap of more milliseconds than that breaks steadiness.
    mutating func heard(epoch: UInt64, isGoodbye: Bool, silence: Int64, at now: Int64) {
        let gap = now.subtractingReportingOverflow(lastHeard)
        // A spooled batch of an earlier start looks like a new start: nothing is said of the agent for a while, no more.
        if epoch != self.epoch || since == nil || gap.overflow || gap.partialValue > silence { since = now }
        if isGoodbye { since = nil }
        self.epoch = epoch
        lastHeard = max(lastHeard, now)
    }

    /// The clock was set back: nothing before counts.
    mutating func restart(at now: Int64) {
        lastHeard = min(lastHeard, now)
        if since != nil { since = now }
    }

    /// True when it was heard all the time from one instant to another.
    func isSteady(from start: Int64, to end: Int64, silence: Int64) -> Bool {
        guard let since, !isSampling else { return false }
        let (heardUntil, overflow) = lastHeard.addingReportingOverflow(silence)
        return since <= start && (overflow || heardUntil >= end)
    }
}
