import CollectorService
import FlowModel
import FlowQuery
import FlowStore
import Foundation
import TestSupport
import Testing

@Suite("Data folders without a collector")
struct OfflineTests {
    @Test("imported flows are answered as a collector would")
    func importAndAsk() throws {
        let folder = try ScratchFolder()
        let path = folder.path("data")
        let ingest = try LocalIngest(dataFolder: path, clock: { TestBatch.now })
        let old = TestBatch.record(port: 25, bytes: 50, end: 1_000_000_000_000)
        let flows = TestBatch.flows([TestBatch.record(bytes: 700), old])
        let identity = BatchIdentity.digest(String(repeating: "ab", count: 32))
        #expect(try ingest.append(flows, identity: identity, exportMilliseconds: TestBatch.now) == .stored(records: 2))
        #expect(try ingest.append(flows, identity: identity, exportMilliseconds: TestBatch.now) == .duplicate)
        #expect(try ingest.imported(sha256: "00") == nil)
        let file = ImportedFile(sha256: "00", name: "a.pcap", bytes: 10, records: 2, importedMilliseconds: TestBatch.now)
        try ingest.recordImport(file)
        #expect(try ingest.imported(sha256: "00") == file)
        try ingest.compact(everything: true)

        // Beside the process that writes.
        let offline = try OfflineAnswers(dataFolder: path, clock: { TestBatch.now })
        let all = try offline.answer(.flows, ["fields": "dst_port,bytes"])
        #expect(all.render(.csv) == Array("dst_port,bytes\n443,700\n25,50\n".utf8))
        #expect(try offline.answer(.flows, ["since": "-1h"]).table.rows.count == 1)
        #expect(try offline.answer(.aggregate, ["by": "dst_port", "limit": "1"]).table.rows.count == 1)
        #expect(try offline.answer(.alerts, [:]).table.rows.isEmpty)
        #expect(try offline.answer(.agents, [:]).table.rows.isEmpty)
        #expect(try offline.answer(.fields, [:]).table.rows.count == Field.allCases.count)
        let report = try offline.report(["format": "csv"])
        #expect(report.fileName == "zonal-report-20261122T140000Z.csv")
        #expect(String(decoding: report.octets, as: UTF8.self).contains("10.0.1.11"))
        #expect(throws: CollectorError.self) { try LocalIngest(dataFolder: path) }
        ingest.close()
        let again = try LocalIngest(dataFolder: path)
        again.close()
    }

    @Test("an agent's file counts as it would at a collector")
    func counted() throws {
        let folder = try ScratchFolder()
        let ingest = try LocalIngest(dataFolder: folder.path("data"), clock: { TestBatch.now })
        let flows = TestBatch.flows([TestBatch.record(bytes: 700)])
        _ = try ingest.append(FlowBatch(), report: TestBatch.report(), identity: nil, exportMilliseconds: TestBatch.now)
        _ = try ingest.append(flows, report: TestBatch.report("host-b", local: ["10.0.1.12"]), identity: nil, exportMilliseconds: TestBatch.now)
        _ = try ingest.append(flows, report: TestBatch.report(), identity: nil, exportMilliseconds: TestBatch.now)
        ingest.close()
        let offline = try OfflineAnswers(dataFolder: folder.path("data"))
        #expect(try offline.answer(.flows, [:]).table.rows.count == 1)
        #expect(try offline.answer(.flows, ["witnesses": ""]).table.rows.count == 2)
        #expect(try offline.answer(.agents, [:]).table.rows.count == 2)
    }

    @Test("what other observation points saw is stored, also of a file without an agent's report")
    func witnessesWithoutReport() throws {
        let folder = try ScratchFolder()
        let ingest = try LocalIngest(dataFolder: folder.path("data"), clock: { TestBatch.now })
        var flows = TestBatch.flows([TestBatch.record(bytes: 700)])
        var witness = WitnessRecord()
        witness.flowId = flows.flowId[0]
        witness.interface = flows.index(ofName: "br0")
        witness.packetDeltaCount = 10
        witness.octetDeltaCount = 700
        flows.witnessRecords = [witness]
        _ = try ingest.append(flows, identity: nil, exportMilliseconds: TestBatch.now)
        ingest.close()
        let offline = try OfflineAnswers(dataFolder: folder.path("data"))
        #expect(try offline.answer(.flows, [:]).table.rows.count == 1)
        #expect(try offline.answer(.flows, ["witnesses": ""]).table.rows.count == 2)
    }

    @Test("what is no data folder, and what cannot be understood, says so")
    func refusals() throws {
        let folder = try ScratchFolder()
        for path in [folder.path("missing"), folder.url.path] {
            let error = #expect(throws: CollectorError.self) { try OfflineAnswers(dataFolder: path) }
            #expect(error?.description.hasPrefix(path) == true)
            #expect(error?.description.contains("--data") == true)
        }
        let ingest = try LocalIngest(dataFolder: folder.path("data"))
        defer { ingest.close() }
        let offline = try OfflineAnswers(dataFolder: folder.path("data"))
        let problem = #expect(throws: Problem.self) { try offline.answer(.flows, ["filter": "dst pork 1", "limit": "-1"]) }
        #expect(problem?.status == 400)
        #expect(problem?.faults.map(\.parameter) == ["filter", "limit"])
        #expect(problem?.faults.first?.column == 5)
        let empty = try offline.answer(.flows, [:])
        #expect(String(decoding: empty.render(.table), as: UTF8.self) == "no flows are held\n")
    }
}
