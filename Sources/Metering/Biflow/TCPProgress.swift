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
        if flags.contains(.syn) { bits |= flags.contains(.ack) ? 0x04 : 0x01 }
        if flags.contains(.fin) { bits |= 0x10 }
        if flags.contains(.rst) { bits |= 0x40 }
        self = TCPProgress(rawValue: rawValue | (isReversed ? bits << 1 : bits))
    }

    /// Ended: a RST from either side, or FINs from both.
    @inline(__always)
    var isClosed: Bool { rawValue & 0xC0 != 0 || rawValue & 0x30 == 0x30 }

    /// A SYN-ACK was seen: somebody listens.
    var isAnswered: Bool { rawValue & 0x0C != 0 }

    /// The state in Zeek's words (conn.log, `conn_state`), seen from the initiator.
    ///
    /// - Parameter reversed: the initiator is the higher side.
    func state(initiatorIsHigh reversed: Bool) -> ConnectionState {
        let syn = contains(reversed ? .syn1 : .syn0)
        let synAck = contains(reversed ? .synAck0 : .synAck1)
        let finOriginator = contains(reversed ? .fin1 : .fin0)
        let finResponder = contains(reversed ? .fin0 : .fin1)
        let rstOriginator = contains(reversed ? .rst1 : .rst0)
        let rstResponder = contains(reversed ? .rst0 : .rst1)
        if syn && synAck {
            if rstOriginator { return .rsto }
            if rstResponder { return .rstr }
            if finOriginator && finResponder { return .sf }
            return finOriginator ? .s2 : finResponder ? .s3 : .s1
        }
        if syn {
            if rstResponder { return .rej }
            if rstOriginator { return .rstos0 }
            // A FIN from a responder that never sent a SYN-ACK: part of the handshake was not seen.
            if finResponder { return .oth }
            return finOriginator ? .sh : .s0
        }
        if synAck {
            if rstResponder { return .rstrh }
            if finResponder { return .shr }
        }
        return .oth
    }
}
