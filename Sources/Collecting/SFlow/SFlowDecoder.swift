package import FlowModel
package import IPFIX
package import PacketDecoding

/// Reads what sFlow agents send (sFlow Version 5, sflow.org) into flow batches: every sampled packet is a row of its own.
///
/// A row has one packet with the octets of its IP header (the innermost, where tunnels are looked through), the sampling rate
/// in `samplingInterval`, and the time of receipt, since sFlow has no other. Its agent is the address that the datagram names,
/// whoever sent it. Samples of counters are counted and left out.
///
/// One owner, no locks. Nothing that is sent traps, throws, or costs more memory than the configuration says.
package struct SFlowDecoder: ~Copyable, Sendable {
    package struct Configuration: Sendable {
        /// Agents that are remembered; the one silent for longest gives way.
        package var agents = 4096
        /// Sub-agents and data sources whose sequence numbers are followed, of one agent and of all together.
        package var sourcesPerAgent = 4096
        package var sources = 65_536
        /// What the agent of rows is called; others have their address.
        package var agentNames: [IPAddress: String] = [:]
        /// How sampled headers are read.
        package var packets = PacketDecoder.Configuration()

        package init() {}
    }

    package let configuration: Configuration
    /// Agents that gave way to others.
    package private(set) var agentsEvicted: UInt64 = 0
    /// Faults of datagrams that do not come as far as their agent's address.
    package private(set) var faultsWithoutAgent: [SFlowFault: UInt64] = [:]

    /// What was known of those that gave way.
    private var forgotten = SFlowTotals()
    let ethernet: PacketDecoder
    let rawIP: PacketDecoder
    var fragments: FragmentTable
    var names = SFlowNames()
    var agents: [SFlowAgent] = []
    private var places: [IPAddress: Int] = [:]
    private var free: [Int] = []
    private var recency = RecencyList()
    private var sources = 0

    /// - Parameter seed: of the hash that fragments are found by, from a random source.
    package init(configuration: Configuration = Configuration(), seed: UInt64) {
        self.configuration = configuration
        ethernet = PacketDecoder(linkType: .ethernet, configuration: configuration.packets)
        rawIP = PacketDecoder(linkType: .rawIP, configuration: configuration.packets)
        // With 1 in n packets taken, hardly ever two fragments of a datagram.
        fragments = FragmentTable(capacity: 64, seed: seed)
    }

    /// Reads a datagram, and adds a row for every sampled packet to the batch.
    ///
    /// - Returns: the rows that were added, all of the one agent.
    /// - Complexity: O(octets); and O(names of the batch) when it is another than the last time.
    @discardableResult
    package mutating func decode(
        _ octets: borrowing RawSpan, from source: ExporterSource, receivedMilliseconds: Int64, into flows: inout FlowBatch
    ) -> Range<Int> {
        let first = flows.count
        var place = XDRPlace(offset: 0, end: octets.byteCount)
        guard let version = place.word(octets) else { return fail(.header, first) }
        guard version == 5 else { return fail(.version, first) }
        guard let agent = Self.agentAddress(&place, octets, source), let subAgent = place.word(octets),
            let sequence = place.word(octets), let uptime = place.word(octets), let count = place.word(octets)
        else { return fail(.header, first) }
        let slot = slot(of: agent, source, at: receivedMilliseconds)
        let before = agents[slot].sourceCount
        agents[slot].statistics.datagrams += 1
        agents[slot].statistics.octets += UInt64(octets.byteCount)
        agents[slot].statistics.lastSeenMilliseconds = receivedMilliseconds
        agents[slot].statistics.sender = source
        agents[slot].statistics.uptimeMilliseconds = uptime
        agents[slot].receiveDatagram(sequence, subAgent: subAgent, limit: configuration.sourcesPerAgent)
        let context = Context(slot: slot, subAgent: subAgent, receivedMilliseconds: receivedMilliseconds)
        readSamples(count, place, octets, context, into: &flows)
        sources += agents[slot].sourceCount - before
        while sources > configuration.sources, evict(sparing: slot) {}
        return first..<flows.count
    }

    /// All agents that are remembered, in no order.
    package var agentAddresses: [IPAddress] { Array(places.keys) }

    package func statistics(of agent: IPAddress) -> SFlowStatistics? {
        guard let slot = places[agent] else { return nil }
        var statistics = agents[slot].statistics
        statistics.sources = agents[slot].sourceCount
        return statistics
    }

    /// Of all agents since the start.
    ///
    /// - Complexity: O(agents).
    package var totals: SFlowTotals {
        var totals = places.values.reduce(into: forgotten) { $0.add(agents[$1].statistics) }
        totals.faults.merge(faultsWithoutAgent) { $0 + $1 }
        return totals
    }

    /// - Returns: nil for a kind of address that there is not, and for one that is cut. An agent that does not know its own has
    ///   the sender's.
    private static func agentAddress(
        _ place: inout XDRPlace, _ octets: borrowing RawSpan, _ source: ExporterSource
    ) -> IPAddress? {
        switch place.word(octets) {
        case 0: return source.address
        case 1: return place.word(octets).map { IPAddress(ipv4: $0) }
        case 2:
            guard let high = place.longWord(octets), let low = place.longWord(octets) else { return nil }
            return IPAddress(high: high, low: low)
        default: return nil
        }
    }

    private mutating func fail(_ fault: SFlowFault, _ row: Int) -> Range<Int> {
        faultsWithoutAgent[fault, default: 0] += 1
        return row..<row
    }

    private mutating func slot(of address: IPAddress, _ source: ExporterSource, at milliseconds: Int64) -> Int {
        if let slot = places[address] {
            recency.touch(slot)
            return slot
        }
        while places.count >= max(1, configuration.agents), evict(sparing: nil) {}
        let name = configuration.agentNames[address] ?? address.description
        let agent = SFlowAgent(address, name: name, SFlowStatistics(source, at: milliseconds))
        let slot = free.popLast() ?? agents.count
        if slot == agents.count { agents.append(agent) } else { agents[slot] = agent }
        places[address] = slot
        recency.touch(slot)
        return slot
    }

    /// Forgets the agent that has been silent for longest.
    ///
    /// - Returns: false when there is none but the one to spare.
    private mutating func evict(sparing spared: Int?) -> Bool {
        guard let oldest = recency.oldest, let slot = oldest == spared ? recency.slot(after: oldest) : oldest else { return false }
        recency.remove(slot)
        places[agents[slot].address] = nil
        sources -= agents[slot].sourceCount
        forgotten.add(agents[slot].statistics)
        agents[slot] = SFlowAgent(.zero, name: "", SFlowStatistics(ExporterSource(.zero, port: 0), at: 0))
        free.append(slot)
        agentsEvicted += 1
        return true
    }
}
