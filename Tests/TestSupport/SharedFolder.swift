package import Foundation

/// Where the tests find captures and the traffic generator: `ZONAL_SHARED`, else `../shared` beside the project.
package enum SharedFolder {
    package static let url: URL? = {
        let manager = FileManager.default
        var candidates: [URL] = []
        if let path = ProcessInfo.processInfo.environment["ZONAL_SHARED"] { candidates.append(URL(fileURLWithPath: path)) }
        candidates.append(
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared"))
        return candidates.first { manager.fileExists(atPath: $0.appendingPathComponent("captures").path) }
    }()

    /// A file or folder below the shared folder; nil when there is none.
    package static func path(_ relative: String) -> String? {
        guard let found = url?.appendingPathComponent(relative).path, FileManager.default.fileExists(atPath: found) else {
            return nil
        }
        return found
    }
}
