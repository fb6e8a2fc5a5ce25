import FlowModel

/// A RST ends a connection for its receiver if its number is in the receiver's window (RFC 9293 §3.5.3, RFC 5961 §3.2). What
/// we know of the window is the number that the sender has come to.
extension FlowCache {
    /// Notes whether a RST's number is one that its sender can have.
    mutating func noteReset(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let distance = Int32(bitPattern: observation.tcpSequence &- sides[Self.side(index, isReversed)].sequence)
        let isDoubted = heads[index].marks.contains(isReversed ? .sequence1 : .sequence0)
            && distance.magnitude > UInt32(Self.believedDistance)
        guard let place = isDoubted ? makeGapSet(of: index) : gapSet(of: index) else { return }
        if isReversed { extras.gaps[place].doubtedEnd1 = isDoubted } else { extras.gaps[place].doubtedEnd0 = isDoubted }
    }

    /// The flow of a RST that nobody believed goes on when its sender does, later and in sequence. Until then it has ended:
    /// there are senders of RSTs with any number, which say no more after them.
    mutating func reopen(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        guard let place = gapSet(of: index), isReversed ? extras.gaps[place].doubtedEnd1 : extras.gaps[place].doubtedEnd0,
            !observation.tcpFlags.hasRst, !observation.tcpFlags.hasSyn,
            observation.tcpSequence == sides[Self.side(index, isReversed)].sequence,
            observation.timestampNanoseconds > details[index].moment
        else { return }
        if isReversed { extras.gaps[place].doubtedEnd1 = false } else { extras.gaps[place].doubtedEnd0 = false }
        heads[index].state.remove(isReversed ? .rst1 : .rst0)
        if !heads[index].state.isClosed { heads[index].marks.remove(.closing) }
    }
}
