import FlowModel

/// Who opened a flow, judged by its first packet, and how that is known.
struct InitiatorGuess {
    /// True when the packet's sender is taken for the initiator.
    var isSender: Bool
    var basis: InitiatorBasis

    init(first observation: borrowing PacketObservation) {
        switch observation.key.protocolIdentifier {
        case 6:
            let flags = observation.tcpFlags
            if flags.hasSyn {
                isSender = !flags.hasAck
                basis = isSender ? .syn : .synAck
                return
            }
            // Midstream: a port below 1024 on one side only is taken for the server's.
            let source = observation.key.sourceTransportPort
            let destination = observation.key.destinationTransportPort
            switch (source < 1024, destination < 1024) {
            case (true, false): (isSender, basis) = (false, .port)
            case (false, true): (isSender, basis) = (true, .port)
            default: (isSender, basis) = (true, .unknown)
            }
        case 1, 58:
            let destination = observation.key.destinationAddress
            let (isOneWay, type) = (observation.isOneWay, observation.icmpType)
            let isAnswer = !isOneWay && type != .max
            if observation.isICMPRequest {
                (isSender, basis) = (true, .icmp)
            } else if !isAnswer || destination.isMulticast || destination.isLimitedBroadcast {
                // A later fragment whose first was not seen tells no type. What answers a group was not asked for by it:
                // router and neighbour advertisements, listener reports (RFC 4861 §4.2, §4.4; RFC 2710 §4; RFC 1256).
                (isSender, basis) = (true, .firstPacket)
            } else {
                (isSender, basis) = (false, .icmp)
            }
        default:
            (isSender, basis) = (true, .firstPacket)
        }
    }
}
