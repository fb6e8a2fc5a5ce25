/// Why a batch was refused. Whoever sent it must not send it again as it is.
package struct IntakeError: Error, Hashable, Sendable {
    /// The HTTP status: 400, 413 or 415.
    package var status: Int
    /// The bounded name for metrics and for programs.
    package var code: String
    /// What is wrong, where, and how to mend it.
    package var message: String

    package init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}

extension IntakeError: CustomStringConvertible {
    package var description: String { "\(status) \(code): \(message)" }
}
