import FlowModel

/// The agents that have reported, by number, and how long their word holds.
///
/// Bounded: a further one takes the place of the one that has been gone for longest, and where the word of all holds it is
/// refused and counted. Numbers are not used twice: what is known of an agent under its number, here and elsewhere, is never
/// another one's.
struct AgentTable: Sendable {
    private struct Agent: Sendable {
        /// Its place in `agents`, and above it how many had the place before.
        var number: UInt32
        var name: String
        /// Of the agent that had the place before: accounts may still name it.
        var formerNumber: UInt32 = .max
        var formerName = ""
        var exportMilliseconds: Int64 = .min
        /// The collector's clock when the last report came that no newer one had overtaken.
        var taken: Int64
        /// Counts reports; claims of older ones are void.
        var generation: UInt32 = 0
        var expires: Int64
        /// When it said goodbye, by its own clock, if it has not reported since.
        var goodbye: Int64 = .max
    }

    struct Noted: Sendable {
        var agent: UInt32
        /// The agent that had the place before.
        var replaced: UInt32?
        /// The report is its last word; false when a newer one has overtaken it.
        var isCurrent = true
    }

    private static let placeBits: UInt32 = 20
    /// Reports come every 20 s at least. When for so long only older ones came, the agent's clock was set back: they count.
    private static let overtakenMilliseconds: Int64 = 60_000

    private let limit: Int
    private var indices: [String: UInt32] = [:]
    private var agents: [Agent] = []
    /// No agent expires before that, so that nobody is looked for in vain at each report of one that finds no room.
    private var earliestExpiry: Int64 = .min
    /// Reports of agents that found no room.
    private(set) var refused: UInt64 = 0

    init(limit: Int) {
        // A number of all ones is none of an agent.
        self.limit = min(limit, 1 << Self.placeBits - 1)
    }

    private static func place(of agent: UInt32) -> Int { Int(agent & (1 << placeBits - 1)) }

    // MARK: - What is known

    func index(of name: String) -> UInt32? { indices[name] }

    /// False for an agent that has lost its place.
    func contains(_ agent: UInt32) -> Bool {
        let place = Self.place(of: agent)
        return place < agents.count && agents[place].number == agent
    }

    /// Of one that has lost its place too, until the next one has lost it.
    func name(of agent: UInt32) -> String {
        let place = Self.place(of: agent)
        guard place < agents.count else { return "" }
        if agents[place].number == agent { return agents[place].name }
        return agents[place].formerNumber == agent ? agents[place].formerName : ""
    }

    /// False for an agent that fell silent, or said goodbye a while ago.
    func isAlive(_ agent: UInt32, at now: Int64) -> Bool { contains(agent) && agents[Self.place(of: agent)].expires >= now }

    /// True when that report is the agent's last that counts.
    func isCurrent(_ agent: UInt32, _ generation: UInt32) -> Bool {
        contains(agent) && agents[Self.place(of: agent)].generation == generation
    }

    /// The report that counts. The agent must be in the table: so with the next two.
    func generation(of agent: UInt32) -> UInt32 { agents[Self.place(of: agent)].generation }
    func lastExport(of agent: UInt32) -> Int64 { agents[Self.place(of: agent)].exportMilliseconds }
    func goodbye(of agent: UInt32) -> Int64 { agents[Self.place(of: agent)].goodbye }

    // MARK: - Reports

    /// The place of an agent that reports; nil when there was no room for it.
    mutating func place(_ name: String, at now: Int64) -> Noted? {
        if let index = indices[name] { return Noted(agent: index) }
        var agent = Agent(number: UInt32(agents.count), name: name, taken: now, expires: now)
        if agents.count < limit {
            indices[name] = agent.number
            agents.append(agent)
            return Noted(agent: agent.number)
        }
        guard let place = longestGone(at: now) else {
            refused &+= 1
            return nil
        }
        let former = agents[place]
        agent.number = former.number &+ 1 << Self.placeBits
        agent.formerNumber = former.number
        agent.formerName = former.name
        agents[place] = agent
        indices[former.name] = nil
        indices[name] = agent.number
        return Noted(agent: agent.number, replaced: former.number)
    }

    /// The place of the agent whose word has been void for longest; nil while that of all holds.
    private mutating func longestGone(at now: Int64) -> Int? {
        guard earliestExpiry < now, let place = agents.indices.min(by: { agents[$0].expires < agents[$1].expires })
        else { return nil }
        earliestExpiry = agents[place].expires
        return earliestExpiry < now ? place : nil
    }

    /// Takes in a report of an agent that has a place, whose word holds for `life` milliseconds by it.
    ///
    /// - Returns: false for the report of a spooled batch, which newer ones have overtaken (perhaps a later start's): the
    ///   agent lives, and it owned those addresses then. What it owns now is not in there.
    mutating func hear(_ report: AgentReport, of agent: UInt32, life: Int64, at now: Int64) -> Bool {
        let place = Self.place(of: agent)
        agents[place].expires = now.addingReportingOverflow(life).partialValue
        earliestExpiry = min(earliestExpiry, agents[place].expires)
        // The collector's own clock may be set back too.
        if report.exportMilliseconds < agents[place].exportMilliseconds,
            (0...Self.overtakenMilliseconds).contains(now.subtractingReportingOverflow(agents[place].taken).partialValue)
        {
            return false
        }
        agents[place].exportMilliseconds = report.exportMilliseconds
        agents[place].taken = now
        agents[place].generation &+= 1
        agents[place].goodbye = report.isGoodbye ? report.exportMilliseconds : .max
        return true
    }
}
