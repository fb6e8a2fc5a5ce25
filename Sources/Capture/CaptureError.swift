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
        /// A network namespace that is not there.
        case namespace
        /// One that cannot be entered now: there are not files or threads enough.
        case namespaceEntry = "namespace-entry"
    }
    package let code: Code
    /// A file's path; an interface's name, behind that of its namespace and a slash when it is another's; a namespace's
    /// name; the flag that something was given by; or `netlink`.
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
