package import FlowModel

/// Decides, when a record arrives, whether it counts or is another agent's record seen once more (design: «counted once,
/// every witness kept»). It does not go back: what was decided stays.
///
/// A record counts if its agent owns the source address; else if nobody owns the source and its agent owns the
/// destination; else, where nobody owns either, if its agent was the first to report the key. Records of a source that
/// never sent a report (a foreign exporter, an imported file) count.
package struct CountedOnce: Sendable {
    package struct Configuration: Sendable {
        /// Pairs of tenant and address.
        package var pairLimit = 1_000_000
        package var agentLimit = 10_000
        /// Keys that nobody owns an end of.
        package var keyLimit = 1_000_000
        /// How long the word of a silent agent holds. Shorter, and its spooled flows count twice when it comes back;
        /// longer, and flows that only others see go uncounted when it does not.
        package var ownerLifeMilliseconds: Int64 = 300_000
        package var ownerLifeAfterGoodbyeMilliseconds: Int64 = 60_000

        package init() {}
    }

    private var owners: AddressOwners
    private var reporters: EarliestReporters

    package init(_ configuration: Configuration = Configuration()) {
        owners = AddressOwners(
            limits: AddressOwners.Limits(
                pairs: configuration.pairLimit, agents: configuration.agentLimit,
                lifeMilliseconds: configuration.ownerLifeMilliseconds,
                lifeAfterGoodbyeMilliseconds: configuration.ownerLifeAfterGoodbyeMilliseconds))
        reporters = EarliestReporters(
            limit: configuration.keyLimit, lifeMilliseconds: configuration.ownerLifeMilliseconds)
    }

    /// Takes in what an agent says of itself. Its report goes before the records of the same batch.
    ///
    /// - Parameter now: the collector's clock, milliseconds since 1970 UTC.
    package mutating func note(report: AgentReport, at now: Int64) {
        guard !report.agent.isEmpty else { return }
        owners.note(report, at: now)
    }

    /// Sets `counted` in every row of a batch that `agent` sent.
    ///
    /// - Returns: how many rows do not count.
    /// - Precondition: the columns of the key and `counted` hold `flows.count` values.
    @discardableResult
    package mutating func decide(_ flows: inout FlowBatch, agent: String, at now: Int64) -> Int {
        guard let agent = owners.index(of: agent) else { return 0 }
        var witnesses = 0
        for row in 0..<flows.count {
            let isCounted = counts(flows, row, agent, now)
            flows.counted[row] = isCounted
            if !isCounted { witnesses += 1 }
        }
        return witnesses
    }

    private mutating func counts(_ flows: FlowBatch, _ row: Int, _ agent: UInt32, _ now: Int64) -> Bool {
        let tenant = Tenant(vni: flows.vni[row], vlan: flows.vlan[row])
        let source = AgentReport.LocalAddress(tenant: tenant, address: flows.sourceAddress[row])
        switch owners.owner(of: source, asked: agent, at: now) {
        case .asked: return true
        case .another: return false
        case .nobody: break
        }
        let destination = AgentReport.LocalAddress(tenant: tenant, address: flows.destinationAddress[row])
        switch owners.owner(of: destination, asked: agent, at: now) {
        case .asked: return true
        case .another: return false
        case .nobody: break
        }
        let key = FlowKey(
            tenant: tenant, protocolIdentifier: flows.protocolIdentifier[row], sourceAddress: source.address,
            destinationAddress: destination.address, sourceTransportPort: flows.sourceTransportPort[row],
            destinationTransportPort: flows.destinationTransportPort[row])
        return reporters.isFirst(agent, key, at: now)
    }

    /// Pairs known, and what found no room: pairs of tenant and address, and reports of agents past the limit.
    package var pairs: Int { owners.pairs }
    package var refusedPairs: UInt64 { owners.refusedPairs }
    package var refusedReports: UInt64 { owners.refusedAgents }
    /// Keys that nobody owns an end of, known just now.
    package var keys: Int { reporters.count }
}
