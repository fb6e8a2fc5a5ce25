import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// A partition as the version before checksums wrote it: 3,000 flows in six blocks, of which the sums are known.
@Suite("Partitions of format 1")
struct OlderFormatTests {
    private static let file = "20260101T00-3600-g1.sqlite"

    private func folder() throws -> ScratchFolder {
        let scratch = try ScratchFolder("zonal-format")
        let data = scratch.path("data")
        try DataFolder.openForWriting(data).close()
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden/format-1-\(Self.file)").path
        try FileManager.default.copyItem(atPath: golden, toPath: data + "/flows/" + Self.file)
        return scratch
    }

    private static func totals(_ store: SQLiteFlowStore, _ filter: String = "") throws -> [FieldValue] {
        let request = FlowRequest(
            filter: try FlowFilter(filter),
            kind: .aggregate(by: [], measures: [.records, .bytes, .packets], order: .bytes, descending: true, limit: 1))
        return try store.query(request).table.rows[0]
    }

    private static let whole: [FieldValue] = [.integer(3000), .integer(3_596_550), .integer(17_177)]

    @Test("are read as they are")
    func read() throws {
        let scratch = try folder()
        let store = try DataFolder.openForReading(scratch.path("data")).store
        #expect(try Self.totals(store) == Self.whole)
        // Once more with every column of the filter read, and by address.
        #expect(try Self.totals(store, "bytes > 0 or bytes 0") == Self.whole)
        #expect(try Self.totals(store, "src 10.77.77.77")[0] == .integer(1))
        #expect(try store.held().unreadable.isEmpty)
    }

    @Test("take new flows beside the old ones, under a reader that had them open, and are merged and sealed")
    func write() throws {
        let scratch = try folder()
        let reader = try DataFolder.openForReading(scratch.path("data")).store
        #expect(try Self.totals(reader) == Self.whole)
        let writer = try DataFolder.openForWriting(scratch.path("data"))
        var batch = FlowBatch()
        var record = FlowRecord()
        record.flowEndMilliseconds = 1_767_225_600_000
        record.octetDeltaCount = 450
        record.packetDeltaCount = 3
        record.sourceAddress = try #require(IPAddress("fd00::77"))
        batch.append(record)
        _ = try writer.store.append(batch, identity: nil, exportMilliseconds: 1_767_225_600_000)
        let more: [FieldValue] = [.integer(3001), .integer(3_597_000), .integer(17_180)]
        #expect(try Self.totals(reader) == more)
        #expect(try Self.totals(reader, "src fd00::77")[0] == .integer(1))
        try writer.store.compact(everything: true)
        #expect(try Self.totals(reader) == more)
        #expect(try writer.store.held().blocks == 1)
        let path = try #require(try FileManager.default.contentsOfDirectory(atPath: reader.path).first { $0.hasSuffix(".sqlite") })
        let sealed = try Database(path: reader.path + "/" + path, mode: .read)
        #expect(try sealed.integer("PRAGMA user_version") == 2)
        #expect(try sealed.integer("SELECT count(*) FROM flow_block WHERE checksum IS NULL") == 0)
        writer.close()
    }
}
