import FlowModel

extension PacketDecoder {
    /// An MPLS label stack (RFC 3032 §2.1) of up to 16 labels.
    ///
    /// Nothing says what is below the last label. The first half-octet of an IP packet does (RFC 4928); an Ethernet
    /// pseudowire (RFC 4448), with or without its control word, is believed when what would be its frame holds an IP
    /// packet that fits.
    func readMPLS(_ octets: borrowing RawSpan, _ place: inout Place) -> NextHeader {
        var isBottom = false
        for _ in 0..<Self.labelLimit {
            guard octets.has(4, at: place.offset) else { return .end(.truncatedMPLS) }
            isBottom = octets.uint8(at: place.offset &+ 2) & 1 != 0
            place.offset &+= 4
            if isBottom { break }
        }
        guard isBottom else { return .end(.tooManyLabels) }
        guard octets.has(1, at: place.offset) else { return .end(.truncatedMPLS) }
        let start = place.offset
        let version = octets.uint8(at: start) >> 4
        // Before IP is thought of, since a MAC address may begin with 4 or 6; and before the control word, since a tagged
        // frame without one looks like an untagged one behind its first four octets.
        if holdsFrame(octets, at: start, place.end) { return .ethernet }
        if version == 0, holdsFrame(octets, at: start &+ 4, place.end) {
            place.offset = start &+ 4
            return .ethernet
        }
        switch version {
        case 4: return .ipv4
        case 6: return .ipv6
        default: return .end(.notIP)
        }
    }

    private static var labelLimit: Int { 16 }

    /// True when an Ethernet frame with up to two VLAN tags could begin here, and holds an IP packet.
    private func holdsFrame(_ octets: borrowing RawSpan, at start: Int, _ end: Int) -> Bool {
        var offset = start &+ 12
        for _ in 0..<3 {
            guard octets.has(2, at: offset) else { return false }
            let etherType = octets.uint16(at: offset)
            guard Self.isVLAN(etherType) else {
                guard etherType == 0x0800 || etherType == 0x86DD else { return false }
                guard octets.has(1, at: offset &+ 2) else { return false }
                let version: UInt8 = etherType == 0x0800 ? 4 : 6
                return octets.uint8(at: offset &+ 2) >> 4 == version && holdsIP(octets, at: offset &+ 2, end)
            }
            offset &+= 4
        }
        return false
    }

    /// True when an IP header begins here whose lengths fit into what is left of the packet around it.
    private func holdsIP(_ octets: borrowing RawSpan, at start: Int, _ end: Int) -> Bool {
        guard octets.has(20, at: start) else { return false }
        let first = octets.uint8(at: start)
        switch first >> 4 {
        case 4:
            let length = Int(octets.uint16(at: start &+ 2))
            guard first & 15 >= 5 else { return false }
            // 0 is a super-packet's, which is longer than the field can say.
            if length == 0 { return end &- start > 65_535 }
            return length >= Int(first & 15) &* 4 && length <= end &- start
        case 6: return Int(octets.uint16(at: start &+ 4)) &+ 40 <= end &- start
        default: return false
        }
    }
}
