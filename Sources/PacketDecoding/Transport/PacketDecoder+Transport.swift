import FlowModel

extension PacketDecoder {
    /// TCP, UDP, SCTP, UDP-Lite and DCCP ports, ICMP types; other protocols have ports 0.
    ///
    /// A later fragment has no transport header: it counts for a flow of its addresses and protocol with ports 0.
    @inline(__always)
    func decodeTransport(
        isLaterFragment: Bool, _ octets: borrowing RawSpan, _ place: inout Place,
        _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        observation.key.sourceTransportPort = 0
        observation.key.destinationTransportPort = 0
        if isLaterFragment { return .observed }
        let start = place.offset
        switch observation.key.protocolIdentifier {
        case 6:
            guard octets.has(14, at: start) else { return .truncatedTCP }
            guard octets.uint8(at: start &+ 12) >> 4 >= 5 else { return .badTCPHeaderLength }
            readPorts(octets, at: start, &observation)
            observation.tcpFlags = TCPFlags(rawValue: octets.uint8(at: start &+ 13))
        case 17:
            guard octets.has(8, at: start) else { return .truncatedUDP }
            readPorts(octets, at: start, &observation)
            if isVXLAN(port: observation.key.destinationTransportPort), place.depth < maximumDepth {
                decodeVXLAN(octets, place, &observation)
            }
        case 1:
            guard octets.has(2, at: start) else { return .truncatedICMP }
            readICMP(octets, at: start, ICMPPairing.ipv4, &observation)
        case 58:
            guard octets.has(2, at: start) else { return .truncatedICMP }
            readICMP(octets, at: start, ICMPPairing.ipv6, &observation)
        case 132, 136, 33:
            guard octets.has(4, at: start) else { return .truncatedUDP }
            readPorts(octets, at: start, &observation)
        default:
            break
        }
        return .observed
    }

    @inline(__always)
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
