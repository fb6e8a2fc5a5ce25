/// What header comes next in a frame, or how reading it ended.
///
/// Reading a packet is a loop over these: each step reads one header, moves on by at least its length, and says what
/// follows. So there is no recursion, however deep the input nests.
enum NextHeader {
    case ethernet
    case etherType(UInt16)
    /// An MPLS label stack (RFC 3032).
    case mpls
    /// The payload of PPPoE or of enhanced GRE: a PPP protocol number first.
    case ppp
    case ipv4
    case ipv6
    /// An IP packet whose version only its own first octet tells.
    case ip
    case transport
    case end(DecodeOutcome)
}

/// Where in the frame decoding is.
struct Place {
    /// Of the next header, from the start of the frame.
    var offset: Int
    /// Where the innermost IP packet ends by its own length; before there is one, where the frame ends on the wire.
    var end: Int
    var fragment = Fragment()
}

/// What the IP header (or the IPv6 fragment header) says of the fragment that the packet is.
struct Fragment {
    /// True for the first fragment of several: it holds the transport header.
    var isFirst = false
    /// True for a fragment without the beginning of the payload.
    var isLater = false
    var hasMore = false
    var identification: UInt32 = 0
    /// In units of 8 octets, as on the wire.
    var offset: UInt16 = 0
    /// Where in the frame the fragment's data begin: before IPv6 headers that are themselves in fragments.
    var data = 0
    /// True for IPv6, whose reassembly does not look at the protocol (RFC 8200 §4.5).
    var isIPv6 = false
    /// IPv4: the header's own protocol, which all fragments have, also where the first tells what is behind an
    /// authentication header. 0 for IPv6.
    var protocolIdentifier: UInt8 = 0

    /// - Parameters:
    ///   - offset: in units of 8 octets. Offset 0 without more fragments is a whole packet (RFC 6946).
    ///   - protocolIdentifier: nil for IPv6.
    mutating func set(offset: UInt16, hasMore: Bool, identification: UInt32, data: Int, protocolIdentifier: UInt8?) {
        isLater = offset != 0
        isFirst = offset == 0 && hasMore
        self.hasMore = hasMore
        self.offset = offset
        self.identification = identification
        self.data = data
        isIPv6 = protocolIdentifier == nil
        self.protocolIdentifier = protocolIdentifier ?? 0
    }
}
