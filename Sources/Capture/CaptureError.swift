/// A capture that cannot begin or go on: where, what, and how to mend it.
package struct CaptureError: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        case unreadableFile = "unreadable-file"
        case notACaptureFile = "not-a-capture-file"
        case damagedFile = "damaged-file"
        /// A pcapng file of interfaces that are not read in one go: their link types differ.
        case mixedFile = "mixed-file"
        case unknownLinkType = "unknown-link-type"
        case noSuchInterface = "no-such-interface"
        case permission
        case interfaceDown = "interface-down"
        case interfaceGone = "interface-gone"
        case activation
        case filter
        case netlink
        /// A network namespace that is not there, or cannot be entered.
        case namespace
    }
    package let code: Code
    /// A file path or an interface name.
    package let place: String
    package let message: String

    package init(_ code: Code, place: String, _ message: String) {
        self.code = code
        self.place = place
        self.message = message
    }
}

extension CaptureError: CustomStringConvertible {
    package var description: String { "\(place): \(message)" }
}
