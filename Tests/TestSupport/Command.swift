package import Foundation

/// A program run to its end, with what it printed.
package struct Command: Sendable {
    package let status: Int32
    package let output: Data
    package let errors: String
    package var text: String { String(decoding: output, as: UTF8.self) }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Runs a program found on the PATH, and waits for it. Output goes through files, so that none can fill a pipe.
    package static func run(_ arguments: [String], environment: [String: String] = [:], input: Data? = nil) throws -> Command {
        let scratch = try ScratchFolder("zonal-command")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        if !environment.isEmpty {
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        }
        for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: scratch.path(name), contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("out"))
        process.standardError = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("err"))
        if let input {
            try input.write(to: scratch.url.appendingPathComponent("in"))
            process.standardInput = try FileHandle(forReadingFrom: scratch.url.appendingPathComponent("in"))
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        try process.run()
        process.waitUntilExit()
        return Command(
            status: process.terminationStatus, output: try Data(contentsOf: scratch.url.appendingPathComponent("out")),
            errors: String(decoding: try Data(contentsOf: scratch.url.appendingPathComponent("err")), as: UTF8.self))
    }

    /// The same on a thread of its own: `run` blocks, and the threads that run tasks are as few as the cores.
    package static func runAside(_ arguments: [String]) async throws -> Command {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try run(arguments) }) }.start()
        }
    }

    /// The same, but anything except exit status 0 is thrown with what the program said.
    package static func check(_ arguments: [String], environment: [String: String] = [:], input: Data? = nil) throws -> String {
        let result = try run(arguments, environment: environment, input: input)
        guard result.status == 0 else {
            throw Failure(description: "\(arguments.joined(separator: " ")) ended with \(result.status): \(result.errors)")
        }
        return result.text
    }

    package static func exists(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
}
