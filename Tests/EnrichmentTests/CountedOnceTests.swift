import Enrichment
import FlowModel
import Testing

@Suite("Counted once")
struct CountedOnceTests {
    let hostA = IPAddress(ipv4: 0x0A00_0101)
    let hostB = IPAddress(ipv4: 0x0A00_0201)
    let stranger = IPAddress(ipv4: 0x0808_0808)

    func report(_ agent: String, _ addresses: [(Tenant, IPAddress)], export: Int64 = 1000) -> AgentReport {
        var report = AgentReport()
        report.agent = agent
        report.epoch = 1
        report.exportMilliseconds = export
        report.localAddresses = addresses.map { AgentReport.LocalAddress(tenant: $0.0, address: $0.1) }
        return report
    }

    func batch(
        _ source: IPAddress, _ destination: IPAddress, vni: UInt32 = .max, sourcePort: UInt16 = 40_000,
        destinationPort: UInt16 = 80, flowStart: Int64? = nil, from start: Int64 = 0, to end: Int64 = 0
    ) -> FlowBatch {
        var record = FlowRecord()
        record.protocolIdentifier = 6
        record.initialStartMilliseconds = flowStart ?? start
        record.flowStartMilliseconds = start
        record.flowEndMilliseconds = end
        record.sourceAddress = source
        record.destinationAddress = destination
        record.sourceTransportPort = sourcePort
        record.destinationTransportPort = destinationPort
        record.vni = vni
        var batch = FlowBatch()
        batch.append(record)
        return batch
    }

    func counts(_ counter: inout CountedOnce, _ batch: FlowBatch, by agent: String, at now: Int64 = 2000) -> Bool {
        var batch = batch
        let left = counter.decide(&batch, agent: agent, at: now)
        #expect(left == (batch.counted[0] ? 0 : 1))
        return batch.counted[0]
    }

    @Test("both agents of a pair report a flow: the owner of the source counts, the other is a witness")
    func bothAgents() {
        var counter = CountedOnce()
        counter.note(report: report("a", [(.none, hostA)]), at: 1000)
        counter.note(report: report("b", [(.none, hostB)]), at: 1000)
        for _ in 0..<2 {
            #expect(!counts(&counter, batch(hostA, hostB), by: "b"))
            #expect(counts(&counter, batch(hostA, hostB), by: "a"))
            #expect(counts(&counter, batch(hostB, hostA), by: "b"))
            #expect(!counts(&counter, batch(hostB, hostA), by: "a"))
        }
    }

    @Test("nobody owns the source: the owner of the destination counts")
    func destinationOwner() {
        var counter = CountedOnce()
        counter.note(report: report("a", [(.none, hostA)]), at: 1000)
        counter.note(report: report("b", []), at: 1000)
        #expect(!counts(&counter, batch(stranger, hostA), by: "b"))
        #expect(counts(&counter, batch(stranger, hostA), by: "a"))
    }

    @Test("nobody owns either end: the first agent to report the key, also when the other sees it turned round")
    func earliestReporter() {
        var counter = CountedOnce()
        counter.note(report: report("a", []), at: 1000)
        counter.note(report: report("b", []), at: 1000)
        #expect(counts(&counter, batch(hostA, hostB), by: "b"))
        #expect(!counts(&counter, batch(hostA, hostB), by: "a"))
        #expect(!counts(&counter, batch(hostB, hostA, sourcePort: 80, destinationPort: 40_000), by: "a"))
        #expect(counts(&counter, batch(hostA, hostB), by: "b"))
        // Another port is another key.
        #expect(counts(&counter, batch(hostA, hostB, sourcePort: 40_001), by: "a"))
    }

    @Test("a first reporter that falls silent about a key is replaced")
    func silentReporter() {
        var counter = CountedOnce()
        counter.note(report: report("a", []), at: 0)
        counter.note(report: report("b", []), at: 0)
        #expect(counts(&counter, batch(hostA, hostB), by: "a", at: 0))
        for agent in ["a", "b"] { counter.note(report: report(agent, [], export: 300_000), at: 300_000) }
        #expect(!counts(&counter, batch(hostA, hostB), by: "b", at: 300_000))
        #expect(counts(&counter, batch(hostA, hostB), by: "b", at: 300_001))
        #expect(!counts(&counter, batch(hostA, hostB), by: "a", at: 300_002))
    }

    @Test("the same address in two tenants has two owners")
    func tenants() {
        var counter = CountedOnce()
        let red = Tenant(.virtualNetwork, 5001)
        let blue = Tenant(.virtualNetwork, 5002)
        counter.note(report: report("a", [(red, hostA)]), at: 1000)
        counter.note(report: report("b", [(blue, hostA)]), at: 1000)
        #expect(counts(&counter, batch(hostA, stranger, vni: 5001), by: "a"))
        #expect(!counts(&counter, batch(hostA, stranger, vni: 5001), by: "b"))
        #expect(counts(&counter, batch(hostA, stranger, vni: 5002), by: "b"))
        #expect(!counts(&counter, batch(hostA, stranger, vni: 5002), by: "a"))
    }

    @Test("a source owner that becomes known later leaves the flow to the agent that counts it, and has the next one")
    func laterOwner() {
        var counter = CountedOnce()
        counter.note(report: report("a", []), at: 1000)
        counter.note(report: report("b", [(.none, hostB)]), at: 1000)
        #expect(counts(&counter, batch(hostA, hostB, from: 1000, to: 50_000), by: "b", at: 52_000))
        counter.note(report: report("a", [(.none, hostA)], export: 2000), at: 53_000)
        // The agents' parts do not begin and end together: one of the two must have all of the flow.
        #expect(!counts(&counter, batch(hostA, hostB, from: 1000, to: 37_000), by: "a", at: 53_000))
        #expect(!counts(&counter, batch(hostA, hostB, flowStart: 1000, from: 37_000, to: 97_000), by: "a", at: 99_000))
        #expect(counts(&counter, batch(hostA, hostB, flowStart: 1000, from: 51_000, to: 111_000), by: "b", at: 113_000))
        // The next flow of the same key, whoever tells of it first.
        #expect(!counts(&counter, batch(hostA, hostB, from: 130_000, to: 131_000), by: "b", at: 134_000))
        #expect(counts(&counter, batch(hostA, hostB, from: 130_000, to: 131_000), by: "a", at: 135_000))
        #expect(counts(&counter, batch(hostA, hostB, from: 160_000, to: 161_000), by: "a", at: 164_000))
        #expect(!counts(&counter, batch(hostA, hostB, from: 160_000, to: 161_000), by: "b", at: 165_000))
        // The last part of the old flow, late.
        #expect(!counts(&counter, batch(hostA, hostB, flowStart: 1000, from: 97_000, to: 111_000), by: "a", at: 166_000))
    }

    @Test("an address moves with its workload: the newest report says who owns it")
    func movedAddress() {
        var counter = CountedOnce()
        counter.note(report: report("a", [(.none, hostA)]), at: 1000)
        counter.note(report: report("b", []), at: 1000)
        counter.note(report: report("a", [], export: 2000), at: 2000)
        counter.note(report: report("b", [(.none, hostA)], export: 2000), at: 2000)
        #expect(!counts(&counter, batch(hostA, stranger, from: 1800, to: 1900), by: "a"))
        #expect(counts(&counter, batch(hostA, stranger, from: 1800, to: 1900), by: "b"))
        // A report from the backlog, made before the move, does not undo it; but its records were the agent's own.
        counter.note(report: report("a", [(.none, hostA)], export: 1500), at: 2100)
        #expect(!counts(&counter, batch(hostA, stranger, sourcePort: 5, from: 1800, to: 1900), by: "a"))
        #expect(counts(&counter, batch(hostA, stranger, sourcePort: 5, from: 1300, to: 1400), by: "a"))
    }

    @Test("two agents that own the same address both count: bridges of their own often share numbers")
    func sharedAddress() {
        var counter = CountedOnce()
        counter.note(report: report("a", [(.none, hostA)]), at: 1000)
        counter.note(report: report("b", [(.none, hostA)]), at: 1000)
        #expect(counts(&counter, batch(hostA, stranger), by: "a"))
        #expect(counts(&counter, batch(hostA, stranger), by: "b"))
    }

    @Test("a silent agent and one that said goodbye own nothing after a while")
    func expiry() {
        var counter = CountedOnce()
        counter.note(report: report("a", [(.none, hostA)]), at: 0)
        counter.note(report: report("b", [(.none, hostB)]), at: 0)
        #expect(!counts(&counter, batch(hostA, hostB), by: "b", at: 300_000))
        counter.note(report: report("b", [(.none, hostB)], export: 300_000), at: 300_000)
        #expect(counts(&counter, batch(hostA, hostB), by: "b", at: 300_001))

        var goodbye = report("a", [(.none, hostA)], export: 400_000)
        goodbye.isGoodbye = true
        counter.note(report: goodbye, at: 400_000)
        // The records of its last batch are still its own.
        #expect(counts(&counter, batch(hostA, hostB, sourcePort: 9), by: "a", at: 400_000))
        #expect(!counts(&counter, batch(hostA, hostB, sourcePort: 9), by: "b", at: 460_000))
        #expect(counts(&counter, batch(hostA, hostB, sourcePort: 9), by: "b", at: 460_001))
    }

    @Test("records of a source that never reported count")
    func foreign() {
        var counter = CountedOnce()
        counter.note(report: report("a", [(.none, hostA)]), at: 1000)
        #expect(counts(&counter, batch(hostA, hostB), by: "192.0.2.1"))
    }

    @Test("agents that are gone make room for new ones, which inherit nothing of them")
    func agentPlaces() {
        var configuration = CountedOnce.Configuration()
        configuration.agentLimit = 2
        var counter = CountedOnce(configuration)
        counter.note(report: report("old", [(.none, hostA)], export: 1_000), at: 1_000)
        counter.note(report: report("b", [(.none, hostB)], export: 1_000), at: 1_000)
        #expect(counts(&counter, batch(hostA, hostB, from: 1_000, to: 2_000), by: "old", at: 3_000))
        #expect(counts(&counter, batch(stranger, hostB, from: 1_000, to: 2_000), by: "b", at: 3_000))
        // All that there is room for are alive.
        counter.note(report: report("new", [], export: 200_000), at: 200_000)
        #expect(counter.refusedReports == 1)
        counter.note(report: report("b", [(.none, hostB)], export: 290_000), at: 290_000)
        counter.note(report: report("new", [], export: 301_000), at: 301_000)
        #expect(counter.refusedReports == 2)

        counter.note(report: report("new", [], export: 301_001), at: 301_001)
        #expect(counter.refusedReports == 2)
        // The old one's address, its flow, and what it owned then are not the new one's.
        #expect(!counts(&counter, batch(hostA, hostB, sourcePort: 1, from: 500, to: 900), by: "new", at: 301_001))
        #expect(counts(&counter, batch(hostA, hostB, sourcePort: 1, from: 500, to: 900), by: "b", at: 301_001))
        #expect(!counts(&counter, batch(hostA, hostB, from: 1_000, to: 2_000), by: "new", at: 301_001))
        // It is judged as any other agent is.
        counter.note(report: report("new", [(.none, hostA)], export: 302_000), at: 302_000)
        #expect(counts(&counter, batch(hostA, hostB, sourcePort: 2, from: 301_500, to: 302_000), by: "new", at: 303_000))
        #expect(!counts(&counter, batch(hostA, hostB, sourcePort: 2, from: 301_500, to: 302_000), by: "b", at: 303_000))
        // The old one comes back when b is gone longest; what it says then holds.
        counter.note(report: report("new", [(.none, hostA)], export: 600_000), at: 600_000)
        counter.note(report: report("old", [(.none, hostB)], export: 600_000), at: 600_000)
        #expect(counter.refusedReports == 2)
        #expect(counts(&counter, batch(hostB, stranger, from: 600_000, to: 601_000), by: "old", at: 602_000))
        #expect(!counts(&counter, batch(hostB, stranger, from: 600_000, to: 601_000), by: "new", at: 602_000))
    }

    @Test("an address that goes from one short-lived agent to the next does not gather their claims")
    func claimsOfTheGone() {
        var configuration = CountedOnce.Configuration()
        configuration.agentLimit = 1
        var counter = CountedOnce(configuration)
        for number in 0..<20 {
            let now = Int64(number) * 400_000
            counter.note(report: report("agent-\(number)", [(.none, hostA)], export: now), at: now)
            #expect(counter.pairs == 1)
            #expect(counts(&counter, batch(hostA, stranger, from: now, to: now + 1), by: "agent-\(number)", at: now))
        }
        #expect(counter.refusedReports == 0)
    }

    @Test("an agent that says goodbye makes room as soon as its word ends")
    func placeAfterGoodbye() {
        var configuration = CountedOnce.Configuration()
        configuration.agentLimit = 2
        var counter = CountedOnce(configuration)
        for agent in ["a", "b"] { counter.note(report: report(agent, []), at: 1_000) }
        counter.note(report: report("c", []), at: 2_000)
        #expect(counter.refusedReports == 1)
        var goodbye = report("b", [], export: 3_000)
        goodbye.isGoodbye = true
        counter.note(report: goodbye, at: 3_000)
        counter.note(report: report("c", []), at: 63_000)
        #expect(counter.refusedReports == 2)
        counter.note(report: report("c", []), at: 63_001)
        #expect(counter.refusedReports == 2)
    }

    @Test("an account names agents that have lost their places since")
    func namesOfTheGone() {
        var configuration = CountedOnce.Configuration()
        configuration.agentLimit = 2
        var counter = CountedOnce(configuration)
        counter.note(report: report("a", [(.none, hostA)]), at: 1_000)
        counter.note(report: report("b", [(.none, hostB)]), at: 1_000)
        #expect(counts(&counter, batch(hostA, hostB, from: 500, to: 1_000), by: "a"))
        for agent in ["c", "d"] { counter.note(report: report(agent, []), at: 400_000) }
        #expect(counter.refusedReports == 0)
        let pairs = counter.takeMissingWitnesses(at: 400_000).pairs
        #expect(pairs.map(\.reporter) == ["a"] && pairs.map(\.absent) == ["b"])
        #expect(pairs.map(\.undecided) == [1])
    }

    @Test("of a fleet past the limit no agent counts what another one owns once those before it are gone")
    func churn() {
        var configuration = CountedOnce.Configuration()
        configuration.agentLimit = 10
        var counter = CountedOnce(configuration)
        for number in 0..<100 {
            let now = Int64(number) * 40_000
            let address = IPAddress(ipv4: 0x0A00_1000 + UInt32(number))
            counter.note(report: report("agent-\(number)", [(.none, address)], export: now), at: now)
            counter.note(report: report("watch", [], export: now), at: now)
            #expect(!counts(&counter, batch(address, stranger, from: now, to: now + 1_000), by: "watch", at: now + 2_000))
            #expect(counts(&counter, batch(address, stranger, from: now, to: now + 1_000), by: "agent-\(number)", at: now + 2_000))
        }
        #expect(counter.refusedReports == 0)
    }

    @Test("pairs, agents and keys are bounded, and what finds no room is counted")
    func bounds() {
        var configuration = CountedOnce.Configuration()
        configuration.pairLimit = 10
        configuration.agentLimit = 2
        configuration.keyLimit = 8
        var counter = CountedOnce(configuration)
        let many = (0..<25).map { (Tenant.none, IPAddress(ipv4: 0x0A01_0000 + UInt32($0))) }
        counter.note(report: report("a", many), at: 1000)
        #expect(counter.pairs == 10)
        #expect(counter.refusedPairs == 15)
        counter.note(report: report("b", []), at: 1000)
        counter.note(report: report("c", []), at: 1000)
        #expect(counter.refusedReports == 1)
        for port in 0..<100 { _ = counts(&counter, batch(stranger, stranger, sourcePort: UInt16(port)), by: "a") }
        #expect(counter.keys <= 8)
        // Room comes back when an owner lets go.
        counter.note(report: report("a", [], export: 70_000), at: 70_000)
        counter.note(report: report("b", many, export: 70_000), at: 70_000)
        #expect(counter.pairs == 10)
        #expect(counts(&counter, batch(many[0].1, stranger), by: "b", at: 70_000))
    }
}
