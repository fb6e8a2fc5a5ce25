/// Names of IP protocols: the keywords of the IANA registry «Protocol Numbers» (as of 2026-03-09), in lower case.
///
/// `icmp6` and `icmpv6` are read for `ipv6-icmp`; a protocol without a keyword is its number.
package enum ProtocolName {
    /// The keyword, or the number where IANA has none.
    package static func text(_ number: UInt8) -> String {
        let name = names[Int(number)]
        return name.isEmpty ? String(number) : name
    }

    /// Reads a keyword in any case, an alias, or a number 0...255.
    package static func number(_ text: String) -> UInt8? {
        // A sign is none of a number of ours, though `UInt8` reads `+6` and `-0`.
        if let first = text.utf8.first, first != 43, first != 45, let number = UInt8(text) { return number }
        let lower = text.lowercased()
        if lower == "icmp6" || lower == "icmpv6" { return 58 }
        guard !lower.isEmpty, let index = names.firstIndex(of: lower) else { return nil }
        return UInt8(index)
    }

    private static let names: [String] = [
        "hopopt", "icmp", "igmp", "ggp", "ipv4", "st", "tcp", "cbt",
        "egp", "igp", "bbn-rcc-mon", "nvp-ii", "pup", "argus", "emcon", "xnet",
        "chaos", "udp", "mux", "dcn-meas", "hmp", "prm", "xns-idp", "trunk-1",
        "trunk-2", "leaf-1", "leaf-2", "rdp", "irtp", "iso-tp4", "netblt", "mfe-nsp",
        "merit-inp", "dccp", "3pc", "idpr", "xtp", "ddp", "idpr-cmtp", "tp++",
        "il", "ipv6", "sdrp", "ipv6-route", "ipv6-frag", "idrp", "rsvp", "gre",
        "dsr", "bna", "esp", "ah", "i-nlsp", "swipe", "narp", "min-ipv4",
        "tlsp", "skip", "ipv6-icmp", "ipv6-nonxt", "ipv6-opts", "", "cftp", "",
        "sat-expak", "kryptolan", "rvd", "ippc", "", "sat-mon", "visa", "ipcv",
        "cpnx", "cphb", "wsn", "pvp", "br-sat-mon", "sun-nd", "wb-mon", "wb-expak",
        "iso-ip", "vmtp", "secure-vmtp", "vines", "iptm", "nsfnet-igp", "dgp", "tcf",
        "eigrp", "ospfigp", "sprite-rpc", "larp", "mtp", "ax.25", "ipip", "micp",
        "scc-sp", "etherip", "encap", "", "gmtp", "ifmp", "pnni", "pim",
        "aris", "scps", "qnx", "a/n", "ipcomp", "snp", "compaq-peer", "ipx-in-ip",
        "vrrp", "pgm", "", "l2tp", "ddx", "iatp", "stp", "srp",
        "uti", "smp", "sm", "ptp", "isis", "fire", "crtp", "crudp",
        "sscopmce", "iplt", "sps", "pipe", "sctp", "fc", "rsvp-e2e-ignore", "mobility",
        "udplite", "mpls-in-ip", "manet", "hip", "shim6", "wesp", "rohc", "ethernet",
        "aggfrag", "nsh", "homa", "bit-emu", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "",
        "", "", "", "", "", "", "", "reserved",
    ]
}
