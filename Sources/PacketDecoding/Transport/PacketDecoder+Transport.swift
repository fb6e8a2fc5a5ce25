import FlowModel

extension PacketDecoder {
    /// TCP, UDP, SCTP, UDP-Lite and DCCP ports, ICMP types; other protocols have ports 0.
    ///
    /// Octets past the end that the IP header gives are padding: a transport header is never read from them.
    func readTransport(
        _ octets: borrowing RawSpan, _ place: Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        let start = place.offset
        let available = min(octets.byteCount, place.end) &- start
        observation.clearTransport()
        if place.fragment.isLater { return .observed }
        switch observation.key.protocolIdentifier {
        case 6:
            return readTCP(octets, available, place, &observation)
        case 17:
            guard available >= 8 else { return .truncatedUDP }
            readPorts(octets, at: start, &observation)
        case 1:
            guard available >= 2 else { return .truncatedICMP }
            readICMP(octets, at: start, ICMPPairing.ipv4, &observation)
        case 58:
            guard available >= 2 else { return .truncatedICMP }
            readICMP(octets, at: start, ICMPPairing.ipv6, &observation)
        case 132, 136, 33:
            guard available >= 4 else { return .truncatedUDP }
            readPorts(octets, at: start, &observation)
        default:
            break
        }
        return .observed
    }

    /// TCP (RFC 9293 §3.1). A first fragment may be so small (8 octets) that the flags are in the second.
    private func readTCP(
        _ octets: borrowing RawSpan, _ available: Int, _ place: Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        let start = place.offset
        if place.fragment.isFirst, place.end &- start < 20, available >= 8 {
            readPorts(octets, at: start, &observation)
            observation.tcpSequence = octets.uint32(at: start &+ 4)
            if available >= 12 { observation.tcpAcknowledgement = octets.uint32(at: start &+ 8) }
            if available >= 14, octets.uint8(at: start &+ 12) >> 4 >= 5 {
                observation.tcpFlags.rawValue = octets.uint8(at: start &+ 13)
            }
            return .observed
        }
        guard available >= 14 else { return .truncatedTCP }
        let headerLength = Int(octets.uint8(at: start &+ 12) >> 4) &* 4
        let payloadLength = place.end &- start &- headerLength
        guard headerLength >= 20, payloadLength >= 0 || place.fragment.isFirst else { return .badTCPHeaderLength }
        readPorts(octets, at: start, &observation)
        observation.tcpSequence = octets.uint32(at: start &+ 4)
        observation.tcpAcknowledgement = octets.uint32(at: start &+ 8)
        observation.tcpFlags.rawValue = octets.uint8(at: start &+ 13)
        observation.tcpPayloadLength = UInt32(truncatingIfNeeded: max(payloadLength, 0))
        return .observed
    }

    private func readPorts(_ octets: borrowing RawSpan, at start: Int, _ observation: inout PacketObservation) {
        let ports = octets.uint32(at: start)
        observation.key.sourceTransportPort = UInt16(truncatingIfNeeded: ports >> 16)
        observation.key.destinationTransportPort = UInt16(truncatingIfNeeded: ports)
    }

    private func readICMP(
        _ octets: borrowing RawSpan, at start: Int, _ pairing: (UInt8) -> ICMPPairing.Answer,
        _ observation: inout PacketObservation
    ) {
        let type = octets.uint8(at: start)
        let code = octets.uint8(at: start &+ 1)
        observation.icmpType = type
        observation.icmpCode = code
        observation.key.sourceTransportPort = UInt16(type)
        switch pairing(type) {
        case .oneWay:
            observation.key.destinationTransportPort = UInt16(code)
            observation.isOneWay = true
        case .request(let answer):
            observation.key.destinationTransportPort = UInt16(answer)
            observation.isICMPRequest = true
        case .answer(let request):
            observation.key.destinationTransportPort = UInt16(request)
        }
    }
}
