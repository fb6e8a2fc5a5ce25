/// What became of one captured frame: an observation, or the reason why there is none.
///
/// `label` is the bounded name that the loss ledger and metrics count under.
@frozen
package enum DecodeOutcome: UInt8, Sendable, CaseIterable {
    /// The observation is filled in.
    case observed = 0
    case truncatedLink
    case truncatedVLAN
    case truncatedIPv4
    case truncatedIPv6
    case truncatedTCP
    case truncatedUDP
    case truncatedICMP
    /// ARP, LLDP, spanning tree and others: no IP packet in the frame, and none in a tunnel.
    case notIP
    case badIPVersion
    case badIPv4HeaderLength
    case badIPv4TotalLength
    case badTCPHeaderLength
    case tooManyExtensionHeaders
    case tooManyVLANTags
    case truncatedMPLS
    case truncatedPPPoE
    /// No bottom of the stack among the first 16 labels.
    case tooManyLabels
    /// MPLS or PPPoE nested beyond the bound, with no flow around it that the frame could count for.
    case tunnelsTooDeep

    /// As `== .observed`, which the compiler makes a call by way of two witnesses in other modules: 23 instructions.
    @inlinable
    package var isObserved: Bool {
        if case .observed = self { true } else { false }
    }

    package var label: String {
        switch self {
        case .observed: "observed"
        case .truncatedLink: "truncated-link"
        case .truncatedVLAN: "truncated-vlan"
        case .truncatedIPv4: "truncated-ipv4"
        case .truncatedIPv6: "truncated-ipv6"
        case .truncatedTCP: "truncated-tcp"
        case .truncatedUDP: "truncated-udp"
        case .truncatedICMP: "truncated-icmp"
        case .notIP: "not-ip"
        case .badIPVersion: "bad-ip-version"
        case .badIPv4HeaderLength: "bad-ipv4-header-length"
        case .badIPv4TotalLength: "bad-ipv4-total-length"
        case .badTCPHeaderLength: "bad-tcp-header-length"
        case .tooManyExtensionHeaders: "too-many-extension-headers"
        case .tooManyVLANTags: "too-many-vlan-tags"
        case .truncatedMPLS: "truncated-mpls"
        case .truncatedPPPoE: "truncated-pppoe"
        case .tooManyLabels: "too-many-labels"
        case .tunnelsTooDeep: "tunnels-too-deep"
        }
    }
}

/// How often each outcome occurred.
package struct DecodeCounters: Sendable {
    /// By raw value; in place, since an array would ask for each packet whether it is shared.
    private var counts = InlineArray<32, UInt64>(repeating: 0)
    /// Apart from the others, since it is counted with every packet.
    @usableFromInline var observed: UInt64 = 0

    package init() {}

    @inlinable
    package mutating func count(_ outcome: DecodeOutcome) {
        if outcome.isObserved {
            observed &+= 1
        } else {
            countFailure(outcome)
        }
    }

    @usableFromInline
    mutating func countFailure(_ outcome: DecodeOutcome) {
        counts[Int(outcome.rawValue)] &+= 1
    }

    package subscript(outcome: DecodeOutcome) -> UInt64 {
        outcome.isObserved ? observed : counts[Int(outcome.rawValue)]
    }

    /// The reasons that occurred, by label, without `observed`.
    package var notMetered: [String: UInt64] {
        var result: [String: UInt64] = [:]
        for outcome in DecodeOutcome.allCases where outcome != .observed && self[outcome] > 0 {
            result[outcome.label] = self[outcome]
        }
        return result
    }
}
