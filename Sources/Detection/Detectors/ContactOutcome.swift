import FlowModel

/// What a record says of the attempt to reach a service.
enum ContactOutcome: Sendable {
    /// Nobody answered, or the answer was a refusal.
    case failed
    case answered
    /// Not told: another protocol, midstream, backscatter, a foreign exporter without states.
    case unknown

    /// TCP fails with a SYN that got no reply (`S0`, and `RSTOS0` where the initiator gave up) or a RST (`REJ`). The SYN
    /// must have been seen, and nothing but SYN and RST may have come from the initiator: it never acknowledged anything,
    /// so what looks unanswered is not half of a connection seen on one side. A SYN-ACK or RST without its SYN
    /// (backscatter) and midstream connections (`OTH`) are no attempts. An ICMP unreachable answer is a flow of its own;
    /// the attempt it answers is `S0`.
    static func of(_ flows: FlowBatch, row: Int) -> ContactOutcome {
        switch flows.protocolIdentifier[row] {
        case 6:
            switch flows.connectionState[row] {
            case .s0, .rej, .rstos0:
                let isProbe = flows.initiatorBasis[row] == .syn && !flows.tcpControlBits[row].contains(.ack)
                return isProbe && flows.part[row] == 0 ? .failed : .unknown
            case .s1, .sf, .s2, .s3, .rsto, .rstr:
                return .answered
            case .oth:
                let isTwoWay = flows.packetDeltaCount[row] > 0 && flows.reversePacketDeltaCount[row] > 0
                return isTwoWay ? .answered : .unknown
            case .absent, .rstrh, .sh, .shr:
                return .unknown
            }
        case 17:
            if flows.reversePacketDeltaCount[row] > 0 { return .answered }
            return flows.connectionState[row] == .s0 && flows.part[row] == 0 ? .failed : .unknown
        default:
            return .unknown
        }
    }
}
