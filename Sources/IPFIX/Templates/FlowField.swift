/// What a field of a flow record is to this module: a column of `FlowBatch`, or something a column is made of.
///
/// Decoding maps elements to these; encoding writes those that have an element here.
enum FlowField: UInt8, Hashable, Sendable, CaseIterable {
    // Written, in the order in which they stand in a template.
    case start, end, initialStart
    case packets, octets, reversePackets, reverseOctets
    case protocolIdentifier
    case sourceIPv4, sourceIPv6, destinationIPv4, destinationIPv6
    case sourcePort, destinationPort
    case icmpTypeIPv4, icmpTypeIPv6, icmpCodeIPv4, icmpCodeIPv6
    case tcpFlags, reverseTCPFlags, initialTCPFlags, reverseInitialTCPFlags
    case retransmits, reverseRetransmits, outOfOrder, reverseOutOfOrder
    case clientRoundTrip, serverRoundTrip
    case initiatorBasis, biflowDirection, state, endReason, flowId, part
    case layer2SegmentId, virtualNetworkId, vlan, innerVLAN
    case encapsulation, tunnelDepth, outerSourceIPv4, outerSourceIPv6, outerDestinationIPv4, outerDestinationIPv6
    case dscp, sourceMAC, destinationMAC
    case interface, egressInterface, direction, sampling, witnesses, counted, agent
    // Read alone: other exporters' ways to say the same.
    case startSeconds, startMicroseconds, startNanoseconds, startDeltaMicroseconds, startUptime
    case endSeconds, endMicroseconds, endNanoseconds, endDeltaMicroseconds, endUptime
    case durationMilliseconds, durationMicroseconds, systemInitTime
    case totalPackets, totalOctets, reverseTotalPackets, reverseTotalOctets
    case initiatorPackets, initiatorOctets, responderPackets, responderOctets
    case icmpTypeAndCode, typeOfService, vlanId
    case unionTCPFlags, reverseUnionTCPFlags
    case samplingPacketInterval, samplingPacketSpace

    /// The element that it is written as; nil for what is read alone.
    var element: InformationElement? {
        switch self {
        case .start: .flowStartMilliseconds
        case .end: .flowEndMilliseconds
        case .initialStart: .initialFlowStartMilliseconds
        case .packets: .packetDeltaCount
        case .octets: .octetDeltaCount
        case .reversePackets: InformationElement.packetDeltaCount.reversed
        case .reverseOctets: InformationElement.octetDeltaCount.reversed
        case .protocolIdentifier: .protocolIdentifier
        case .sourceIPv4: .sourceIPv4Address
        case .sourceIPv6: .sourceIPv6Address
        case .destinationIPv4: .destinationIPv4Address
        case .destinationIPv6: .destinationIPv6Address
        case .sourcePort: .sourceTransportPort
        case .destinationPort: .destinationTransportPort
        case .icmpTypeIPv4: .icmpTypeIPv4
        case .icmpCodeIPv4: .icmpCodeIPv4
        case .icmpTypeIPv6: .icmpTypeIPv6
        case .icmpCodeIPv6: .icmpCodeIPv6
        case .tcpFlags: .tcpControlBits
        case .reverseTCPFlags: InformationElement.tcpControlBits.reversed
        case .initialTCPFlags: .initialTCPControlBits
        case .reverseInitialTCPFlags: .reverseInitialTCPControlBits
        case .retransmits: .retransmittedSegmentDeltaCount
        case .reverseRetransmits: .reverseRetransmittedSegmentDeltaCount
        case .outOfOrder: .outOfOrderSegmentDeltaCount
        case .reverseOutOfOrder: .reverseOutOfOrderSegmentDeltaCount
        case .clientRoundTrip: .clientRoundTripTimeMicroseconds
        case .serverRoundTrip: .serverRoundTripTimeMicroseconds
        case .initiatorBasis: .initiatorBasis
        case .biflowDirection: .biflowDirection
        case .state: .connectionState
        case .endReason: .flowEndReason
        case .flowId: .flowId
        case .part: .flowPart
        case .layer2SegmentId: .layer2SegmentId
        case .virtualNetworkId: .virtualNetworkId
        case .vlan: .dot1qVlanId
        case .innerVLAN: .dot1qCustomerVlanId
        case .encapsulation: .overlayEncapsulation
        case .tunnelDepth: .overlayDepth
        case .outerSourceIPv4: .outerSourceIPv4Address
        case .outerSourceIPv6: .outerSourceIPv6Address
        case .outerDestinationIPv4: .outerDestinationIPv4Address
        case .outerDestinationIPv6: .outerDestinationIPv6Address
        case .dscp: .ipDiffServCodePoint
        case .sourceMAC: .sourceMacAddress
        case .destinationMAC: .destinationMacAddress
        case .interface: .ingressInterface
        case .egressInterface: .egressInterface
        case .direction: .flowDirection
        case .sampling: .samplingInterval
        case .witnesses: .witnessCount
        case .counted: .countedFlow
        case .agent: .agentId
        default: nil
        }
    }

    /// The length that an address must have; nil for fields that are read as one unsigned integer of 1 to 8 octets.
    var addressLength: Int? {
        switch self {
        case .sourceIPv4, .destinationIPv4, .outerSourceIPv4, .outerDestinationIPv4: 4
        case .sourceIPv6, .destinationIPv6, .outerSourceIPv6, .outerDestinationIPv6: 16
        case .sourceMAC, .destinationMAC: 6
        default: nil
        }
    }
}
