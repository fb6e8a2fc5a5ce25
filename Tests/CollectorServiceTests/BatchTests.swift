import CollectorService
import Compression
import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

@Suite("POST /v1/batches")
struct BatchTests {
    @Test("a batch is accepted, and its flows are there at once")
    func accepted() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let flows = TestBatch.flows([TestBatch.record(bytes: 1234), TestBatch.record(port: 22, bytes: 4321)])
            let reply = try await collector.send(flows, report: TestBatch.report(), sequence: 1)
            #expect(reply.status == 200)
            #expect(reply.text == "{\"accepted\":2,\"duplicate\":false}\n")
            #expect(reply.type == "application/json")
            let rows = try await collector.get("/v1/flows?fields=src,dst,dst_port,bytes,agent,counted&filter=dst+port+443").rows()
            #expect(rows.count == 1)
            #expect(rows.first?["bytes"] as? Int == 1234)
            #expect(rows.first?["agent"] as? String == "host-a")
            #expect(rows.first?["counted"] as? Bool == true)
        }
    }

    @Test("the same batch twice is a duplicate and counts once, an empty one too")
    func twice() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let report = TestBatch.report()
            let flows = TestBatch.flows([TestBatch.record(bytes: 1000)])
            for isDuplicate in [false, true, true] {
                let reply = try await collector.send(flows, report: report, sequence: 1)
                #expect(reply.status == 200)
                #expect(reply.text == "{\"accepted\":\(isDuplicate ? 0 : 1),\"duplicate\":\(isDuplicate)}\n")
            }
            for isDuplicate in [false, true] {
                let reply = try await collector.send(FlowBatch(), report: report, sequence: 2)
                #expect(reply.text == "{\"accepted\":0,\"duplicate\":\(isDuplicate)}\n")
            }
            let totals = try await collector.get("/v1/aggregate").rows()
            #expect(totals.first?["bytes"] as? Int == 1000)
            #expect(totals.first?["records"] as? Int == 1)
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_batches_received_total 2\n"))
            #expect(metrics.contains("zonal_collector_batches_duplicate_total 3\n"))
            #expect(metrics.contains("zonal_collector_records_stored_total 1\n"))
        }
    }

    @Test("two agents that see one flow: it counts once, and the witness is there for the asking")
    func countedOnce() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let flows = TestBatch.flows([TestBatch.record(bytes: 700)])
            let second = TestBatch.report("host-b", epoch: 2, local: ["10.0.1.12"])
            // The agents tell of their addresses before either sends the flow.
            _ = try await collector.send(FlowBatch(), report: TestBatch.report(), sequence: 1)
            #expect(try await collector.send(flows, report: second, sequence: 1).status == 200)
            #expect(try await collector.send(flows, report: TestBatch.report(), sequence: 2).status == 200)
            #expect(try await collector.get("/v1/aggregate").rows().first?["bytes"] as? Int == 700)
            let rows = try await collector.get("/v1/flows?fields=agent,counted,bytes&witnesses=1").rows()
            #expect(rows.count == 2)
            for row in rows { #expect(row["counted"] as? Bool == (row["agent"] as? String == "host-a")) }
            #expect(try await collector.get("/metrics").text.contains("zonal_collector_records_not_counted_total 1\n"))
        }
    }

    @Test("a store that is well again is ready again, before a batch has shown it")
    func readyAgain() async throws {
        let folder = try ScratchFolder()
        let flows = folder.path("data/flows"), aside = folder.path("aside")
        try await TestCollector.run(in: folder) { collector in
            let files = FileManager.default
            try files.moveItem(atPath: flows, toPath: aside)
            let batch = TestBatch.flows([TestBatch.record()])
            #expect(try await collector.send(batch, report: TestBatch.report(), sequence: 1).status == 503)
            #expect(try await collector.get("/readyz").status == 503)
            try files.moveItem(atPath: aside, toPath: flows)
            #expect(try await collector.get("/readyz").status == 503)
            collector.clock.advance(seconds: 31)
            #expect(try await collector.get("/readyz").status == 200)
            #expect(try await collector.send(batch, report: TestBatch.report(), sequence: 1).status == 200)
        }
    }

    @Test("an agent whose batch cannot be stored is not silent")
    func unstored() async throws {
        let folder = try ScratchFolder()
        try await TestCollector.run(in: folder) { collector in
            _ = try await collector.send(FlowBatch(), report: TestBatch.report(), sequence: 1)
            collector.clock.advance(seconds: 90)
            try await collector.eventually("/v1/alerts?state=open") { try $0.rows().count == 1 }
            try FileManager.default.moveItem(atPath: folder.path("data/flows"), toPath: folder.path("aside"))
            let batch = TestBatch.flows([TestBatch.record()])
            #expect(try await collector.send(batch, report: TestBatch.report(), sequence: 2).status == 503)
            try FileManager.default.moveItem(atPath: folder.path("aside"), toPath: folder.path("data/flows"))
            #expect(try await collector.get("/v1/alerts?state=open").rows().isEmpty)
        }
    }

    @Test("who announces bodies and sends none keeps nobody out")
    func silentBodies() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let silent = try (0..<8).map { _ in try SlowConnection(port: collector.port) }
            for (place, connection) in silent.enumerated() {
                let length = place % 2 == 0 ? "Transfer-Encoding: chunked" : "Content-Length: 67108864"
                try connection.send("POST /v1/batches HTTP/1.1\r\nHost: x\r\n\(length)\r\n\r\n1\r\nx\r\n")
            }
            // Again and again: at some time the collector has taken note of all of them.
            for sequence in 1...40 as ClosedRange<UInt64> {
                let reply = try await collector.send(TestBatch.flows([TestBatch.record()]), report: TestBatch.report(), sequence: sequence)
                #expect(reply.status == 200, "\(reply.text)")
            }
            withExtendedLifetime(silent) {}
        }
    }

    @Test("witnesses are rows that do not count, and are no records in the account of evictions")
    func witnesses() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            var flows = TestBatch.flows([TestBatch.record(bytes: 700)])
            var witness = WitnessRecord()
            witness.flowId = flows.flowId[0]
            witness.interface = flows.index(ofName: "br0")
            witness.packetDeltaCount = 10
            witness.octetDeltaCount = 700
            flows.witnessRecords = [witness]
            var report = TestBatch.report()
            report.evicted = 1
            #expect(try await collector.send(flows, report: report, sequence: 1).status == 200)
            #expect(try await collector.get("/v1/aggregate").rows().first?["bytes"] as? Int == 700)
            let rows = try await collector.get("/v1/flows?fields=interface,counted,bytes&witnesses=1").rows()
            #expect(rows.count == 2)
            #expect(rows.contains { $0["interface"] as? String == "br0" && $0["counted"] as? Bool == false })
            let completeness = try #require(try await collector.get("/v1/flows").object()["completeness"] as? [String: Any])
            let stages = try #require(completeness["stages"] as? [[String: Any]])
            let eviction = try #require(stages.first { $0["stage"] as? String == "eviction" }, "\(stages)")
            // Its one record ended early; the witness is none.
            #expect(eviction["kept"] as? Int == 0 && eviction["offered"] as? Int == 1, "\(eviction)")
        }
    }

    @Test("a file without headers is taken under its content")
    func anybody() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let body = try TestBatch.body(TestBatch.flows([TestBatch.record()]), report: AgentReport())
            // As `curl --data-binary @flows.ipfix.gz` sends it.
            let headers = [("Content-Type", "application/x-www-form-urlencoded")]
            #expect(try await collector.post(body, headers: headers).text == "{\"accepted\":1,\"duplicate\":false}\n")
            #expect(try await collector.post(body, headers: headers).text == "{\"accepted\":0,\"duplicate\":true}\n")
        }
    }

    @Test("what cannot be a batch is refused with the reason, and counted")
    func refused() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let report = TestBatch.report()
            let whole = try TestBatch.body(TestBatch.flows([TestBatch.record()]), report: report)
            let all = TestBatch.headers(report, sequence: 1)
            let garbage = Array("this is no batch".utf8)
            let cases: [(String, [UInt8], [(String, String)], Int)] = [
                ("bad-gzip", garbage, all, 400),
                ("not-ipfix", garbage, [], 415),
                ("not-ipfix", [], [], 415),
                ("bad-gzip", Array(whole.prefix(whole.count / 2)), all, 400),
                ("missing-header", whole, all.filter { $0.0 != "Zonal-Epoch" }, 400),
                ("bad-sequence", whole, all.map { $0.0 == "Zonal-Sequence" ? ($0.0, "0") : $0 }, 400),
                ("bad-epoch", whole, all.map { $0.0 == "Zonal-Epoch" ? ($0.0, "12") : $0 }, 400),
                ("unsupported-encoding", whole, all.map { $0.0 == "Content-Encoding" ? ($0.0, "br") : $0 }, 415),
            ]
            for (kind, body, headers, status) in cases {
                let reply = try await collector.post(body, headers: headers)
                #expect(reply.status == status, "\(kind): \(reply.text)")
                #expect(reply.type == "application/problem+json")
                let problem = try reply.object()
                #expect(problem["type"] as? String == "urn:zonal:problem:\(kind)")
                #expect(problem["status"] as? Int == status)
                #expect((problem["detail"] as? String)?.isEmpty == false)
            }
            #expect(try await collector.get("/v1/flows").rows().isEmpty)
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_batches_rejected_total{reason=\"bad-gzip\"} 2\n"))
            #expect(metrics.contains("zonal_collector_batches_rejected_total{reason=\"missing-header\"} 1\n"))
            #expect(metrics.contains("zonal_collector_batches_received_total 0\n"))
        }
    }

    @Test("one flipped octet anywhere refuses the whole batch, and nothing of it is stored")
    func flipped() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let report = TestBatch.report()
            let whole = try TestBatch.body(TestBatch.flows([TestBatch.record(), TestBatch.record(port: 80)]), report: report)
            for place in stride(from: 10, to: whole.count, by: 97) {
                var body = whole
                body[place] ^= 0xFF
                let reply = try await collector.post(body, headers: TestBatch.headers(report, sequence: 1))
                #expect(reply.status == 400, "octet \(place): \(reply.text)")
            }
            #expect(try await collector.get("/v1/flows?witnesses=1").rows().isEmpty)
        }
    }

    @Test("a body past the limit is refused with 413, declared or not, packed or not")
    func oversize() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.bodyByteLimit = 4096 }) { collector in
            let report = TestBatch.report()
            let headers = TestBatch.headers(report, sequence: 1)
            let reply = try await collector.post([UInt8](repeating: 0x1F, count: 5000), headers: headers)
            #expect(reply.status == 413)
            #expect(try reply.object()["type"] as? String == "urn:zonal:problem:too-large")
            // Eight times the limit is what it may have unpacked.
            let bomb = try Gzip.compress([UInt8](repeating: 0, count: 1 << 20))
            #expect(bomb.count < 4096)
            let unpacked = try await collector.post(bomb, headers: headers)
            #expect(unpacked.status == 413)
            #expect(try unpacked.object()["type"] as? String == "urn:zonal:problem:unpacked-too-large")
            let chunked = try await RawConnection.exchange(
                collector,
                "POST /v1/batches HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    + "1388\r\n" + String(repeating: "x", count: 5000) + "\r\n0\r\n\r\n")
            #expect(chunked.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("a body that breaks off is no batch, whole as what came may look")
    func brokenOff() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            var encoder = FlowFileEncoder()
            let file = encoder.encode(flows: TestBatch.flows([TestBatch.record()]), report: TestBatch.report())
            let head = "POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Type: application/ipfix\r\n"
            let declared = "\(head)Content-Length: \(file.count + 1)\r\n\r\n"
            _ = try await RawConnection.exchange(collector, Array(declared.utf8) + file)
            let chunk = "\(head)Transfer-Encoding: chunked\r\n\r\n\(String(file.count, radix: 16))\r\n"
            _ = try await RawConnection.exchange(collector, Array(chunk.utf8) + file)
            #expect(try await collector.get("/v1/flows").rows().isEmpty)
            // The collector is well after that.
            let reply = try await collector.send(
                TestBatch.flows([TestBatch.record()]), report: TestBatch.report(), sequence: 1)
            #expect(reply.status == 200)
        }
    }

    @Test("a body that does not come is waited for no longer than told")
    func slow() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.bodyTimeLimit = .milliseconds(100) }) { collector in
            let reply = try await RawConnection.exchange(
                collector, Array("POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1".utf8), closesInput: false)
            #expect(reply.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("a web page cannot post batches")
    func pages() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let body = try TestBatch.body(TestBatch.flows([TestBatch.record()]), report: TestBatch.report())
            let reply = try await collector.post(body, headers: [("Origin", "https://example.org")])
            #expect(reply.status == 403)
        }
    }

    @Test("past what may wait, a batch is answered with 503 and told to come again")
    func full() async throws {
        // No room for a single body.
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.batchesAtOnce = 0; $0.batchesWaiting = 0 }) { collector in
            let reply = try await collector.send(
                TestBatch.flows([TestBatch.record()]), report: TestBatch.report(), sequence: 1)
            #expect(reply.status == 503)
            #expect(reply.header("Retry-After") == "1")
            #expect(try reply.object()["type"] as? String == "urn:zonal:problem:busy")
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_batches_rejected_total{reason=\"busy\"} 1\n"))
        }
    }
}
