import Foundation
import TestSupport
import Testing

@Suite("Starting with wrong settings")
struct StartingTests {
    @Test("check-config takes its file either way, and only one")
    func checkConfig() async throws {
        let scratch = try ScratchFolder("zonal-starting")
        let file = scratch.path("zonal.yaml")
        try Data("agent:\n  idle-timeout: 20s\n".utf8).write(to: URL(fileURLWithPath: file))
        for arguments in [[file], ["--config", file]] {
            let result = try await Zonal.run(["check-config"] + arguments)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.text.contains("agent.idle-timeout: 20s"), "\(result.text)")
        }
        #expect(try await Zonal.run(["check-config", file, "--config", file]).status == 2)
    }

    @Test("`up` refuses a port that its agent cannot know, wherever it comes from")
    func portZero() async throws {
        let scratch = try ScratchFolder("zonal-starting")
        let file = scratch.path("zonal.yaml")
        try Data("collector:\n  listen: 127.0.0.1:0\n".utf8).write(to: URL(fileURLWithPath: file))
        let data = ["--data", scratch.path("data"), "--interface", "no-such-interface"]
        for (arguments, environment) in [
            (["--listen", "127.0.0.1:0"], [:]), (["--config", file], [:]), ([], ["ZONAL_COLLECTOR_LISTEN": "127.0.0.1:0"]),
        ] as [([String], [String: String])] {
            let result = try await Zonal.run(["up"] + data + arguments, environment: environment)
            #expect(result.status == 2, "\(arguments) \(environment): \(result.errors)")
            #expect(result.errors.contains("other than 0"), "\(result.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("data")))
    }
}
