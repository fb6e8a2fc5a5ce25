import FlowModel

extension PacketDecoder {
    /// GRE version 0 (RFC 1701, 2784, 2890) and the enhanced GRE of PPTP, version 1 (RFC 2637).
    ///
    /// Which optional words there are: checksum and offset when C or R is set, key (K), sequence number (S), routing
    /// entries (R); in version 1 the acknowledgement number (A).
    func enterGRE(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader? {
        let start = place.offset
        guard octets.has(4, at: start) else { return nil }
        let flags = octets.uint16(at: start)
        let type = octets.uint16(at: start &+ 2)
        place.offset = start &+ 4
        switch flags & 0x0007 {
        case 0:
            if flags & 0xC000 != 0 { place.offset &+= 4 }
            var key: UInt32?
            if flags & 0x2000 != 0 {
                guard octets.has(4, at: place.offset) else { return nil }
                key = octets.uint32(at: place.offset)
                place.offset &+= 4
            }
            if flags & 0x1000 != 0 { place.offset &+= 4 }
            if flags & 0x4000 != 0 {
                guard passRouting(octets, &place) else { return nil }
            }
            if type == 0x88BE || type == 0x22EB {
                return enterERSPAN(type, hasSequence: flags & 0x1000 != 0, octets, &place, &observation)
            }
            guard rules.layers.contains(.gre) else { return nil }
            return greVersion0(type, key, octets, &place, &observation)
        case 1:
            guard rules.layers.contains(.gre), type == 0x880B, flags & 0x2000 != 0 else { return nil }
            place.offset &+= 4
            if flags & 0x1000 != 0 { place.offset &+= 4 }
            if flags & 0x0080 != 0 { place.offset &+= 4 }
            enter(.gre, &observation)
            return .ppp
        default:
            return nil
        }
    }

    private func greVersion0(
        _ type: UInt16, _ key: UInt32?, _ octets: borrowing RawSpan, _ place: inout Place,
        _ observation: inout PacketObservation
    ) -> NextHeader? {
        switch type {
        case 0x6558 where key != nil:
            // NVGRE (RFC 7637 §3.2): the key is the virtual subnet and, in the low octet, a flow id.
            enter(.nvgre, &observation)
            observation.vni = (key ?? 0) >> 8
            return .ethernet
        case 0x880B:
            enter(.gre, &observation)
            return .ppp
        case 0x883E:
            // WCCP: version 2 puts a redirect header of 4 octets before the IPv4 packet, version 1 does not; its first
            // octet is never that of an IPv4 header.
            guard octets.has(1, at: place.offset) else { return nil }
            if octets.uint8(at: place.offset) >> 4 != 4 { place.offset &+= 4 }
            enter(.gre, &observation)
            return .ipv4
        default:
            enter(.gre, &observation)
            return payload(etherType: type)
        }
    }

    /// Source route entries (RFC 1701): address family, offset, length; one of family 0 and length 0 ends them.
    private func passRouting(_ octets: borrowing RawSpan, _ place: inout Place) -> Bool {
        while octets.has(4, at: place.offset) {
            let family = octets.uint16(at: place.offset)
            let length = Int(octets.uint8(at: place.offset &+ 3))
            place.offset &+= 4 &+ length
            if family == 0 && length == 0 { return true }
        }
        return false
    }
}
