/// The numbers of the IPFIX messages from one source port, over all its observation domains.
///
/// Each domain counts its own data records (RFC 7011 §3.1). Open vSwitch counts those of all domains together: what one of them
/// seems to miss, another one had.
struct PortNumbers: Sendable {
    /// So far back a message is late; further back, the exporter has begun again.
    private static let lateRecords: Int32 = 4096

    let port: UInt16
    private var next: UInt32?
    private var domain = -1
    private var isShared = false

    init(port: UInt16) { self.port = port }

    /// - Parameters:
    ///   - units: records of the message; nil when it cannot be known.
    ///   - domain: the slot of the message's domain.
    ///   - own: the number that is next by the domain's own count; nil when it has none.
    /// - Returns: the number that the message should have: by the domain's own count, or by that of all together.
    mutating func expected(_ sequence: UInt32, units: UInt32?, domain: Int, own: UInt32?) -> UInt32? {
        var expected = own
        // The two counts are two where another domain's message came in between.
        if domain != self.domain, let next, let own, next != own {
            if sequence == next { isShared = true } else if sequence == own { isShared = false }
            if isShared { expected = next }
        }
        if let next, (-Self.lateRecords..<0).contains(Int32(bitPattern: sequence &- next)) { return expected }
        next = units.map { sequence &+ $0 }
        self.domain = domain
        return expected
    }
}
