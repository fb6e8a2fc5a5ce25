package import FlowModel

/// How the values of a field become whole numbers whose order is the order of the values.
///
/// Numbers, ports, protocols and enumerations (by raw value) are their own codes; times have their sign bit turned;
/// MAC addresses and flow ids are their 48 and 64 bits. Addresses, texts and rates have no code.
package enum FieldCode {
    /// The codes of present values; a code outside stands for «absent». nil for fields without codes.
    package static func domain(_ field: Field) -> ClosedRange<UInt64>? {
        switch field {
        case .start, .end, .flowStart, .packets, .bytes, .revPackets, .revBytes, .duration, .totalBytes, .totalPackets:
            0...UInt64.max
        case .proto, .tcpFlags, .revTCPFlags, .firstTCPFlags, .revFirstTCPFlags: 0...255
        case .srcPort, .dstPort, .servicePort, .witnesses: 0...65535
        case .state: 1...UInt64(ConnectionState.allCases.count - 1)
        case .endReason: 1...UInt64(FlowEndReason.allCases.count - 1)
        case .initiatorBasis: 1...UInt64(InitiatorBasis.allCases.count - 1)
        case .encap: 1...UInt64(Encapsulation.allCases.count - 1)
        case .direction: 0...1
        case .tunnelDepth: 1...255
        case .flowID: 1...UInt64.max
        case .part: 0...UInt64(UInt32.max)
        case .sampling: 1...UInt64(UInt32.max)
        case .vni, .rttClient, .rttServer, .retransmits, .revRetransmits, .outOfOrder, .revOutOfOrder:
            0...UInt64(UInt32.max - 1)
        case .vlan, .innerVLAN: 0...65534
        case .dscp, .icmpType, .icmpCode: 0...254
        case .srcMAC, .dstMAC: 0...0xFFFF_FFFF_FFFF
        case .rtt: 0...UInt64(UInt32.max) * 2
        case .src, .dst, .outerSrc, .outerDst, .agent, .interface, .counted, .bps, .pps, .records, .flows: nil
        case .communityID: nil
        }
    }

    /// The largest number that a filter may ask for: that of the header that the field is read from, where it has fewer bits
    /// than what stores it. nil for fields without numbers.
    package static func largest(_ field: Field) -> UInt64? {
        switch field {
        case .vni: (1 << 24) - 1  // VXLAN, Geneve, NVGRE (RFC 7348 §5, RFC 8926 §3.4, RFC 7637 §3.2)
        case .vlan, .innerVLAN: 4094  // 4095 is nobody's (IEEE 802.1Q §9.6)
        case .dscp: 63  // RFC 2474 §3
        default: domain(field)?.upperBound
        }
    }

    package static func time(_ milliseconds: Int64) -> UInt64 {
        UInt64(bitPattern: milliseconds) ^ (1 << 63)
    }

    package static func milliseconds(time code: UInt64) -> Int64 {
        Int64(bitPattern: code ^ (1 << 63))
    }
}

extension Field {
    /// The stored fields that a value of this one is made from: itself, and what decides whether it is absent.
    package var columns: Set<Field> {
        switch self {
        case .tcpFlags, .revTCPFlags, .firstTCPFlags, .revFirstTCPFlags: [self, .proto]
        case .outerSrc, .outerDst: [self, .encap]
        case .duration: [.end, .flowStart]
        case .totalBytes: [.bytes, .revBytes]
        case .totalPackets: [.packets, .revPackets]
        case .bps: [.bytes, .revBytes, .start, .end]
        case .pps: [.packets, .revPackets, .start, .end]
        case .rtt: [.rttClient, .rttServer]
        case .communityID: [.proto, .src, .srcPort, .dst, .dstPort, .icmpType, .icmpCode]
        case .servicePort: [.srcPort, .dstPort, .initiatorBasis]
        case .records: []
        case .flows: [.part]
        default: [self]
        }
    }
}
