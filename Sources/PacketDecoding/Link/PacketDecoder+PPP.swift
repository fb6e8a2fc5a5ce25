import FlowModel

extension PacketDecoder {
    /// PPPoE with data in it (RFC 2516 §4): version and type 1, code 0, identifier, length of the payload.
    func readPPPoE(_ octets: borrowing RawSpan, _ place: inout Place) -> NextHeader {
        let start = place.offset
        guard octets.has(6, at: start) else { return .end(.truncatedPPPoE) }
        guard octets.uint16(at: start) == 0x1100 else { return .end(.notIP) }
        place.offset = start &+ 6
        // What the frame has past the payload is padding.
        place.end = min(place.end, place.offset &+ Int(octets.uint16(at: start &+ 4)))
        return .ppp
    }

    /// A PPP protocol number (RFC 1661 §2), which may be one octet (§6.5), after the address and control octets that
    /// PPP in GRE mostly has (RFC 1662 §3.1).
    func readPPP(_ octets: borrowing RawSpan, _ place: inout Place) -> NextHeader {
        guard octets.has(2, at: place.offset) else { return .end(.truncatedPPPoE) }
        if octets.uint16(at: place.offset) == 0xFF03 { place.offset &+= 2 }
        guard octets.has(2, at: place.offset) else { return .end(.truncatedPPPoE) }
        var number = octets.uint16(at: place.offset)
        if number & 0x0100 != 0 {
            number >>= 8
            place.offset &+= 1
        } else {
            place.offset &+= 2
        }
        switch number {
        case 0x0021: return .ipv4
        case 0x0057: return .ipv6
        case 0x0281, 0x0283: return .etherType(0x8847)  // RFC 3032 §4.1
        default: return .end(.notIP)
        }
    }
}
