import FlowModel

extension FlowRowReader {
    /// Type or code of one address family: for the rows of that family, since foreign templates have both.
    mutating func readICMP(_ place: FieldPlace, _ bytes: RawSpan, isType: Bool, isIPv6: Bool) {
        guard place.length == 1 || place.length == 2 else { return }
        let sources = flows.sourceAddress
        for (index, row) in place.rows.enumerated() where sources[row].isIPv6 == isIPv6 {
            let value = UInt8(
                truncatingIfNeeded: bytes.unsigned(at: place.offset + index * place.stride, length: place.length))
            if isType { flows.icmpType[row] = value } else { flows.icmpCode[row] = value }
        }
    }

    /// IE 351: the top octet names the overlay (1 VXLAN, 2 NVGRE; 0, reserved, is taken too), the lower 24 bits number it.
    mutating func readLayer2Segment(_ place: FieldPlace, _ traits: TemplatePlan.Traits, _ bytes: RawSpan) {
        place.fill(&flows.vni, bytes) { $0 == 0 ? .max : UInt32(truncatingIfNeeded: $0 & 0xFF_FFFF) }
        if !traits.contains(.encapsulation) && !traits.contains(.native) {
            place.fill(&flows.encapsulation, bytes) { $0 >> 56 == 1 ? .vxlan : $0 >> 56 == 2 ? .nvgre : .none }
        }
    }

    mutating func readInterface(_ place: FieldPlace, _ bytes: RawSpan) {
        var last: (number: UInt32, slot: UInt32) = (0, 0)
        place.fill(&flows.interface, bytes) { value in
            let number = UInt32(clamping: value)
            if number == last.number { return last.slot }
            last = (number, names.slot(of: .interface(domain: domain, number: number)))
            return last.slot
        }
    }

    /// The interface that packets left by is where a flow was seen that was seen on its way out (RFC 7012: the observation
    /// point is the one that flowDirection speaks of), and where no other one is named.
    mutating func readEgressInterface(_ place: FieldPlace, _ bytes: RawSpan) {
        let directions = flows.direction
        var row = place.rows.lowerBound
        var last: (number: UInt32, slot: UInt32) = (0, 0)
        place.merge(&flows.interface, bytes) { value, old in
            defer { row += 1 }
            guard value != 0, old == 0 || directions[row] == .egress else { return old }
            let number = UInt32(clamping: value)
            if number != last.number { last = (number, names.slot(of: .interface(domain: domain, number: number))) }
            return last.slot
        }
    }

    mutating func readAgent(_ place: FieldPlace, _ bytes: RawSpan) {
        let reported = names.index(of: reportedAgent)
        place.fill(&flows.agent, bytes) { value in
            value == 0 ? reported : names.slot(of: .agent(UInt32(clamping: value)))
        }
    }

    /// biflowDirection (RFC 5103 §6.3): with 2, reverseInitiator, the source is the responder.
    mutating func turnRound(_ place: FieldPlace, _ bytes: RawSpan) {
        guard (1...8).contains(place.length) else { return }
        for (index, row) in place.rows.enumerated()
        where bytes.unsigned(at: place.offset + index * place.stride, length: place.length) == 2 {
            var record = flows[row]
            swap(&record.sourceAddress, &record.destinationAddress)
            swap(&record.sourceTransportPort, &record.destinationTransportPort)
            swap(&record.sourceMAC, &record.destinationMAC)
            swap(&record.packetDeltaCount, &record.reversePacketDeltaCount)
            swap(&record.octetDeltaCount, &record.reverseOctetDeltaCount)
            swap(&record.tcpControlBits, &record.reverseTCPControlBits)
            swap(&record.initialTCPFlags, &record.reverseInitialTCPFlags)
            flows.replace(row, by: record)
        }
    }
}
