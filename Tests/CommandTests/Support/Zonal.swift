import Foundation
import TestSupport

/// The `zonal` that was built together with these tests.
enum Zonal {
    /// It lies beside the test bundle, which is the program that runs; `ZONAL_PROGRAM` names another one.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["ZONAL_PROGRAM"] { return given }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("zonal").path
    }()

    /// Runs it to its end, with settings in the environment.
    static func run(_ arguments: [String], environment: [String: String] = [:], input: Data? = nil) async throws -> Command {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: the threads that run tasks are as few as the cores.
            Thread {
                continuation.resume(with: Result { try Command.run([path] + arguments, environment: environment, input: input) })
            }.start()
        }
    }
}
