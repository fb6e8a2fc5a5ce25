import FlowModel

extension PacketDecoder {
    /// IPv6 (RFC 8200) with its extension headers (§4) and the authentication header (RFC 4302).
    ///
    /// A payload length of 0 is a jumbogram (RFC 2675) or super-packet: what is left on the wire counts instead.
    func readIPv6(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        let start = place.offset
        guard octets.has(40, at: start), place.end &- start >= 40 else { return .end(.truncatedIPv6) }
        guard octets.uint8(at: start) >> 4 == 6 else { return .end(.badIPVersion) }
        let payloadLength = Int(octets.uint16(at: start &+ 4))
        let nextHeader = octets.uint8(at: start &+ 6)
        // No payload at all is legal with «no next header» (59).
        let total = payloadLength == 0 && nextHeader != 59 ? place.end &- start : payloadLength &+ 40

        observation.octets = UInt32(truncatingIfNeeded: total)
        observation.dscp = UInt8(truncatingIfNeeded: octets.uint16(at: start) >> 6) & 0x3F
        observation.key.sourceAddress.set(high: octets.uint64(at: start &+ 8), low: octets.uint64(at: start &+ 16))
        observation.key.destinationAddress.set(
            high: octets.uint64(at: start &+ 24), low: octets.uint64(at: start &+ 32))
        observation.key.protocolIdentifier = nextHeader
        place.fragment = Fragment()
        place.offset = start &+ 40
        place.end = start &+ total
        return Self.isExtension(nextHeader) ? readExtensions(octets, &place, &observation) : .transport
    }

    /// Passes the extension headers up to the transport header or, in a later fragment, to the fragment's data.
    private func readExtensions(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader {
        var header = observation.key.protocolIdentifier
        for passed in 0...Self.extensionLimit {
            guard Self.isExtension(header), !place.fragment.isLater else { break }
            guard passed < Self.extensionLimit else { return .end(.tooManyExtensionHeaders) }
            guard octets.has(8, at: place.offset), place.end &- place.offset >= 8 else { return .end(.truncatedIPv6) }
            let next = octets.uint8(at: place.offset)
            let length = Int(octets.uint8(at: place.offset &+ 1))
            switch header {
            case 44:  // fragment (§4.5)
                let offsetAndMore = octets.uint16(at: place.offset &+ 2)
                place.fragment.set(
                    offset: offsetAndMore >> 3, hasMore: offsetAndMore & 1 != 0,
                    identification: octets.uint32(at: place.offset &+ 4), data: place.offset &+ 8,
                    protocolIdentifier: nil)
                place.offset &+= 8
            case 51:  // authentication: length in 4-octet units minus 2
                place.offset &+= (length &+ 2) &* 4
            default:  // hop-by-hop, routing, destination options: 8-octet units minus 1
                place.offset &+= (length &+ 1) &* 8
            }
            header = next
        }
        observation.key.protocolIdentifier = header
        return .transport
    }

    private static var extensionLimit: Int { 8 }

    static func isExtension(_ header: UInt8) -> Bool {
        header == 0 || header == 43 || header == 44 || header == 51 || header == 60
    }
}
