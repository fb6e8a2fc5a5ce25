/// A file whose exports cannot be read: which, why, and how to mend it.
package struct ExportFileError: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        case unreadableFile = "unreadable-file"
        /// Neither a capture nor an IPFIX file, nor a saved datagram.
        case notAnExportFile = "not-an-export-file"
        /// A file that can be read, and has no export in it.
        case noExport = "no-export"
        /// A compressed file that is damaged, too large, or of another kind inside.
        case compressed
        case unknownLinkType = "unknown-link-type"
    }

    package let code: Code
    package let place: String
    package let message: String

    package init(_ code: Code, place: String, _ message: String) {
        self.code = code
        self.place = place
        self.message = message
    }
}

extension ExportFileError: CustomStringConvertible {
    package var description: String { "\(place): \(message)" }
}
