import FlowModel
import PacketDecoding

/// What the records of a flow sample tell of its packet.
struct SFlowPacket {
    /// Ethernet, IPv4, IPv6 (`header_protocol`).
    static func link(headerProtocol: UInt32) -> LinkType? {
        switch headerProtocol {
        case 1: .ethernet
        case 11, 12: .rawIP
        default: nil
        }
    }

    /// A row of the packet; complete when `hasFlow` is set.
    var row = FlowRecord()
    var hasFlow = false
    /// It was read from the packet's own header.
    var hasHeader = false
    /// Why a header could not be read.
    var reason: String?
    /// What a switch says of the VLAN it came by and of the one it left by.
    var vlans: (input: UInt32, output: UInt32)?

    /// The packet's own header, decoded.
    mutating func take(_ observation: PacketObservation) {
        row.octetDeltaCount = UInt64(observation.octets)
        row.tcpControlBits = observation.tcpFlags
        row.protocolIdentifier = observation.key.protocolIdentifier
        row.sourceAddress = observation.key.sourceAddress
        row.destinationAddress = observation.key.destinationAddress
        row.icmpType = observation.icmpType
        row.icmpCode = observation.icmpCode
        // What the key has in their place for ICMP are no ports.
        let isICMP = row.protocolIdentifier == 1 || row.protocolIdentifier == 58
        row.sourceTransportPort = isICMP ? 0 : observation.key.sourceTransportPort
        row.destinationTransportPort = isICMP ? 0 : observation.key.destinationTransportPort
        row.vni = observation.vni
        row.vlan = observation.vlan
        row.innerVLAN = observation.innerVLAN
        row.dscp = observation.dscp
        if !observation.sourceMAC.isAbsent { row.sourceMAC = observation.sourceMAC }
        if !observation.destinationMAC.isAbsent { row.destinationMAC = observation.destinationMAC }
        row.encapsulation = observation.encapsulation
        row.tunnelDepth = observation.depth
        row.outerSource = observation.outerSource
        row.outerDestination = observation.outerDestination
        hasFlow = true
        hasHeader = true
    }

    /// Sampled Ethernet frame data: length, two addresses filled up to eight octets, type.
    ///
    /// - Returns: false when it ends before.
    mutating func readEthernet(_ place: XDRPlace, _ bytes: borrowing RawSpan) -> Bool {
        var place = place
        guard place.word(bytes) != nil, let source = place.longWord(bytes), let destination = place.longWord(bytes)
        else { return false }
        if row.sourceMAC.isAbsent { row.sourceMAC = MACAddress(source >> 16) }
        if row.destinationMAC.isAbsent { row.destinationMAC = MACAddress(destination >> 16) }
        return true
    }

    /// Sampled IP version 4 or 6 data: length, protocol, two addresses, two ports, TCP flags, type of service. What the
    /// packet's own header says is better.
    ///
    /// - Returns: false when it ends before.
    mutating func readIP(_ place: XDRPlace, _ bytes: borrowing RawSpan, isIPv6: Bool) -> Bool {
        var place = place
        func address(_ place: inout XDRPlace, _ bytes: borrowing RawSpan) -> IPAddress? {
            guard isIPv6 else { return place.word(bytes).map { IPAddress(ipv4: $0) } }
            guard let high = place.longWord(bytes), let low = place.longWord(bytes) else { return nil }
            return IPAddress(high: high, low: low)
        }
        guard let length = place.word(bytes), let proto = place.word(bytes), let source = address(&place, bytes),
            let destination = address(&place, bytes), let sourcePort = place.word(bytes), let destinationPort = place.word(bytes),
            let flags = place.word(bytes), let service = place.word(bytes)
        else { return false }
        if hasHeader { return true }
        row.octetDeltaCount = UInt64(length)
        row.protocolIdentifier = UInt8(truncatingIfNeeded: proto)
        row.sourceAddress = source
        row.destinationAddress = destination
        // Of other protocols than these it is not said what the ports are.
        let hasPorts = [6, 17, 33, 132, 136].contains(proto)
        row.sourceTransportPort = hasPorts ? UInt16(truncatingIfNeeded: sourcePort) : 0
        row.destinationTransportPort = hasPorts ? UInt16(truncatingIfNeeded: destinationPort) : 0
        row.tcpControlBits = proto == 6 ? TCPFlags(rawValue: UInt8(truncatingIfNeeded: flags)) : []
        row.dscp = UInt8(truncatingIfNeeded: service & 0xFF) >> 2
        hasFlow = true
        return true
    }

    /// Extended switch data: VLAN and priority that it came by, VLAN and priority that it left by.
    ///
    /// - Returns: false when it ends before.
    mutating func readSwitch(_ place: XDRPlace, _ bytes: borrowing RawSpan) -> Bool {
        var place = place
        guard let input = place.word(bytes), place.word(bytes) != nil, let output = place.word(bytes), place.word(bytes) != nil
        else { return false }
        vlans = (input, output)
        return true
    }

    /// Fills what the sample says: rate, where and which way it was seen, and the VLAN when the frame has none of its own.
    mutating func complete(_ head: SFlowSampleHead, receivedMilliseconds: Int64) {
        row.packetDeltaCount = 1
        row.flowStartMilliseconds = receivedMilliseconds
        row.flowEndMilliseconds = receivedMilliseconds
        row.initialStartMilliseconds = receivedMilliseconds
        row.samplingInterval = head.samplingRate
        if head.source.kind == 0 {
            let index = head.source.index
            row.direction = head.input.ifIndex == index ? .ingress : head.output.ifIndex == index ? .egress : .absent
        }
        // A frame in an overlay is in no VLAN of the switch.
        guard let vlans, row.vlan == .max, row.encapsulation == .none else { return }
        let vlan = row.direction == .egress ? vlans.output : vlans.input
        if (1...4094).contains(vlan) { row.vlan = UInt16(truncatingIfNeeded: vlan) }
    }
}
