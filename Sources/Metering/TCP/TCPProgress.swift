import FlowModel

/// What has been seen of a TCP connection, per direction of the canonical key, without regard to order: packets of
/// the two directions may reach us over different rings.
struct TCPProgress: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static var syn0: TCPProgress { TCPProgress(rawValue: 0x01) }
    static var syn1: TCPProgress { TCPProgress(rawValue: 0x02) }
    static var synAck0: TCPProgress { TCPProgress(rawValue: 0x04) }
    static var synAck1: TCPProgress { TCPProgress(rawValue: 0x08) }
    static var fin0: TCPProgress { TCPProgress(rawValue: 0x10) }
    static var fin1: TCPProgress { TCPProgress(rawValue: 0x20) }
    static var rst0: TCPProgress { TCPProgress(rawValue: 0x40) }
    static var rst1: TCPProgress { TCPProgress(rawValue: 0x80) }

    @inline(__always)
    mutating func note(_ flags: TCPFlags, isReversed: Bool) {
        var bits: UInt8 = 0
        if flags.hasSyn { bits |= flags.hasAck ? 0x04 : 0x01 }
        if flags.hasFin { bits |= 0x10 }
        if flags.hasRst { bits |= 0x40 }
        self = TCPProgress(rawValue: rawValue | (isReversed ? bits << 1 : bits))
    }

    /// Ended: a RST from either side, or FINs from both.
    @inline(__always)
    var isClosed: Bool { rawValue & 0xC0 != 0 || rawValue & 0x30 == 0x30 }

    /// A SYN-ACK was seen: somebody listens.
    var isAnswered: Bool { rawValue & 0x0C != 0 }

    /// The state in Zeek's words (conn.log, `conn_state`), seen from the initiator: what Zeek's state machine and its
    /// script `base/protocols/conn` come to, without regard to order. A RST after FINs from both sides changes nothing,
    /// and a SYN-ACK with an initiator that goes on stands for a SYN that was not seen.
    ///
    /// - Parameters:
    ///   - reversed: the initiator is the higher side.
    ///   - initiatorSpoke: packets of the initiator were seen; `responderSpoke` likewise.
    func state(initiatorIsHigh reversed: Bool, initiatorSpoke: Bool, responderSpoke: Bool) -> ConnectionState {
        let syn = contains(reversed ? .syn1 : .syn0)
        // A SYN from the other side too is a simultaneous open.
        let isAnswered = contains(reversed ? .synAck0 : .synAck1) || contains(reversed ? .syn0 : .syn1)
        let finOriginator = contains(reversed ? .fin1 : .fin0)
        let finResponder = contains(reversed ? .fin0 : .fin1)
        let rstOriginator = contains(reversed ? .rst1 : .rst0)
        let rstResponder = contains(reversed ? .rst0 : .rst1)
        let isOpened = syn || (isAnswered && initiatorSpoke)
        if finOriginator && finResponder { return .sf }
        if rstResponder {
            if syn && !isAnswered && !finOriginator { return .rej }
            return isOpened || finOriginator || rstOriginator ? .rstr : .rstrh
        }
        if rstOriginator {
            if isAnswered || finResponder { return .rsto }
            return syn ? .rstos0 : .oth
        }
        if finOriginator { return isAnswered ? .s2 : .sh }
        if finResponder { return isOpened ? .s3 : .shr }
        if isAnswered { return isOpened ? .s1 : .oth }
        return syn && !responderSpoke ? .s0 : .oth
    }
}
