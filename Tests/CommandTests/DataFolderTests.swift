import Foundation
import TestSupport
import Testing

@Suite("Folders that are no data folder, or a damaged one")
struct DataFolderTests {
    @Test("store compact makes nothing where there is nothing")
    func compact() async throws {
        let scratch = try ScratchFolder("zonal-folders")
        let missing = scratch.path("missing")
        let result = try await Zonal.run(["store", "compact", "--data", missing])
        #expect(result.status == 1)
        #expect(result.errors == "zonal: \(missing): there is no such folder; check --data\n")
        #expect(!FileManager.default.fileExists(atPath: missing))
        let empty = scratch.path("empty")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
        let none = try await Zonal.run(["store", "compact", "--data", empty])
        #expect(none.status == 1)
        #expect(none.errors == "zonal: \(empty): this is no data folder: it has no catalog.sqlite; check --data\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty).isEmpty)
        try Collector.fill(scratch.path("data"), flows: 2)
        let done = try await Zonal.run(["store", "compact", "--data", scratch.path("data")])
        #expect(done.status == 0)
        #expect(done.errors.contains(" files of "), "\(done.errors)")
    }

    @Test("what may not be read is not called missing")
    func permission() async throws {
        // Root may read everything: the command runs as nobody, from a place that nobody can reach.
        guard getuid() == 0, Command.exists("setpriv") else { return }
        let scratch = try ScratchFolder("zonal-folders")
        let program = scratch.path("zonal")
        try FileManager.default.copyItem(atPath: Zonal.path, toPath: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.url.path)
        let data = scratch.path("data")
        try Collector.fill(data, flows: 1)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: data)
        let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program]
        guard try await Command.runAside(asNobody + ["--version"]).status == 0 else { return }
        for command in [["query"], ["store", "compact"], ["report"]] {
            let result = try await Command.runAside(asNobody + command + ["--data", data])
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("zonal: \(data): permission denied"), "\(result.errors)")
        }
    }

    @Test("a partition that is left out is told of, with --strict and without", arguments: ["table", "csv", "ndjson"])
    func leftOut(format: String) async throws {
        let scratch = try ScratchFolder("zonal-folders")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 3)
        let flows = data + "/flows"
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: flows).first { $0.hasSuffix(".sqlite") })
        try Data(repeating: 0x5A, count: 65_536).write(to: URL(fileURLWithPath: "\(flows)/\(file)"))
        let query = ["query", "--format", format, "--since", "2026-11-22T13:59:00Z", "--until", "2026-11-22T14:01:00Z"]
        @Sendable func expectTold(_ source: [String]) async throws {
            let plain = try await Zonal.run(query + source)
            #expect(plain.status == 0, "\(plain.errors)")
            #expect(plain.errors.contains("zonal: left out: \(file.prefix(11))"), "\(source) \(plain.errors)")
            let strict = try await Zonal.run(query + source + ["--strict"])
            #expect(strict.status == 3)
            #expect(strict.errors.contains("zonal: left out: \(file.prefix(11))"), "\(source) \(strict.errors)")
        }
        try await expectTold(["--data", data])
        try await Collector.run(data) { try await expectTold(["--collector", $0]) }
    }
}
