/// How far the measurement of a handshake's round-trip times has come, and what `FlowDetail.moment` holds.
///
/// SYN, SYN-ACK and ACK of one connection may reach us over two rings: the SYN comes before the ACK, the SYN-ACK at any
/// place. What was sent twice is ambiguous and not measured (Karn's rule, RFC 6298 §3).
enum HandshakePhase: UInt8 {
    /// Nothing was seen.
    case none = 0
    /// A SYN: its time.
    case syn
    /// Two SYNs before an answer: there is no telling which was answered.
    case repeatedSyn
    /// A SYN-ACK before a SYN: its time. `clientRoundTrip` holds the number that acknowledges it.
    case answeredFirst
    /// SYN and ACK before the SYN-ACK: the time of the SYN. `clientRoundTrip` holds the whole, `serverRoundTrip` the
    /// number that was acknowledged.
    case acknowledgedFirst
    /// SYN and SYN-ACK, or the SYN-ACK behind a repeated SYN: the time of the SYN-ACK; `clientRoundTrip` as before.
    case answered
    /// Measured, or not to be measured any more.
    case over
    /// A SYN-ACK that was sent twice, or that answers another SYN, and that nobody has acknowledged: no more than the
    /// server's time will be known. `clientRoundTrip` as before.
    case repeatedAnswer
}
