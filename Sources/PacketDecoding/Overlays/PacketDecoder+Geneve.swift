import FlowModel

extension PacketDecoder {
    /// Geneve (RFC 8926 §3.4): version, options' length in 4-octet words, flags, EtherType of the payload, VNI, options.
    func enterGeneve(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader? {
        let start = place.offset
        guard octets.has(8, at: start) else { return nil }
        let first = octets.uint8(at: start)
        guard first >> 6 == 0 else { return nil }
        enter(.geneve, &observation)
        observation.vni = octets.uint32(at: start &+ 4) >> 8
        place.offset = start &+ 8 &+ Int(first & 0x3F) &* 4
        return payload(etherType: octets.uint16(at: start &+ 2))
    }

    /// What a tunnel carries, by the EtherType in its header (Geneve and GRE).
    func payload(etherType: UInt16) -> NextHeader? {
        switch etherType {
        case 0x0800: .ipv4
        case 0x86DD: .ipv6
        case 0x6558: .ethernet
        case 0x8847, 0x8848: .etherType(etherType)
        default: nil
        }
    }
}
