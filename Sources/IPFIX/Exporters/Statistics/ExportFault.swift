/// Why something that an exporter sent could not be read, or was not kept; each is counted for its exporter.
package enum ExportFault: String, Error, Hashable, Sendable, CaseIterable, Codable {
    /// A version word that is neither 5, 9 nor 10.
    case version
    /// Octets that end before the message's header does.
    case header
    /// A message that says to be shorter than its header, or longer than what came.
    case messageLength = "message-length"
    /// Octets behind the last message that are none.
    case trailingOctets = "trailing-octets"
    /// A set shorter than its header, or longer than the rest of its message.
    case setLength = "set-length"
    /// A set whose number is kept for later use.
    case setID = "set-id"
    /// A template record that ends before its fields do.
    case templateTruncated = "template-truncated"
    /// A template number below 256.
    case templateID = "template-id"
    /// A template without fields where that withdraws nothing.
    case templateEmpty = "template-empty"
    /// A template whose records would have no octets.
    case templateWithoutOctets = "template-without-octets"
    /// An options template without scope, with more scopes than fields, or with lengths that are no fields.
    case templateScope = "template-scope"
    /// A template with more fields than are taken.
    case templateFieldLimit = "template-field-limit"
    /// A withdrawal in a datagram, where it means nothing (RFC 7011 §8.4).
    case withdrawal
    /// A withdrawal of a template that there is not.
    case withdrawalUnknown = "withdrawal-unknown"
    /// A data record that ends before its fields do.
    case recordTruncated = "record-truncated"
    /// Fewer records than the header says.
    case recordCount = "record-count"
    /// More values were asked for than there is room for.
    case valueLimit = "value-limit"
}
