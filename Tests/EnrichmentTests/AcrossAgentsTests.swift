import Enrichment
import FlowModel
import Testing

@Suite("counted once across agents: doubtful cases")
struct AcrossAgentsTests {
    let a1 = IPAddress(ipv4: 0x0A00_0101)
    let a2 = IPAddress(ipv4: 0x0A00_0102)
    let b1 = IPAddress(ipv4: 0x0A00_0201)
    let gateway = IPAddress(ipv4: 0x0A05_0001)
    let stranger = IPAddress(ipv4: 0x0808_0808)
    let red = Tenant(.virtualNetwork, 5001)
    var counter = CountedOnce()

    /// Notes a report at its export time.
    mutating func report(
        _ agent: String, _ addresses: [(Tenant, IPAddress)], at now: Int64, epoch: UInt64 = 1, export: Int64? = nil,
        interfaceVNI: UInt32 = .max, goodbye: Bool = false
    ) {
        var report = AgentReport()
        report.agent = agent
        report.epoch = epoch
        report.exportMilliseconds = export ?? now
        report.isGoodbye = goodbye
        report.interfaces = [.init(index: 1, name: "eth0", kind: "veth", vni: interfaceVNI)]
        report.localAddresses = addresses.map { AgentReport.LocalAddress(tenant: $0.0, address: $0.1) }
        counter.note(report: report, at: now)
    }

    mutating func counts(
        _ agent: String, _ source: IPAddress, _ destination: IPAddress, _ times: ClosedRange<Int64>, flowStart: Int64? = nil,
        tenant: Tenant = .none, ports: (UInt16, UInt16) = (40_000, 80), proto: UInt8 = 6, icmp: (UInt8, UInt8)? = nil,
        basis: InitiatorBasis = .absent, at now: Int64? = nil
    ) -> Bool {
        var record = FlowRecord()
        record.initiatorBasis = basis
        record.protocolIdentifier = proto
        record.sourceAddress = source
        record.destinationAddress = destination
        record.sourceTransportPort = ports.0
        record.destinationTransportPort = ports.1
        if tenant.kind == .virtualNetwork { record.vni = tenant.number }
        if let icmp { (record.icmpType, record.icmpCode) = icmp }
        record.initialStartMilliseconds = flowStart ?? times.lowerBound
        record.flowStartMilliseconds = times.lowerBound
        record.flowEndMilliseconds = times.upperBound
        var batch = FlowBatch()
        batch.append(record)
        counter.decide(&batch, agent: agent, at: now ?? times.upperBound + 3_000)
        return batch.counted[0]
    }

    // MARK: - Nobody owns either end

    @Test("parts of one flow and both directions meet in one key; ICMP by type")
    mutating func oneKey() {
        report("x", [], at: 0)
        report("y", [], at: 0)
        #expect(counts("x", a1, b1, 0...60_000))
        #expect(!counts("y", b1, a1, 0...37_000, ports: (80, 40_000), at: 63_500))
        #expect(!counts("y", b1, a1, 40_000...97_000, flowStart: 0, ports: (80, 40_000)))
        #expect(counts("x", a1, b1, 61_000...119_000, flowStart: 0))
        #expect(!counts("y", b1, a1, 98_000...119_000, flowStart: 0, ports: (80, 40_000)))

        // Echo requests of both ends are two flows.
        #expect(counts("x", a1, b1, 0...1_000, ports: (0, 0), proto: 1, icmp: (8, 0)))
        #expect(counts("y", b1, a1, 0...1_000, ports: (0, 0), proto: 1, icmp: (8, 0)))
        #expect(!counts("x", b1, a1, 0...1_000, ports: (0, 0), proto: 1, icmp: (8, 0)))
        #expect(!counts("y", a1, b1, 0...1_000, ports: (0, 0), proto: 1, icmp: (8, 0)))
        // And an unreachable is a third.
        #expect(counts("y", a1, b1, 0...1_000, ports: (0, 0), proto: 1, icmp: (3, 1)))
        // Both ends the same address: the ports say which way.
        #expect(counts("x", a1, a1, 0...1_000, ports: (1, 2)))
        #expect(!counts("y", a1, a1, 0...1_000, ports: (2, 1)))
    }

    @Test("the next flow of the key goes to whoever tells of it first, and the end of the old one to who held that")
    mutating func nextFlow() {
        report("x", [], at: 0)
        report("y", [], at: 0)
        #expect(counts("x", a1, b1, 0...10_000))
        #expect(counts("y", a1, b1, 40_000...41_000))
        #expect(!counts("x", a1, b1, 40_000...41_000))
        #expect(counts("x", a1, b1, 11_000...20_000, flowStart: 0, at: 46_000))
        #expect(!counts("y", a1, b1, 0...20_000, at: 46_000))
    }

    @Test("a holder that does not see the flow any more while others do is replaced after a while")
    mutating func blindHolder() {
        report("x", [], at: 0)
        report("y", [], at: 0)
        #expect(counts("x", a1, b1, 0...60_000))
        #expect(!counts("y", a1, b1, 150_000...210_000, flowStart: 0))
        #expect(counts("y", a1, b1, 210_001...270_000, flowStart: 0))
        #expect(!counts("x", a1, b1, 260_000...265_000, flowStart: 0, at: 273_000))
        // A pooled connection that is silent for long: its holder keeps it, if it tells of it first.
        report("x", [], at: 280_000)
        #expect(counts("x", a1, b1, 0...1_000, ports: (1, 1), at: 280_000))
        #expect(counts("x", a1, b1, 299_000...300_000, flowStart: 0, ports: (1, 1), at: 301_000))
        #expect(!counts("y", a1, b1, 299_000...300_000, flowStart: 0, ports: (1, 1), at: 301_000))
    }

    @Test("a holder that starts anew and has no right to go on leaves the rest of the flow to the owner")
    mutating func closedByRestart() {
        report("b", [(.none, b1)], at: 0)
        #expect(counts("b", a1, b1, 0...60_000))
        report("a", [(.none, a1)], at: 70_000)
        #expect(!counts("a", a1, b1, 0...58_000, at: 70_000))
        report("b", [(.none, b1)], at: 90_000, epoch: 2)
        #expect(!counts("b", a1, b1, 90_000...100_000))
        // What b had of its last start comes late: its own.
        #expect(counts("b", a1, b1, 66_000...68_000, flowStart: 0, at: 104_000))
        #expect(!counts("a", a1, b1, 59_000...72_000, flowStart: 0, at: 105_000))
        #expect(counts("a", a1, b1, 75_000...119_000, flowStart: 0))
        #expect(!counts("b", a1, b1, 101_000...150_000, flowStart: 90_000))
        #expect(counts("b", a1, b1, 61_000...64_000, flowStart: 0, at: 155_000))
        #expect(counts("a", a1, b1, 120_000...179_000, flowStart: 0))
    }

    // MARK: - Directions that differ

    @Test("two owners that differ about who began do not both count", arguments: [true, false])
    mutating func differentInitiator(aFirst: Bool) {
        report("a", [(.none, a1)], at: 0)
        report("b", [(.none, b1)], at: 0)
        if aFirst {
            #expect(counts("a", a1, b1, 0...60_000))
            #expect(!counts("b", b1, a1, 100...60_000, ports: (80, 40_000)))
            #expect(counts("a", a1, b1, 60_000...70_000, flowStart: 0))
            #expect(!counts("b", b1, a1, 60_000...70_000, flowStart: 100, ports: (80, 40_000)))
        } else {
            #expect(counts("b", b1, a1, 100...60_000, ports: (80, 40_000)))
            #expect(!counts("a", a1, b1, 0...60_000))
            #expect(counts("b", b1, a1, 60_000...70_000, flowStart: 100, ports: (80, 40_000)))
            #expect(!counts("a", a1, b1, 60_000...70_000, flowStart: 0))
        }
    }

    @Test(
        "owners of both ends that guess who began, each in its way: one counts, whatever they guess and whoever is first",
        arguments: [InitiatorBasis.firstPacket, .port, .unknown], [(true, true), (true, false), (false, true), (false, false)])
    mutating func guesses(basis: InitiatorBasis, sourceIsOwn: (a: Bool, b: Bool)) {
        report("a", [(.none, a1)], at: 0)
        report("b", [(.none, b1)], at: 0)
        for (number, order) in [["a", "b"], ["b", "a"]].enumerated() {
            for proto: UInt8 in [6, 17] {
                let port = UInt16(2_000 + number)
                var counted: [String] = []
                for part: Int64 in 0..<2 {
                    for agent in order {
                        let isOwn = agent == "a" ? sourceIsOwn.a : sourceIsOwn.b
                        let isForward = (agent == "a") == isOwn
                        let isCounted = counts(
                            agent, isForward ? a1 : b1, isForward ? b1 : a1, part * 60_000...part * 60_000 + 59_000, flowStart: 0,
                            ports: isForward ? (port, 3_000) : (3_000, port), proto: proto, basis: basis)
                        if isCounted { counted.append(agent) }
                    }
                }
                // Both parts at the same agent.
                #expect(counted.count == 2 && counted.first == counted.last, "\(order), protocol \(proto): \(counted)")
            }
        }
    }

    @Test("one owner knows who began and the other guesses the other way round: one counts", arguments: [true, false], [true, false])
    mutating func guessAgainstKnowledge(isAInitiator: Bool, knowingFirst: Bool) {
        report("a", [(.none, a1)], at: 0)
        report("b", [(.none, b1)], at: 0)
        for (number, knowing) in ["a", "b"].enumerated() {
            var counted = 0
            for agent in ["a", "b"].sorted(by: { (first, _) in (first == knowing) == knowingFirst }) {
                let isForward = isAInitiator == (agent == knowing)
                let isCounted = counts(
                    agent, isForward ? a1 : b1, isForward ? b1 : a1, 0...1_000,
                    ports: isForward ? (2_000, UInt16(3_000 + number)) : (UInt16(3_000 + number), 2_000),
                    basis: agent == knowing ? .syn : .firstPacket)
                if isCounted { counted += 1 }
            }
            #expect(counted == 1, "\(knowing) knows")
        }
    }

    // MARK: - Tenants

    @Test("the host's own address inside a tenant is the agent's that has something of the tenant")
    mutating func hostAddress() {
        report("a", [(red, a1), (.none, gateway)], at: 0)
        report("c", [(.none, gateway)], at: 0)
        report("b", [(red, b1)], at: 0)
        // b is blind: the flow counts at a, and not at c, which has nothing of the tenant.
        #expect(!counts("c", gateway, b1, 0...1_000, tenant: red))
        #expect(counts("a", gateway, b1, 0...1_000, tenant: red))
        #expect(!counts("b", gateway, b1, 0...1_000, tenant: red))
        // Nothing is lost where the agent with that right is silent, and nothing is counted twice.
        #expect(counts("b", gateway, b1, 0...1_000, tenant: red, ports: (1, 2)))
        #expect(!counts("a", gateway, b1, 0...1_000, tenant: red, ports: (1, 2)))
        // An interface in the tenant is enough.
        report("c", [(.none, gateway)], at: 10, interfaceVNI: 5001)
        #expect(counts("c", gateway, b1, 0...1_000, tenant: red, ports: (3, 4)))
        // In another tenant the address is not the host's.
        let blue = Tenant(.virtualNetwork, 6)
        report("b", [(blue, b1)], at: 20)
        #expect(!counts("a", gateway, b1, 0...1_000, tenant: blue))
        // Where somebody owns the address in the tenant, the host's has no say.
        report("d", [(red, gateway)], at: 30)
        #expect(!counts("a", gateway, stranger, 0...1_000, tenant: red))
        #expect(counts("d", gateway, stranger, 0...1_000, tenant: red))
    }

    // MARK: - Addresses of several agents

    @Test("an address that repeats on every host counts at each: default bridges, however many")
    mutating func repeated() {
        for host in 0..<40 {
            report("host\(host)", [(.none, gateway), (.none, a1)], at: 0)
        }
        for host in 0..<40 {
            #expect(counts("host\(host)", gateway, a1, 0...1_000))
            #expect(counts("host\(host)", a1, stranger, 0...1_000))
        }
    }

    @Test("of two that claim the source the one that has the destination too may be a witness: one of them counts", arguments: [true, false])
    mutating func contested(realFirst: Bool) {
        // c still claims a1, which has moved to a; b1 lives at c.
        report("a", [(.none, a1)], at: 0)
        report("c", [(.none, a1), (.none, b1)], at: 0)
        let order = realFirst ? ["a", "c"] : ["c", "a"]
        for part in 0..<3 {
            let times = Int64(part) * 60_000...Int64(part) * 60_000 + 59_000
            #expect(counts(order[0], a1, b1, times, flowStart: 0))
            #expect(!counts(order[1], a1, b1, times, flowStart: 0))
        }
        // Elsewhere both count what they see.
        #expect(counts("a", a1, stranger, 0...1_000))
        #expect(counts("c", a1, stranger, 0...1_000))
    }

    // MARK: - Agents that come and go

    @Test("an address that moves in the middle of a flow: each agent counts what it saw, the destination's owner nothing")
    mutating func migration() {
        report("a", [(.none, a1)], at: 0)
        report("b", [(.none, b1)], at: 0)
        report("c", [], at: 0)
        #expect(counts("a", a1, b1, 0...60_000))
        #expect(!counts("b", a1, b1, 0...55_000, at: 63_000))
        // The last report of a names the address still; the next one does not.
        report("a", [(.none, a1)], at: 75_500)
        report("a", [], at: 80_000)
        report("c", [(.none, a1)], at: 80_000)
        #expect(counts("c", a1, b1, 76_000...90_000))
        #expect(counts("a", a1, b1, 60_500...75_000, flowStart: 0, at: 91_000))
        #expect(!counts("b", a1, b1, 56_000...115_000, flowStart: 0))
        #expect(counts("c", a1, b1, 91_000...150_000, flowStart: 76_000))
        #expect(!counts("a", a1, b1, 91_000...150_000, flowStart: 0))
    }

    @Test("an agent that starts anew goes on counting; a spooled batch of its last start changes nothing")
    mutating func restart() {
        report("a", [(.none, a1), (.none, a2)], at: 0, epoch: 1)
        report("b", [(.none, b1)], at: 0)
        #expect(counts("a", a1, b1, 0...30_000))
        report("a", [(.none, a1)], at: 40_000, epoch: 2)
        #expect(counts("a", a1, b1, 40_000...50_000))
        #expect(!counts("b", a1, b1, 0...50_000))
        // a2 went away meanwhile. What is spooled still names it: for its own records that holds.
        report("b", [(.none, b1), (.none, a2)], at: 50_000)
        report("a", [(.none, a1), (.none, a2)], at: 51_000, epoch: 1, export: 30_000)
        #expect(counts("b", a2, stranger, 50_000...51_000))
        #expect(!counts("a", a2, b1, 50_000...51_000))
        #expect(counts("a", a2, stranger, 20_000...25_000, at: 52_000))
    }

    @Test("a spooled report names addresses that nobody knew of: the records of then are the agent's own, those of now are not")
    mutating func spooledClaims() {
        report("a", [], at: 100_000, epoch: 2)
        report("b", [(.none, b1), (.none, a1)], at: 100_000)
        report("a", [(.none, a1), (.none, a2)], at: 101_000, epoch: 1, export: 50_000)
        #expect(counts("a", a1, b1, 30_000...40_000, at: 102_000))
        #expect(!counts("a", a1, b1, 90_000...95_000, at: 102_000))
        // A claim of the past keeps nobody from counting.
        #expect(counts("b", a2, b1, 90_000...95_000, at: 102_000))
        #expect(!counts("b", a1, b1, 30_000...40_000, at: 102_000))
    }

    @Test("a clock that was set back is believed when only older reports come")
    mutating func clockSetBack() {
        report("a", [(.none, a1)], at: 0, export: 1_000_000_000)
        report("b", [(.none, b1)], at: 0)
        report("a", [], at: 20_000, export: 20_000)
        #expect(!counts("b", a1, b1, 0...1_000, at: 20_000))
        report("a", [], at: 61_000, export: 61_000)
        #expect(counts("b", a1, b1, 60_000...61_000, ports: (1, 1), at: 61_000))
    }

    @Test("an agent that says goodbye or falls silent leaves its flows to others, and its spooled records of then are its own")
    mutating func silence() {
        report("a", [(.none, a1)], at: 0)
        report("b", [(.none, b1)], at: 0)
        #expect(counts("a", a1, b1, 0...60_000))
        report("b", [(.none, b1)], at: 250_000)
        #expect(!counts("b", a1, b1, 190_000...250_000, flowStart: 0))
        report("b", [(.none, b1)], at: 310_000)
        #expect(counts("b", a1, b1, 250_500...310_000, flowStart: 0))
        // a was cut off and comes back with what it spooled: all until b took over is its, and nothing after.
        report("a", [(.none, a1)], at: 330_000)
        #expect(counts("a", a1, b1, 60_500...120_000, flowStart: 0, at: 331_000))
        #expect(counts("a", a1, b1, 120_500...240_000, flowStart: 0, at: 331_000))
        #expect(!counts("a", a1, b1, 251_000...300_000, flowStart: 0, at: 331_000))
        #expect(counts("b", a1, b1, 310_500...370_000, flowStart: 0))

        report("a", [(.none, a2)], at: 380_000, goodbye: true)
        #expect(!counts("b", a2, b1, 370_000...380_000, at: 383_000))
        #expect(counts("b", a2, b1, 400_000...410_000))
        #expect(counts("b", a2, b1, 439_000...440_000, ports: (1, 1)))
    }

    @Test("a scan from a host whose agent was stopped counts at the scanned from then on, and again not when it is back")
    mutating func goodbye() {
        let victims = (0..<50).map { IPAddress(ipv4: 0x0A00_0300 + $0) }
        func scan(_ counter: inout Self, _ start: Int64, at now: Int64) -> Int {
            victims.count { counter.counts("b", counter.a1, $0, start...start + 100, ports: (UInt16(start / 1_000), 22), at: now) }
        }
        report("b", victims.map { (.none, $0) }, at: 0)
        report("a", [(.none, a1)], at: 95_000)
        #expect(counts("a", a1, b1, 90_000...94_000, ports: (5, 6)))
        report("a", [(.none, a1)], at: 100_000, goodbye: true)
        // Before: a has seen and sent it, however late others tell of it.
        #expect(scan(&self, 99_000, at: 103_000) == 0)
        #expect(scan(&self, 99_000, at: 160_000) == 0)
        #expect(scan(&self, 101_000, at: 104_000) == 50)
        // What is spooled of the time before, or comes late, changes neither.
        report("a", [(.none, a1)], at: 105_000, export: 98_000)
        #expect(scan(&self, 102_000, at: 106_000) == 50)
        #expect(scan(&self, 98_000, at: 106_000) == 0)
        // Nor does its own last batch lose anything.
        #expect(counts("a", a1, b1, 96_000...99_900, ports: (7, 8), at: 106_000))

        report("b", victims.map { (.none, $0) }, at: 110_000)
        report("a", [(.none, a1)], at: 110_000, epoch: 2)
        #expect(scan(&self, 111_000, at: 114_000) == 0)
    }

    @Test("flows that run on after their holder's goodbye are counted by who still sees them, at once")
    mutating func goodbyeOfHolder() {
        report("a", [(.none, a1)], at: 0)
        report("b", [(.none, b1)], at: 0)
        #expect(counts("a", a1, b1, 0...60_000))
        #expect(counts("a", a1, b1, 0...60_000, ports: (1, 2)))
        report("a", [(.none, a1)], at: 100_000, goodbye: true)
        // What ended before, or may have by another clock, a has told of.
        #expect(!counts("b", a1, b1, 60_500...99_500, flowStart: 0, at: 103_000))
        #expect(!counts("b", a1, b1, 100_500...101_000, flowStart: 0, ports: (1, 2), at: 104_000))
        // What began after it, nobody else tells of.
        #expect(counts("b", a1, b1, 100_500...160_000, flowStart: 0, at: 160_000))
        #expect(counts("b", a1, b1, 160_500...220_000, flowStart: 0, at: 220_000))
        // Its own last records count all the same.
        #expect(counts("a", a1, b1, 60_500...94_000, flowStart: 0, at: 221_000))
    }

    // MARK: - Bounds and bad input

    @Test("times at the ends of their range are no trouble")
    mutating func extremeTimes() {
        report("x", [(.none, a1)], at: .max, export: .min)
        report("y", [(.none, b1)], at: .min, export: .max)
        report("z", [], at: 0, export: .min)
        let times: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for start in times {
            for end in times where end >= start {
                for now in times {
                    for agent in ["x", "y", "z"] {
                        for (source, destination) in [(a1, b1), (b1, a1), (stranger, b1), (stranger, gateway)] {
                            _ = counts(agent, source, destination, start...end, flowStart: end, at: now)
                        }
                    }
                }
            }
        }
        _ = counter.takeMissingWitnesses(at: .max)
    }

    @Test("reports of more tenants than there is room for take what there is, and no more time than that")
    mutating func manyTenants() {
        for agent in ["x", "y"] {
            report(
                agent, (0..<66_000).map { (Tenant(.virtualNetwork, $0 + 1), IPAddress(ipv4: 0x0A00_0000 + $0)) } + [(.none, gateway)],
                at: 0)
        }
        #expect(counter.pairs == 2 * 65_536)
        // Past the limit of an agent, and y's tenants past the limit of all.
        #expect(counter.refusedPairs == 2 * (66_001 - 65_536) + (2 * 65_536 - 100_000))
    }

    @Test("held flows are bounded; those forgotten before their time are counted")
    mutating func bounds() {
        var configuration = CountedOnce.Configuration()
        configuration.keyLimit = 100
        configuration.pairsPerAgentLimit = 3
        counter = CountedOnce(configuration)
        report("x", [(.none, a1), (.none, a2), (.none, b1), (.none, gateway)], at: 0)
        #expect(counter.pairs == 3 && counter.refusedPairs == 1)
        for port in 0..<1000 {
            #expect(counts("x", stranger, gateway, 0...1, ports: (UInt16(port), 1)))
            #expect(counter.keys <= 100)
        }
        #expect(counter.forgottenKeys >= 900)
        // Those whose holder has been silent are no loss.
        report("x", [], at: 1_000_000)
        let before = counter.forgottenKeys
        for port in 2000..<2050 { _ = counts("x", stranger, gateway, 1_000_000...1_000_001, ports: (UInt16(port), 1)) }
        #expect(counter.forgottenKeys - before <= 50)
    }
}
