package import FlowModel

/// Decides, when a record arrives, whether it counts or is another agent's record seen once more (design: «counted once,
/// every witness kept»). It does not go back: what was decided stays.
///
/// 1. A flow that an agent holds is that agent's: its records count, those of other agents do not. A flow that more than one
///    agent may report is held by the first whose record of it counts, until that agent reports a later flow of the key, sees
///    it no more while others do, loses the address by which it counted, or falls silent (`FlowHolders`).
/// 2. Else a record counts if its agent alone owns the source address, or owned it when the record ended. Where several own
///    it: if their flows are their own (`AddressOwners.isContested`), or if none of them holds the flow yet.
/// 3. Else, if another agent owns the source, it does not count; unless who began is a guess and the agent owns the
///    destination: the other agent may have guessed the other way round, and then neither would count.
/// 4. Else it counts if the source is an address of the agent's own host inside a tenant, if the agent owns the destination,
///    or if nobody owns either.
///
/// So an owner that becomes known after another agent's record was counted does not count the same packets again, and takes
/// over with the next flow. After a restart stored rows tell who holds what (`recall`). Records of a source that never sent a report (a foreign exporter, an imported file) count.
/// What goes wrong and when: docs/decisions/0004-counted-once-across-agents.md.
package struct CountedOnce: Sendable {
    package struct Configuration: Sendable {
        /// Claims: pairs of an agent and a tenant's address.
        package var pairLimit = 1_000_000
        package var pairsPerAgentLimit = 65_536
        /// Agents whose word holds at one time. The reports of further ones are refused (`refusedReports`), and their records count.
        package var agentLimit = 10_000
        /// Flows that are held.
        package var keyLimit = 1_000_000
        /// How long the word of a silent agent holds. Shorter, and its spooled flows count twice when it comes back;
        /// longer, and flows that only others see go uncounted when it does not.
        package var ownerLifeMilliseconds: Int64 = 300_000
        /// After a goodbye it holds for records that ended before, so that nothing is passed over that nobody else reports.
        package var ownerLifeAfterGoodbyeMilliseconds: Int64 = 60_000
        package var missing = MissingWitnesses.Configuration()

        package init() {}
    }

    private var owners: AddressOwners
    private var holders: FlowHolders
    private var missing: MissingWitnesses

    package init(_ configuration: Configuration = Configuration()) {
        var limits = AddressOwners.Limits()
        limits.pairs = configuration.pairLimit
        limits.pairsPerAgent = configuration.pairsPerAgentLimit
        limits.agents = configuration.agentLimit
        limits.lifeMilliseconds = configuration.ownerLifeMilliseconds
        limits.lifeAfterGoodbyeMilliseconds = configuration.ownerLifeAfterGoodbyeMilliseconds
        owners = AddressOwners(limits: limits)
        holders = FlowHolders(limit: configuration.keyLimit, lifeMilliseconds: configuration.ownerLifeMilliseconds)
        missing = MissingWitnesses(configuration.missing)
    }

    /// Takes in what an agent says of itself. Its report goes before the records of the same batch.
    ///
    /// - Parameter now: the collector's clock, milliseconds since 1970 UTC.
    /// - Returns: true when the report is the agent's last word; false for one that was overtaken, or found no room.
    @discardableResult
    package mutating func note(report: AgentReport, at now: Int64) -> Bool {
        guard !report.agent.isEmpty, let noted = owners.note(report, at: now) else { return false }
        if let replaced = noted.replaced { missing.forget(replaced) }
        missing.heard(noted.agent, epoch: report.epoch, isGoodbye: report.isGoodbye, at: now)
        return noted.isCurrent
    }

    /// Sets `counted` in every row of a batch that `agent` sent. Before `expandWitnesses`: the rows that it makes do not count.
    ///
    /// - Returns: how many rows do not count.
    /// - Precondition: every column holds `flows.count` values.
    @discardableResult
    package mutating func decide(_ flows: inout FlowBatch, agent: String, at now: Int64) -> Int {
        guard let agent = owners.index(of: agent) else { return 0 }
        missing.advance(to: now)
        var witnesses = 0
        let columns = SightColumns(flows)
        for row in 0..<flows.count {
            let isCounted = counts(columns.sight(of: row), agent, now)
            flows.counted[row] = isCounted
            if !isCounted { witnesses += 1 }
        }
        return witnesses
    }

    private mutating func counts(_ row: RecordSight, _ agent: UInt32, _ now: Int64) -> Bool {
        let source = owners.standing(of: row.source, asked: agent, recordEnd: row.times.end, at: now)
        let destination = owners.standing(of: row.destination, asked: agent, recordEnd: row.times.end, at: now)
        if let from = source.soleOwner(asked: agent), let to = destination.soleOwner(asked: agent), from != to {
            missing.note(row, by: agent, from: from, to: to, at: now)
        }
        let verdict = verdict(row, source, destination, agent, now)
        // Two flows of an address that repeats have nothing to do with one another.
        if verdict == .repeats { return true }
        let place = holders.place(of: row.hash, row.times, by: agent, at: now) {
            owners.isAlive($0, during: row.times, at: now)
        }
        switch place {
        case .own: return true
        case .others(let holder, let isByRight, let isLater):
            guard verdict == .owns, isByRight, source.wasAsked || isLater, hasMoved(row, source, from: holder, now)
            else { return false }
            if !source.wasAsked { holders.hold(row.hash, row.times, by: agent, isByRight: true, at: now) }
            return true
        case .earlier(let holder):
            if let holder { return holder == agent }
            if verdict == .holds { holders.holdEarlier(row.hash, by: agent, at: now) }
            return verdict != .witness
        case .free(let last):
            // Where an agent alone owns both ends no other one is on the way.
            let isInternal = source.isAsked && destination.isAsked && destination.other == nil
            if verdict == .holds || (verdict == .owns && (!isInternal || last != nil)) {
                holders.hold(row.hash, row.times, by: agent, isByRight: verdict == .owns, at: now)
            } else if verdict == .witness && last == agent {
                holders.close(row.hash, at: now)
            }
            return verdict != .witness
        }
    }

    /// True when the source went from one agent to another in the middle of a flow: each counts what it saw of it. The holder
    /// either lost the source, or has it now, and the record is of the time before.
    private func hasMoved(
        _ row: RecordSight, _ source: AddressOwners.Standing, from holder: UInt32, _ now: Int64
    ) -> Bool {
        func owns(_ address: AddressKey) -> Bool {
            owners.standing(of: address, asked: holder, recordEnd: row.times.end, at: now).isAsked
        }
        return !owns(row.destination) && (source.wasAsked || !owns(row.source))
    }

    private enum Verdict {
        /// Counts by right of the source, and binds the rest of the flow where another agent may see it too.
        case owns
        /// Counts whatever others report: the source repeats behind several agents.
        case repeats
        /// Counts, and binds the rest of the flow.
        case holds
        case witness
    }

    /// Who counts a record of a flow that nobody holds.
    private func verdict(
        _ row: RecordSight, _ source: AddressOwners.Standing, _ destination: AddressOwners.Standing, _ agent: UInt32, _ now: Int64
    ) -> Verdict {
        if source.isAsked {
            if source.other == nil { return .owns }
            return owners.isContested(source: row.source, destination: row.destination, asked: agent, at: now)
                ? .holds : .repeats
        }
        if source.wasAsked { return .owns }
        if source.other != nil { return row.isGuess && destination.isAsked ? .holds : .witness }
        if destination.isAsked || destination.wasAsked || destination.other == nil { return .holds }
        // Before another agent that owns the destination only by this right; that one may hold the flow already.
        return owners.isHostAddress(row.source, in: row.tenant, of: agent, at: now) ? .holds : .witness
    }

    // MARK: - After a restart

    /// The stored fields that `recall` looks at.
    package static let recalledFields: [Field] = [
        .start, .end, .flowStart, .proto, .src, .srcPort, .dst, .dstPort, .packets, .revPackets, .state, .initiatorBasis, .flowID,
        .vni, .vlan, .icmpType, .icmpCode, .sampling, .agent, .counted,
    ]

    /// Takes in rows that were decided by an earlier run, in the order in which they were stored: who held their flows holds
    /// them again. After the reports of the agents whose word still holds; rows of all others hold nothing.
    ///
    /// - Precondition: the columns of `recalledFields` hold `flows.count` values.
    package mutating func recall(_ flows: FlowBatch, at now: Int64) {
        let agents = flows.names.map { owners.index(of: $0) }
        guard agents.contains(where: { $0 != nil }) else { return }
        let columns = SightColumns(flows)
        for row in 0..<flows.count {
            let name = Int(flows.agent[row])
            guard name < agents.count, let agent = agents[name] else { continue }
            recall(columns.sight(of: row), isCounted: flows.counted[row], agent, now)
        }
    }

    /// As `counts`, with the decision known. An owner that has become known since then does not undo it.
    private mutating func recall(_ row: RecordSight, isCounted: Bool, _ agent: UInt32, _ now: Int64) {
        let source = owners.standing(of: row.source, asked: agent, recordEnd: row.times.end, at: now)
        let destination = owners.standing(of: row.destination, asked: agent, recordEnd: row.times.end, at: now)
        let verdict = verdict(row, source, destination, agent, now)
        if verdict == .repeats { return }
        let place = holders.place(of: row.hash, row.times, by: agent, at: now) {
            owners.isAlive($0, during: row.times, at: now)
        }
        switch (place, isCounted) {
        case (.free(let last), true):
            let isInternal = source.isAsked && destination.isAsked && destination.other == nil
            if verdict != .owns || !isInternal || last != nil {
                holders.hold(row.hash, row.times, by: agent, isByRight: verdict == .owns, at: now)
            }
        case (.others, true):
            if verdict == .owns, !source.wasAsked { holders.hold(row.hash, row.times, by: agent, isByRight: true, at: now) }
        case (.earlier(nil), true):
            if verdict != .owns { holders.holdEarlier(row.hash, by: agent, at: now) }
        case (.free(agent), false):
            holders.close(row.hash, at: now)
        default:
            break
        }
    }

    // MARK: - Accounts

    /// The flows that an agent should have reported and did not, since this was asked for last.
    package mutating func takeMissingWitnesses(at now: Int64) -> MissingWitnessReport {
        missing.take(at: now) { owners.name(of: $0) }
    }

    /// Pairs known, and what found no room: pairs of tenant and address, and reports of agents past the limit.
    package var pairs: Int { owners.pairs }
    package var refusedPairs: UInt64 { owners.refusedPairs }
    package var refusedReports: UInt64 { owners.refusedAgents }
    /// Flows that are held by an agent just now, and those that were forgotten before their time for want of room.
    package var keys: Int { holders.count }
    package var forgottenKeys: UInt64 { holders.forgotten }
}
