import Testing
import TestSupport

extension LabTests {
    /// Packets and octets of every transfer, from the senders' kernel counters to the answer over HTTP.
    @Suite("transfers", .needs(Requirements.lab))
    struct Transfers {
        @Test("the answer is the senders' truth, counted once, and the other agent bears witness",
              .timeLimit(.minutes(15)), arguments: LabFixture.Offloads.allCases)
        func exact(offloads: LabFixture.Offloads) async throws {
            let folder = try ScratchFolder("zonal-lab")
            try await LabFixture.with(offloads: offloads, data: folder.path("data")) { lab in
                try await lab.startCollector()
                try await lab.startAgents(["--active-timeout", "5s", "--idle-timeout", "2s"])
                try await lab.traffic()
                try await lab.hop()
                let truth = try await lab.truth()
                #expect(truth.count == 28, "26 transfers and the two halves of the hop")
                try await stopAgents(lab, holding: truth)
                try await expectTruth(truth, lab)
                try await expectWitnesses(truth, lab)
                try await expectBalancedAccounts(lab)
                try await lab.stopCollector()
            }
        }

        @Test("one agent that reads both hosts counts every transfer once, and every interface bears witness",
              .timeLimit(.minutes(15)), arguments: [1, 2])
        func oneAgent(threads: Int) async throws {
            let folder = try ScratchFolder("zonal-lab")
            try await LabFixture.with(offloads: .on, data: folder.path("data")) { lab in
                try await lab.startCollector()
                try await lab.startOneAgent(["--active-timeout", "5s", "--idle-timeout", "2s", "--threads", "\(threads)"])
                try await lab.traffic()
                let truth = try await lab.truth()
                try await stopAgents(lab, holding: truth)
                try await expectTruth(truth, lab)
                let records = try await lab.flows(witnesses: true)
                for (key, volume) in truth.volumes {
                    guard let transfer = truth.first(where: { TransferKey($0) == key }) else { continue }
                    let rows = records.filter { TransferKey($0) == key }
                    let places = Dictionary(grouping: rows) { $0.interface ?? "" }
                    let crossed = Set([transfer.owner, transfer.witness]).flatMap { host in
                        transfer.interfaces(of: host).map { lab.outsideName($0, of: host) }
                    }
                    #expect(Set(places.keys) == Set(crossed), "\(key)")
                    for (interface, rows) in places {
                        let sum = rows.reduce(into: Volume()) { $0 += Volume($1) }
                        #expect(sum.packets == volume.packets && sum.bytes == volume.bytes, "\(key) on \(interface): \(sum)")
                    }
                    let all = rows.reduce(into: Volume()) { $0 += Volume($1) }
                    #expect(all.revPackets == volume.revPackets * places.count, "\(key)")
                }
                try await lab.stopCollector()
            }
        }

        @Test("a collector that is killed and comes back has every transfer once", .timeLimit(.minutes(15)))
        func outage() async throws {
            let folder = try ScratchFolder("zonal-lab")
            try await LabFixture.with(offloads: .on, data: folder.path("data")) { lab in
                try await lab.startCollector()
                try await lab.startAgents(["--active-timeout", "2s", "--idle-timeout", "1s"], oneByOne: true)
                // In the midst of the first round: mostly one agent's first records are stored, and the other's are not.
                let firstRound = lab.beginTraffic()
                try await eventually("the first records are stored") {
                    try await lab.flows(witnesses: true).isEmpty ? nil : ()
                }
                try await lab.killCollector()
                try await firstRound.value
                try await lab.traffic()
                try await lab.startCollector()
                let truth = try await lab.truth()
                try await stopAgents(lab, holding: truth)
                try await expectTruth(truth, lab)
                try await lab.stopCollector()
            }
        }

        /// Ends the agents when the collector has what they saw: an agent that is stopped waits 10 s for a slow collector,
        /// and on a machine under load any collector is slow. What is not as it should be is for the tests to tell.
        private func stopAgents(_ lab: LabFixture, holding truth: [TransferTruth]) async throws {
            let expected = truth.volumes
            _ = try? await eventually("every transfer is stored") {
                let answered = try await lab.aggregate().volumes
                return expected.allSatisfy { answered[$0] == $1 } ? () : nil
            }
            try await lab.stopAgents()
        }

        /// The default question, as sums and as records, holds each transfer exactly and no transfer beside.
        private func expectTruth(_ truth: [TransferTruth], _ lab: LabFixture) async throws {
            let expected = truth.volumes
            for (way, rows) in [("aggregate", try await lab.aggregate()), ("flows", try await lab.flows(witnesses: false))] {
                let answered = rows.volumes
                for (key, volume) in expected {
                    #expect(answered[key] == volume, "\(way): \(key)")
                }
                // Neighbour discovery and multicast of the workloads are ordinary too; ports and pings are ours alone.
                let foreign = answered.keys.filter { expected[$0] == nil && $0.proto != "ipv6-icmp" }
                #expect(foreign.isEmpty, "\(way): flows that nobody made: \(foreign)")
            }
        }

        /// Every interface that a transfer crosses saw all of it, on both hosts where it crosses hosts: a workload's veth, the
        /// bridge, the VXLAN device and the underlay, or inside a host two veths and the bridge. One agent's records count.
        private func expectWitnesses(_ truth: [TransferTruth], _ lab: LabFixture) async throws {
            let records = try await lab.flows(witnesses: true)
            let counted = Dictionary(grouping: records.filter { $0.counted == true }) { TransferKey($0) }
                .mapValues { Set($0.compactMap(\.agent)) }
            for (key, volume) in truth.volumes {
                guard let transfer = truth.first(where: { TransferKey($0) == key }) else { continue }
                #expect(counted[key]?.count == 1, "\(key) counts by one agent, not by \(counted[key] ?? [])")
                for agent in Set([transfer.owner, transfer.witness]) {
                    let rows = records.filter { $0.agent == agent && TransferKey($0) == key }
                    let places = Dictionary(grouping: rows) { $0.interface ?? "" }
                    #expect(Set(places.keys) == transfer.interfaces(of: agent), "\(key) on \(agent)")
                    for (interface, rows) in places {
                        let sum = rows.reduce(into: Volume()) { $0 += Volume($1) }
                        #expect(sum.packets == volume.packets && sum.bytes == volume.bytes, "\(key) on \(agent) \(interface): \(sum)")
                    }
                    // Each direction has a primary of its own, and a record tells both directions' under the initiator's.
                    let all = rows.reduce(into: Volume()) { $0 += Volume($1) }
                    #expect(all.revPackets == volume.revPackets * places.count, "\(key) on \(agent)")
                    #expect(all.revBytes == volume.revBytes * places.count, "\(key) on \(agent)")
                }
                if !transfer.crossesHosts {
                    let agents = Set(records.filter { TransferKey($0) == key }.compactMap(\.agent))
                    #expect(agents == [transfer.owner], "\(key) stays inside its host")
                }
            }
        }

        /// captured = metered + witnessed + not metered, and the kernel dropped nothing.
        private func expectBalancedAccounts(_ lab: LabFixture) async throws {
            let agents: [AgentRow] = try await lab.api.rows("v1/agents")
            #expect(Set(agents.map(\.agent)) == Set(LabFixture.interfaces.keys))
            for agent in agents {
                #expect(agent.captured == agent.metered + agent.witnessed + agent.notMetered.values.reduce(0, +), "\(agent.agent)")
                #expect(
                    agent.interfaces.allSatisfy { $0.dropped == 0 },
                    "\(agent.agent): \(agent.interfaces.map { "\($0.name) \($0.captured) and dropped \($0.dropped)" })")
                // A veth's virtual network is that of its bridge's VXLAN port.
                for interface in agent.interfaces where interface.name.hasPrefix("veth-") {
                    #expect(interface.vni == 5001, "\(agent.agent) \(interface.name)")
                }
            }
        }
    }
}
