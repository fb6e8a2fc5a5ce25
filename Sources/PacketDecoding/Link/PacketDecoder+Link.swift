import FlowModel

extension PacketDecoder {
    /// The frame's first header, by the link type of its capture.
    func readLink(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        switch linkType {
        case .ethernet:
            return .ethernet
        case .linuxCooked:
            // packet type, ARPHRD type, address length, address (8), EtherType
            guard octets.has(16, at: 0) else { return .end(.truncatedLink) }
            if octets.uint16(at: 4) == 6 { observation.sourceMAC.value = octets.uint64(at: 6) >> 16 }
            place.offset = 16
            return .etherType(octets.uint16(at: 14))
        case .linuxCooked2:
            // EtherType, reserved (2), interface (4), ARPHRD type, packet type, address length, address (8)
            guard octets.has(20, at: 0) else { return .end(.truncatedLink) }
            if octets.uint8(at: 11) == 6 { observation.sourceMAC.value = octets.uint64(at: 12) >> 16 }
            place.offset = 20
            return .etherType(octets.uint16(at: 0))
        case .rawIP:
            return .ip
        case .loopback:
            guard octets.has(4, at: 0) else { return .end(.truncatedLink) }
            place.offset = 4
            // The family is not looked at: its numbers and byte order are those of whoever captured, and differ.
            return .ip
        }
    }
}
