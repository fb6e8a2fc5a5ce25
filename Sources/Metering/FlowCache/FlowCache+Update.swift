import FlowModel

extension FlowCache {
    /// Counts a packet that `needsAttention`, after what it calls for.
    @inline(never)
    mutating func attend(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        if let reason = endBefore(index, observation, isReversed: isReversed) {
            end(index, reason)
            restart(index, observation, isReversed: isReversed)
        } else {
            endRecord(index, at: observation.timestampNanoseconds)
            if observation.timestampNanoseconds < heads[index].recordStart {
                mendBeginning(index, observation, isReversed: isReversed)
            }
        }
        // After the endings: what ended does not know of this packet.
        let side = Self.side(index, isReversed)
        if sides[side].interface == FlowSide.noInterface {
            setPrimary(index, observation.point, isReversed: isReversed)
            noteFirstPacket(index, observation, isReversed: isReversed)
            noteFirstSight(index, observation, isReversed: isReversed, isPrimary: true)
        }
        if heads[index].isTCP { noteTCP(index, observation, isReversed: isReversed) }
        heads[index].marks.remove(.dormant)
        heads[index].recordStart = beginning(index, with: observation.timestampNanoseconds)
        count(side, octets: observation.octets, observation.tcpFlags.rawValue, at: observation.timestampNanoseconds)
        // A later deadline needs nothing: it is found when the slot comes up.
        if heads[index].marks.contains(.closing) || heads[index].wheelSlot >= UInt16(TimerWheel.slotCount) {
            reschedule(index, at: deadline(index))
        }
    }

    /// Why the entry's flow has ended before this packet, which begins a new one; nil when it goes on.
    ///
    /// A silence of the idle timeout ends a flow, but not an established connection. A SYN begins a new flow when the
    /// old one has ended or was silent; one with an older clock than the end, or soon after a guessed beginning, comes
    /// late over another ring and belongs to this one. After all that was seen of an answered connection, a SYN with
    /// another number than its sender's first is a new connection's, whose ports are used again: the end was not seen.
    private mutating func endBefore(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) -> FlowEndReason? {
        let time = observation.timestampNanoseconds
        let silence = time &- lastPacket(index)
        let flags = observation.tcpFlags
        let isOpening = flags.hasSyn && !flags.hasAck
        let isClosing = heads[index].marks.contains(.closing)
        if silence >= configuration.idleTimeout {
            if isClosing { return .endOfFlow }
            return isEstablished(index) && silence < configuration.establishedRetention && !isOpening ? nil : .idleTimeout
        }
        guard isOpening else { return nil }
        if isClosing { return time > details[index].moment ? .endOfFlow : nil }
        let isSoon = time &- details[index].flowStart <= configuration.closedTimeout
        if silence > 0, heads[index].state.isAnswered, heads[index].marks.contains(isReversed ? .sequence1 : .sequence0) {
            let ahead = Int32(bitPattern: observation.tcpSequence &- sides[Self.side(index, isReversed)].sequence)
            // Sent again before anything else was; or, soon, a copy that took its time.
            return ahead == -1 || ahead < 0 && isSoon ? nil : .endOfFlow
        }
        return details[index].basis.isSyn || isSoon ? nil : .endOfFlow
    }

    /// Ends the open record of a flow that goes on, when its time has come.
    private mutating func endRecord(_ index: Int, at time: Int64) {
        guard !recordIsEmpty(index) else { return }
        let silence = time &- lastPacket(index)
        if heads[index].marks.contains(.closing), silence >= configuration.closedTimeout {
            end(index, .endOfFlow)
        } else if silence >= configuration.idleTimeout {
            end(index, .idleTimeout)
        } else if time &- heads[index].recordStart >= activeLimit(index) || isFull(index) {
            end(index, .activeTimeout)
        }
    }

    /// True when a direction's packets are as many as a record counts.
    private mutating func isFull(_ index: Int) -> Bool { max(sides[index &<< 1].packets, sides[index &<< 1 | 1].packets) == .max }

    /// A new flow on the entry of one that has ended.
    private mutating func restart(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let old = details[index]
        let silence = observation.timestampNanoseconds &- lastPacket(index)
        releaseExtras(index)
        let hash = hasher(heads[index].key(addresses))
        startFlow(index, observation, spread: UInt8(truncatingIfNeeded: hash >> 24), isReversed: isReversed)
        setPrimary(index, observation.point, isReversed: isReversed)
        // Soon after the end of a connection its last packets may still come from witnesses: the other direction's
        // primary stays, so that those are not counted again. After a silence nothing of the old flow is under way.
        if silence < configuration.idleTimeout {
            details[index].setPoint(
                isReversed ? old.direction0 : old.direction1, isLocal: isReversed ? old.isLocal0 : old.isLocal1,
                isReversed: !isReversed)
        } else {
            let other = Self.side(index, !isReversed)
            (sides[other].interface, sides[other].last) = (FlowSide.noInterface, .min)
        }
    }

    /// TCP on which both sides have spoken, and that has not ended: it keeps its initiator over a silence, also when
    /// its handshake was before our time. One whose answer nobody acknowledged is half open, and no more than any other
    /// flow, unless its responder has sent something behind the answer.
    mutating func isEstablished(_ index: Int) -> Bool {
        guard heads[index].isTCP, !heads[index].state.isClosed else { return false }
        switch details[index].phase {
        case .answered, .answeredFirst, .repeatedAnswer:
            let responder = Self.side(index, !heads[index].marks.contains(.initiatorIsHigh))
            return sides[responder].sequence != details[index].clientRoundTrip
        case .none, .syn, .repeatedSyn, .acknowledgedFirst, .over:
            return heads[index].state.isAnswered
                || (!details[index].initialFlags0.isNone && !details[index].initialFlags1.isNone)
        }
    }

    /// Takes down what a TCP packet tells: first flags, progress, initiator, round-trip times, sequence.
    mutating func noteTCP(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let flags = observation.tcpFlags
        if heads[index].marks.contains(.closing) { reopen(index, observation, isReversed: isReversed) }
        if flags.hasRst { noteReset(index, observation, isReversed: isReversed) }
        heads[index].state.note(flags, isReversed: isReversed)
        noteInitialFlags(index, flags, isReversed: isReversed)
        if flags.hasSyn {
            mendInitiator(index, isAnswer: flags.hasAck, isReversed: isReversed, observation.dscp)
        }
        noteHandshake(index, observation, isReversed: isReversed)
        noteSequence(index, observation, isReversed: isReversed)
        if heads[index].state.isClosed {
            endHandshake(index)
            let isFirst = !heads[index].marks.contains(.closing)
            details[index].moment = isFirst ? observation.timestampNanoseconds : max(observation.timestampNanoseconds, details[index].moment)
            heads[index].marks.insert(.closing)
        }
    }

    @inline(__always)
    mutating func noteInitialFlags(_ index: Int, _ flags: TCPFlags, isReversed: Bool) {
        if isReversed {
            if details[index].initialFlags1.isNone { details[index].initialFlags1 = flags }
        } else {
            if details[index].initialFlags0.isNone { details[index].initialFlags0 = flags }
        }
    }

    /// A SYN, or the answer to one, is better evidence than what came before it.
    private mutating func mendInitiator(_ index: Int, isAnswer: Bool, isReversed: Bool, _ dscp: UInt8) {
        let basis = details[index].basis
        if basis.isSyn || (isAnswer && basis.isSynAck) { return }
        details[index].basis = isAnswer ? .synAck : .syn
        let isHigh = isAnswer != isReversed
        // What was noted of the side that is the responder now does not hold for the initiator.
        if isHigh != heads[index].marks.contains(.initiatorIsHigh) { details[index].dscp = isAnswer ? .max : dscp }
        setInitiator(index, isHigh: isHigh)
    }

    /// Nanoseconds that a ring may be read later than another.
    private static var ringDelay: UInt64 { 1_000_000_000 }

    private mutating func setInitiator(_ index: Int, isHigh: Bool) {
        if isHigh {
            heads[index].marks.insert(.initiatorIsHigh)
        } else {
            heads[index].marks.remove(.initiatorIsHigh)
        }
    }

    /// A packet with an earlier clock than the flow's beginning: rings of two interfaces are read one after the other. One
    /// that is earlier by more than a ring may be late tells that the clock was set back, and nothing of the flow.
    private mutating func mendBeginning(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        guard details[index].part == 0, observation.timestampNanoseconds < details[index].flowStart,
            // Without a sign, so that no difference of two times is too large.
            UInt64(bitPattern: details[index].flowStart &- observation.timestampNanoseconds) <= Self.ringDelay
        else { return }
        details[index].flowStart = observation.timestampNanoseconds
        guard details[index].basis.isFirstPacket else { return }
        setInitiator(index, isHigh: isReversed)
        details[index].dscp = observation.dscp
        details[index].icmpType = observation.icmpType
        details[index].icmpCode = observation.icmpCode
    }
}
