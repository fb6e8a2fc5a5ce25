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
            if observation.isOneWay {
                (isSender, basis) = (true, .firstPacket)
            } else {
                (isSender, basis) = (observation.isICMPRequest, .icmp)
            }
        default:
            (isSender, basis) = (true, .firstPacket)
        }
    }
}
