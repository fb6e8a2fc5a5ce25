import FlowModel
import FlowQuery
import TestSupport
import Testing

@testable import FlowStore

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

    @Test("outlive the process, also those of agents that said goodbye; a new list replaces the old")
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
        #expect(kept.keys.sorted() == ["a", "b"])
        #expect(Set(kept["a"] ?? []) == Set(mine))
        #expect(kept["b"] == other)
    }

    private func address(_ index: Int) -> AgentReport.LocalAddress {
        AgentReport.LocalAddress(tenant: .none, address: IPAddress(ipv4: 0x0A00_0000 + UInt32(index)))
    }

    @Test("names of which nothing else is heard keep a bounded number of addresses, and none over a restart")
    func strangers() throws {
        let scratch = try ScratchFolder("zonal-catalog")
        let folder = try DataFolder.openForWriting(scratch.path("data"))
        func names(_ catalog: Catalog) throws -> Int64 {
            try catalog.run { try $0.integer("SELECT count(DISTINCT agent) FROM agent_address") }
        }
        // The collector saves the addresses first and notes the report when the batch is stored.
        try folder.catalog.save(localAddresses: [address(1)], of: "real")
        try folder.catalog.note(report: report("real"), sequence: 1, receivedMilliseconds: 1000)
        for index in 0..<200 { try folder.catalog.save(localAddresses: [address(index)], of: "invented-\(index)") }
        #expect(try names(folder.catalog) == 65)
        // The newest of them are real: the report of one comes after all.
        try folder.catalog.note(report: report("invented-199"), sequence: 1, receivedMilliseconds: 1000)
        for index in 200..<300 { try folder.catalog.save(localAddresses: [address(index)], of: "invented-\(index)") }
        #expect(try names(folder.catalog) == 66)
        let kept = try folder.catalog.localAddresses()
        #expect(kept == ["real": [address(1)], "invented-199": [address(199)]])
        folder.close()
        let again = try DataFolder.openForWriting(scratch.path("data"))
        #expect(try names(again.catalog) == 2)
        #expect(try again.catalog.localAddresses() == kept)
    }

    @Test("past the bound on agents, further ones are counted and nothing of theirs is kept")
    func tooMany() throws {
        let scratch = try ScratchFolder("zonal-catalog")
        let catalog = try DataFolder.openForWriting(scratch.path("data")).catalog
        try catalog.note(report: report("known"), sequence: 1, receivedMilliseconds: 1000)
        try catalog.write { database in
            try database.execute(
                """
                INSERT INTO agent SELECT 'a' || value, 1, 1, 1, 1, NULL, 0, 0, 0, 0, 0, 0, 0, 0
                    FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 9999) SELECT value FROM n)
                """)
        }
        #expect(try catalog.refusedReports == 0)
        for _ in 0..<3 {
            try catalog.save(localAddresses: [address(1)], of: "stranger")
            try catalog.note(report: report("stranger"), sequence: 1, receivedMilliseconds: 1000)
        }
        #expect(try catalog.refusedReports == 3)
        try catalog.save(localAddresses: [address(2)], of: "known")
        #expect(try catalog.localAddresses() == ["known": [address(2)]])
    }

    @Test("past the bound on agents, the one that has been gone for longest makes room")
    func gone() throws {
        let scratch = try ScratchFolder("zonal-catalog")
        let catalog = try DataFolder.openForWriting(scratch.path("data")).catalog
        try catalog.note(report: report("gone"), sequence: 1, receivedMilliseconds: 1000, records: 5)
        try catalog.save(localAddresses: [address(2)], of: "gone")
        try catalog.write { database in
            try database.execute(
                """
                INSERT INTO agent SELECT 'a' || value, 1, 2000, 2000, 1, NULL, 0, 0, 0, 0, 0, 0, 0, 0
                    FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 9999) SELECT value FROM n)
                """)
        }
        try catalog.note(report: report("new"), sequence: 1, receivedMilliseconds: 301_000)
        #expect(try catalog.refusedReports == 1)
        try catalog.note(report: report("new"), sequence: 1, receivedMilliseconds: 301_001)
        let names = try catalog.agents().map(\.report.agent)
        #expect(names.count == 10_000 && names.contains("new") && !names.contains("gone"))
        #expect(try catalog.refusedReports == 1)
        // Nothing of it is left but its account.
        #expect(try catalog.localAddresses().isEmpty)
        #expect(try catalog.run { try $0.integer("SELECT count(*) FROM agent_batch WHERE agent = 'gone'") } == 0)
        #expect(try catalog.account(.always).first { $0.agent == "gone" }?.records == 5)
    }
}
