import Foundation
import TestSupport
import Testing

@Suite("Starting with wrong settings")
struct StartingTests {
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
