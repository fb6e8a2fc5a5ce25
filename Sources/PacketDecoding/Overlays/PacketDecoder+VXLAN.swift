import FlowModel

extension PacketDecoder {
    /// VXLAN (RFC 7348 §5): flags, 24 reserved bits, VNI, 8 reserved bits, then an Ethernet frame.
    ///
    /// Reserved bits are not looked at, since real senders set them; the I flag must be set, else there is no VNI.
    func enterVXLAN(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader? {
        let start = place.offset
        guard octets.has(8, at: start), octets.uint8(at: start) & 0x08 != 0 else { return nil }
        enter(.vxlan, &observation)
        observation.vni = octets.uint32(at: start &+ 4) >> 8
        place.offset = start &+ 8
        return .ethernet
    }

    /// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe-13 §3): as VXLAN, with a version, the next protocol where the P flag is set,
    /// and the O flag for what is maintenance and no traffic of a tenant's.
    func enterVXLANGPE(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader? {
        let start = place.offset
        guard octets.has(8, at: start) else { return nil }
        let flags = octets.uint8(at: start)
        // Version 0, I set, O not set.
        guard flags & 0x39 == 0x08 else { return nil }
        enter(.vxlanGPE, &observation)
        observation.vni = octets.uint32(at: start &+ 4) >> 8
        place.offset = start &+ 8
        guard flags & 0x04 != 0 else { return .ethernet }
        let next = octets.uint8(at: start &+ 3)
        return next == 4 ? passServiceHeader(octets, &place) : payload(next)
    }

    /// Network service header (RFC 8300 §2.2): its length is in 4-octet words, in the low 6 bits of its second half-word.
    ///
    /// A second one right behind is none that RFC 8300 knows a use for.
    private func passServiceHeader(_ octets: borrowing RawSpan, _ place: inout Place) -> NextHeader? {
        let start = place.offset
        guard octets.has(8, at: start) else { return nil }
        let base = octets.uint16(at: start)
        let length = Int(base & 0x3F) &* 4
        // Version 0, O not set; the base and service path headers have 8 octets.
        guard base & 0xE000 == 0, length >= 8 else { return nil }
        place.offset = start &+ length
        return payload(octets.uint8(at: start &+ 3))
    }

    /// The next-protocol numbers that VXLAN-GPE and NSH share.
    private func payload(_ next: UInt8) -> NextHeader? {
        switch next {
        case 1: .ipv4
        case 2: .ipv6
        case 3: .ethernet
        case 5: .etherType(0x8847)
        default: nil
        }
    }
}
