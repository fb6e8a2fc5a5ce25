package import Foundation

/// A fresh folder that goes away with its owner.
package final class ScratchFolder: Sendable {
    package let url: URL

    package init(_ name: String = "zonal-test") throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    package func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
