import Enrichment
import FlowModel
import Testing

/// Agents that meter the same packets, each cutting its records at times of its own, and a collector that hears them in any
/// order: whatever it decides, each packet must count once.
@Suite("counted once across agents: a model")
struct AcrossAgentsModelTests {
    /// A flow as it was: when its packets passed.
    struct Flow {
        var source: IPAddress
        var destination: IPAddress
        var port: UInt16
        var packets: [Int64]
    }

    /// A record on its way.
    struct Delivery {
        var arrival: Int64
        var agent: String
        var record: FlowRecord
    }

    enum World: String, CaseIterable { case lateOwners, knownOwners, nobodyOwns, destinationOwned }

    static let activeTimeout: Int64 = 60_000
    private static let hostsOfA = (0..<4).map { IPAddress(ipv4: 0x0A00_0100 + UInt32($0)) }
    private static let hostsOfB = (0..<4).map { IPAddress(ipv4: 0x0A00_0200 + UInt32($0)) }
    private static let strangers = (0..<4).map { IPAddress(ipv4: 0x0808_0800 + UInt32($0)) }

    private static func flows(_ world: World, _ generator: inout SeededGenerator) -> [Flow] {
        var flows: [Flow] = []
        for port in 0..<120 as Range<UInt16> {
            let ends: ([IPAddress], [IPAddress]) =
                switch world {
                case .lateOwners, .knownOwners: Bool.random(using: &generator) ? (hostsOfA, hostsOfB) : (hostsOfB, hostsOfA)
                case .nobodyOwns: (strangers, strangers)
                case .destinationOwned: (strangers, hostsOfB)
                }
            let source = ends.0[Int.random(in: 0..<4, using: &generator)]
            var destination = ends.1[Int.random(in: 0..<4, using: &generator)]
            if destination == source { destination = IPAddress(ipv4: 1) }
            // Several flows of one key, one after the other.
            var time = Int64.random(in: 100_000...200_000, using: &generator)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                var packets: [Int64] = []
                for _ in 0..<Int.random(in: 1...40, using: &generator) {
                    packets.append(time)
                    time += Int64.random(in: 0...10_000, using: &generator)
                }
                flows.append(Flow(source: source, destination: destination, port: port, packets: packets))
                // Longer than the latest record is late: who held the flow before the last but one is not remembered.
                time += Int64.random(in: 65_000...120_000, using: &generator)
            }
        }
        return flows
    }

    /// What an agent makes of a flow: parts of an active timeout each, the first one of any length.
    private static func records(
        of flow: Flow, skew: Int64, _ generator: inout SeededGenerator
    ) -> [FlowRecord] {
        var record = FlowRecord()
        record.protocolIdentifier = 17
        record.sourceAddress = flow.source
        record.destinationAddress = flow.destination
        record.sourceTransportPort = flow.port
        record.destinationTransportPort = 5353
        // Who began may be a guess, and wrong.
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: record.initiatorBasis = .syn
        case 1: record.initiatorBasis = .firstPacket
        case 2: record.initiatorBasis = .port
        default:
            record.initiatorBasis = [.firstPacket, .port, .unknown][Int.random(in: 0..<3, using: &generator)]
            swap(&record.sourceAddress, &record.destinationAddress)
            swap(&record.sourceTransportPort, &record.destinationTransportPort)
        }
        record.initialStartMilliseconds = flow.packets[0] + skew
        var records: [FlowRecord] = []
        var cut = flow.packets[0] + Int64.random(in: 1...activeTimeout, using: &generator)
        record.packetDeltaCount = 0
        for packet in flow.packets {
            while packet > cut {
                if record.packetDeltaCount > 0 { records.append(record) }
                record.packetDeltaCount = 0
                cut += activeTimeout
            }
            if record.packetDeltaCount == 0 { record.flowStartMilliseconds = packet + skew }
            record.packetDeltaCount += 1
            record.flowEndMilliseconds = packet + skew
        }
        records.append(record)
        return records
    }

    private static func deliveries(
        _ flows: [Flow], delay: Int64, _ generator: inout SeededGenerator
    ) -> [Delivery] {
        var deliveries: [Delivery] = []
        for (agent, skew) in [("a", Int64(0)), ("b", Int64.random(in: -1_500...1_500, using: &generator))] {
            var agents: [Delivery] = []
            for flow in flows {
                for record in records(of: flow, skew: skew, &generator) {
                    // An idle or active timeout, the next flush, and the way.
                    let made = record.flowEndMilliseconds - skew + Int64.random(in: 1_000...20_000, using: &generator)
                    agents.append(Delivery(arrival: made, agent: agent, record: record))
                }
            }
            // An agent's batches may be late, now and then by far, and overtake each other then.
            for index in agents.indices {
                agents[index].arrival += Int64.random(in: 0...delay, using: &generator)
            }
            deliveries += agents
        }
        return deliveries.sorted { ($0.arrival, $0.agent) < ($1.arrival, $1.agent) }
    }

    @Test(
        "each packet counts once, at one agent for the life of its flow", arguments: World.allCases,
        Array(1...16) as [UInt64])
    func exact(world: World, seed: UInt64) {
        expectExact(world, seed, restarts: 0)
    }

    @Test(
        "each packet counts once also where the collector starts anew and recalls what it stored", arguments: World.allCases,
        Array(17...32) as [UInt64])
    func exactOverRestarts(world: World, seed: UInt64) {
        expectExact(world, seed, restarts: 12)
    }

    private func expectExact(_ world: World, _ seed: UInt64, restarts: Int) {
        var generator = SeededGenerator(seed)
        let flows = Self.flows(world, &generator)
        var counter = CountedOnce()
        var local: [String: Set<IPAddress>] = ["a": [], "b": []]
        if world == .knownOwners || world == .destinationOwned {
            local["b"] = Set(Self.hostsOfB)
            if world == .knownOwners { local["a"] = Set(Self.hostsOfA) }
        }
        var counted: [UInt16: UInt64] = [:]
        var stored: [FlowBatch] = []
        let deliveries = Self.deliveries(flows, delay: 40_000, &generator)
        let restartsAt = Set((0..<restarts).map { _ in Int.random(in: 1..<deliveries.count, using: &generator) })
        for (number, delivery) in deliveries.enumerated() {
            if restartsAt.contains(number) {
                counter = CountedOnce()
                for agent in ["a", "b"] {
                    var report = AgentReport()
                    report.agent = agent
                    report.epoch = 1
                    report.exportMilliseconds = deliveries[number - 1].arrival
                    report.localAddresses = (local[agent] ?? []).map { .init(tenant: .none, address: $0) }
                    counter.note(report: report, at: delivery.arrival)
                }
                for batch in stored { counter.recall(batch, at: delivery.arrival) }
            }
            // A batch: a report, with the addresses that the agent has seen by then, and a record.
            let owned = delivery.agent == "a" ? Self.hostsOfA : Self.hostsOfB
            if world != .nobodyOwns, world != .destinationOwned {
                for address in [delivery.record.sourceAddress, delivery.record.destinationAddress]
                where owned.contains(address) {
                    local[delivery.agent]?.insert(address)
                }
            }
            var report = AgentReport()
            report.agent = delivery.agent
            report.epoch = 1
            report.exportMilliseconds = delivery.arrival
            report.localAddresses = (local[delivery.agent] ?? []).map { .init(tenant: .none, address: $0) }
            counter.note(report: report, at: delivery.arrival)
            for agent in ["a", "b"] where agent != delivery.agent {
                var other = report
                other.agent = agent
                other.localAddresses = (local[agent] ?? []).map { .init(tenant: .none, address: $0) }
                counter.note(report: other, at: delivery.arrival)
            }
            var batch = FlowBatch()
            batch.append(delivery.record)
            batch.agent[0] = batch.index(ofName: delivery.agent)
            counter.decide(&batch, agent: delivery.agent, at: delivery.arrival)
            stored.append(batch)
            let port = min(delivery.record.sourceTransportPort, delivery.record.destinationTransportPort)
            if batch.counted[0] { counted[port, default: 0] += delivery.record.packetDeltaCount }
        }
        var truth: [UInt16: UInt64] = [:]
        for flow in flows { truth[flow.port, default: 0] += UInt64(flow.packets.count) }
        #expect(counted == truth, "\(truth.keys.filter { counted[$0] != truth[$0] }.sorted().map { ($0, counted[$0] ?? 0, truth[$0] ?? 0) })")
        #expect(truth.values.reduce(0, +) > 1000)
    }
}
