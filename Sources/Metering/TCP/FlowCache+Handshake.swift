import FlowModel

extension FlowCache {
    /// Measures the handshake's round-trip times as the observation point sees them (RFC 9293 §3.5): the server's from
    /// SYN to SYN-ACK, the client's from SYN-ACK to the ACK that completes it. Numbers must fit: the SYN-ACK acknowledges
    /// the SYN, the ACK the SYN-ACK.
    ///
    /// To be called before `noteSequence`.
    mutating func noteHandshake(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let flags = observation.tcpFlags
        if flags.hasRst {
            endHandshake(index)
        } else if flags.hasSyn {
            if flags.hasAck {
                noteAnswer(index, observation, isReversed: isReversed)
            } else {
                noteSyn(index, observation.timestampNanoseconds, isReversed: isReversed)
            }
        } else if heads[index].marks.contains(.handshake), flags.hasAck,
            isReversed == heads[index].marks.contains(.initiatorIsHigh)
        {
            noteAcknowledgement(index, observation, isReversed: isReversed)
        }
    }

    private mutating func noteSyn(_ index: Int, _ time: Int64, isReversed: Bool) {
        // A SYN from the responder too: both opened, and nobody answered (RFC 9293 §3.5, figure 7).
        guard isReversed == heads[index].marks.contains(.initiatorIsHigh) else { return endHandshake(index) }
        switch details[index].phase {
        case .none:
            details[index].phase = .syn
            details[index].moment = time
            heads[index].marks.insert(.handshake)
        case .syn:
            details[index].phase = .repeatedSyn
        case .answeredFirst:
            details[index].serverRoundTrip = Self.roundTrip(from: time, to: details[index].moment)
            details[index].phase = .answered
        case .answered:
            // Sent again before the answer that we have seen, and read late: it may have been for either.
            if time < details[index].moment { details[index].serverRoundTrip = .max }
        case .acknowledgedFirst:
            endHandshake(index)
        case .repeatedSyn, .repeatedAnswer, .over:
            break
        }
    }

    private mutating func noteAnswer(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let time = observation.timestampNanoseconds
        guard isReversed != heads[index].marks.contains(.initiatorIsHigh) else { return endHandshake(index) }
        switch details[index].phase {
        case .none:
            details[index].phase = .answeredFirst
            details[index].moment = time
            details[index].clientRoundTrip = observation.tcpSequence &+ 1
            heads[index].marks.insert(.handshake)
        case .syn, .repeatedSyn:
            guard observation.tcpAcknowledgement == nextSequence(index, isReversed: !isReversed) else {
                details[index].phase = .repeatedAnswer
                details[index].clientRoundTrip = observation.tcpSequence &+ 1
                return
            }
            if details[index].phase == .syn {
                details[index].serverRoundTrip = Self.roundTrip(from: details[index].moment, to: time)
            }
            details[index].phase = .answered
            details[index].moment = time
            details[index].clientRoundTrip = observation.tcpSequence &+ 1
        case .acknowledgedFirst:
            let whole = details[index].clientRoundTrip
            let acknowledged = details[index].serverRoundTrip
            let server = Self.roundTrip(from: details[index].moment, to: time)
            endHandshake(index)
            if acknowledged == observation.tcpSequence &+ 1, server <= whole {
                details[index].serverRoundTrip = server
                details[index].clientRoundTrip = whole - server
            }
        case .answeredFirst, .answered:
            // Sent again: the ACK may be for either.
            details[index].phase = .repeatedAnswer
        case .repeatedAnswer, .over:
            break
        }
    }

    private mutating func noteAcknowledgement(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let whole = Self.roundTrip(from: details[index].moment, to: observation.timestampNanoseconds)
        switch details[index].phase {
        case .syn:
            guard observation.tcpSequence == nextSequence(index, isReversed: isReversed), whole != .max else {
                return endHandshake(index)
            }
            details[index].phase = .acknowledgedFirst
            details[index].clientRoundTrip = whole
            details[index].serverRoundTrip = observation.tcpAcknowledgement
            heads[index].marks.remove(.handshake)
        case .answered, .answeredFirst:
            // One that acknowledges more may answer the data behind the SYN-ACK.
            let isFitting = observation.tcpAcknowledgement == details[index].clientRoundTrip
            endHandshake(index)
            if isFitting { details[index].clientRoundTrip = whole }
        default:
            endHandshake(index)
        }
    }

    /// The sequence number that a side will use next, where it is known.
    private mutating func nextSequence(_ index: Int, isReversed: Bool) -> UInt32? {
        heads[index].marks.contains(isReversed ? .sequence1 : .sequence0) ? sides[Self.side(index, isReversed)].sequence : nil
    }

    /// What is measured so far stays; nothing more will be.
    mutating func endHandshake(_ index: Int) {
        let phase = details[index].phase
        if phase != .over { details[index].clientRoundTrip = .max }
        if phase == .acknowledgedFirst { details[index].serverRoundTrip = .max }
        details[index].phase = .over
        heads[index].marks.remove(.handshake)
    }

    /// Microseconds, or `.max` for what is no round trip: less than nothing, or more than an hour.
    private static func roundTrip(from start: Int64, to end: Int64) -> UInt32 {
        let (nanoseconds, isOverflow) = end.subtractingReportingOverflow(start)
        guard !isOverflow, nanoseconds >= 0, nanoseconds < 3_600_000_000_000 else { return .max }
        return UInt32(truncatingIfNeeded: nanoseconds / 1000)
    }
}
