import FlowModel

extension PacketDecoder {
    /// Ethernet II. A frame inside a tunnel has VLAN tags of its own: those of the frame around it are forgotten.
    func readEthernet(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        let start = place.offset
        guard octets.has(14, at: start) else { return .end(.truncatedLink) }
        let first = octets.uint64(at: start)
        observation.destinationMAC.value = first >> 16
        observation.sourceMAC.value = (first & 0xFFFF) << 32 | UInt64(octets.uint32(at: start &+ 8))
        observation.vlan = .max
        observation.innerVLAN = .max
        place.offset = start &+ 14
        return .etherType(octets.uint16(at: start &+ 12))
    }

    /// What follows an EtherType: an IP packet, VLAN tags, LLC/SNAP, or a tunnel of the link layer (MPLS, PPPoE).
    func readEtherType(
        _ first: UInt16, _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        var etherType = first
        if Self.isVLAN(etherType) {
            let outcome = readTags(&etherType, octets, &place, &observation)
            guard outcome == .observed else { return .end(outcome) }
        }
        if etherType <= 1500 {
            // IEEE 802.3 length, then LLC with SNAP (RFC 1042): AA AA 03, organisation 0, EtherType.
            guard octets.has(8, at: place.offset), octets.uint64(at: place.offset) >> 16 == 0xAAAA_0300_0000 else {
                return .end(.notIP)
            }
            etherType = octets.uint16(at: place.offset &+ 6)
            place.offset &+= 8
        }
        switch etherType {
        case 0x0800: return .ipv4
        case 0x86DD: return .ipv6
        case 0x8847, 0x8848:
            guard rules.layers.contains(.mpls) else { return .end(.notIP) }
            guard Int(observation.depth) < rules.maximumDepth else { return .end(.tunnelsTooDeep) }
            enter(.mpls, &observation)
            return .mpls
        case 0x8864:
            guard rules.layers.contains(.pppoe) else { return .end(.notIP) }
            guard Int(observation.depth) < rules.maximumDepth else { return .end(.tunnelsTooDeep) }
            enter(.pppoe, &observation)
            return readPPPoE(octets, &place)
        default: return .end(.notIP)
        }
    }

    /// VLAN tags (IEEE 802.1Q, 802.1ad), up to four. Notes the outermost as `vlan` and the second as `innerVLAN`;
    /// further ones are passed over.
    private func readTags(
        _ etherType: inout UInt16, _ octets: borrowing RawSpan, _ place: inout Place,
        _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        for tag in 0..<5 {
            guard Self.isVLAN(etherType) else { return .observed }
            guard tag < 4 else { return .tooManyVLANTags }
            guard octets.has(4, at: place.offset) else { return .truncatedVLAN }
            let identifier = octets.uint16(at: place.offset) & 0x0FFF
            // VLAN 0 is a priority tag: no VLAN (IEEE 802.1Q §9.6).
            if identifier != 0 {
                if observation.vlan == .max {
                    observation.vlan = identifier
                } else if observation.innerVLAN == .max {
                    observation.innerVLAN = identifier
                }
            }
            etherType = octets.uint16(at: place.offset &+ 2)
            place.offset &+= 4
        }
        return .observed
    }

    /// The TPIDs in use: 802.1Q, 802.1ad, and those that vendors used for outer tags before there was a standard.
    static func isVLAN(_ etherType: UInt16) -> Bool {
        switch etherType {
        case 0x8100, 0x88A8, 0x9100, 0x9200, 0x9300: true
        default: false
        }
    }
}
