/// Follows the sequence numbers of one transport session: what is missing, what came late, when the exporter began again.
///
/// A number says how many units were sent before the message, modulo 2³²: flows in v5, packets in v9, data records in IPFIX;
/// datagrams, or samples of one source, in sFlow.
package struct SequenceTracker: Sendable {
    package enum Event: Hashable, Sendable {
        case inOrder
        case gap(UInt32)
        /// A message that comes after a later one, with as many units as it takes back from those that are missing.
        case late(UInt32)
        case restart
        /// A gap that was none: the messages that seemed late were the exporter's new count.
        case restartAfterLate(messages: UInt32)
        /// The exporter's numbers count the records of their own message: what seemed missing or late before was none of it.
        case countsOwn(Suspects)
    }

    /// What was counted while it was not sure how the exporter counts.
    package struct Suspects: Hashable, Sendable {
        package var missing: UInt64 = 0
        package var gaps: UInt64 = 0
        package var late: UInt64 = 0

        package init() {}
    }

    /// Further back than this many messages, of the last one's size, a number is no late message's.
    private static let lateMessages: UInt32 = 64
    /// So many late messages one after the other, each the next of the one before, are a new count.
    private static let restartRun: UInt32 = 4
    /// A boot time that moves by more than this is another one; clocks and seconds' fractions move it by less.
    private static let bootGrace: Int64 = 30_000

    /// A number that is this far ahead, or 0 and far ahead, is the first of a new count.
    private static let gapLimit: Int32 = 1 << 28
    private static let gapLimitToZero: Int32 = 1 << 16

    private var next: UInt32?
    private var missing: UInt64 = 0
    private var startMilliseconds: Int64?
    private var lateNext: UInt32 = 0
    private var lateRun: UInt32 = 0
    /// softflowd 1.1.0 numbers IPFIX messages by the data records up to and with their own, options left out.
    private var countsOwn = false
    private var suspicion = 0
    private var suspects = Suspects()
    private var last: (sequence: UInt32, units: UInt32?)?

    package init() {}

    /// The number that is next; nil when that is not known, or when the exporter counts in a way of its own.
    var expected: UInt32? { countsOwn ? nil : next }

    /// It is known otherwise which number is next; the message before is no measure of how the exporter counts.
    mutating func expect(_ number: UInt32) {
        next = number
        last = nil
    }

    /// - Parameters:
    ///   - units: how many the message has; nil when it cannot be known: then the next message begins anew.
    ///   - own: how many of them are no options; nil where the exporter can count in one way only.
    ///   - start: when the exporter started, if the header says so.
    package mutating func receive(_ sequence: UInt32, units: UInt32?, own: UInt32? = nil, start: Int64?) -> Event {
        if countsOwn { return follow(sequence &- (own ?? 0), units: units == nil ? nil : own, start: start) }
        guard let own else { return follow(sequence, units: units, start: start) }
        // The step from the message before is that one's units, or else this one's; where they agree nothing is learnt.
        let isRight = last.map { last in last.units.map { last.sequence &+ $0 == sequence } ?? false } ?? (sequence == 0)
        let isOwn = last.map { sequence &- own == $0.sequence } ?? (next == nil && own > 0 && own == sequence)
        if isOwn && !isRight {
            suspicion += 1
        } else if isRight && !isOwn {
            suspicion = 0
            suspects = Suspects()
        }
        last = (sequence, units)
        if suspicion >= 2 {
            countsOwn = true
            next = units == nil ? nil : sequence
            missing = 0
            return .countsOwn(suspects)
        }
        let event = follow(sequence, units: units, start: start)
        if suspicion > 0 { suspect(event) }
        return event
    }

    private mutating func suspect(_ event: Event) {
        switch event {
        case .gap(let units):
            suspects.missing += UInt64(units)
            suspects.gaps += 1
        case .late: suspects.late += 1
        default: break
        }
    }

    private mutating func follow(_ sequence: UInt32, units: UInt32?, start: Int64?) -> Event {
        let known = next
        let hasRebooted = start.map { new in startMilliseconds.map { new - $0 > Self.bootGrace } ?? false } ?? false
        if let start, startMilliseconds == nil || hasRebooted { startMilliseconds = start }
        guard let expected = known else {
            next = units.map { sequence &+ $0 }
            return .inOrder
        }
        let ahead = Int32(bitPattern: sequence &- expected)
        if ahead == 0 {
            lateRun = 0
            next = units.map { sequence &+ $0 }
            return .inOrder
        }
        if hasRebooted || ahead > (sequence == 0 ? Self.gapLimitToZero : Self.gapLimit) {
            restart(sequence, units)
            return .restart
        }
        if ahead > 0 {
            lateRun = 0
            missing += UInt64(ahead)
            next = units.map { sequence &+ $0 }
            return .gap(UInt32(ahead))
        }
        let behind = UInt64(-Int64(ahead))
        guard behind <= UInt64(Self.lateMessages) * UInt64(max(1, units ?? 32)) * 2 else {
            restart(sequence, units)
            return .restart
        }
        lateRun = lateRun > 0 && sequence == lateNext ? lateRun + 1 : 1
        lateNext = sequence &+ (units ?? 0)
        if lateRun >= Self.restartRun {
            let run = lateRun
            restart(sequence, units)
            return .restartAfterLate(messages: run - 1)
        }
        let back = min(missing, UInt64(units ?? 0))
        missing -= back
        return .late(UInt32(back))
    }

    private mutating func restart(_ sequence: UInt32, _ units: UInt32?) {
        next = units.map { sequence &+ $0 }
        missing = 0
        lateRun = 0
    }
}
