import FlowModel

extension PacketDecoder {
    /// IPv4 (RFC 791). A total length of 0 is a super-packet of 64 KiB or more: the wire length counts instead.
    @inline(__always)
    func decodeIPv4(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        let start = place.offset
        guard octets.has(20, at: start) else { return .truncatedIPv4 }
        let versionAndLength = octets.uint8(at: start)
        guard versionAndLength >> 4 == 4 else { return .badIPVersion }
        let headerLength = Int(versionAndLength & 15) &* 4
        guard headerLength >= 20 else { return .badIPv4HeaderLength }
        var totalLength = Int(octets.uint16(at: start &+ 2))
        if totalLength == 0 { totalLength = place.wireLength &- start }
        guard totalLength >= headerLength else { return .badIPv4TotalLength }
        let fragmentOffset = octets.uint16(at: start &+ 6) & 0x1FFF

        observation.octets = UInt32(truncatingIfNeeded: totalLength)
        observation.dscp = octets.uint8(at: start &+ 1) >> 2
        observation.key.protocolIdentifier = octets.uint8(at: start &+ 9)
        observation.key.sourceAddress = IPAddress(ipv4: octets.uint32(at: start &+ 12))
        observation.key.destinationAddress = IPAddress(ipv4: octets.uint32(at: start &+ 16))
        place.offset = start &+ headerLength
        return decodeTransport(isLaterFragment: fragmentOffset != 0, octets, &place, &observation)
    }
}
