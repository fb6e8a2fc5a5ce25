import FlowModel
import Telemetry
import TestSupport
import Testing

@testable import CollectorService
@testable import FlowStore

@Suite("counted once, with its memory in the catalogue")
struct CountingDeskTests {
    private func desk(_ folder: DataFolder, now: Int64) throws -> CountingDesk {
        try CountingDesk(
            agents: try folder.catalog.agents(), catalog: folder.catalog, metrics: MetricRegistry(CollectorMetrics.all),
            logger: TestCollector.logger, nowMilliseconds: now)
    }

    private func counts(_ desk: CountingDesk, _ report: AgentReport, now: Int64) -> Bool {
        var flows = TestBatch.flows([TestBatch.record(end: now - 1000)])
        return desk.decide(&flows, report: report, now: now) == 0
    }

    @Test("a restart holds the word of who was heard of lately, and revives nobody who was gone", arguments: [
        (300_000, false), (300_001, true),
    ] as [(Int64, Bool)])
    func restart(gone: Int64, counts isFree: Bool) throws {
        let folder = try DataFolder.openForWriting(ScratchFolder().path("data"))
        defer { folder.close() }
        let now = TestBatch.now
        let owner = TestBatch.report("owner", local: ["10.0.1.11"], at: now - gone)
        try folder.catalog.note(report: owner, sequence: 1, receivedMilliseconds: now - gone)
        try folder.catalog.save(localAddresses: owner.localAddresses, of: "owner")
        let other = TestBatch.report("other", local: [], at: now)
        try folder.catalog.note(report: other, sequence: 1, receivedMilliseconds: now)
        // However long the collector itself was away.
        let later = now + 86_400_000
        #expect(counts(try desk(folder, now: later), TestBatch.report("other", local: [], at: later), now: later) == isFree)
    }

    @Test("what is stored of an agent's addresses is its last word, also after one that could not be stored")
    func stored() throws {
        let folder = try DataFolder.openForWriting(ScratchFolder().path("data"))
        defer { folder.close() }
        let desk = try desk(folder, now: TestBatch.now)
        func stored() throws -> [String] {
            try folder.catalog.localAddresses()["host-a"]?.map(\.address.description).sorted() ?? []
        }
        var none = FlowBatch()
        func hear(_ local: [String], at export: Int64, now: Int64) {
            _ = desk.decide(&none, report: TestBatch.report(local: local, at: export), now: now)
        }
        let now = TestBatch.now
        try folder.catalog.note(report: TestBatch.report(), sequence: 1, receivedMilliseconds: now)
        hear(["10.0.1.11"], at: now, now: now)
        #expect(try stored() == ["10.0.1.11"])
        // A report that a newer one has overtaken is of the past.
        hear(["10.0.1.99"], at: now - 20_000, now: now + 1)
        #expect(try stored() == ["10.0.1.11"])
        // A moment in which the catalogue cannot be written.
        try folder.catalog.write { database in
            try database.execute("ALTER TABLE agent_address RENAME TO away")
        }
        hear(["10.0.1.12"], at: now + 20_000, now: now + 20_000)
        try folder.catalog.write { database in
            try database.execute("ALTER TABLE away RENAME TO agent_address")
        }
        hear(["10.0.1.12"], at: now + 40_000, now: now + 40_000)
        #expect(try stored() == ["10.0.1.12"])
    }
}
