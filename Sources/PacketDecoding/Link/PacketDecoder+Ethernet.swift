import FlowModel

extension PacketDecoder {
    /// Ethernet II with any number of VLAN tags up to four (IEEE 802.1Q, 802.1ad; TPIDs 8100, 88A8, 9100).
    @inline(__always)
    func decodeEthernet(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        let start = place.offset
        guard octets.has(14, at: start) else { return .truncatedLink }
        let first = octets.uint64(at: start)
        observation.destinationMAC = MACAddress(first >> 16)
        observation.sourceMAC = MACAddress((first & 0xFFFF) << 32 | UInt64(octets.uint32(at: start &+ 8)))
        place.offset = start &+ 14
        return decodeEtherType(octets.uint16(at: start &+ 12), octets, &place, &observation)
    }

    @inline(__always)
    func decodeEtherType(
        _ first: UInt16, _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        var etherType = first
        if Self.isVLAN(etherType) {
            let outcome = readTags(&etherType, octets, &place, &observation)
            guard outcome == .observed else { return outcome }
        }
        switch etherType {
        case 0x0800: return decodeIPv4(octets, &place, &observation)
        case 0x86DD: return decodeIPv6(octets, &place, &observation)
        default: return .notIP
        }
    }

    /// Notes the outermost tag as `vlan` and the second as `innerVLAN`; further ones are passed over.
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

    @inline(__always)
    private static func isVLAN(_ etherType: UInt16) -> Bool {
        etherType == 0x8100 || etherType == 0x88A8 || etherType == 0x9100
    }
}
