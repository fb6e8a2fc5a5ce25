import Foundation
import IPFIX
import Logging
import Telemetry

/// What is known of exporters' templates, in the data folder: after a restart their data can be read at once.
enum ExporterMemoryFile {
    /// Templates of thousands of exporters fit; what is larger is none of ours.
    private static let octetLimit = 256 << 20

    /// - Returns: nil where there is none, or none that can be read: templates come again by themselves.
    static func read(_ path: String, logger: Logger) -> ExporterMemory? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        do {
            guard let size = attributes[.size] as? Int, size <= octetLimit else { throw CocoaError(.fileReadTooLarge) }
            return try JSONDecoder().decode(ExporterMemory.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            logger.warning(
                "What was known of exporters cannot be read; their templates are waited for.",
                metadata: [LogKey.filePath: "\(path)", LogKey.errorCause: "\(error)"])
            return nil
        }
    }

    static func write(_ memory: ExporterMemory, to path: String, logger: Logger) {
        do {
            try JSONEncoder().encode(memory).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            logger.warning(
                "What is known of exporters cannot be kept; after a restart their templates are waited for.",
                metadata: [LogKey.filePath: "\(path)", LogKey.errorCause: "\(error)"])
        }
    }
}
