import Foundation
import TestSupport

/// One started program, with what it prints in files; it is killed when its owner goes.
///
/// `@unchecked Sendable`: `Process` is only told to start, asked whether it runs, and signalled, each of which
/// Foundation guards by a lock of its own; everything else is constant.
final class Program: @unchecked Sendable {
    /// A program that could not start, ended with a status it should not have, or did not end.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    private let process = Process()
    private let folder: ScratchFolder

    /// Starts `command` (a path, or a name on the PATH) with the environment of the tests and `environment` besides.
    init(_ name: String, _ command: [String], environment: [String: String] = [:], input: Data? = nil) throws {
        self.name = name
        folder = try ScratchFolder("zonal-program")
        let files = FileManager.default
        for stream in ["input", "output", "errors"] {
            _ = files.createFile(atPath: folder.path(stream), contents: stream == "input" ? input : nil)
        }
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle(forReadingAtPath: folder.path("input"))
        process.standardOutput = FileHandle(forWritingAtPath: folder.path("output"))
        process.standardError = FileHandle(forWritingAtPath: folder.path("errors"))
        try Self.withSignalsUnblocked { try process.run() }
    }

    /// A started program inherits the signal mask of the thread that starts it, and the threads that run tasks block
    /// nearly every signal: without this, SIGTERM would never reach it.
    private static func withSignalsUnblocked(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        // The sets are local, and live longer than the calls that fill and read them.
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var isRunning: Bool { process.isRunning }
    var identifier: Int32 { process.processIdentifier }
    var output: Data { FileManager.default.contents(atPath: folder.path("output")) ?? Data() }

    /// The end of everything that it printed, for messages.
    var log: String {
        let errors = FileManager.default.contents(atPath: folder.path("errors")) ?? Data()
        return [output, errors].map { String(decoding: $0.suffix(4000), as: UTF8.self) }.joined(separator: "\n")
    }

    /// Where a collector said that it listens; nil before it did.
    var announcedURL: URL? {
        log.firstMatch(of: #/http://[0-9.]+:[1-9][0-9]*/#).flatMap { URL(string: String($0.0)) }
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end and gives the exit status (of a signal: 128 and its number).
    @discardableResult
    func end(within limit: Duration = .seconds(120)) async throws -> Int32 {
        try await eventually("\(name) ends", within: limit) { process.isRunning ? nil : () }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Asks it to end in order, and fails when it does not end with 0.
    func stop(within limit: Duration = .seconds(120)) async throws {
        send(SIGTERM)
        let status = try await end(within: limit)
        guard status == 0 else { throw Failure(description: "\(name) ended with status \(status):\n\(log)") }
    }

    /// Runs a command to its end.
    ///
    /// - Throws: `Failure` with everything it printed when its status is not 0.
    @discardableResult
    static func run(
        _ command: [String], environment: [String: String] = [:], input: Data? = nil, within limit: Duration = .seconds(120)
    ) async throws -> Data {
        let program = try Program(command.first ?? "", command, environment: environment, input: input)
        let status = try await program.end(within: limit)
        guard status == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")) ended with status \(status):\n\(program.log)")
        }
        return program.output
    }
}
