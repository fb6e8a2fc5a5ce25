import FlowModel
import FlowStore
import TestSupport
import Testing

@Suite("Addresses that agents call their own")
struct CatalogAddressTests {
    private func report(_ agent: String, goodbye: Bool = false) -> AgentReport {
        var report = AgentReport()
        report.agent = agent
        report.epoch = 7
        report.exportMilliseconds = 1000
        report.isGoodbye = goodbye
        return report
    }

    @Test("outlive the process, without those of agents that said goodbye; a new list replaces the old")
    func keptOverRestart() throws {
        let scratch = try ScratchFolder("zonal-catalog")
        let mine = [
            AgentReport.LocalAddress(tenant: Tenant(.virtualNetwork, 5001), address: try #require(IPAddress("10.0.0.1"))),
            AgentReport.LocalAddress(tenant: .none, address: try #require(IPAddress("fd00::1"))),
        ]
        let other = [AgentReport.LocalAddress(tenant: Tenant(.vlan, 12), address: try #require(IPAddress("10.0.0.2")))]
        do {
            let folder = try DataFolder.openForWriting(scratch.path("data"))
            defer { folder.close() }
            for (agent, goodbye) in [("a", false), ("b", true)] {
                try folder.catalog.note(
                    report: report(agent, goodbye: goodbye), sequence: 1, receivedMilliseconds: 1000, records: 0)
                try folder.catalog.save(localAddresses: other, of: agent)
            }
            try folder.catalog.save(localAddresses: mine, of: "a")
        }
        let folder = try DataFolder.openForWriting(scratch.path("data"))
        defer { folder.close() }
        let kept = try folder.catalog.localAddresses()
        #expect(kept.keys.sorted() == ["a"])
        #expect(Set(kept["a"] ?? []) == Set(mine))
    }
}
