import FlowModel
import Foundation
import TestSupport
import Testing

@Suite("zonal sql")
struct SQLCommandTests {
    private static let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"

    /// Runs `body` with the folder of some flows.
    private func folder(flows: Int = 3, dropped: UInt64 = 0, _ body: (_ data: String) async throws -> Void) async throws {
        let scratch = try ScratchFolder("zonal-sql")
        try Collector.fill(scratch.path("data"), flows: flows, dropped: dropped)
        try await body(scratch.path("data"))
        withExtendedLifetime(scratch) {}
    }

    @Test("answers in every form", arguments: [
        ("csv", "n,src,x\n3,10.0.1.11,\n"), ("ndjson", "{\"n\":3,\"src\":\"10.0.1.11\",\"x\":null}\n"),
        ("table", "n  src        x\n3  10.0.1.11  -\n"),
    ])
    func forms(format: String, expected: String) async throws {
        try await folder { data in
            let sql = "SELECT count(*) AS n, src, NULL AS x FROM flow GROUP BY src"
            let reply = try await Zonal.run(["sql", sql, "--data", data, "--format", format])
            #expect(reply.status == 0, "\(reply.errors)")
            #expect(reply.text == expected)
            let piped = try await Zonal.run(["sql", "--data", data, "--format", format], input: Data((sql + ";\n-- that is all\n").utf8))
            #expect(piped.status == 0 && piped.text == expected, "\(piped.errors)")
        }
    }

    @Test("JSON is the form of the other answers, each key once")
    func json() async throws {
        try await folder { data in
            let reply = try await Zonal.run(["sql", "SELECT a.dst_port, b.dst_port, 1.5, x'00ff' AS o FROM flow a JOIN flow b USING(flow_id) ORDER BY 1", "--data", data, "--format", "json"])
            #expect(reply.status == 0, "\(reply.errors)")
            let object = try #require(try JSONSerialization.jsonObject(with: reply.output) as? [String: Any])
            #expect(Set(object.keys) == ["rows", "completeness", "stats", "cursor"])
            let rows = try #require(object["rows"] as? [[String: Any]])
            #expect(rows.map { $0["dst_port"] as? Int } == [1, 2, 3] && rows.map { $0["dst_port_2"] as? Int } == [1, 2, 3])
            #expect(rows.first?["o"] as? String == "00ff" && rows.first?["1.5"] as? Double == 1.5)
        }
    }

    @Test("a table takes its widths from the first rows and goes on")
    func long() async throws {
        try await folder { data in
            let reply = try await Zonal.run(["sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 'a\u{1B}[31m' AS name FROM n", "--data", data])
            let lines = reply.text.split(separator: "\n")
            #expect(lines.count == 20_001 && lines[0] == "   i  name" && lines[1] == "   1  a\u{FFFD}[31m" && lines[20_000].hasPrefix("20000  a"))
        }
    }

    @Test("what is wrong is shown with its place, and ends with 2")
    func wrong() async throws {
        try await folder { data in
            let name = try await Zonal.run(["sql", "SELECT src,\n dstport FROM flow", "--data", data])
            #expect(name.status == 2)
            #expect(name.errors == """
                zonal: sql:
                 dstport FROM flow
                 ^
                column 14: no such column: dstport; did you mean 'dst_port'?

                """)
            for (arguments, message) in [
                (["sql", "DELETE FROM flow"], "this only reads flows"), (["sql", "SELECT", "1"], "the SQL is one argument"),
                (["sql", "SELECT 1", "--timeout", "soon"], "--timeout: \"soon\" is no time"),
                (["sql", "SELECT 1", "--memory", "1B"], "--memory: \"1B\" is no size"), (["sql", ""], "there is no SQL in the text"),
                (["sql"], "there is no SQL in the text"), (["sql", "SELECT 1 FROM flow WHERE filter = 'tcp and'"], "the filter is wrong:\ntcp and"),
            ] {
                let reply = try await Zonal.run(arguments + ["--data", data])
                #expect(reply.status == 2 && reply.errors.contains(message), "\(arguments): \(reply.status) \(reply.errors)")
                #expect(reply.output.isEmpty)
            }
            let nowhere = try await Zonal.run(["sql", "SELECT 1", "--data", data + "-not"])
            #expect(nowhere.status == 1 && nowhere.errors.contains("there is no such folder"), "\(nowhere.errors)")
            let binary = try await Zonal.run(["sql", "--data", data], input: Data([0xFF, 0xFE]))
            #expect(binary.status == 2 && binary.errors.contains("no UTF-8"), "\(binary.errors)")
            let huge = try await Zonal.run(["sql", "--data", data], input: Data(repeating: 0x20, count: 2 << 20))
            #expect(huge.status == 2 && huge.errors.contains("longer than 1 MiB"), "\(huge.errors)")
        }
    }

    @Test("past its time or memory a question ends with 1 and a word that helps")
    func budgets() async throws {
        try await folder { data in
            let time = try await Zonal.run(["sql", Self.endless + " count(*) FROM n", "--data", data, "--timeout", "100ms"])
            #expect(time.status == 1 && time.errors.contains("--timeout raises the budget"), "\(time.errors)")
            let memory = try await Zonal.run(["sql", Self.endless + " i, hex(randomblob(100000)) FROM n ORDER BY 2", "--data", data, "--memory", "8MiB"])
            #expect(memory.status == 1 && memory.errors.contains("memory"), "\(memory.errors)")
        }
    }

    @Test("Ctrl-C ends it, with what was found so far")
    func interrupted() async throws {
        try await folder { data in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Zonal.path)
            process.arguments = ["sql", "SELECT 1 AS one UNION ALL SELECT count(*) FROM (\(Self.endless) i FROM n)", "--data", data, "--format", "ndjson"]
            let (out, errors) = (Pipe(), Pipe())
            process.standardOutput = out
            process.standardError = errors
            try process.run()
            // The first row is there: the second one never will be.
            #expect(String(decoding: out.fileHandleForReading.availableData, as: UTF8.self) == "{\"one\":1}\n")
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationStatus == 1 && process.terminationReason == .exit)
            #expect(String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "zonal: the query was cancelled\n")
        }
    }

    @Test("--strict ends with 3 where something was dropped", arguments: ["table", "json"])
    func strict(format: String) async throws {
        let hour = "\"end\" >= ts('2026-11-22T13:59:00Z') AND \"end\" < ts('2026-11-22T14:01:00Z')"
        try await folder(dropped: 5) { data in
            let question = ["sql", "SELECT count(*) FROM flow WHERE \(hour)", "--data", data, "--format", format]
            #expect(try await Zonal.run(question).status == 0)
            let strict = try await Zonal.run(question + ["--strict"])
            #expect(strict.status == 3 && strict.errors.contains("completeness 0.95"), "\(strict.errors)")
            // What reads no flow lacks none.
            #expect(try await Zonal.run(["sql", "SELECT 1", "--data", data, "--strict"]).status == 0)
        }
    }
}
