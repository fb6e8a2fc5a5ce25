import FlowModel
import Telemetry
import TestSupport
import Testing

@testable import CollectorService
@testable import FlowStore

@Suite("counted once, with its memory in the catalogue")
struct CountingDeskTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder()
    }

    private func desk(_ folder: DataFolder, now: Int64) throws -> CountingDesk {
        try CountingDesk(
            agents: try folder.catalog.agents(), catalog: folder.catalog, store: folder.store,
            metrics: MetricRegistry(CollectorMetrics.all), logger: TestCollector.logger, nowMilliseconds: now)
    }

    private func counts(_ desk: CountingDesk, _ report: AgentReport, now: Int64) -> Bool {
        var flows = TestBatch.flows([TestBatch.record(end: now - 1000)])
        return desk.decide(&flows, report: report, now: now).witnesses == 0
    }

    /// Decides about one record of an agent and stores it, as a batch of its own.
    ///
    /// - Returns: whether it counts.
    private func take(
        _ record: FlowRecord, _ report: AgentReport, sequence: UInt64, _ desk: CountingDesk, _ folder: DataFolder
    ) throws -> Bool {
        var flows = TestBatch.flows([record])
        flows.agent[0] = flows.index(ofName: report.agent)
        let now = report.exportMilliseconds
        _ = desk.decide(&flows, report: report, now: now)
        _ = try folder.store.append(
            flows, identity: .sequence(agent: report.agent, epoch: report.epoch, sequence: sequence), exportMilliseconds: now)
        try folder.catalog.note(report: report, sequence: sequence, receivedMilliseconds: now, records: 1)
        return flows.counted[0]
    }

    private func opened() throws -> DataFolder {
        var configuration = SQLiteFlowStore.Configuration()
        configuration.now = { TestBatch.now }
        return try DataFolder.openForWriting(scratch.path("data"), configuration: configuration)
    }

    /// The part of a flow from `from` to `to` seconds after its beginning, a minute before the tests' now.
    private func part(_ from: Int64, _ to: Int64) -> FlowRecord {
        var record = TestBatch.record()
        record.initialStartMilliseconds = TestBatch.now - 60_000
        record.flowStartMilliseconds = TestBatch.now - 60_000 + from * 1000
        record.flowEndMilliseconds = TestBatch.now - 60_000 + to * 1000
        return record
    }

    @Test("a flow stays over a restart with the agent that counted it before its source's owner was known")
    func lateOwner() throws {
        let now = TestBatch.now
        let source = TestBatch.report("source", epoch: 1, local: ["10.0.1.11"], at: now)
        let destination = TestBatch.report("destination", epoch: 2, local: ["10.0.1.12"], at: now)
        do {
            let folder = try opened()
            defer { folder.close() }
            // Of the source's agent nothing has been heard yet.
            #expect(try take(part(0, 10), destination, sequence: 1, desk(folder, now: now), folder))
        }
        // The collector was killed; what the other agent saw of the same packets comes afterwards.
        do {
            let folder = try opened()
            defer { folder.close() }
            let desk = try desk(folder, now: now + 1000)
            #expect(try !take(part(0, 9), source, sequence: 1, desk, folder))
            #expect(try take(part(11, 20), destination, sequence: 2, desk, folder))
        }
        // And once more, in the middle of the flow.
        let folder = try opened()
        defer { folder.close() }
        let desk = try desk(folder, now: now + 2000)
        #expect(try !take(part(10, 20), source, sequence: 2, desk, folder))
        #expect(try take(part(21, 30), destination, sequence: 3, desk, folder))
        #expect(try !take(part(21, 30), source, sequence: 3, desk, folder))
    }

    @Test("a witness's record holds nothing over a restart, and what nobody decided neither")
    func heldByNobody() throws {
        let now = TestBatch.now
        let source = TestBatch.report("source", epoch: 1, local: ["10.0.1.11"], at: now)
        let destination = TestBatch.report("destination", epoch: 2, local: ["10.0.1.12"], at: now)
        var foreign = TestBatch.flows([TestBatch.record(port: 80)])
        foreign.agent[0] = foreign.index(ofName: "router")
        do {
            let folder = try opened()
            defer { folder.close() }
            let desk = try desk(folder, now: now)
            desk.note(source, now: now)
            try folder.catalog.note(report: source, sequence: 1, receivedMilliseconds: now)
            #expect(try !take(part(0, 10), destination, sequence: 1, desk, folder))
            _ = try folder.store.append(foreign, identity: nil, exportMilliseconds: now)
        }
        let folder = try opened()
        defer { folder.close() }
        let desk = try desk(folder, now: now + 1000)
        #expect(try take(part(0, 10), source, sequence: 2, desk, folder))
        #expect(try take(TestBatch.record(port: 80), source, sequence: 3, desk, folder))
    }

    @Test("after a restart an agent that said goodbye shortly before still owns its addresses for records that ended before", arguments: [
        (60_000, false), (60_001, true),
    ] as [(Int64, Bool)])
    func goodbye(gone: Int64, counts isFree: Bool) throws {
        let folder = try opened()
        defer { folder.close() }
        let now = TestBatch.now
        var owner = TestBatch.report("owner", local: ["10.0.1.11"], at: now)
        owner.isGoodbye = true
        try folder.catalog.note(report: owner, sequence: 1, receivedMilliseconds: now - gone)
        try folder.catalog.save(localAddresses: owner.localAddresses, of: "owner")
        let other = TestBatch.report("other", epoch: 2, local: ["10.0.1.12"], at: now)
        try folder.catalog.note(report: other, sequence: 1, receivedMilliseconds: now)
        let desk = try desk(folder, now: now)
        #expect(try take(TestBatch.record(end: now - 1000), other, sequence: 2, desk, folder) == isFree)
        #expect(try take(TestBatch.record(sourcePort: 1, end: now + 1000), other, sequence: 3, desk, folder))
    }

    @Test("a restart holds the word of who was heard of lately, and revives nobody who was gone", arguments: [
        (300_000, false), (300_001, true),
    ] as [(Int64, Bool)])
    func restart(gone: Int64, counts isFree: Bool) throws {
        let folder = try opened()
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
        let folder = try opened()
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
