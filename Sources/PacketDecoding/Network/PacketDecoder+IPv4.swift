import FlowModel

extension PacketDecoder {
    /// IPv4 (RFC 791). A total length of 0 is a super-packet of 64 KiB or more: what is left on the wire counts instead.
    ///
    /// Any other total length counts as it stands, also past the frame's end, as with other meters: capture points that
    /// keep less than the frame and the first fragments of tunnels make such. A lie is worth no more than 64 KiB, and
    /// one of 0 no more than the frame.
    func readIPv4(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        let start = place.offset
        // What lies past the end of the packet around it is padding, though it was captured.
        guard octets.has(20, at: start), place.end &- start >= 20 else { return .end(.truncatedIPv4) }
        let versionAndLength = octets.uint8(at: start)
        guard versionAndLength >> 4 == 4 else { return .end(.badIPVersion) }
        let headerLength = Int(versionAndLength & 15) &* 4
        guard headerLength >= 20 else { return .end(.badIPv4HeaderLength) }
        var totalLength = Int(octets.uint16(at: start &+ 2))
        if totalLength == 0 { totalLength = place.end &- start }
        guard totalLength >= headerLength else { return .end(.badIPv4TotalLength) }
        let fragment = octets.uint16(at: start &+ 6)

        observation.octets = UInt32(truncatingIfNeeded: totalLength)
        observation.dscp = octets.uint8(at: start &+ 1) >> 2
        observation.key.protocolIdentifier = octets.uint8(at: start &+ 9)
        observation.key.sourceAddress.set(ipv4: octets.uint32(at: start &+ 12))
        observation.key.destinationAddress.set(ipv4: octets.uint32(at: start &+ 16))
        place.fragment.set(
            offset: fragment & 0x1FFF, hasMore: fragment & 0x2000 != 0,
            identification: UInt32(octets.uint16(at: start &+ 4)), data: start &+ headerLength,
            protocolIdentifier: observation.key.protocolIdentifier)
        place.offset = start &+ headerLength
        place.end = start &+ totalLength
        return observation.key.protocolIdentifier == 51 ? passAuthentication(octets, &place, &observation) : .transport
    }

    /// The authentication header (RFC 4302 §2.2), which is no protocol of its own to a flow; IPv6 has it among its
    /// extension headers.
    private func passAuthentication(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        guard !place.fragment.isLater, octets.has(8, at: place.offset), place.end &- place.offset >= 8 else {
            return .transport
        }
        observation.key.protocolIdentifier = octets.uint8(at: place.offset)
        place.offset &+= (Int(octets.uint8(at: place.offset &+ 1)) &+ 2) &* 4
        return .transport
    }
}
