import FlowModel

/// Which agents an address is local to, by what they reported.
///
/// Each report names all local addresses of its agent, so an address that it does not name any more is no longer owned: a
/// workload that moves takes its address along. An agent that falls silent owns nothing after a while. Bounded: what finds
/// no room is refused and counted.
struct AddressOwners: Sendable {
    struct Limits: Sendable {
        /// Claims: pairs of an agent and a tenant's address.
        var pairs = 1_000_000
        var pairsPerAgent = 65_536
        /// Pairs of an agent and a tenant that it has something of.
        var tenants = 100_000
        /// Agents; a further one takes the place of the one that has been gone for longest.
        var agents = 10_000
        /// How long the word of an agent holds after its last report, and after a report that said goodbye. Then only for
        /// records that ended before that report: what came later it has not seen.
        var lifeMilliseconds: Int64 = 300_000
        var lifeAfterGoodbyeMilliseconds: Int64 = 60_000
    }

    private struct TenantOfAgent: Hashable, Sendable {
        var tenant: Tenant
        var agent: UInt32
    }

    /// An address that more agents claim is every host's own, as that of a default bridge is; who claims it too does not
    /// matter any more.
    static let crowd = 16

    private static let sweepPeriod: Int64 = 60_000

    private let limits: Limits
    private var agents: AgentTable
    private var claims: [AddressKey: AddressClaims] = [:]
    private var tenants: [TenantOfAgent: UInt32] = [:]
    private var nextSweep: Int64 = .min
    private(set) var pairs = 0
    /// Pairs, and reports of agents, that found no room.
    private(set) var refusedPairs: UInt64 = 0
    var refusedAgents: UInt64 { agents.refused }

    init(limits: Limits) {
        self.limits = limits
        agents = AgentTable(limit: limits.agents)
    }

    /// The number of an agent that has reported.
    func index(of agent: String) -> UInt32? { agents.index(of: agent) }

    /// Of one that is not known any more too, as long as accounts may name it.
    func name(of agent: UInt32) -> String { agents.name(of: agent) }

    /// False for an agent that fell silent, or said goodbye a while ago.
    func isAlive(_ agent: UInt32, at now: Int64) -> Bool { agents.isAlive(agent, at: now) }

    /// False also for one that said goodbye before a record of another agent began: it reports no such packets. A short record
    /// right after the goodbye may be of before it, by the other agent's clock.
    func isAlive(_ agent: UInt32, during record: FlowHolders.Times, at now: Int64) -> Bool {
        guard agents.isAlive(agent, at: now) else { return false }
        let goodbye = agents.goodbye(of: agent)
        let latest = goodbye.addingReportingOverflow(FlowHolders.slackMilliseconds)
        return record.start <= goodbye || latest.overflow || record.end <= latest.partialValue
    }

    // MARK: - Reports

    /// - Returns: nil when there was no room for the agent.
    @discardableResult
    mutating func note(_ report: AgentReport, at now: Int64) -> AgentTable.Noted? {
        guard var noted = agents.place(report.agent, at: now) else { return nil }
        let index = noted.agent
        let life = report.isGoodbye ? limits.lifeAfterGoodbyeMilliseconds : limits.lifeMilliseconds
        let isOvertaken = !agents.hear(report, of: index, life: life, at: now)
        noted.isCurrent = !isOvertaken
        if !isOvertaken { note(tenantsOf: report, index) }
        let named = report.localAddresses.prefix(limits.pairsPerAgent)
        refusedPairs &+= UInt64(report.localAddresses.count - named.count)
        for local in named {
            add(
                AddressKey(local.tenant, local.address), index, export: report.exportMilliseconds, isOvertaken: isOvertaken, at: now)
        }
        return noted
    }

    private mutating func add(
        _ address: AddressKey, _ agent: UInt32, export: Int64, isOvertaken: Bool, at now: Int64
    ) {
        var claim = AddressClaims.Claim(agent: agent, generation: agents.generation(of: agent), lastExport: export)
        // A claim of the past is void, but says whose the records of then are.
        if isOvertaken { claim.generation &-= 1 }
        if let place = claims.index(forKey: address) {
            if let known = claims.values[place].claim(of: agent) {
                if isOvertaken { claim.generation = known.generation }
                claim.lastExport = max(claim.lastExport, isOvertaken ? known.lastExport : .min)
                _ = claims.values[place].set(claim)
                return
            }
            if !isValid(claims.values[place].first, at: now) { dropForgotten(of: place, at: now) }
        }
        guard hasRoom(at: now) else { return }
        pairs += 1
        // The sweep for room may have moved or taken the entry.
        if let place = claims.index(forKey: address) {
            _ = claims.values[place].set(claim)
        } else {
            claims[address] = AddressClaims(claim)
        }
    }

    /// False, and counted, when all room is taken.
    private mutating func hasRoom(at now: Int64) -> Bool {
        if pairs >= limits.pairs { sweep(at: now) }
        if pairs < limits.pairs { return true }
        refusedPairs &+= 1
        return false
    }

    private func isValid(_ claim: AddressClaims.Claim, at now: Int64) -> Bool {
        agents.isCurrent(claim.agent, claim.generation) && agents.isAlive(claim.agent, at: now)
    }

    /// True when an agent's claim goes before the word of others about a record that ended then.
    private func isValid(_ claim: AddressClaims.Claim, recordEnd end: Int64, at now: Int64) -> Bool {
        isValid(claim, at: now) && end <= agents.goodbye(of: claim.agent)
    }

    /// Takes claims off an address that were given up so long ago that no record of that time is to be expected.
    private mutating func dropForgotten(of place: Dictionary<AddressKey, AddressClaims>.Index, at now: Int64) {
        let known = claims.values[place]
        let kept = known.keeping { claim in
            guard agents.contains(claim.agent) else { return false }
            let age = agents.lastExport(of: claim.agent).subtractingReportingOverflow(claim.lastExport)
            return isValid(claim, at: now) || (!age.overflow && age.partialValue <= limits.lifeMilliseconds)
        }
        let count = kept?.count ?? 0
        guard count < known.count else { return }
        pairs -= known.count - count
        if let kept { claims.values[place] = kept } else { claims.remove(at: place) }
    }

    /// Makes room of what nobody owns any more; at most once a minute, since it looks at everything.
    private mutating func sweep(at now: Int64) {
        // A clock that was set back does not make anything wait for longer.
        guard now >= nextSweep || nextSweep.subtractingReportingOverflow(now).partialValue > Self.sweepPeriod else { return }
        nextSweep = now.addingReportingOverflow(Self.sweepPeriod).partialValue
        claims = claims.compactMapValues { known in known.keeping { isValid($0, at: now) } }
        pairs = claims.values.reduce(0) { $0 + $1.count }
    }

    private mutating func note(tenantsOf report: AgentReport, _ agent: UInt32) {
        var named: Set<Tenant> = []
        for local in report.localAddresses.prefix(limits.pairsPerAgent) { named.insert(local.tenant) }
        for interface in report.interfaces.prefix(limits.pairsPerAgent) where interface.vni != .max {
            named.insert(Tenant(.virtualNetwork, interface.vni))
        }
        named.remove(.none)
        let generation = agents.generation(of: agent)
        var isSwept = false
        for tenant in named {
            let key = TenantOfAgent(tenant: tenant, agent: agent)
            if tenants[key] == nil, tenants.count >= limits.tenants {
                // Once a report: a sweep looks at everything.
                if !isSwept { tenants = tenants.filter { agents.isCurrent($0.key.agent, $0.value) } }
                isSwept = true
                guard tenants.count < limits.tenants else {
                    refusedPairs &+= 1
                    continue
                }
            }
            tenants[key] = generation
        }
    }

    // MARK: - Who owns what

    /// Who owns an address, seen from the agent that sent a record.
    struct Standing: Sendable {
        /// The agent asked about owns the address now, perhaps with others.
        var isAsked = false
        /// It does not, but it did when the record ended.
        var wasAsked = false
        /// Another agent that owns it, and whether it is the only other one.
        var other: UInt32?
        var isOnlyOther = false

        /// The one agent that owns it; nil where that is in doubt, as after a move.
        func soleOwner(asked: UInt32) -> UInt32? {
            if wasAsked { return nil }
            if isAsked { return other == nil ? asked : nil }
            return isOnlyOther ? other : nil
        }
    }

    /// - Parameter end: of the record, by the agent's own clock, as its reports' times are.
    func standing(
        of address: AddressKey, asked agent: UInt32, recordEnd end: Int64, at now: Int64
    ) -> Standing {
        var standing = Standing()
        guard let known = claims[address] else { return standing }
        if let own = known.claim(of: agent) {
            standing.isAsked = isValid(own, at: now)
            standing.wasAsked = !standing.isAsked && end <= own.lastExport
        }
        func take(_ claim: AddressClaims.Claim) -> Bool {
            guard claim.agent != agent, isValid(claim, recordEnd: end, at: now) else { return true }
            standing.isOnlyOther = standing.other == nil
            standing.other = standing.other ?? claim.agent
            return standing.isOnlyOther
        }
        if take(known.first) {
            for claim in known.others where !take(claim) { break }
        }
        return standing
    }

    /// True when another agent owns the source too, and of the two one alone owns the destination: then both may report the
    /// same packets. Where both or neither own the destination, the address is one that repeats (every host has its bridge's)
    /// and their flows are two.
    func isContested(
        source: AddressKey, destination: AddressKey, asked agent: UInt32, at now: Int64
    ) -> Bool {
        guard let known = claims[source], known.count <= Self.crowd else { return false }
        let destinationClaims = claims[destination]
        func ownsDestination(_ agent: UInt32) -> Bool {
            destinationClaims?.claim(of: agent).map { isValid($0, at: now) } ?? false
        }
        let asked = ownsDestination(agent)
        for claim in [known.first] + known.others where claim.agent != agent && isValid(claim, at: now) {
            if ownsDestination(claim.agent) != asked { return true }
        }
        return false
    }

    /// True for an address of the agent's host itself, which it reports without a tenant, in a tenant that it has something
    /// of: a bridge's address, say, whose flows are seen inside the bridge's virtual network.
    func isHostAddress(_ address: AddressKey, in tenant: Tenant, of agent: UInt32, at now: Int64) -> Bool {
        guard tenant != .none,
            let generation = tenants[TenantOfAgent(tenant: tenant, agent: agent)], agents.isCurrent(agent, generation),
            let own = claims[address.withoutTenant]?.claim(of: agent)
        else { return false }
        return isValid(own, at: now)
    }
}
