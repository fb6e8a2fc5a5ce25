import Foundation

/// The `zonal` that was built together with these tests.
enum ZonalProgram {
    /// It lies beside the test bundle, which is the program that runs; `ZONAL_PROGRAM` names another one.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["ZONAL_PROGRAM"] { return given }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("zonal").path
    }()
}
