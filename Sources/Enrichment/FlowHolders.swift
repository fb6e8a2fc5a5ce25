import FlowModel

/// Which agent counts a flow for its life, of all flows that more than one agent may report.
///
/// Records of two agents do not begin and end together, and agents number flows by themselves, so a record is matched to a
/// held flow by its key without direction and by time: it belongs to it unless its flow began after all that the holder has
/// counted, or the record ended before the holder began. Clocks of agents may differ by `slackMilliseconds`.
///
/// Bounded: of two generations, the older one goes when the younger is full, so what was asked for lately stays.
struct FlowHolders: Sendable {
    /// How far the clocks of two agents may be apart. Flows of one key that follow one another more closely are held as one.
    static let slackMilliseconds: Int64 = 5_000
    /// A holder whose last record ended so long before another agent's begins does not see the flow any more: records come
    /// once an active timeout (60 s), and twice that with delays.
    static let blindMilliseconds: Int64 = 150_000

    /// The times of a record, milliseconds since 1970 UTC by its agent's clock.
    struct Times: Sendable {
        var flowStart: Int64
        var start: Int64
        var end: Int64
    }

    private struct Held: Sendable {
        var holder: UInt32
        /// Who held what came before; `UInt32.max` where nobody is known to.
        var previous: UInt32
        /// False when the holder has gone on to a later flow: then what begins after its last record is free.
        var isOpen: Bool
        /// The holder counted it as owner of the source.
        var isByRight: Bool
        /// What the holder counts: from the flow's beginning, or from where it took over, to its last record's end.
        var from: Int64
        var until: Int64
        /// The collector's clock when its last record came.
        var last: Int64
    }

    enum Place: Hashable, Sendable {
        /// Of a flow that the agent holds.
        case own
        /// Of a flow that another agent holds, perhaps as owner of the source; `isLater` when it begins where the holder's
        /// last record ended, or behind.
        case others(holder: UInt32, isByRight: Bool, isLater: Bool)
        /// Of a flow before the held one; held then by that agent, or by nobody known.
        case earlier(holder: UInt32?)
        /// Of no held flow; the key was held last by that agent.
        case free(last: UInt32?)
    }

    private let limit: Int
    private let lifeMilliseconds: Int64
    private var young: [FlowHash: Held] = [:]
    private var old: [FlowHash: Held] = [:]
    /// Flows that were forgotten for want of room while they were still held.
    private(set) var forgotten: UInt64 = 0

    /// - Parameter lifeMilliseconds: a holder that has been silent about the key for so long holds it no more.
    init(limit: Int, lifeMilliseconds: Int64) {
        self.limit = limit
        self.lifeMilliseconds = lifeMilliseconds
    }

    var count: Int { young.count + old.count }

    /// Where a record of `agent` stands. One of the agent's own prolongs what it holds.
    mutating func place(
        of key: FlowHash, _ times: Times, by agent: UInt32, at now: Int64, isAlive: (UInt32) -> Bool
    ) -> Place {
        guard let held = find(key) else { return .free(last: nil) }
        let silence = now.subtractingReportingOverflow(held.last)
        guard !silence.overflow, silence.partialValue <= lifeMilliseconds, isAlive(held.holder) else {
            return .free(last: held.holder)
        }
        if times.end < Self.later(held.from, by: -Self.slackMilliseconds) {
            return .earlier(holder: held.previous == .max ? nil : held.previous)
        }
        let isSameFlow = held.isOpen || held.holder == agent
        guard (isSameFlow ? times.flowStart : times.start) <= Self.later(held.until, by: Self.slackMilliseconds),
            held.holder == agent || times.start <= Self.later(held.until, by: Self.blindMilliseconds)
        else { return .free(last: held.holder) }
        var touched = held
        if held.holder == agent {
            touched.from = min(held.from, times.start)
            touched.until = max(held.until, times.end)
            touched.last = max(held.last, now)
        }
        // What is asked for stays, whoever asks.
        set(touched, key, at: now)
        if held.holder == agent { return .own }
        return .others(
            holder: held.holder, isByRight: held.isByRight,
            isLater: times.start >= Self.later(held.until, by: -Self.slackMilliseconds))
    }

    /// The agent counts this record and holds the flow from now on. Flows of one key that it holds one after the other are one
    /// run, so that late records of other agents are known for what they are.
    mutating func hold(_ key: FlowHash, _ times: Times, by agent: UInt32, isByRight: Bool, at now: Int64) {
        var held = Held(
            holder: agent, previous: .max, isOpen: true, isByRight: isByRight, from: min(times.flowStart, times.start),
            until: times.end, last: now)
        if let known = find(key) {
            // In the middle of a flow another agent counted what was before; else records of the flow's beginning may follow.
            if known.holder != agent, times.flowStart <= known.until { held.from = times.start }
            held.previous = known.holder == agent ? known.previous : known.holder
            if known.holder == agent { held.from = min(known.from, held.from) }
        }
        set(held, key, at: now)
    }

    /// The agent counted a record of a time before the held flow.
    mutating func holdEarlier(_ key: FlowHash, by agent: UInt32, at now: Int64) {
        guard var held = find(key) else { return }
        held.previous = agent
        set(held, key, at: now)
    }

    /// The holder has gone on to a later flow, which is not its to count.
    mutating func close(_ key: FlowHash, at now: Int64) {
        guard var held = find(key) else { return }
        held.isOpen = false
        set(held, key, at: now)
    }

    private func find(_ key: FlowHash) -> Held? { young[key] ?? (old.isEmpty ? nil : old[key]) }

    private mutating func set(_ held: Held, _ key: FlowHash, at now: Int64) {
        if let place = young.index(forKey: key) {
            young.values[place] = held
            return
        }
        if !old.isEmpty { old[key] = nil }
        if young.count >= max(1, limit / 2) {
            forgotten &+= UInt64(
                old.values.count { now.subtractingReportingOverflow($0.last).partialValue <= lifeMilliseconds })
            swap(&young, &old)
            // The table that has grown to its size once need not grow again.
            young.removeAll(keepingCapacity: true)
        }
        young[key] = held
    }

    /// Times come from other people: no sum of theirs may trap.
    private static func later(_ time: Int64, by interval: Int64) -> Int64 {
        let (result, overflow) = time.addingReportingOverflow(interval)
        return overflow ? (interval < 0 ? .min : .max) : result
    }
}
