import CollectorService
import FlowModel
import FlowStore
import Foundation
import TestSupport
import Testing

@Suite("Retention by bytes")
struct RetentionUpkeepTests {
    @Test("a collector keeps to its bound while batches come in, and counts what went by its reason")
    func bound() async throws {
        let scratch = try ScratchFolder()
        let bound: Int64 = 3 << 19
        try await TestCollector.run(in: scratch, configure: { $0.byteBound = .bytes(bound) }) { collector in
            let flows = scratch.path("data") + "/flows"
            for hour in 0..<30 as Range<Int64> {
                let end = TestBatch.now - (30 - hour) * 3_600_000
                let batch = TestBatch.flows(
                    (1...200 as ClosedRange<UInt16>).map { port in
                        var record = TestBatch.record(port: port, end: end)
                        record.part = UInt32(hour)
                        return record
                    })
                let reply = try await collector.send(batch, report: TestBatch.report(), sequence: UInt64(hour) + 1)
                #expect(reply.status == 200)
                let files = try FileManager.default.contentsOfDirectory(atPath: flows)
                let bytes = files.reduce(Int64(0)) { sum, file in
                    sum + ((try? FileManager.default.attributesOfItem(atPath: flows + "/" + file)[.size] as? Int64) ?? 0)
                }
                #expect(bytes <= bound + bound / 10)
            }
            let rows = try await collector.get("/v1/aggregate?by=part&fields=records&since=2026-11-20T00:00:00Z&order=part&limit=100").rows()
            let left = rows.compactMap { $0["part"] as? Int }
            // The newest are there, and none is missing between.
            #expect(left == (0..<left.count).map { 29 - $0 } && !left.isEmpty && left.count < 20)
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_store_byte_bound \(bound)\n"))
            #expect(metrics.contains("zonal_collector_store_partitions_expired_total{reason=\"bytes\"} \(30 - left.count)\n"), "\(left.count)")
            #expect(metrics.contains("zonal_collector_store_partitions_expired_total{reason=\"age\"} 0\n"))
        }
    }

    @Test("without a word of it, the bound is the folder's own")
    func usual() async throws {
        let scratch = try ScratchFolder()
        try await TestCollector.run(in: scratch) { collector in
            let bound = try DataFolder.openForReading(scratch.path("data")).usualByteBound
            #expect(bound ?? 0 > 0)
            let metrics = try await collector.get("/metrics").text
            let line = metrics.split(separator: "\n").first { $0.hasPrefix("zonal_collector_store_byte_bound ") }
            #expect(line?.split(separator: " ").last.flatMap { Double($0) } == bound.map { Double($0) })
        }
    }
}
