/// An open way to a collector: one transport session (RFC 7011 §2).
protocol ExportLink: Sendable {
    /// False when the collector has gone.
    var isOpen: Bool { get }
    /// Why it is not open, where something is known.
    var fault: LinkFault? { get }

    /// Sends whole messages; over UDP one.
    ///
    /// - Throws: when they could not be sent, or it is not known whether they were.
    func send(_ octets: ArraySlice<UInt8>) async throws(LinkFault)

    func close() async
}

/// Why flows do not get to a collector.
struct LinkFault: Error, Hashable, Sendable, CustomStringConvertible {
    enum Cause: String, Sendable {
        /// The name is not known, or nobody says what its address is.
        case name
        /// No answer, or a refusal.
        case connect
        case timeout
        /// A certificate or key of our own cannot be read.
        case files
        /// The collector's certificate, or what it thinks of ours.
        case certificate
        case tls
        /// The collector has closed the connection, or it broke.
        case closed
        /// A datagram was refused: nobody listens at the port.
        case refused
        /// The kernel would not take a datagram.
        case send
        case cancelled
    }

    var cause: Cause
    /// One sentence that says what is wrong and, where that can be known, the mend.
    var description: String

    init(_ cause: Cause, _ description: String) {
        self.cause = cause
        self.description = description
    }
}
