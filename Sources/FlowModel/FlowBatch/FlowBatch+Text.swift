extension FlowBatch {
    /// Appends the text of one field of one row, as `value(_:row:).text` has it, without making a `String` for the
    /// fields that every record has: exports write millions of rows.
    package func appendText(_ field: Field, row: Int, to octets: inout [UInt8]) {
        switch field {
        case .start: UTCTime.append(milliseconds: flowStartMilliseconds[row], to: &octets)
        case .end: UTCTime.append(milliseconds: flowEndMilliseconds[row], to: &octets)
        case .flowStart: UTCTime.append(milliseconds: initialStartMilliseconds[row], to: &octets)
        case .src: sourceAddress[row].appendText(to: &octets)
        case .dst: destinationAddress[row].appendText(to: &octets)
        case .srcPort: Self.append(UInt64(sourceTransportPort[row]), to: &octets)
        case .dstPort: Self.append(UInt64(destinationTransportPort[row]), to: &octets)
        case .packets: Self.append(packetDeltaCount[row], to: &octets)
        case .bytes: Self.append(octetDeltaCount[row], to: &octets)
        case .revPackets: Self.append(reversePacketDeltaCount[row], to: &octets)
        case .revBytes: Self.append(reverseOctetDeltaCount[row], to: &octets)
        case .part: Self.append(UInt64(part[row]), to: &octets)
        case .witnesses: Self.append(UInt64(witnesses[row]), to: &octets)
        case .vni: if vni[row] != .max { Self.append(UInt64(vni[row]), to: &octets) }
        case .vlan: if vlan[row] != .max { Self.append(UInt64(vlan[row]), to: &octets) }
        case .innerVLAN: if innerVLAN[row] != .max { Self.append(UInt64(innerVLAN[row]), to: &octets) }
        case .dscp: if dscp[row] != .max { Self.append(UInt64(dscp[row]), to: &octets) }
        case .flowID: if flowId[row] != 0 { Self.appendHex(flowId[row], 16, to: &octets) }
        case .srcMAC: Self.append(sourceMAC[row], to: &octets)
        case .dstMAC: Self.append(destinationMAC[row], to: &octets)
        default: octets.append(contentsOf: value(field, row: row).text.utf8)
        }
    }

    private static func append(_ value: UInt64, to octets: inout [UInt8]) {
        if value >= 10 { append(value / 10, to: &octets) }
        octets.append(48 &+ UInt8(truncatingIfNeeded: value % 10))
    }

    private static func appendHex(_ value: UInt64, _ digits: Int, to octets: inout [UInt8]) {
        for shift in stride(from: (digits - 1) * 4, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: (value >> UInt64(shift)) & 15)
            octets.append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }

    private static func append(_ address: MACAddress, to octets: inout [UInt8]) {
        guard !address.isAbsent else { return }
        for shift in stride(from: 40, through: 0, by: -8) {
            if shift != 40 { octets.append(58) }
            appendHex((address.value >> UInt64(shift)) & 0xFF, 2, to: &octets)
        }
    }
}
