import FlowModel

extension FlowCache {
    /// Counts a packet that `needsAttention`, after what it calls for.
    @inline(never)
    mutating func attend(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let isTCP = observation.key.protocolIdentifier == 6
        if let reason = endBefore(index, observation) {
            export(index, reason)
            restart(index, observation, isReversed: isReversed)
        } else {
            endRecord(index, at: observation.timestampNanoseconds)
            if observation.timestampNanoseconds < entries[index].recordStart {
                mendBeginning(index, observation, isReversed: isReversed)
            }
        }
        // After the endings: what ended does not know of this packet.
        if (isReversed ? entries[index].interface1 : entries[index].interface0) == FlowEntry.noInterface {
            setPrimary(index, observation.interface, isReversed: isReversed)
            noteFirstPacket(index, observation, isReversed: isReversed)
            noteFirstSight(index, observation, isReversed: isReversed, isPrimary: true)
        }
        if isTCP { noteTCP(index, observation, isReversed: isReversed) }
        entries[index].marks.remove(.dormant)
        count(index, observation, isReversed: isReversed)
        // A later deadline needs nothing: it is found when the slot comes up.
        if entries[index].marks.contains(.closing) || entries[index].wheelSlot >= UInt32(TimerWheel.slotCount) {
            reschedule(index, at: deadline(index))
        }
    }

    /// Why the entry's flow has ended before this packet, which begins a new one; nil when it goes on.
    ///
    /// A silence of the idle timeout ends a flow, but not an established connection. A SYN begins a new flow when the
    /// old one has ended or was silent; one with an older clock than the end, or soon after a guessed beginning, comes
    /// late over another ring and belongs to this one.
    private func endBefore(_ index: Int, _ observation: PacketObservation) -> FlowEndReason? {
        let time = observation.timestampNanoseconds
        let silence = time &- entries[index].lastPacket
        let isOpening = observation.tcpFlags.contains(.syn) && !observation.tcpFlags.contains(.ack)
        let isClosing = entries[index].marks.contains(.closing)
        if silence >= configuration.idleTimeout {
            if isClosing { return .endOfFlow }
            return isEstablished(index) && silence < configuration.establishedRetention && !isOpening ? nil : .idleTimeout
        }
        guard isOpening else { return nil }
        if isClosing { return time > details[index].closedAt ? .endOfFlow : nil }
        let isGuessed = details[index].basis != .syn
        return isGuessed && time &- details[index].flowStart > configuration.closedTimeout ? .endOfFlow : nil
    }

    /// Ends the open record of a flow that goes on, when its time has come.
    private mutating func endRecord(_ index: Int, at time: Int64) {
        guard !entries[index].recordIsEmpty else { return }
        let silence = time &- entries[index].lastPacket
        if entries[index].marks.contains(.closing), silence >= configuration.closedTimeout {
            export(index, .endOfFlow)
        } else if silence >= configuration.idleTimeout {
            export(index, .idleTimeout)
        } else if time &- entries[index].recordStart >= activeLimit(index) {
            export(index, .activeTimeout)
        }
    }

    /// A new flow on the entry of one that has ended.
    private mutating func restart(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let old = details[index]
        let silence = observation.timestampNanoseconds &- entries[index].lastPacket
        startFlow(index, observation, isReversed: isReversed)
        setPrimary(index, observation.interface, isReversed: isReversed)
        // Soon after the end of a connection its last packets may still come from witnesses: the other direction's
        // primary stays, so that those are not counted again. After a silence nothing of the old flow is under way.
        switch (silence < configuration.idleTimeout, isReversed) {
        case (true, true): (details[index].direction0, details[index].isLocal0) = (old.direction0, old.isLocal0)
        case (true, false): (details[index].direction1, details[index].isLocal1) = (old.direction1, old.isLocal1)
        case (false, true): (entries[index].interface0, entries[index].last0) = (FlowEntry.noInterface, .min)
        case (false, false): (entries[index].interface1, entries[index].last1) = (FlowEntry.noInterface, .min)
        }
    }

    /// TCP on which both sides have spoken, and that has not ended: it keeps its initiator over a silence, also when
    /// its handshake was before our time.
    func isEstablished(_ index: Int) -> Bool {
        guard entries[index].key.protocolIdentifier == 6, !entries[index].state.isClosed else { return false }
        return entries[index].state.isAnswered
            || (!details[index].initialFlags0.isEmpty && !details[index].initialFlags1.isEmpty)
    }

    /// Takes down what a TCP packet tells: first flags, progress, initiator.
    mutating func noteTCP(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let flags = observation.tcpFlags
        entries[index].state.note(flags, isReversed: isReversed)
        noteInitialFlags(index, flags, isReversed: isReversed)
        if flags.contains(.syn) {
            mendInitiator(index, isAnswer: flags.contains(.ack), isReversed: isReversed, observation.dscp)
        }
        if entries[index].state.isClosed {
            details[index].closedAt = max(observation.timestampNanoseconds, details[index].closedAt)
            entries[index].marks.insert(.closing)
        }
    }

    mutating func noteInitialFlags(_ index: Int, _ flags: TCPFlags, isReversed: Bool) {
        if isReversed {
            if details[index].initialFlags1.isEmpty { details[index].initialFlags1 = flags }
        } else {
            if details[index].initialFlags0.isEmpty { details[index].initialFlags0 = flags }
        }
    }

    /// A SYN, or the answer to one, is better evidence than what came before it.
    private mutating func mendInitiator(_ index: Int, isAnswer: Bool, isReversed: Bool, _ dscp: UInt8) {
        let basis = details[index].basis
        if isAnswer ? basis == .syn || basis == .synAck : basis == .syn { return }
        details[index].basis = isAnswer ? .synAck : .syn
        let isHigh = isAnswer != isReversed
        // What was noted of the side that is the responder now does not hold for the initiator.
        if isHigh != entries[index].marks.contains(.initiatorIsHigh) { details[index].dscp = isAnswer ? .max : dscp }
        setInitiator(index, isHigh: isHigh)
    }

    private mutating func setInitiator(_ index: Int, isHigh: Bool) {
        if isHigh {
            entries[index].marks.insert(.initiatorIsHigh)
        } else {
            entries[index].marks.remove(.initiatorIsHigh)
        }
    }

    /// A packet with an earlier clock than the flow's beginning: rings of two interfaces are read one after the other.
    private mutating func mendBeginning(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        guard details[index].part == 0, observation.timestampNanoseconds < details[index].flowStart else { return }
        details[index].flowStart = observation.timestampNanoseconds
        guard details[index].basis == .firstPacket else { return }
        setInitiator(index, isHigh: isReversed)
        details[index].dscp = observation.dscp
        details[index].icmpType = observation.icmpType
        details[index].icmpCode = observation.icmpCode
    }
}
