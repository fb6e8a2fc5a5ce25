import FlowModel

/// The words of the language beside the field names, and what to say about words that are none.
enum FilterVocabulary {
    /// Words that begin a test, with their meaning for completion.
    static let primitives: [(word: String, meaning: String)] = [
        ("not", "Turns the next test round."),
        ("ip", "Address of either side: ip 10.0.0.1, ip in [10.0.0.0/8, 192.0.2.1]."),
        ("host", "The same as ip."),
        ("net", "Network of either side: net 10.1.0.0/16."),
        ("port", "Port of either side: port 53, port in [80, 443], port > 1024."),
        ("mac", "MAC address of either side."),
        ("tcp", "proto tcp"), ("udp", "proto udp"), ("icmp", "proto icmp"), ("icmp6", "proto ipv6-icmp"),
        ("ipv4", "IPv4 flows."), ("ipv6", "IPv6 flows."),
        ("any", "Every flow."),
    ]

    /// Words that only some tests begin with; accepted, not offered.
    static let others = ["portrange", "inet", "inet6", "ip6"]

    /// Protocols that may stand without `proto` before them.
    static let bareProtocols: Set<String> = [
        "tcp", "udp", "icmp", "icmp6", "icmpv6", "sctp", "gre", "esp", "ah", "igmp", "dccp", "udplite",
    ]

    /// What may follow a bare protocol or address family without `and`, as tcpdump users write it (`tcp port 80`).
    static let qualifiers: Set<String> = ["src", "dst", "host", "net", "port", "portrange"]

    static let comparisons: [String: FilterToken.Comparison] = [
        "eq": .equal, "ne": .notEqual, "lt": .less, "le": .atMost, "gt": .greater, "ge": .atLeast,
    ]

    /// Names of other tools and of things that records of this version do not hold.
    static let absentNames: Set<String> = [
        "workload", "src_workload", "dst_workload", "segment", "src_segment", "dst_segment", "scope", "verdict",
        "process",
        "as", "geo", "country", "router", "mpls",
    ]

    static let otherSpellings: [String: String] = [
        "dstport": "dst_port", "srcport": "src_port", "sport": "src_port", "dport": "dst_port", "sip": "src",
        "dip": "dst",
        "srcip": "src", "dstip": "dst", "saddr": "src", "daddr": "dst", "protocol": "proto", "octets": "bytes",
        "if": "interface", "iface": "interface", "dev": "interface", "exporter": "agent", "first": "start",
        "last": "end", "tos": "dscp", "odid": "agent",
    ]

    static var primitiveWords: [String] { primitives.map(\.word) + filterFields.map(\.rawValue) }

    /// Fields that a record has, stored or derived.
    static let filterFields = Field.allCases.filter { !$0.isGroupOnly }

    /// The message for a word that begins no test.
    static func explain(unknown token: FilterToken) -> String {
        let word = token.lower
        if token.kind == .quoted {
            return "\(token.shown) stands alone; write a field before it, as in 'agent \(token.shown)'"
        }
        if absentNames.contains(word) { return "\(token.shown) is not a field of this version" }
        if let field = Field(name: word), field.isGroupOnly {
            return "'\(word)' is a number of groups: it can be an order, not part of a filter"
        }
        if IPPrefix(token.text) != nil {
            return "\(token.shown) stands alone; write 'ip', 'src' or 'dst' before it"
        }
        if let first = word.utf8.first, (48...57).contains(first) {
            return "\(token.shown) stands alone; write a field before it, as in 'port in [80, 443]'"
        }
        if let other = otherSpellings[word] { return "\(token.shown) is not a field; did you mean '\(other)'?" }
        if let near = Spelling.nearest(to: word, among: primitiveWords + others) {
            return "\(token.shown) is not a field; did you mean '\(near)'?"
        }
        return "\(token.shown) is not a field"
    }
}

/// Looks for the word that somebody meant.
package enum Spelling {
    /// The candidate that differs least: by one letter for short words, by two for those of five letters and more, or one that
    /// begins with all of `word`. nil when none is near.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let letters = Array(word.lowercased().utf8.prefix(32))
        guard letters.count >= 2 else { return nil }
        let bound = letters.count >= 5 ? 2 : 1
        var best: (rank: Int, word: String)?
        for candidate in candidates {
            let found = distance(letters, Array(candidate.utf8))
            // Of two equally near the one that only lacks its end: prot is rather proto than port.
            let rank = found * 2 + (candidate.utf8.starts(with: letters) ? 0 : 1)
            if found <= bound, rank < best?.rank ?? .max { best = (rank, candidate) }
        }
        if let best { return best.word }
        let longer = candidates.filter { letters.count >= 3 && $0.utf8.starts(with: letters) }
        return longer.min { $0.utf8.count < $1.utf8.count }
    }

    /// Letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var older: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var least = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, older[j - 1] + 1) }
                current.append(least)
            }
            older = previous
            previous = current
        }
        return previous[b.count]
    }
}
