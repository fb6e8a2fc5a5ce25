import FlowModel

/// Which agents an address is local to, by what they reported last.
///
/// Each report names all local addresses of its agent, so an address that it does not name any more is no longer owned: a
/// workload that moves takes its address along. An agent that falls silent owns nothing after a while. Bounded: what finds
/// no room is refused and counted.
struct AddressOwners: Sendable {
    struct Limits: Sendable {
        var pairs = 1_000_000
        var agents = 10_000
        /// How long the word of an agent holds after its last report, and after a report that said goodbye.
        var lifeMilliseconds: Int64 = 300_000
        var lifeAfterGoodbyeMilliseconds: Int64 = 60_000
    }

    private struct Agent: Sendable {
        var epoch: UInt64
        var exportMilliseconds: Int64
        /// Counts reports; ownerships of older ones are void.
        var generation: UInt32
        var expires: Int64
    }

    private struct Ownership: Sendable {
        var agent: UInt32
        var generation: UInt32
    }

    /// Nearly always one: a second array entry costs an allocation, the first does not.
    private struct Owners: Sendable {
        var first: Ownership
        var others: [Ownership] = []
    }

    private let limits: Limits
    private var indices: [String: UInt32] = [:]
    private var agents: [Agent] = []
    private var owners: [AgentReport.LocalAddress: Owners] = [:]
    private var nextSweep: Int64 = .min
    /// Pairs, and reports of agents, that found no room.
    private(set) var refusedPairs: UInt64 = 0
    private(set) var refusedAgents: UInt64 = 0

    init(limits: Limits) { self.limits = limits }

    var pairs: Int { owners.count }

    /// The number of an agent that has reported.
    func index(of agent: String) -> UInt32? { indices[agent] }

    mutating func note(_ report: AgentReport, at now: Int64) {
        guard let index = place(report, at: now) else { return }
        let life = report.isGoodbye ? limits.lifeAfterGoodbyeMilliseconds : limits.lifeMilliseconds
        agents[Int(index)].expires = now.addingReportingOverflow(life).partialValue
        // A report that a newer one has overtaken shows that the agent lives, and nothing else.
        let known = agents[Int(index)]
        guard known.epoch != report.epoch || known.exportMilliseconds <= report.exportMilliseconds else { return }
        agents[Int(index)].epoch = report.epoch
        agents[Int(index)].exportMilliseconds = report.exportMilliseconds
        agents[Int(index)].generation &+= 1
        let ownership = Ownership(agent: index, generation: agents[Int(index)].generation)
        for address in report.localAddresses { add(ownership, to: address, at: now) }
    }

    private mutating func place(_ report: AgentReport, at now: Int64) -> UInt32? {
        if let index = indices[report.agent] { return index }
        guard agents.count < limits.agents else {
            refusedAgents += 1
            return nil
        }
        let index = UInt32(agents.count)
        indices[report.agent] = index
        agents.append(Agent(epoch: report.epoch, exportMilliseconds: .min, generation: 0, expires: now))
        return index
    }

    private mutating func add(_ ownership: Ownership, to address: AgentReport.LocalAddress, at now: Int64) {
        guard var known = owners[address] else {
            if owners.count >= limits.pairs { sweep(at: now) }
            guard owners.count < limits.pairs else {
                refusedPairs += 1
                return
            }
            owners[address] = Owners(first: ownership)
            return
        }
        if known.first.agent == ownership.agent || !isValid(known.first, at: now) {
            known.others.removeAll { $0.agent == ownership.agent }
            known.first = ownership
        } else if let place = known.others.firstIndex(where: { $0.agent == ownership.agent }) {
            known.others[place] = ownership
        } else {
            known.others.removeAll { !isValid($0, at: now) }
            guard known.others.count < 15 else {
                refusedPairs += 1
                return
            }
            known.others.append(ownership)
        }
        owners[address] = known
    }

    private func isValid(_ ownership: Ownership, at now: Int64) -> Bool {
        let agent = agents[Int(ownership.agent)]
        return agent.generation == ownership.generation && agent.expires >= now
    }

    /// Makes room of what nobody owns any more; at most once a minute, since it looks at everything.
    private mutating func sweep(at now: Int64) {
        guard now >= nextSweep else { return }
        nextSweep = now.addingReportingOverflow(60_000).partialValue
        owners = owners.filter { entry in
            isValid(entry.value.first, at: now) || entry.value.others.contains { isValid($0, at: now) }
        }
    }

    enum Answer: Sendable { case nobody, asked, another }

    /// Who owns an address: the agent asked about (perhaps with others), another one, or nobody.
    func owner(of address: AgentReport.LocalAddress, asked agent: UInt32, at now: Int64) -> Answer {
        guard let known = owners[address] else { return .nobody }
        var isOwned = false
        if isValid(known.first, at: now) {
            if known.first.agent == agent { return .asked }
            isOwned = true
        }
        for other in known.others where isValid(other, at: now) {
            if other.agent == agent { return .asked }
            isOwned = true
        }
        return isOwned ? .another : .nobody
    }
}
