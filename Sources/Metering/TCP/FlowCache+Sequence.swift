import FlowModel

extension FlowCache {
    /// Follows a direction's sequence numbers, and counts segments that were sent again or came out of order.
    ///
    /// The rule is that of Wireshark's analysis (`packet-tcp.c`, "TCP Analysis" in its user's guide §7.5), as far as it
    /// can be told without keeping segments:
    /// - A segment that takes sequence numbers (payload, SYN or FIN) and begins below the highest number sent so far is
    ///   counted, as one of two.
    /// - Out of order, when it fills a gap that was passed over less than the handshake's round-trip time before (3 ms
    ///   where that is unknown): nobody can have asked for it in so short a time.
    /// - Else a retransmission: the numbers were seen before, or were lost on their way to us and asked for again.
    /// - Keep-alives (at most one octet, at the number before the highest; RFC 9293 §3.8.4) and what follows a probe of a
    ///   closed window (more than one octet from there) are neither, nor is a RST.
    ///
    /// A segment that begins more than 16 MiB beyond the highest is not believed until another goes on from it: one that is
    /// forged or damaged would make retransmissions of all that follow.
    ///
    /// It differs from Wireshark's where gaps are known: it takes every segment soon after the highest for out of
    /// order, also one whose numbers it has seen, unless two acknowledgements for it came before.
    mutating func noteSequence(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let flags = observation.tcpFlags
        // Without any flag it is a later fragment, which has no TCP header.
        if flags.hasRst || flags.isNone { return }
        let isBound = flags.hasSyn || flags.hasFin
        let length = observation.tcpPayloadLength
        let start = observation.tcpSequence
        let end = start &+ length &+ (flags.hasSyn ? 1 : 0) &+ (flags.hasFin ? 1 : 0)
        let side = Self.side(index, isReversed)
        let known: FlowHead.Marks = isReversed ? .sequence1 : .sequence0
        guard heads[index].marks.contains(known) else {
            heads[index].marks.insert(known)
            sides[side].sequence = end
            return
        }
        let highest = sides[side].sequence
        let ahead = Int32(bitPattern: start &- highest)
        if ahead >= 0 {
            guard ahead <= Self.believedDistance || isContinued(index, start, end, isReversed: isReversed) else { return }
            sides[side].sequence = end
            if ahead > 0 { passOver(index, highest, start, at: observation.timestampNanoseconds, isReversed: isReversed) }
            return
        }
        if end == start { return }
        if GapList.isBefore(highest, end) { sides[side].sequence = end }
        if ahead == -1, !isBound { return }
        sendAgain(index, start, end, at: observation.timestampNanoseconds, isReversed: isReversed)
    }

    /// As far as a window of the sender's could reach, and the largest capture's hole that is worth telling.
    static var believedDistance: Int32 { 1 << 24 }

    /// Whether a segment far ahead goes on from another that was not believed; if not, it is the one to go on from.
    private mutating func isContinued(_ index: Int, _ start: UInt32, _ end: UInt32, isReversed: Bool) -> Bool {
        // Without room nothing is told of the flow anyway.
        guard let place = makeGapSet(of: index) else { return true }
        let doubted = isReversed ? extras.gaps[place].doubted1 : extras.gaps[place].doubted0
        let isContinued = doubted != .max && start &- doubted <= UInt32(Self.believedDistance)
        // The last of all numbers stands for none; the one before it serves as well.
        let next = isContinued ? .max : min(end, .max - 1)
        if isReversed { extras.gaps[place].doubted1 = next } else { extras.gaps[place].doubted0 = next }
        return isContinued
    }

    private mutating func passOver(_ index: Int, _ start: UInt32, _ end: UInt32, at time: Int64, isReversed: Bool) {
        guard let place = makeGapSet(of: index) else { return notMeasured(index) }
        let gap = GapList.Gap(start: start, end: end, opened: Self.microseconds(time))
        if isReversed { extras.gaps[place].gaps1.open(gap) } else { extras.gaps[place].gaps0.open(gap) }
    }

    private mutating func sendAgain(_ index: Int, _ start: UInt32, _ end: UInt32, at time: Int64, isReversed: Bool) {
        guard let place = makeGapSet(of: index) else { return notMeasured(index) }
        let opened = isReversed ? extras.gaps[place].gaps1.fill(start, end) : extras.gaps[place].gaps0.fill(start, end)
        if let opened, Self.microseconds(time) &- opened < reorderingMicroseconds(index) {
            extras.gaps[place].countOutOfOrder(isReversed: isReversed)
        } else {
            extras.gaps[place].countRetransmit(isReversed: isReversed)
        }
    }

    private mutating func notMeasured(_ index: Int) {
        if !heads[index].marks.contains(.unmeasured) { counters.flowsUnmeasured &+= 1 }
        heads[index].marks.insert(.unmeasured)
    }

    /// How long after a gap its filling is taken for reordering.
    private mutating func reorderingMicroseconds(_ index: Int) -> UInt32 {
        guard details[index].phase == .over else { return 3000 }
        let (client, server) = (details[index].clientRoundTrip, details[index].serverRoundTrip)
        if client == .max || server == .max { return 3000 }
        let (whole, isOverflow) = client.addingReportingOverflow(server)
        return isOverflow ? .max : whole
    }

    private static func microseconds(_ time: Int64) -> UInt32 { UInt32(truncatingIfNeeded: time / 1000) }
}
