/// What a field of a foreign data record is to a row: what our own records have as well, or something that others say in
/// a way of their own.
enum ExportField: Hashable, Sendable {
    case flow(FlowField)
    /// Which sampler took the packets: flowSamplerID (IE 48), selectorId (302), selectionSequenceId (301).
    case sampler
    /// Open vSwitch's kind of tunnel (6876/891), and the tunnel's key or VNI (6876/892).
    case tunnelType, tunnelKey
}

extension ExportField {
    /// Elements that mean what another one means when that one is not there, best first: the field, and what must be lacking.
    ///
    /// «Post» elements say what a packet was after the observation point; nProbe's 23 and 24 count the other direction, but
    /// never without 1 and 2. Event times are those of a firewall's events.
    static let secondBest: [(number: UInt16, field: FlowField, unless: [FlowField])] = [
        (23, .octets, [.octets, .totalOctets, .initiatorOctets]),
        (24, .packets, [.packets, .totalPackets, .initiatorPackets]),
        (171, .totalOctets, [.octets, .totalOctets, .initiatorOctets]),
        (172, .totalPackets, [.packets, .totalPackets, .initiatorPackets]),
        (252, .interface, [.interface]), (253, .egressInterface, [.egressInterface]),
        (254, .vlan, [.vlan, .vlanId]), (59, .vlanId, [.vlan, .vlanId]),
        (255, .innerVLAN, [.innerVLAN]),
        (81, .sourceMAC, [.sourceMAC]), (57, .destinationMAC, [.destinationMAC]),
        (98, .dscp, [.dscp, .typeOfService]), (55, .typeOfService, [.dscp, .typeOfService]),
        (180, .sourcePort, [.sourcePort]), (181, .destinationPort, [.destinationPort]),
        (182, .sourcePort, [.sourcePort]), (183, .destinationPort, [.destinationPort]),
        (323, .end, FlowField.ends), (324, .endMicroseconds, FlowField.ends), (325, .endNanoseconds, FlowField.ends),
        (322, .endSeconds, FlowField.ends),
    ]

    /// VMware's enterprise number, under which Open vSwitch has elements too.
    static let vmware: UInt32 = 6876

    /// The elements of the flow inside a tunnel, as VMware's switches write them beside the outer packet's.
    static let tenant: [(number: UInt16, field: FlowField)] = [
        (880, .protocolIdentifier), (881, .sourceIPv4), (882, .destinationIPv4), (883, .sourceIPv6), (884, .destinationIPv6),
        (886, .sourcePort), (887, .destinationPort),
    ]

    /// The outer addresses beside the flow inside a tunnel, as Open vSwitch writes them.
    static let tunnel: [(number: UInt16, field: FlowField)] = [
        (893, .outerSourceIPv4), (894, .outerDestinationIPv4),
    ]

    /// Elements that hold the first octets of a packet: a frame, an IP packet.
    static let packetSections: Set<ElementID> = [ElementID(315), ElementID(313), ElementID(104)]
}
