import FlowModel
import Foundation
import TestSupport
import Testing

@Suite("zonal export: all records in every form")
struct ExportFormatTests {
    /// More than a collector gives at once.
    private static let count = 25_000

    @Test("a folder and a collector give every record once")
    func everything() async throws {
        let scratch = try ScratchFolder("zonal-export")
        let data = scratch.path("data")
        try Collector.fill(data, flows: Self.count)
        let sources: @Sendable (_ body: @Sendable ([String]) async throws -> Void) async throws -> Void = { body in
            try await body(["--data", data])
            try await Collector.run(data) { try await body(["--collector", $0, "--since", "2026-11-01"]) }
        }
        try await sources { source in
            let file = scratch.path("out-\(source[0])")
            for format in ["csv", "ndjson"] {
                let reply = try await Zonal.run(["export", "--format", format, "--fields", "dst_port", "-o", file] + source)
                #expect(reply.status == 0 && reply.errors.contains("zonal: \(Self.count) records"), "\(reply.errors)")
                let ports = try String(contentsOfFile: file, encoding: .utf8).split { !$0.isNumber }.compactMap { Int($0) }
                #expect(ports.count == Self.count && Set(ports) == Set(1...Self.count))
            }
            // A file that is there is replaced.
            let reply = try await Zonal.run(["export", "dst port > 100", "--format", "sqlite", "-o", file] + source)
            #expect(reply.status == 0 && reply.errors.contains("zonal: \(Self.count - 100) records"), "\(reply.errors)")
            let seen = try Command.check(["sqlite3", file, "SELECT count(*), count(DISTINCT dst_port), min(dst_port), max(src), typeof(\"end\"), sum(vni IS NULL) FROM flow; PRAGMA integrity_check"])
            #expect(seen == "\(Self.count - 100)|\(Self.count - 100)|101|10.0.1.11|integer|\(Self.count - 100)\nok\n")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).filter { $0.hasSuffix(".tmp") } == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("an export of nothing is a table without rows; what is wrong leaves nothing behind")
    func nothing() async throws {
        let scratch = try ScratchFolder("zonal-export")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 2)
        let file = scratch.path("none.sqlite")
        let none = try await Zonal.run(["export", "udp", "--format", "sqlite", "--fields", "src,bps", "-o", file, "--data", data])
        #expect(none.status == 0 && none.errors.contains("zonal: 0 records"), "\(none.errors)")
        #expect(try Command.check(["sqlite3", file, "SELECT count(*) FROM flow; SELECT name FROM pragma_table_info('flow')"]) == "0\nsrc\nbps\n")
        for (arguments, message) in [
            (["--format", "sqlite"], "--format sqlite writes a file: name it with -o"),
            (["--format", "sqlite", "-o", "-"], "--format sqlite writes a file"),
            (["--format", "sqlite", "-o", "/dev/null"], "writes a regular file"),
            (["prot tcp", "--format", "sqlite", "-o", scratch.path("wrong")], "did you mean 'proto'?"),
        ] {
            let reply = try await Zonal.run(["export", "--data", data] + arguments)
            #expect(reply.status == 2 && reply.errors.contains(message), "\(arguments): \(reply.errors)")
        }
        let unwritable = try await Zonal.run(["export", "--data", data, "--format", "sqlite", "-o", scratch.path("no/where")])
        #expect(unwritable.status == 1 && unwritable.errors.contains("cannot be written"), "\(unwritable.errors)")
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)) == ["data", "none.sqlite"])
        withExtendedLifetime(scratch) {}
    }

    @Test("--strict ends with 3, and tells why, after the file is whole")
    func strict() async throws {
        let scratch = try ScratchFolder("zonal-export")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 2, dropped: 5)
        let file = scratch.path("flows.csv")
        let reply = try await Zonal.run(["export", "--format", "csv", "-o", file, "--data", data, "--strict"])
        #expect(reply.status == 3 && reply.errors.contains("completeness 0.95"), "\(reply.errors)")
        #expect(try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isNewline).count == 3)
        withExtendedLifetime(scratch) {}
    }
}
