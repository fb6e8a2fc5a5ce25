extension FlowBatch {
    /// The value of one field in one row, for filters without a fast path and for renderers.
    ///
    /// Real for `bps` and `pps` (absent for a record without length); group measures read as those of one record.
    package func value(_ field: Field, row: Int) -> FieldValue {
        switch field {
        case .start: .timestamp(flowStartMilliseconds[row])
        case .end: .timestamp(flowEndMilliseconds[row])
        case .flowStart: .timestamp(initialStartMilliseconds[row])
        case .proto: .text(ProtocolName.text(protocolIdentifier[row]))
        case .src: .address(sourceAddress[row])
        case .srcPort: .integer(UInt64(sourceTransportPort[row]))
        case .dst: .address(destinationAddress[row])
        case .dstPort: .integer(UInt64(destinationTransportPort[row]))
        case .packets: .integer(packetDeltaCount[row])
        case .bytes: .integer(octetDeltaCount[row])
        case .revPackets: .integer(reversePacketDeltaCount[row])
        case .revBytes: .integer(reverseOctetDeltaCount[row])
        case .tcpFlags: flags(tcpControlBits[row], row: row)
        case .revTCPFlags: flags(reverseTCPControlBits[row], row: row)
        case .firstTCPFlags: flags(initialTCPFlags[row], row: row)
        case .revFirstTCPFlags: flags(reverseInitialTCPFlags[row], row: row)
        case .state: word(connectionState[row].name)
        case .endReason: word(flowEndReason[row].name)
        case .initiatorBasis: word(initiatorBasis[row].name)
        case .flowID: flowId[row] == 0 ? .absent : .text(Self.hex(flowId[row]))
        case .part: .integer(UInt64(part[row]))
        case .vni: number(vni[row])
        case .vlan: number(vlan[row])
        case .innerVLAN: number(innerVLAN[row])
        case .encap: word(encapsulation[row].name)
        case .tunnelDepth: tunnelDepth[row] == 0 ? .absent : .integer(UInt64(tunnelDepth[row]))
        case .outerSrc: outer(outerSource[row], row: row)
        case .outerDst: outer(outerDestination[row], row: row)
        case .srcMAC: sourceMAC[row].isAbsent ? .absent : .text(sourceMAC[row].description)
        case .dstMAC: destinationMAC[row].isAbsent ? .absent : .text(destinationMAC[row].description)
        case .dscp: number(dscp[row])
        case .icmpType: number(icmpType[row])
        case .icmpCode: number(icmpCode[row])
        case .rttClient: number(clientRoundTripMicroseconds[row])
        case .rttServer: number(serverRoundTripMicroseconds[row])
        case .retransmits: number(retransmits[row])
        case .revRetransmits: number(reverseRetransmits[row])
        case .outOfOrder: number(outOfOrder[row])
        case .revOutOfOrder: number(reverseOutOfOrder[row])
        case .agent: word(name(agent[row]))
        case .interface: word(name(interface[row]))
        case .direction: word(direction[row].name)
        case .sampling: samplingInterval[row] == 0 ? .absent : .integer(UInt64(samplingInterval[row]))
        case .counted: .boolean(counted[row])
        case .witnesses: .integer(UInt64(witnesses[row]))
        case .duration: .integer(durationMilliseconds(row: row))
        case .totalBytes: .integer(octetDeltaCount[row] &+ reverseOctetDeltaCount[row])
        case .totalPackets: .integer(packetDeltaCount[row] &+ reversePacketDeltaCount[row])
        case .bps: rate(Double(octetDeltaCount[row] &+ reverseOctetDeltaCount[row]) * 8, row: row)
        case .pps: rate(Double(packetDeltaCount[row] &+ reversePacketDeltaCount[row]), row: row)
        case .rtt: roundTrip(row: row)
        case .communityID: communityID(row: row).map { .text($0) } ?? .absent
        case .servicePort: .integer(UInt64(servicePort(row: row)))
        case .records: .integer(1)
        case .flows: .integer(part[row] == 0 ? 1 : 0)
        }
    }

    /// end − flow_start; 0 where a foreign clock went backwards.
    package func durationMilliseconds(row: Int) -> UInt64 {
        let (difference, overflow) = flowEndMilliseconds[row].subtractingReportingOverflow(initialStartMilliseconds[row])
        return overflow || difference < 0 ? 0 : UInt64(difference)
    }

    /// The port of the service: `dst_port` where the initiator is known, else the smaller port.
    @inlinable
    package func servicePort(row: Int) -> UInt16 {
        initiatorBasis[row].servicePort(
            source: sourceTransportPort[row], destination: destinationTransportPort[row])
    }

    /// Sixteen hexadecimal digits: 64-bit ids do not survive JSON readers that know doubles only.
    package static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func flags(_ value: TCPFlags, row: Int) -> FieldValue {
        protocolIdentifier[row] == 6 ? .text(value.description) : .absent
    }
    private func word(_ text: String) -> FieldValue { text.isEmpty ? .absent : .text(text) }
    private func number<T: FixedWidthInteger & UnsignedInteger>(_ value: T) -> FieldValue {
        value == .max ? .absent : .integer(UInt64(value))
    }
    private func outer(_ address: IPAddress, row: Int) -> FieldValue {
        encapsulation[row] == .none || address == .zero ? .absent : .address(address)
    }
    /// A rate over the record's own length, since packets and octets are of the record.
    private func rate(_ amount: Double, row: Int) -> FieldValue {
        let (length, overflow) = flowEndMilliseconds[row].subtractingReportingOverflow(flowStartMilliseconds[row])
        return overflow || length <= 0 ? .absent : .real(amount * 1000 / Double(length))
    }
    private func roundTrip(row: Int) -> FieldValue {
        let client = clientRoundTripMicroseconds[row]
        let server = serverRoundTripMicroseconds[row]
        return client == .max || server == .max ? .absent : .integer(UInt64(client) + UInt64(server))
    }
}
