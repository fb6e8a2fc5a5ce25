import Foundation

/// Inputs that a fuzzer has found, in a folder `Found` beside a test's source: what was mended once stays so.
package enum FoundFiles {
    /// - Parameter source: `#filePath` of a file in the tests' folder.
    package static func inputs(beside source: String) throws -> [(name: String, octets: [UInt8])] {
        let folder = URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent("Found")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "README.md" }.sorted().map {
            ($0, [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))))
        }
    }
}
