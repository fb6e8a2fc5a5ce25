import Foundation
import TestSupport
import Testing

@Suite("Outputs that nobody reads")
struct OutputEndTests {
    /// Runs with a pipe as output whose reading end is closed already.
    private func runUnread(_ arguments: [String]) async throws -> (reason: Process.TerminationReason, status: Int32, errors: String) {
        let scratch = try ScratchFolder("zonal-unread")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Zonal.path)
        process.arguments = arguments
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        process.standardOutput = pipe
        _ = FileManager.default.createFile(atPath: scratch.path("err"), contents: nil)
        process.standardError = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("err"))
        try process.run()
        await withCheckedContinuation { continuation in
            Thread {
                process.waitUntilExit()
                continuation.resume()
            }.start()
        }
        return (process.terminationReason, process.terminationStatus, try String(contentsOfFile: scratch.path("err"), encoding: .utf8))
    }

    @Test("a reader that has gone ends every command alike, without a word")
    func gone() async throws {
        let scratch = try ScratchFolder("zonal-unread")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 3)
        let time = ["--since", "2026-11-22T13:59:00Z"]
        @Sendable func expectSilence(_ arguments: [String]) async throws {
            let end = try await runUnread(arguments)
            #expect(end.reason == .uncaughtSignal && end.status == SIGPIPE, "\(arguments): \(end)")
            #expect(end.errors.isEmpty, "\(arguments): \(end.errors)")
        }
        try await expectSilence(["fields"])
        try await expectSilence(["query", "--data", data] + time)
        try await Collector.run(data) { url in
            try await expectSilence(["query", "--collector", url] + time)
            try await expectSilence(["report", "--collector", url] + time)
        }
    }

    @Test("a closed output is said, a closed error output changes nothing")
    func closed() async throws {
        let out = try await Command.runAside(["sh", "-c", "exec \"$0\" fields >&-", Zonal.path])
        #expect(out.status == 1)
        #expect(out.errors == "zonal: the standard output is closed: nothing can be written\n")
        let wrong = try await Command.runAside(["sh", "-c", "exec \"$0\" query --limit 0 --data / 2>&-", Zonal.path])
        #expect(wrong.status == 1 && wrong.output.isEmpty)
    }

    @Test("-o that cannot have its name leaves nothing behind")
    func noName() async throws {
        let scratch = try ScratchFolder("zonal-unread")
        try Collector.fill(scratch.path("data"), flows: 1)
        let folder = scratch.path("work")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let result = try await Command.runAside(
            ["sh", "-c", "cd \"$1\" && exec \"$0\" report -o '' --data \"$2\"", Zonal.path, folder, scratch.path("data")])
        #expect(result.status == 2, "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
