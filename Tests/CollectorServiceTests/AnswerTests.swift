import CollectorService
import FlowModel
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite("GET /v1/…")
struct AnswerTests {
    /// A collector with five flows of one agent in the last hour and one two hours ago.
    static func filled(_ body: @Sendable (TestCollector) async throws -> Void) async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            var records = (1...5).map { TestBatch.record(port: UInt16(400 + $0), bytes: UInt64($0) * 100) }
            records.append(TestBatch.record(port: 9, bytes: 7, end: TestBatch.now - 7_200_000))
            let reply = try await collector.send(TestBatch.flows(records), report: TestBatch.report(), sequence: 1)
            #expect(reply.status == 200)
            try await body(collector)
        }
    }

    @Test("flows of the last hour by default, all of them when asked for, page by page")
    func flows() async throws {
        try await Self.filled { collector in
            #expect(try await collector.get("/v1/flows").rows().count == 5)
            #expect(try await collector.get("/v1/flows?since=2000-01-01").rows().count == 6)
            #expect(try await collector.get("/v1/flows?since=-3h&until=-1h").rows().count == 1)
            // Without since it is the hour before until.
            #expect(try await collector.get("/v1/flows?until=-1h30m").rows().count == 1)
            #expect(try await collector.get("/v1/flows?until=-30m").rows().isEmpty)
            let report = try await collector.get("/v1/reports?until=-1h30m&format=json").object()
            #expect((report["totals"] as? [String: Any])?["records"] as? Int == 1)
            var ports: [Int] = []
            var cursor: String? = ""
            while let text = cursor {
                let answer = try await collector.get("/v1/flows?since=-3h&limit=4&fields=dst_port&cursor=\(text)").object()
                let rows = try #require(answer["rows"] as? [[String: Any]])
                ports += rows.compactMap { $0["dst_port"] as? Int }
                cursor = answer["cursor"] as? String
            }
            #expect(ports.sorted() == [9, 401, 402, 403, 404, 405])
            #expect(ports.last == 9)
        }
    }

    @Test("every form tells by a header that there are more rows")
    func cursorHeader() async throws {
        try await Self.filled { collector in
            for form in ["json", "csv", "ndjson", "table"] {
                let path = "/v1/flows?fields=dst_port&since=-3h&limit=4&format=\(form)"
                let cursor = try #require(try await collector.get(path).header("Zonal-Cursor"), "\(form)")
                let rest = try await collector.get(path + "&cursor=\(cursor)")
                #expect(rest.header("Zonal-Cursor") == nil)
                if form == "csv" { #expect(rest.text.split(separator: "\n").count == 3) }
            }
        }
    }

    @Test("an answer says what it read, what is held and how whole it is")
    func envelope() async throws {
        try await Self.filled { collector in
            let answer = try await collector.get("/v1/flows?limit=2").object()
            #expect(Set(answer.keys) == ["rows", "completeness", "stats", "cursor"])
            let completeness = try #require(answer["completeness"] as? [String: Any])
            #expect(completeness["oldest"] as? String == UTCTime.text(milliseconds: TestBatch.now - 7_200_000))
            #expect(completeness["newest"] as? String == UTCTime.text(milliseconds: TestBatch.now - 1000))
            // 100 captured, 2 dropped by the kernel.
            let value = try #require(completeness["value"] as? Double)
            #expect(abs(value - 100.0 / 102.0) < 1e-9)
            let json = try await collector.get("/v1/flows?limit=2").text
            for form in ["json", "csv", "ndjson", "table"] {
                let reply = try await collector.get("/v1/flows?limit=2&format=\(form)")
                let header = try #require(reply.header("Zonal-Completeness"), "\(form)")
                #expect(json.contains("\"completeness\":{\"value\":\(header),"), "\(form)")
                #expect(reply.header("Zonal-Reasons") == "\((completeness["reasons"] as? [String])?.count ?? -1)", "\(form)")
            }
            for path in ["/v1/alerts", "/v1/agents"] {
                let other = try #require(try await collector.get(path).object()["completeness"] as? [String: Any])
                #expect(other["oldest"] as? String == UTCTime.text(milliseconds: TestBatch.now - 7_200_000), "\(path)")
                #expect(other["newest"] as? String == UTCTime.text(milliseconds: TestBatch.now - 1000), "\(path)")
            }
            let stats = try #require(answer["stats"] as? [String: Any])
            #expect(stats["rows_matched"] as? Int ?? 0 >= 2)
        }
    }

    @Test("aggregates and series")
    func groups() async throws {
        try await Self.filled { collector in
            let top = try await collector.get("/v1/aggregate?by=dst_port&order=-bytes&limit=2").rows()
            #expect(top.map { $0["dst_port"] as? Int } == [405, 404])
            #expect(top.first?["bytes"] as? Int == 500)
            let series = try await collector.get("/v1/series?interval=1h&since=-3h").rows()
            #expect(series.count == 2)
            #expect(series.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) } == 1507)
        }
    }

    @Test("CSV, NDJSON and tables, by parameter or by Accept")
    func forms() async throws {
        try await Self.filled { collector in
            let path = "/v1/flows?fields=dst_port,bytes&filter=dst+port+405"
            for (query, accept) in [("&format=csv", nil), ("", "text/csv"), ("&format=csv", "application/json")] {
                let reply = try await collector.get(path + query, headers: accept.map { [("Accept", $0)] } ?? [])
                #expect(reply.text == "dst_port,bytes\n405,500\n")
                #expect(reply.type.hasPrefix("text/csv"))
            }
            let lines = try await collector.get(path, headers: [("Accept", "application/x-ndjson")])
            #expect(lines.text == "{\"dst_port\":405,\"bytes\":500}\n")
            #expect(lines.type == "application/x-ndjson")
            let table = try await collector.get(path + "&format=table")
            #expect(table.text.split(separator: "\n").map { $0.split(separator: " ") } == [["dst_port", "bytes"], ["405", "500"]])
            let wild = try await collector.get(path, headers: [("Accept", "text/html, */*;q=0.5")])
            #expect(wild.type == "application/json")
            let alerts = try await collector.get("/v1/alerts?format=csv")
            #expect(alerts.text.hasPrefix("id,rule,name,severity,state,scope,src,dst,dst_port,proto,tenant,agent,"))
            #expect(try await collector.get("/v1/agents?format=csv").text.split(separator: "\n").count == 2)
            #expect(try await collector.get("/v1/fields?format=ndjson").text.split(separator: "\n").count == Field.allCases.count)
        }
    }

    @Test("a page of whole records is bounded like any other answer")
    func recordsLimit() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let reply = try await collector.get("/v1/flows?format=ipfix&limit=1000000&since=1970-01-01T00:00:00Z")
            #expect(reply.status == 400)
            #expect(reply.text.contains("values"), "\(reply.text)")
            #expect(try await collector.get("/v1/flows?format=ipfix&fields=src").status == 400)
            #expect(try await collector.get("/v1/aggregate?format=ipfix").status == 400)
            #expect(try await collector.get("/v1/flows?format=ipfix&limit=10").status == 200)
        }
    }

    @Test("everything that is wrong with the parameters comes at once, with columns")
    func faults() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let reply = try await collector.get(
                "/v1/flows?filter=src+host+10.0.0.1+and+dst+pork+445&since=yesterdy&limit=0&fields=src,dts&colour=red&format=xml")
            #expect(reply.status == 400)
            #expect(reply.type == "application/problem+json")
            #expect(try Set(reply.faults()) == ["filter@27", "since@<null>", "limit@<null>", "fields@5", "colour@<null>", "format@<null>"])
            let problem = try reply.object()
            #expect(problem["type"] as? String == "urn:zonal:problem:parameters")
            #expect(problem["status"] as? Int == 400)
            let faults = try #require(problem["faults"] as? [[String: Any]])
            let format = try #require(faults.first { $0["parameter"] as? String == "format" })
            #expect(format["expected"] as? [String] == ["json", "csv", "ndjson", "table", "ipfix"])
            #expect(faults.allSatisfy { $0["expected"] is [String] })
            #expect((problem["title"] as? String)?.isEmpty == false)
            #expect((problem["detail"] as? String)?.contains("filter") == true)
            #expect(try await collector.get("/v1/alerts?state=ajar&limit=x&since=now&until=now").faults() == ["state@<null>", "until@<null>", "limit@<null>"])
            #expect(try await collector.get("/v1/agents?filter=tcp").faults() == ["filter@<null>"])
            #expect(try await collector.get("/v1/reports?format=pdf&filter=)").faults() == ["filter@1", "format@<null>"])
            #expect(try await collector.get("/v1/flows?filter=%zz").faults() == ["filter@<null>"])
            #expect(try await collector.get("/v1/flows?limit=1&limit=2").faults() == ["limit@<null>"])
            #expect(try await collector.get("/v1/flows?cursor=elsewhere").faults() == ["cursor@<null>"])
            // A million rows of every field would not fit in memory; of a few fields they do.
            #expect(try await collector.get("/v1/flows?limit=1000000").faults() == ["limit@<null>"])
            #expect(try await collector.get("/v1/flows?limit=1000000&fields=src,dst").status == 200)
        }
    }

    @Test("a filter of 64 KiB fits in a URL, and a fault at its end is told with its column")
    func longFilter() async throws {
        try await Self.filled { collector in
            // Every octet percent-encoded, as no client does: the worst case.
            func path(_ filter: String) -> String {
                let digits = Array("0123456789ABCDEF")
                return "/v1/flows?filter=" + filter.utf8.map { "%\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
            }
            let filter = "dst_port in [405" + String(repeating: " 1", count: 32_759) + " ]"
            #expect(filter.utf8.count == 65_536)
            #expect(try await collector.get(path(filter)).rows().count == 1)
            let reply = try await collector.get(path(filter + "x"))
            #expect(reply.status == 400)
            #expect(try (reply.object()["detail"] as? String)?.contains("column 65537: expected 'and' or 'or' before 'x'") == true)
        }
    }

    @Test("values that are present, with how often, by their beginning, of both sides")
    func values() async throws {
        try await Self.filled { collector in
            let ports = try await collector.get("/v1/values?field=dst_port").rows()
            #expect(ports.map { $0["value"] as? Int } == [401, 402, 403, 404, 405])
            #expect(ports.allSatisfy { $0["records"] as? Int == 1 && $0.count == 2 })
            #expect(try await collector.get("/v1/values?field=dst_port&prefix=9").rows().isEmpty)
            #expect(try await collector.get("/v1/values?field=dst_port&prefix=9&since=-3h").rows().count == 1)
            #expect(try await collector.get("/v1/values?field=dst_port&filter=bytes+%3E+300&limit=1").rows().count == 1)
            let hosts = try await collector.get("/v1/values?field=host").rows()
            #expect(hosts.count == 2 && hosts.allSatisfy { $0["records"] as? Int == 5 })
            #expect(try await collector.get("/v1/values?field=agent&format=csv").text == "value,records\nhost-a,5\n")
            let faulty = try await collector.get("/v1/values?field=prot&limit=0").object()
            let faults = try #require(faulty["faults"] as? [[String: Any]])
            #expect(faults.map { $0["parameter"] as? String } == ["field", "limit"])
        }
    }

    @Test("completion offers words and values, and says what they replace")
    func completion() async throws {
        try await Self.filled { collector in
            let words = try await collector.get("/v1/complete?filter=tcp+and+rev_b").rows()
            #expect(words.map { $0["text"] as? String } == ["rev_bytes"])
            #expect(words.first?["from"] as? Int == 8 && words.first?["to"] as? Int == 13)
            #expect(words.first?["records"] is NSNull)
            let values = try await collector.get("/v1/complete?filter=dst+port+40+and+tcp&cursor=11").rows()
            #expect(values.map { $0["text"] as? String } == ["401", "402", "403", "404", "405"])
            #expect(values.allSatisfy { $0["records"] as? Int == 1 && $0["from"] as? Int == 9 && $0["to"] as? Int == 11 })
            let names = try await collector.get("/v1/complete?filter=agent+%22h").rows()
            #expect(names.map { $0["text"] as? String } == ["\"host-a\""])
            #expect(try await collector.get("/v1/complete?filter=bogus+and+").rows().isEmpty)
            #expect(try await collector.get("/v1/complete?cursor=x").status == 400)
        }
    }

    @Test("a time without data is a clear empty answer that says what is held")
    func nothing() async throws {
        try await Self.filled { collector in
            let answer = try await collector.get("/v1/flows?since=2001-01-01&until=2001-01-02").object()
            #expect((answer["rows"] as? [Any])?.isEmpty == true)
            let completeness = try #require(answer["completeness"] as? [String: Any])
            #expect(completeness["oldest"] as? String != nil)
            #expect((completeness["reasons"] as? [String])?.isEmpty == false)
            let table = try await collector.get("/v1/flows?since=2001-01-01&until=2001-01-02&format=table").text
            #expect(table.contains("held are flows that ended \(UTCTime.text(milliseconds: TestBatch.now - 7_200_000))"))
        }
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let answer = try await collector.get("/v1/aggregate?by=src").object()
            #expect((answer["rows"] as? [Any])?.isEmpty == true)
            #expect((answer["completeness"] as? [String: Any])?["oldest"] is NSNull)
            #expect(try await collector.get("/v1/agents").rows().isEmpty)
        }
    }

    @Test("agents, with their state, interfaces and account")
    func agents() async throws {
        try await Self.filled { collector in
            let row = try #require(try await collector.get("/v1/agents").rows().first)
            #expect(
                Set(row.keys) == [
                    "agent", "epoch", "first_seen", "last_seen", "state", "interfaces", "captured", "metered", "witnessed",
                    "not_metered", "dropped", "evicted", "records_dropped", "local_addresses",
                    "missing_batches", "missing_witnesses",
                ])
            #expect(row["agent"] as? String == "host-a")
            #expect(row["epoch"] as? String == "00c0ffee00000001")
            #expect(row["state"] as? String == "capturing")
            #expect(row["captured"] as? Int == 100)
            #expect(row["dropped"] as? Int == 2)
            #expect(row["local_addresses"] as? Int == 1)
            #expect((row["not_metered"] as? [String: Int]) == ["not-ip": 2])
            let interfaces = try #require(row["interfaces"] as? [[String: Any]])
            #expect(interfaces.map { $0["name"] as? String } == ["veth-a", "br0"])
            #expect(interfaces[0]["vni"] as? Int == 5001)
            #expect(interfaces[1]["vni"] is NSNull)
            collector.clock.advance(seconds: 61)
            #expect(try await collector.get("/v1/agents").rows().first?["state"] as? String == "silent")
            var goodbye = TestBatch.report(at: collector.clock.now)
            goodbye.isGoodbye = true
            _ = try await collector.send(FlowBatch(), report: goodbye, sequence: 2)
            #expect(try await collector.get("/v1/agents").rows().first?["state"] as? String == "gone")
        }
    }

    @Test("fields are the catalogue")
    func fields() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let rows = try await collector.get("/v1/fields").rows()
            #expect(rows.map { $0["name"] as? String } == Field.allCases.map(\.rawValue))
            for row in rows { #expect(Set(row.keys) == ["name", "kind", "unit", "element", "meaning"]) }
        }
    }

    @Test("a report as a file in each form", arguments: [("html", "text/html"), ("csv", "text/csv"), ("json", "application/json")])
    func reports(format: String, type: String) async throws {
        try await Self.filled { collector in
            let reply = try await collector.get("/v1/reports?format=\(format)&since=-2h30m")
            #expect(reply.status == 200)
            #expect(reply.type.hasPrefix(type))
            #expect(reply.header("Content-Disposition") == "attachment; filename=\"zonal-report-20261122T140000Z.\(format)\"")
            #expect(reply.text.contains("10.0.1.11"))
            #expect(reply.text.contains("host-a"))
            if format == "html" { #expect(reply.text.hasPrefix("<!doctype html>")) }
            if format == "json" {
                let agents = try #require(try reply.object()["agents"] as? [[String: Any]])
                #expect(agents.map { $0["local_addresses"] as? Int } == [1])
            }
        }
    }

    @Test("the page and its files, and what is not there")
    func page() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let page = try await collector.get("/")
            #expect(page.status == 200)
            #expect(page.type.hasPrefix("text/html"))
            #expect(page.text.contains("app.js"))
            #expect(try await collector.get("/app.js").type.hasPrefix("text/javascript"))
            for path in ["/nothing", "/v1/nothing", "/v2/flows", "/../etc/passwd", "/v1/"] {
                let reply = try await collector.get(path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.type == "application/problem+json")
                #expect(try reply.object()["status"] as? Int == 404)
            }
            #expect(page.header("X-Content-Type-Options") == "nosniff")
        }
    }

    @Test("methods that a path does not take are named with those it takes")
    func methods() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            let get = try await collector.get("/v1/batches")
            #expect(get.status == 405)
            #expect(get.header("Allow") == "POST")
            let delete = try await collector.request(.delete, "/v1/flows")
            #expect(delete.status == 405)
            #expect(delete.header("Allow") == "GET, HEAD")
            let head = try await collector.request(.head, "/healthz")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.header("Content-Length") == "3")
        }
    }

    @Test("a query past its groups says so")
    func tooManyGroups() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.queryGroupLimit = 3 }) { collector in
            let flows = TestBatch.flows((1...50).map { TestBatch.record(port: $0) })
            _ = try await collector.send(flows, report: TestBatch.report(), sequence: 1)
            let reply = try await collector.get("/v1/aggregate?by=dst_port")
            #expect(reply.status == 422, "\(reply.text)")
            #expect(try reply.object()["type"] as? String == "urn:zonal:problem:query")
            #expect(try await collector.get("/metrics").text.contains("zonal_collector_queries_failed_total{reason=\"too-large\"} 1\n"))
        }
    }

    @Test("a series past the values of an answer is refused, one below them is not")
    func tooManyValues() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.answerValueLimit = 120 }) { collector in
            // Ten ports in each of two minutes: twenty rows of start, dst_port and the measures.
            let records = (0..<20).map { (number: Int) -> FlowRecord in
                let minutes = Int64(number / 10 + 1)
                return TestBatch.record(port: UInt16(number % 10 + 1), end: TestBatch.now - 60_000 * minutes)
            }
            _ = try await collector.send(TestBatch.flows(records), report: TestBatch.report(), sequence: 1)
            let path = "/v1/series?interval=1m&by=dst_port&fields="
            let whole = try await collector.get(path + "bytes,packets,flows,records")
            #expect(try whole.rows().count == 20)
            let reply = try await collector.get(path + "bytes,packets,flows,records,rev_bytes")
            #expect(reply.status == 422, "\(reply.text)")
            #expect(try (reply.object()["detail"] as? String)?.contains("20 rows of 7 fields") == true)
            #expect(try await collector.get(path + "bytes,packets,flows,records,rev_bytes&limit=5").rows().count == 12)
        }
    }

    @Test("past what may wait, a query is answered with 503")
    func busy() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.queriesAtOnce = 0; $0.queriesWaiting = 0 }) { collector in
            let reply = try await collector.get("/v1/flows")
            #expect(reply.status == 503)
            #expect(reply.header("Retry-After") == "2")
        }
    }

    @Test("a query whose client has gone is not begun, and one that runs ends")
    func departure() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.queriesAtOnce = 1 }) { collector in
            let records = (0..<20_000).map { TestBatch.record(port: UInt16($0 % 60_000), sourcePort: UInt16($0)) }
            _ = try await collector.send(TestBatch.flows(records), report: TestBatch.report(), sequence: 1)
            await withTaskGroup { group in
                for _ in 0..<20 {
                    // Closes its side at once.
                    group.addTask {
                        _ = try? await RawConnection.exchange(
                            collector, "GET /v1/aggregate?by=src_port,dst_port HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    }
                }
            }
            let metrics = try await collector.get("/metrics").text
            let line = metrics.split(separator: "\n").first { $0.contains("queries_failed_total{reason=\"cancelled\"}") }
            #expect((line?.split(separator: " ").last).flatMap { Int($0) } ?? 0 > 0, "\(metrics)")
        }
    }

    @Test("health, readiness and metrics that Prometheus can read")
    func metrics() async throws {
        try await Self.filled { collector in
            #expect(try await collector.get("/healthz").text == "ok\n")
            #expect(try await collector.get("/readyz").text == "ready\n")
            let reply = try await collector.get("/metrics")
            #expect(reply.type == "text/plain; version=0.0.4; charset=utf-8")
            var kinds: [Substring: Substring] = [:]
            for line in reply.text.split(separator: "\n") {
                let words = line.split(separator: " ")
                if line.hasPrefix("# TYPE ") {
                    kinds[words[2]] = words[3]
                } else if !line.hasPrefix("#") {
                    let name = line.prefix { $0 != "{" && $0 != " " }
                    #expect(kinds[name] != nil, "\(line)")
                    #expect(Double(words.last ?? "") != nil, "\(line)")
                }
            }
            #expect(reply.text.contains("zonal_collector_agent_packets_captured_total 100\n"))
            #expect(reply.text.contains("zonal_collector_agent_packets_dropped_total 2\n"))
            #expect(reply.text.contains("zonal_collector_agents_known 1\n"))
            #expect(reply.text.contains("zonal_collector_http_requests_total{route=\"/v1/batches\",status=\"200\"} 1\n"))
        }
    }
}
