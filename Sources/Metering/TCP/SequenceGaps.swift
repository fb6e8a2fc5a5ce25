/// What is kept of a TCP flow's sequence numbers once they are not simply one after the other: 128 octets.
struct SequenceGaps: BitwiseCopyable {
    /// The flow's other extra.
    var next: ExtraReference
    /// Segments of the open record, sent by the lower and by the higher side.
    var retransmits0: UInt32 = 0
    var retransmits1: UInt32 = 0
    var outOfOrder0: UInt32 = 0
    var outOfOrder1: UInt32 = 0
    var gaps0 = GapList()
    var gaps1 = GapList()
    /// The number after a segment that was not believed; `.max` for none.
    var doubted0: UInt32 = .max
    var doubted1: UInt32 = .max
    /// The side's RST had a number that it could hardly have.
    var doubtedEnd0 = false
    var doubtedEnd1 = false

    init(next: ExtraReference) { self.next = next }

    mutating func countRetransmit(isReversed: Bool) {
        if isReversed { retransmits1 &+= 1 } else { retransmits0 &+= 1 }
    }

    mutating func countOutOfOrder(isReversed: Bool) {
        if isReversed { outOfOrder1 &+= 1 } else { outOfOrder0 &+= 1 }
    }

    mutating func clearCounts() { (retransmits0, retransmits1, outOfOrder0, outOfOrder1) = (0, 0, 0, 0) }
}

/// Ranges of sequence numbers that were passed over, of one direction: the latest four.
struct GapList: BitwiseCopyable {
    /// From `start` up to `end`, which is not in it; empty when they are equal.
    struct Gap: BitwiseCopyable {
        var start: UInt32 = 0
        var end: UInt32 = 0
        /// When it opened: microseconds of the capture clock, the lower 32 bits (71 minutes).
        var opened: UInt32 = 0
    }

    private var gaps: InlineArray<4, Gap> = .init(repeating: Gap())

    /// Remembers a gap, for which the oldest may have to go.
    mutating func open(_ gap: Gap) {
        var place = 0
        for candidate in 0..<4 where gaps[candidate].start == gaps[candidate].end {
            gaps[candidate] = gap
            return
        }
        for candidate in 1..<4 where gap.opened &- gaps[candidate].opened > gap.opened &- gaps[place].opened { place = candidate }
        gaps[place] = gap
    }

    /// Takes `start ..< end` out of the gaps.
    ///
    /// - Returns: when the youngest gap was opened of which a part was filled; nil when there was none.
    mutating func fill(_ start: UInt32, _ end: UInt32) -> UInt32? {
        var opened: UInt32?
        for place in 0..<4 {
            let gap = gaps[place]
            guard gap.start != gap.end, Self.isBefore(start, gap.end), Self.isBefore(gap.start, end) else { continue }
            if opened.map({ Self.isBefore($0, gap.opened) }) ?? true { opened = gap.opened }
            let hasFront = Self.isBefore(gap.start, start)
            let hasRear = Self.isBefore(end, gap.end)
            switch (hasFront, hasRear) {
            case (false, false): gaps[place].end = gap.start
            case (false, true): gaps[place].start = end
            case (true, false): gaps[place].end = start
            case (true, true):
                gaps[place].end = start
                open(Gap(start: end, end: gap.end, opened: gap.opened))
            }
        }
        return opened
    }

    /// In the order of sequence numbers, which wrap around (RFC 9293 §3.4).
    static func isBefore(_ a: UInt32, _ b: UInt32) -> Bool { Int32(bitPattern: a &- b) < 0 }
}
