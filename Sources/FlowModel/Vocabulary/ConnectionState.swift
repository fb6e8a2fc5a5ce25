/// The state of a connection in Zeek's words (conn.log, `conn_state`). UDP and ICMP use `S0` (unanswered) and `SF`.
@frozen
package enum ConnectionState: UInt8, Sendable, CaseIterable {
    /// Not known: a foreign exporter, or a protocol without the notion.
    case absent = 0
    case s0, s1, sf, rej, s2, s3, rsto, rstr, rstos0, rstrh, sh, shr, oth

    package var name: String { Self.names[Int(rawValue)] }
    package init?(name: String) {
        guard let index = Self.names.firstIndex(of: name.uppercased()), index > 0 else { return nil }
        self.init(rawValue: UInt8(index))
    }
    private static let names = [
        "", "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH",
    ]
}
