/// Which ICMP types ask and answer one another, as the Community ID specification (version 1) pairs them; the agent's decoder
/// pairs packets in the same way, so that a ping is one biflow whoever saw it.
enum ICMPAnswers {
    /// The type that goes the other way, and whether this one asks; nil for a type that goes one way only.
    static func other(than type: UInt8, isIPv6: Bool) -> (type: UInt8, isRequest: Bool)? {
        for (request, answer) in isIPv6 ? ipv6 : ipv4 {
            if type == request { return (answer, true) }
            if type == answer { return (request, false) }
        }
        return nil
    }

    /// RFC 792, 950, 1256.
    private static let ipv4: [(UInt8, UInt8)] = [(8, 0), (10, 9), (13, 14), (15, 16), (17, 18)]
    /// RFC 4443, 2710, 4861, 4620, 6275.
    private static let ipv6: [(UInt8, UInt8)] = [(128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145)]
}
