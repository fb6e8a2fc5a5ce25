/// The names that people type and read, everywhere: filters, JSON keys, CSV headers, SQL, help and pickers.
package enum Field: String, Sendable, CaseIterable {
    // Stored, in the order of output.
    case start, end
    case flowStart = "flow_start"
    case proto, src
    case srcPort = "src_port"
    case dst
    case dstPort = "dst_port"
    case packets, bytes
    case revPackets = "rev_packets"
    case revBytes = "rev_bytes"
    case tcpFlags = "tcp_flags"
    case revTCPFlags = "rev_tcp_flags"
    case firstTCPFlags = "first_tcp_flags"
    case revFirstTCPFlags = "rev_first_tcp_flags"
    case state
    case endReason = "end_reason"
    case initiatorBasis = "initiator_basis"
    case flowID = "flow_id"
    case part, vni, vlan
    case innerVLAN = "inner_vlan"
    case encap
    case tunnelDepth = "tunnel_depth"
    case outerSrc = "outer_src"
    case outerDst = "outer_dst"
    case srcMAC = "src_mac"
    case dstMAC = "dst_mac"
    case dscp
    case icmpType = "icmp_type"
    case icmpCode = "icmp_code"
    case rttClient = "rtt_client"
    case rttServer = "rtt_server"
    case retransmits
    case revRetransmits = "rev_retransmits"
    case outOfOrder = "out_of_order"
    case revOutOfOrder = "rev_out_of_order"
    case agent, interface, direction, sampling, counted, witnesses
    // Derived, never stored.
    case duration
    case totalBytes = "total_bytes"
    case totalPackets = "total_packets"
    case bps, pps, rtt
    case communityID = "community_id"
    case servicePort = "service_port"
    // Measures of groups.
    case records, flows

    /// How a value of the field is read and compared.
    package enum Kind: String, Sendable {
        case timestamp, milliseconds, microseconds, address, port, count, number, real
        case proto, flags, state, endReason, initiatorBasis, encapsulation, direction, mac, text, boolean, hex
    }

    /// The six that an aggregate, series or top names when it names none.
    package static let measures: [Field] = [.records, .flows, .packets, .bytes, .revPackets, .revBytes]

    /// Every field that a record holds, in the order of output.
    package static let stored: [Field] = allCases.filter { !$0.isDerived && !$0.isGroupOnly }

    /// True for a field that is made from others at query time.
    package var isDerived: Bool {
        switch self {
        case .duration, .totalBytes, .totalPackets, .bps, .pps, .rtt, .servicePort: true
        case .communityID: true
        default: false
        }
    }

    /// True for a measure that only a group has.
    package var isGroupOnly: Bool { self == .records || self == .flows }

    /// True for a field whose values groups can be made by. A Community ID cannot: what it is made of can.
    package var isGroupable: Bool { !isGroupOnly && self != .communityID }

    /// Reads a name in any case; `flags` is `tcp_flags`.
    package init?(name: String) {
        let lower = name.lowercased()
        if lower == "flags" {
            self = .tcpFlags
        } else if let field = Field(rawValue: lower) {
            self = field
        } else {
            return nil
        }
    }
}
