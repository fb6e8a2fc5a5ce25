import FlowModel
import Foundation
import TestSupport
import Testing

@Suite("Asking a collector and a folder")
struct AskingTests {
    private static let hour = ["--since", "2026-11-22T13:59:00Z", "--until", "2026-11-22T14:01:00Z"]

    /// Runs `body` for both sources of the same flows.
    private func both(
        flows: Int, dropped: UInt64 = 0, _ body: @Sendable (_ source: [String]) async throws -> Void
    ) async throws {
        let scratch = try ScratchFolder("zonal-asking")
        let data = scratch.path("data")
        try Collector.fill(data, flows: flows, dropped: dropped)
        try await body(["--data", data])
        try await Collector.run(data) { try await body(["--collector", $0]) }
    }

    @Test("--strict ends with 3 where something was dropped, or there is a reason to doubt", arguments: ["table", "csv", "json", "ndjson"])
    func strict(format: String) async throws {
        try await both(flows: 3) { source in
            // Half a minute before the oldest flow nobody was looking: a reason, whatever the value.
            let longer = try await Zonal.run(["query", "--since", "2026-11-01", "--format", format, "--strict"] + source)
            #expect(longer.status == 3, "\(source) \(longer.errors)")
            #expect(longer.errors.contains("\nzonal: asked from 2026-11-01T00:00:00.000Z, but the oldest flow held"), "\(source) \(longer.errors)")
            #expect(!longer.text.isEmpty)
        }
        try await both(flows: 3, dropped: 5) { source in
            let reply = try await Zonal.run(["query", "--format", format, "--strict"] + source + Self.hour)
            #expect(reply.status == 3, "\(source) \(reply.errors)")
            #expect(reply.errors.contains("completeness 0.95"), "\(reply.errors)")
            #expect(try await Zonal.run(["query", "--format", format] + source + Self.hour).status == 0)
        }
    }

    @Test("a fault in a filter is shown with its place, and with what could stand there where that is little")
    func faults() async throws {
        try await both(flows: 1) { source in
            let word = try await Zonal.run(["query", "bytes > 1 and prot tcp"] + source)
            #expect(word.status == 2)
            #expect(word.errors == """
                zonal: filter:
                bytes > 1 and prot tcp
                              ^
                column 15: 'prot' is not a field; did you mean 'proto'?

                """)
            let end = try await Zonal.run(["top", "--by", "src", "--filter", "(tcp", "--limit", "0"] + source)
            #expect(end.status == 2)
            #expect(end.errors == """
                zonal: filter:
                (tcp
                    ^
                column 5: the parenthesis of column 1 is never closed
                could stand there: and, or, )
                limit: '0' is not a whole number in 1...1000000

                """)
        }
    }

    @Test("a question that is too long for a URL is no mystery")
    func long() async throws {
        let result = try await Zonal.run(["query", "dst port in [" + String(repeating: "[", count: 80_000), "--collector", "http://127.0.0.1:1"])
        #expect(result.status == 2)
        #expect(result.errors.contains("too long"), "\(result.errors)")
    }

    @Test("`fields` lists the catalogue")
    func fields() async throws {
        let csv = try await Zonal.run(["fields", "--format", "csv"])
        #expect(csv.status == 0, "\(csv.errors)")
        let rows = CSVTable(text: csv.text).rows
        #expect(rows.map { $0["name"] } == Field.allCases.map(\.rawValue))
        #expect(try await Zonal.run(["fields"]).text.contains("dst_port"))
    }

    @Test("rows past the limit are told of, and come by the cursor", arguments: ["table", "csv", "ndjson"])
    func pages(format: String) async throws {
        try await both(flows: 5) { source in
            let query = ["query", "--fields", "dst_port", "--limit", "2", "--format", format] + source + Self.hour
            var ports: [Int] = []
            var more: [String] = []
            for _ in 0..<3 {
                let page = try await Zonal.run(query + more)
                #expect(page.status == 0, "\(page.errors)")
                ports += page.text.split { !$0.isNumber }.compactMap { Int($0) }
                guard let cursor = page.errors.split(separator: "more rows: --cursor ").last, page.errors.contains("more rows") else {
                    more = []
                    break
                }
                more = ["--cursor", cursor.trimmingCharacters(in: .whitespacesAndNewlines)]
            }
            #expect(more.isEmpty, "the last page says that there are more rows")
            #expect(ports.sorted() == [1, 2, 3, 4, 5], "\(source)")
        }
    }

    @Test("--strict of a report goes by the account of its flows")
    func strictReport() async throws {
        try await both(flows: 3, dropped: 5) { source in
            let reply = try await Zonal.run(["report", "--format", "json", "--strict"] + source + Self.hour)
            #expect(reply.status == 3, "\(source) \(reply.errors)")
            #expect(reply.errors.contains("completeness 0.95"), "\(reply.errors)")
            #expect(!reply.output.isEmpty)
        }
    }

    @Test("values of a field, by their beginning, of a collector and of a folder")
    func values() async throws {
        try await both(flows: 12) { source in
            let ports = try await Zonal.run(["values", "dst_port", "--prefix", "1", "--format", "csv"] + source + Self.hour)
            #expect(ports.text == "value,records\n1,1\n10,1\n11,1\n12,1\n", "\(source) \(ports.errors)")
            let both = try await Zonal.run(["values", "host", "--filter", "dst port < 4", "--format", "csv"] + source + Self.hour)
            #expect(both.text == "value,records\n10.0.1.11,3\n10.0.1.12,3\n", "\(source) \(both.errors)")
            let unknown = try await Zonal.run(["values", "dst_prt"] + source)
            #expect(unknown.status == 2)
            #expect(unknown.errors == "zonal: field: 'dst_prt' is not a field; did you mean 'dst_port'?\n")
        }
    }

    @Test("an empty table says what time was asked for")
    func asked() async throws {
        try await both(flows: 1) { source in
            let reply = try await Zonal.run(["query", "udp", "--since", "2026-11-22T13:00:00Z", "--until", "2026-11-22T14:01:00Z"] + source)
            #expect(reply.errors.contains("asked was the time from 2026-11-22T13:00:00Z until 2026-11-22T14:01:00Z"), "\(source) \(reply.errors)")
            let plain = try await Zonal.run(["query", "udp"] + source)
            #expect(plain.errors.contains("the hour before now") == (source[0] == "--collector"), "\(source) \(plain.errors)")
        }
    }
}
