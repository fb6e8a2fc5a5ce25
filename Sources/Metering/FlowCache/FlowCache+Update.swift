import FlowModel

extension FlowCache {
    /// Decides about a packet from another interface than the direction's primary.
    ///
    /// - Returns: true when the interface is the primary from now on and the packet counts; false when it is a
    ///   witness's packet, which is counted as such and changes nothing else.
    @inline(never)
    mutating func takePrimary(
        _ index: Int, _ observation: PacketObservation, isReversed: Bool, _ primary: UInt16
    ) -> Bool {
        let last = isReversed ? entries[index].last1 : entries[index].last0
        let isFree = primary == FlowEntry.noInterface
        let isSilent = observation.timestampNanoseconds &- last > configuration.primarySilence
        if isFree || isSilent {
            if isReversed {
                entries[index].interface1 = observation.interface
                details[index].direction1 = .absent
            } else {
                entries[index].interface0 = observation.interface
                details[index].direction0 = .absent
            }
            noteFirstSight(index, observation, isReversed: isReversed)
            return true
        }
        counters.witnessed &+= 1
        if details[index].witnesses.note(interface: observation.interface, isReversed: isReversed) {
            noteFirstSight(index, observation, isReversed: isReversed)
        }
        return false
    }

    /// What `needsAttention` asked for, before the packet is counted.
    @inline(never)
    mutating func attend(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let time = observation.timestampNanoseconds
        let isTCP = observation.key.protocolIdentifier == 6
        if isTCP, beginsNewFlow(index, observation) {
            export(index, .endOfFlow)
            entries[index].marks = []
            startFlow(index, observation, isReversed: isReversed)
            if isReversed {
                details[index].direction1 = observation.direction
            } else {
                details[index].direction0 = observation.direction
            }
        } else if !entries[index].recordIsEmpty, time &- entries[index].recordStart >= activeLimit(index) {
            export(index, .activeTimeout)
        } else if time < details[index].flowStart {
            mendBeginning(index, observation, isReversed: isReversed)
        }
        if isTCP { noteTCP(index, observation, isReversed: isReversed) }
        if entries[index].marks.contains(.dormant) || isTCP {
            entries[index].marks.remove(.dormant)
            reschedule(index, at: deadline(index))
        }
    }

    /// A SYN after the flow has ended (or was silent past the idle timeout) begins a new flow; one with an older
    /// clock than the end, or soon after a guessed beginning, comes late over another ring and belongs to this one.
    private func beginsNewFlow(_ index: Int, _ observation: PacketObservation) -> Bool {
        guard observation.tcpFlags.contains(.syn), !observation.tcpFlags.contains(.ack) else { return false }
        let time = observation.timestampNanoseconds
        if entries[index].state.isClosed { return time > details[index].closedAt }
        if time &- entries[index].lastPacket > configuration.idleTimeout { return true }
        let isGuessed = details[index].basis != .syn
        return isGuessed && time &- details[index].flowStart > configuration.closedTimeout
    }

    /// Takes down what a TCP packet tells: first flags, progress, initiator.
    mutating func noteTCP(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        let flags = observation.tcpFlags
        let wasClosed = entries[index].state.isClosed
        entries[index].state.note(flags, isReversed: isReversed)
        if isReversed {
            if details[index].initialFlags1.isEmpty { details[index].initialFlags1 = flags }
        } else {
            if details[index].initialFlags0.isEmpty { details[index].initialFlags0 = flags }
        }
        if flags.contains(.syn) { mendInitiator(index, isAnswer: flags.contains(.ack), isReversed: isReversed) }
        if entries[index].state.isClosed {
            let time = observation.timestampNanoseconds
            if !wasClosed || time > details[index].closedAt { details[index].closedAt = max(time, details[index].closedAt) }
            entries[index].marks.insert(.closing)
        }
    }

    /// A SYN, or the answer to one, is better evidence than what came before it.
    private mutating func mendInitiator(_ index: Int, isAnswer: Bool, isReversed: Bool) {
        let basis = details[index].basis
        if isAnswer ? basis == .syn || basis == .synAck : basis == .syn { return }
        details[index].basis = isAnswer ? .synAck : .syn
        setInitiator(index, isHigh: isAnswer != isReversed)
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
        guard details[index].part == 0 else { return }
        details[index].flowStart = observation.timestampNanoseconds
        guard details[index].basis == .firstPacket else { return }
        setInitiator(index, isHigh: isReversed)
        details[index].dscp = observation.dscp
        details[index].icmpType = observation.icmpType
        details[index].icmpCode = observation.icmpCode
    }
}
