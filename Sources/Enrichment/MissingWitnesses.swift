import FlowModel

/// Waits for the other agent's record of each flow between addresses of two agents, and counts those that do not come.
///
/// Both agents send a flow's records at times of their own, up to an active timeout and a flush apart, so there is a time of
/// grace. Bounded: when there are more flows than fit, one key in two is watched from then on, then one in four: what is
/// watched is watched at both agents, so that no witness is missed for having been forgotten.
package struct MissingWitnesses: Sendable {
    package struct Configuration: Sendable {
        package var graceMilliseconds: Int64 = 150_000
        /// An agent that was not heard for so long was silent: it reports every 20 s at least.
        package var silenceMilliseconds: Int64 = 60_000
        /// Keys and agents that are waited for, or were seen lately.
        package var entryLimit = 131_072
        package var pairLimit = 4_096
        package var samplesPerPair = 5

        package init() {}
    }

    /// How far the clocks of two agents may be apart.
    private static let slack = FlowHolders.slackMilliseconds

    let configuration: Configuration
    private var entries: [EntryKey: Entry] = [:]
    /// When to look at an entry again.
    private var queue = DueQueue<EntryKey>()
    private var agents: [UInt32: AgentSteadiness] = [:]
    private var pairs: [PairKey: MissingWitnessReport.Pair] = [:]
    private var waiting = 0
    private var evicted: UInt64 = 0
    private var pastPairLimit: UInt64 = 0
    private var lastTake: Int64?
    private var now: Int64 = .min
    /// Keys are watched whose hash ends in so many zero bits; those that are only since `widened` are not waited for yet.
    private var shift: UInt64 = 0
    private var formerShift: UInt64 = 0
    private var widened: Int64 = .min

    init(_ configuration: Configuration) { self.configuration = configuration }

    private struct EntryKey: Hashable, Sendable {
        /// A `FlowHash`.
        var flow: UInt64
        var agent: UInt32
    }

    private struct Entry: Sendable {
        /// End of the agent's last record of the flow; `Int64.min` when none came.
        var seenUntil: Int64 = .min
        /// When the entry may go, if nothing is waited for.
        var expires: Int64
        var waiting: Case?
        /// How often it stands in the queue.
        var queued = 0
    }

    /// A flow that is waited for.
    private struct Case: Sendable {
        var pair: PairKey
        var opened: Int64
        var sample: MissingWitnessReport.Sample
    }

    private struct PairKey: Hashable, Sendable {
        var reporter: UInt32
        var absent: UInt32
        var side: MissingWitnessReport.Side
    }

    // MARK: - Events

    /// An agent's report came.
    mutating func heard(_ agent: UInt32, epoch: UInt64, isGoodbye: Bool, at now: Int64) {
        advance(to: now)
        agents[agent, default: AgentSteadiness(epoch: epoch, at: now)]
            .heard(epoch: epoch, isGoodbye: isGoodbye, silence: configuration.silenceMilliseconds, at: now)
    }

    /// An agent is not known any more: nothing is said of it. Its number is nobody else's.
    mutating func forget(_ agent: UInt32) { agents[agent] = nil }

    /// A record came from `agent` of a flow whose source `from` alone owns, and whose destination `to` alone owns.
    mutating func note(_ sight: RecordSight, by agent: UInt32, from: UInt32, to: UInt32, at now: Int64) {
        advance(to: now)
        guard from != to else { return }
        if agents[agent]?.isSampling == !sight.isSampled { agents[agent]?.isSampling = sight.isSampled }
        let flow = sight.hash.value
        guard Self.isWatched(flow, shift) else { return }
        if agent == from || agent == to { see(sight, EntryKey(flow: flow, agent: agent)) }
        // Whoever else saw it, the source's owner must have. Of the rest only the source's owner waits for the destination's.
        let absent = agent == from ? to : from
        guard Self.isWatched(flow, formerShift) || self.now >= widened else { return }
        expect(
            sight, EntryKey(flow: flow, agent: absent),
            PairKey(reporter: agent, absent: absent, side: absent == from ? .source : .destination))
    }

    private static func isWatched(_ flow: UInt64, _ shift: UInt64) -> Bool { flow & ((1 << shift) - 1) == 0 }

    /// The agent's own record: nobody waits for it any more.
    private mutating func see(_ sight: RecordSight, _ key: EntryKey) {
        guard var entry = makeEntry(key) else { return }
        entry.seenUntil = max(entry.seenUntil, sight.times.end)
        entry.expires = Self.sum(now, configuration.graceMilliseconds)
        if let open = entry.waiting, sight.times.flowStart <= Self.sum(open.sample.endMilliseconds, Self.slack),
            sight.times.end >= Self.sum(open.sample.startMilliseconds, -Self.slack)
        {
            entry.waiting = nil
            close(open) { $0.met &+= 1 }
        }
        entries[key] = entry
    }

    /// A record that another agent should report too.
    private mutating func expect(_ sight: RecordSight, _ key: EntryKey, _ pair: PairKey) {
        guard var entry = makeEntry(key) else { return }
        entry.expires = Self.sum(now, configuration.graceMilliseconds)
        defer { entries[key] = entry }
        if var open = entry.waiting {
            // Further records of a flow that is waited for are the same case; one with an answer says more.
            if open.pair == pair {
                open.sample.endMilliseconds = max(open.sample.endMilliseconds, sight.times.end)
                open.sample.packets &+= sight.packets
                if sight.isAnswered { open.sample.isAnswered = true }
                entry.waiting = open
            }
            return
        }
        guard count(pair, { $0.opened &+= 1 }) else {
            pastPairLimit &+= 1
            return
        }
        let open = Case(pair: pair, opened: now, sample: Self.sample(sight))
        waiting += 1
        if entry.seenUntil != .min, entry.seenUntil >= Self.sum(sight.times.start, -Self.slack) {
            close(open) { $0.met &+= 1 }
            return
        }
        entry.waiting = open
        // One that stands in the queue already is looked at again in any case, only perhaps later than it is due.
        if entry.queued < 4 { enqueue(&entry, key, at: due(open)) }
    }

    private static func sample(_ sight: RecordSight) -> MissingWitnessReport.Sample {
        MissingWitnessReport.Sample(
            key: sight.key, flowId: sight.flowId, startMilliseconds: sight.times.start, endMilliseconds: sight.times.end,
            packets: sight.packets, isAnswered: sight.isAnswered)
    }

    private func due(_ open: Case) -> Int64 { Self.sum(open.opened, configuration.graceMilliseconds) }

    // MARK: - Time

    /// Decides what has been waited for long enough. Time that goes back a little stands still; when the clock was set back, all
    /// that was waited for is given up.
    mutating func advance(to time: Int64) {
        if now != .min, now.subtractingReportingOverflow(time).partialValue > configuration.graceMilliseconds { restart(at: time) }
        now = max(now, time)
        while let key = queue.next(at: now) { look(at: key) }
    }

    /// Begins anew at a time before, by which agents are steady once they have been heard for a while.
    private mutating func restart(at time: Int64) {
        evicted &+= UInt64(waiting)
        waiting = 0
        entries.removeAll(keepingCapacity: true)
        queue = DueQueue()
        for agent in agents.keys { agents[agent]?.restart(at: time) }
        widened = .min
        lastTake = lastTake.map { min($0, time) }
        now = time
    }

    private mutating func look(at key: EntryKey) {
        guard var entry = entries[key] else { return }
        entry.queued -= 1
        if let open = entry.waiting, due(open) <= now {
            entry.waiting = nil
            decide(open)
        }
        if entry.queued <= 0 {
            guard entry.waiting != nil || entry.expires > now else {
                entries[key] = nil
                return
            }
            enqueue(&entry, key, at: entry.waiting.map { due($0) } ?? entry.expires)
        }
        entries[key] = entry
    }

    private mutating func decide(_ open: Case) {
        let isSteady = agents[open.pair.absent]?.isSteady(
            from: Self.sum(open.opened, -configuration.graceMilliseconds), to: due(open),
            silence: configuration.silenceMilliseconds)
        let limit = configuration.samplesPerPair
        close(open) { pair in
            guard isSteady == true else {
                pair.undecided &+= 1
                return
            }
            let isStrong = open.sample.isAnswered || open.pair.side == .source
            if isStrong { pair.missing &+= 1 } else { pair.missingUnanswered &+= 1 }
            if pair.samples.count < limit {
                pair.samples.append(open.sample)
            } else if open.sample.isAnswered, let place = pair.samples.firstIndex(where: { !$0.isAnswered }) {
                pair.samples[place] = open.sample
            }
        }
    }

    private mutating func close(_ open: Case, _ change: (inout MissingWitnessReport.Pair) -> Void) {
        waiting -= 1
        if !count(open.pair, change) { evicted &+= 1 }
    }

    // MARK: - Bounds

    /// The entry of a key, made if need be; nil for a key that is not watched.
    private mutating func makeEntry(_ key: EntryKey) -> Entry? {
        if let entry = entries[key] { return entry }
        while entries.count >= max(1, configuration.entryLimit), shift < 32 { narrow() }
        guard Self.isWatched(key.flow, shift), entries.count < max(1, configuration.entryLimit) else { return nil }
        var entry = Entry(expires: Self.sum(now, configuration.graceMilliseconds))
        enqueue(&entry, key, at: entry.expires)
        return entry
    }

    /// Watches half as many keys.
    private mutating func narrow() {
        shift += 1
        formerShift = shift
        let shift = shift
        for (key, entry) in entries where !Self.isWatched(key.flow, shift) && entry.waiting != nil {
            waiting -= 1
            evicted &+= 1
        }
        entries = entries.filter { Self.isWatched($0.key.flow, shift) }
        queue.keep { Self.isWatched($0.flow, shift) }
    }

    /// Watches twice as many keys once there is room. Of the new ones the other agent's records may have been passed over, so
    /// they are not waited for before a time of grace has gone by.
    private mutating func widen() {
        guard shift > 0, entries.count < configuration.entryLimit / 4, now >= widened else { return }
        formerShift = shift
        shift -= 1
        widened = Self.sum(now, configuration.graceMilliseconds)
    }

    private mutating func enqueue(_ entry: inout Entry, _ key: EntryKey, at time: Int64) {
        entry.queued += 1
        queue.append(key, at: time)
    }

    /// - Returns: false for a pair past the limit.
    private mutating func count(_ key: PairKey, _ change: (inout MissingWitnessReport.Pair) -> Void) -> Bool {
        guard pairs[key] != nil || pairs.count < configuration.pairLimit else { return false }
        change(&pairs[key, default: MissingWitnessReport.Pair(reporter: "", absent: "", side: key.side)])
        return true
    }

    private static func sum(_ time: Int64, _ interval: Int64) -> Int64 {
        let (result, overflow) = time.addingReportingOverflow(interval)
        return overflow ? (interval < 0 ? .min : .max) : result
    }

    // MARK: - Account

    /// What was decided since this was asked for last. Pairs without any case in between are left out.
    mutating func take(at time: Int64, name: (UInt32) -> String) -> MissingWitnessReport {
        advance(to: time)
        var report = MissingWitnessReport(since: lastTake, until: now)
        report.pairs = pairs.map { key, pair in
            var named = pair
            named.reporter = name(key.reporter)
            named.absent = name(key.absent)
            return named
        }
        report.pairs.sort {
            ($0.reporter, $0.absent, $0.side.rawValue) < ($1.reporter, $1.absent, $1.side.rawValue)
        }
        report.waiting = waiting
        report.evicted = evicted
        report.pastPairLimit = pastPairLimit
        report.watchedOneIn = 1 << shift
        pairs.removeAll(keepingCapacity: true)
        evicted = 0
        pastPairLimit = 0
        lastTake = now
        widen()
        return report
    }
}
