import FlowModel

/// Who opened a flow of which both halves are known, and how that is known. What is guessed says so: `port` and `unknown`.
///
/// TCP: who sent a SYN without an ACK (by the flags of the first packet, else by all of them when no ACK is among them), else
/// the other end of who began with a SYN-ACK. Where both directions have a SYN, both records hold the flow's beginning, and the
/// earlier one began it. Without a SYN a record is of a flow under way, and which of its packets came first says nothing: then
/// as with the agent, the end that alone has a port below 1024 is taken for the server, so that all the records of one flow
/// point the same way.
///
/// Others: ICMP tells by its type. UDP and the rest have nothing that stands at a flow's beginning only, and exporters do not tell
/// whether a record is a flow's first or one of those that an active timeout makes of a long one; in these the earlier start is
/// whose packet happened to come first after the cut, and differs from record to record. So here too the ports are asked first,
/// and where they do not tell, the earlier start decides without a claim, however far the two are apart: a server that pushes
/// begins many such records long before its client says something.
struct JoinInitiator {
    /// True when the first of the two is the initiator's.
    var isFirst: Bool
    var basis: InitiatorBasis

    init(_ first: FlowRecord, _ second: FlowRecord) {
        let starts = (first.flowStartMilliseconds, second.flowStartMilliseconds)
        switch first.protocolIdentifier {
        case 1, 58:
            isFirst = ICMPAnswers.other(than: first.icmpType, isIPv6: first.protocolIdentifier == 58)?.isRequest == true
            basis = .icmp
            return
        case 6:
            let opened = (Self.hasOpened(first), Self.hasOpened(second))
            if opened.0 != opened.1 {
                (isFirst, basis) = (opened.0, .syn)
                return
            }
            let answered = (Self.hasAnswered(first), Self.hasAnswered(second))
            if answered.0 != answered.1 {
                (isFirst, basis) = (answered.1, .synAck)
                return
            }
            let syn = first.tcpControlBits.rawValue & second.tcpControlBits.rawValue & TCPFlags.syn.rawValue
            if syn != 0 && starts.0 != starts.1 && first.samplingInterval <= 1 {
                (isFirst, basis) = (starts.0 < starts.1, .firstPacket)
                return
            }
        default: break
        }
        let ports = (first.sourceTransportPort, second.sourceTransportPort)
        if (ports.0 < 1024) != (ports.1 < 1024) {
            (isFirst, basis) = (ports.1 < 1024, .port)
        } else if starts.0 != starts.1 {
            (isFirst, basis) = (starts.0 < starts.1, .unknown)
        } else {
            // Any rule will do that says the same of the flow's next record, in whatever order the two came.
            isFirst = ports.0 != ports.1 ? ports.0 > ports.1 : first.sourceAddress < second.sourceAddress
            basis = .unknown
        }
    }

    private static func hasOpened(_ record: FlowRecord) -> Bool {
        let first = record.initialTCPFlags.rawValue
        return isSyn(first == 0 ? record.tcpControlBits.rawValue : first, ack: 0)
    }

    /// All flags together do not tell: who opens a connection sends a SYN and, later, ACKs.
    private static func hasAnswered(_ record: FlowRecord) -> Bool {
        isSyn(record.initialTCPFlags.rawValue, ack: TCPFlags.ack.rawValue)
    }

    private static func isSyn(_ flags: UInt8, ack: UInt8) -> Bool {
        flags & (TCPFlags.syn.rawValue | TCPFlags.ack.rawValue) == TCPFlags.syn.rawValue | ack
    }
}

extension FlowRecord {
    /// The biflow of two halves: the initiator's record, with the other's counters and flags as the reverse ones.
    ///
    /// Nothing is added up. Times span both; the name of the flow, its part, interface, direction, MAC addresses, VLAN, outer
    /// addresses and DSCP are the initiator's, and so is the end reason, if it has one.
    static func biflow(_ initiator: FlowRecord, _ responder: FlowRecord, _ basis: InitiatorBasis) -> FlowRecord {
        var record = initiator
        record.flowStartMilliseconds = min(initiator.flowStartMilliseconds, responder.flowStartMilliseconds)
        record.flowEndMilliseconds = max(initiator.flowEndMilliseconds, responder.flowEndMilliseconds)
        record.initialStartMilliseconds = min(initiator.initialStartMilliseconds, responder.initialStartMilliseconds)
        record.reversePacketDeltaCount = responder.packetDeltaCount
        record.reverseOctetDeltaCount = responder.octetDeltaCount
        record.reverseTCPControlBits = responder.tcpControlBits
        record.reverseInitialTCPFlags = responder.initialTCPFlags
        record.reverseRetransmits = responder.retransmits
        record.reverseOutOfOrder = responder.outOfOrder
        if record.flowEndReason.rawValue == 0 { record.flowEndReason = responder.flowEndReason }
        record.initiatorBasis = basis
        return record
    }
}
