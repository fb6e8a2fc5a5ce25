/// What filters are made of, right and wrong: joined at random they are texts that nobody thought of.
enum FilterPieces {
    static let all = [
        "src", "dst", "ip", "host", "net", "port", "portrange", "mac", "proto", "tcp", "udp", "icmp6", "ipv6", "flags",
        "state", "S0",
        "and", "or", "not", "in", "(", ")", "[", "]", ",", "=", "==", "!=", "<", "<=", ">", ">=", "<>", "!", "&&", "||",
        "&", "|",
        "10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "10/8", "192.168", "80", "10M", "1h", "20ms", "-5", "1-2-3", "-",
        "*", "a*b", "\"x*\"", "'y'",
        "\"", "'", "\\", "#", "\n", "\0", "\u{7f}", "ü", "👩‍👩‍👧", "\r\n", "absent", "present", "any", "counted", "true",
        "agent", "interface", "bytes",
        "vni", "bps", "end", "2026-01-01", "flow_id", "0x1f", "18446744073709551615", "18446744073709551616", "0.1",
        "1e9", ".", "..", "1.5.5K",
        "~", "!~", "=~", "\"^a+\\d\"", "[a", "10.0.0.1-10.0.0.9", "fd00::1..fd00::9", "1..5", "e5", "2026-01-01..2026-02-01",
        "community_id", "state", "rtt", "duration", "src_mac", "00:00:00:00:00:01", "proto", "pps", "dst_port", "src_port", "\u{301}",
        "eq", "lt", "none", "encap", "9999999999d", "a/b/c", "/8", "10.0.0.0/-1", "+5", "٣",
    ]

    static func text(_ generator: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...14, using: &generator)
        let glue = Bool.random(using: &generator) ? " " : ""
        return (0..<count).map { _ in all[Int.random(in: 0..<all.count, using: &generator)] }.joined(separator: glue)
    }
}
