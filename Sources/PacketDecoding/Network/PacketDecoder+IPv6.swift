import FlowModel

extension PacketDecoder {
    /// IPv6 (RFC 8200) with its extension headers (§4) and the authentication header (RFC 4302).
    ///
    /// A payload length of 0 is a jumbogram or super-packet: the wire length counts instead.
    @inline(__always)
    func decodeIPv6(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        let start = place.offset
        guard octets.has(40, at: start) else { return .truncatedIPv6 }
        guard octets.uint8(at: start) >> 4 == 6 else { return .badIPVersion }
        let payloadLength = Int(octets.uint16(at: start &+ 4))
        let nextHeader = octets.uint8(at: start &+ 6)
        // No payload at all is legal with «no next header» (59).
        let total = payloadLength == 0 && nextHeader != 59 ? place.wireLength &- start : payloadLength &+ 40

        observation.octets = UInt32(truncatingIfNeeded: total)
        observation.dscp = UInt8(truncatingIfNeeded: octets.uint16(at: start) >> 6) & 0x3F
        observation.key.sourceAddress = IPAddress(
            high: octets.uint64(at: start &+ 8), low: octets.uint64(at: start &+ 16))
        observation.key.destinationAddress = IPAddress(
            high: octets.uint64(at: start &+ 24), low: octets.uint64(at: start &+ 32))
        place.offset = start &+ 40
        guard Self.isExtension(nextHeader) else {
            observation.key.protocolIdentifier = nextHeader
            return decodeTransport(isLaterFragment: false, octets, &place, &observation)
        }
        return decodeExtensions(nextHeader, octets, &place, &observation)
    }

    private func decodeExtensions(
        _ first: UInt8, _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        var header = first
        var isLaterFragment = false
        for passed in 0...Self.extensionLimit {
            guard Self.isExtension(header), !isLaterFragment else { break }
            guard passed < Self.extensionLimit else { return .tooManyExtensionHeaders }
            guard octets.has(8, at: place.offset) else { return .truncatedIPv6 }
            let next = octets.uint8(at: place.offset)
            let length = Int(octets.uint8(at: place.offset &+ 1))
            switch header {
            case 44:  // fragment (§4.5)
                isLaterFragment = octets.uint16(at: place.offset &+ 2) & 0xFFF8 != 0
                place.offset &+= 8
            case 51:  // authentication: length in 4-octet units minus 2
                place.offset &+= (length &+ 2) &* 4
            default:  // hop-by-hop, routing, destination options: 8-octet units minus 1
                place.offset &+= (length &+ 1) &* 8
            }
            header = next
        }
        observation.key.protocolIdentifier = header
        return decodeTransport(isLaterFragment: isLaterFragment, octets, &place, &observation)
    }

    private static var extensionLimit: Int { 8 }

    @inline(__always)
    private static func isExtension(_ header: UInt8) -> Bool {
        header == 0 || header == 43 || header == 44 || header == 51 || header == 60
    }
}
