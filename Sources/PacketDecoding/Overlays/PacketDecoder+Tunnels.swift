import FlowModel

extension PacketDecoder {
    /// False for nearly all packets that `enterTunnel` would not enter, at less cost than the copy made for it.
    func mayBeTunnel(_ observation: PacketObservation) -> Bool {
        switch observation.key.protocolIdentifier {
        case 17: rules.ports.mayHold(observation.key.destinationTransportPort)
        case 4, 41, 47, 137: true
        default: false
        }
    }

    /// Steps into the tunnel that the packet is, if it is one that is looked through.
    ///
    /// - Returns: the header that the payload begins with, which `place` now points to; nil for an ordinary packet, and
    ///   for a tunnel's that carries no data (`place` and `observation` are then spoilt).
    func enterTunnel(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> NextHeader? {
        // A later fragment has no tunnel header.
        guard !place.fragment.isLater else { return nil }
        place.fragment = Fragment()
        observation.outerSource = observation.key.sourceAddress
        observation.outerDestination = observation.key.destinationAddress
        switch observation.key.protocolIdentifier {
        case 17:
            guard let kind = rules.ports.kind(observation.key.destinationTransportPort) else { return nil }
            place.offset &+= 8
            switch kind {
            case .vxlan: return enterVXLAN(octets, &place, &observation)
            case .vxlanGPE: return enterVXLANGPE(octets, &place, &observation)
            case .geneve: return enterGeneve(octets, &place, &observation)
            case .gre: return enterGRE(octets, &place, &observation)
            case .mpls:
                // RFC 7510
                enter(.mpls, &observation)
                return .mpls
            }
        case 47 where rules.layers.contains(.gre) || rules.layers.contains(.erspan):
            return enterGRE(octets, &place, &observation)
        // RFC 2003, RFC 4213 (41), RFC 2473 (both in IPv6)
        case 4 where rules.layers.contains(.ipip):
            enter(.ipip, &observation)
            return .ipv4
        case 41 where rules.layers.contains(.ipip):
            enter(.ipip, &observation)
            return .ipv6
        // RFC 4023
        case 137 where rules.layers.contains(.mpls):
            enter(.mpls, &observation)
            return .mpls
        default:
            return nil
        }
    }

    /// Notes one more overlay, as the innermost.
    func enter(_ encapsulation: Encapsulation, _ observation: inout PacketObservation) {
        observation.encapsulation = encapsulation
        observation.depth &+= 1
    }
}
