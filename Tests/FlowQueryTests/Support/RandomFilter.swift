import FlowModel

/// Filters made at random as text, each with what it must mean for one record: written against the language's
/// description, not against the parser.
struct RandomFilter {
    typealias Meaning = (FlowRecord) -> Bool
    var generator: SeededGenerator

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }
    private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }

    mutating func make(depth: Int) -> (text: String, meaning: Meaning) {
        if depth == 0 || chance(3) { return test() }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            let inner = make(depth: depth - 1)
            return ("\(pick(["not ", "NOT ", "!"]))(\(inner.text))", { !inner.meaning($0) })
        case 1:
            let inner = test()
            // Directly before flags, `not` means none of them: a test of its own, below.
            if inner.text.contains("flags") { return ("not (\(inner.text))", { !inner.meaning($0) }) }
            return ("\(pick(["not ", "! "]))\(inner.text)", { !inner.meaning($0) })
        case 2:
            let parts = (0..<Int.random(in: 2...4, using: &generator)).map { _ in make(depth: depth - 1) }
            let word = pick([" and ", " AND ", " && ", "&&"])
            return (
                "(" + parts.map(\.text).joined(separator: word) + ")",
                { record in parts.allSatisfy { $0.meaning(record) } }
            )
        default:
            let parts = (0..<Int.random(in: 2...4, using: &generator)).map { _ in make(depth: depth - 1) }
            let word = pick([" or ", " Or ", " || ", "\n or # a comment\n"])
            return (
                "(" + parts.map(\.text).joined(separator: word) + ")",
                { record in parts.contains { $0.meaning(record) } }
            )
        }
    }

    private mutating func test() -> (text: String, meaning: Meaning) {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1: return addresses()
        case 2, 3: return ports()
        case 4, 5, 6: return number()
        case 7: return flags()
        case 8: return words()
        case 9: return texts()
        case 10: return real()
        default: return presence()
        }
    }

    private mutating func addresses() -> (String, Meaning) {
        let texts = [
            "10.0.0.3", "10.0.0.0/8", "10.0.0.7/29", "192.168.0.0/24", "192.168.1.4", "2001:db8::1", "2001:db8::/32",
            "fd00::/8",
            "fd00:0:0:1::/64", "0.0.0.0/0", "::/0", "10.0.0.1", "10.0.0.2", "10.0.0.5", "10.0.0.9", "10.0.0.12",
        ]
        var chosen: [String] = []
        let count = pick([1, 1, 2, 3, 12])
        for _ in 0..<count { chosen.append(pick(texts)) }
        let value =
            count == 1 && chance(2)
            ? pick(["", "= ", "== ", "eq "]) + chosen[0] : "in [\(chosen.joined(separator: pick([",", " ", ", "])))]"
        func within(_ address: IPAddress) -> Bool { chosen.contains { Self.contains($0, address) } }
        let source: Meaning = { within($0.sourceAddress) }
        let destination: Meaning = { within($0.destinationAddress) }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return ("\(pick(["ip", "host", "net", "src or dst ip"])) \(value)", { source($0) || destination($0) })
        case 1: return ("\(pick(["src", "src ip", "src host", "src net"])) \(value)", source)
        case 2: return ("\(pick(["dst", "dst ip", "dst host", "dst net"])) \(value)", destination)
        case 3: return ("src and dst net \(value)", { source($0) && destination($0) })
        case 4:
            return (
                "ip != \(chosen[0])",
                { !(Self.contains(chosen[0], $0.sourceAddress) || Self.contains(chosen[0], $0.destinationAddress)) }
            )
        default:
            return (
                "outer_src \(value)", { $0.encapsulation != .none && $0.outerSource != .zero && within($0.outerSource) }
            )
        }
    }

    /// Bit by bit, unlike the code under test.
    private static func contains(_ network: String, _ address: IPAddress) -> Bool {
        let parts = network.split(separator: "/")
        guard let base = IPAddress(String(parts[0])), base.isIPv6 == address.isIPv6 else { return false }
        let length = parts.count == 2 ? Int(parts[1]) ?? 0 : base.bitWidth
        func bit(_ address: IPAddress, _ index: Int) -> UInt64 {
            address.isIPv6
                ? (index < 64 ? address.high >> UInt64(63 - index) : address.low >> UInt64(127 - index)) & 1
                : address.low >> UInt64(31 - index) & 1
        }
        return (0..<length).allSatisfy { bit(base, $0) == bit(address, $0) }
    }

    private mutating func ports() -> (String, Meaning) {
        let (text, passes) = numberTest(
            ["22", "53", "80", "443", "1024", "0", "65535"].map { ($0, UInt64($0) ?? 0) }, allowRange: true)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return ("src port \(text)", { passes(UInt64($0.sourceTransportPort)) })
        case 1: return ("dst port \(text)", { passes(UInt64($0.destinationTransportPort)) })
        case 2: return ("dst_port \(text)", { passes(UInt64($0.destinationTransportPort)) })
        case 3:
            return (
                "src and dst port \(text)",
                { passes(UInt64($0.sourceTransportPort)) && passes(UInt64($0.destinationTransportPort)) }
            )
        default:
            return (
                "port \(text)",
                { passes(UInt64($0.sourceTransportPort)) || passes(UInt64($0.destinationTransportPort)) }
            )
        }
    }

    /// A comparison that is not `!=`, or a list.
    private mutating func numberTest(_ values: [(String, UInt64)], allowRange: Bool = false) -> (
        String, (UInt64) -> Bool
    ) {
        let (text, value) = pick(values)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return ("< \(text)", { $0 < value })
        case 1: return ("<= \(text)", { $0 <= value })
        case 2: return ("> \(text)", { $0 > value })
        case 3: return (">= \(text)", { $0 >= value })
        case 4:
            let (second, other) = pick(values)
            return ("in [\(text),\(second)]", { $0 == value || $0 == other })
        case 5 where allowRange: return ("in [\(text)-65535, 53]", { $0 >= value || $0 == 53 })
        default: return ("\(pick(["=", "==", ""])) \(text)", { $0 == value })
        }
    }

    private mutating func number() -> (String, Meaning) {
        let counts: [(String, UInt64)] = [
            ("0", 0), ("1", 1), ("1500", 1500), ("1.5k", 1500), ("1KiB", 1024), ("10M", 10_000_000),
            ("5G", 5_000_000_000), ("7", 7), ("60B", 60),
        ]
        let small: [(String, UInt64)] = [
            ("0", 0), ("1", 1), ("2", 2), ("3", 3), ("8", 8), ("46", 46), ("12", 12), ("5001", 5001),
        ]
        let tiny = Array(small.dropLast())
        let tags = tiny + [("4094", 4094)]
        let spans: [(String, UInt64)] = [
            ("20ms", 20_000), ("100us", 100), ("1", 1), ("30ms", 30_000), ("0", 0), ("40ms", 40_000),
        ]
        let longSpans: [(String, UInt64)] = [
            ("1h", 3_600_000), ("250", 250), ("250ms", 250), ("5s", 5000), ("1h1m", 3_660_000), ("0", 0),
        ]
        let fields: [(String, [(String, UInt64)], (FlowRecord) -> UInt64?)] = [
            ("bytes", counts, { $0.octetDeltaCount }), ("packets", counts, { $0.packetDeltaCount }),
            ("rev_bytes", counts, { $0.reverseOctetDeltaCount }),
            ("rev_packets", counts, { $0.reversePacketDeltaCount }),
            ("total_bytes", counts, { $0.octetDeltaCount + $0.reverseOctetDeltaCount }),
            ("total_packets", counts, { $0.packetDeltaCount + $0.reversePacketDeltaCount }),
            ("vni", small, { $0.vni == .max ? nil : UInt64($0.vni) }),
            ("vlan", tags, { $0.vlan == .max ? nil : UInt64($0.vlan) }),
            ("inner_vlan", tags, { $0.innerVLAN == .max ? nil : UInt64($0.innerVLAN) }),
            ("dscp", tiny, { $0.dscp == .max ? nil : UInt64($0.dscp) }),
            ("icmp_type", tiny, { $0.icmpType == .max ? nil : UInt64($0.icmpType) }),
            ("icmp_code", tiny, { $0.icmpCode == .max ? nil : UInt64($0.icmpCode) }),
            ("retransmits", small, { $0.retransmits == .max ? nil : UInt64($0.retransmits) }),
            ("rev_retransmits", small, { $0.reverseRetransmits == .max ? nil : UInt64($0.reverseRetransmits) }),
            ("out_of_order", small, { $0.outOfOrder == .max ? nil : UInt64($0.outOfOrder) }),
            ("rev_out_of_order", small, { $0.reverseOutOfOrder == .max ? nil : UInt64($0.reverseOutOfOrder) }),
            ("part", small, { UInt64($0.part) }), ("witnesses", small, { UInt64($0.witnesses) }),
            ("sampling", small, { $0.samplingInterval == 0 ? nil : UInt64($0.samplingInterval) }),
            (
                "rtt_client", spans,
                { $0.clientRoundTripMicroseconds == .max ? nil : UInt64($0.clientRoundTripMicroseconds) }
            ),
            (
                "rtt_server", spans,
                { $0.serverRoundTripMicroseconds == .max ? nil : UInt64($0.serverRoundTripMicroseconds) }
            ),
            (
                "rtt", spans,
                {
                    $0.clientRoundTripMicroseconds == .max || $0.serverRoundTripMicroseconds == .max
                        ? nil : UInt64($0.clientRoundTripMicroseconds) + UInt64($0.serverRoundTripMicroseconds)
                }
            ),
            (
                "service_port", [("53", 53), ("443", 443), ("40000", 40_000), ("0", 0)],
                {
                    [.syn, .synAck, .icmp, .firstPacket].contains($0.initiatorBasis)
                        ? UInt64($0.destinationTransportPort)
                        : UInt64(min($0.sourceTransportPort, $0.destinationTransportPort))
                }
            ),
            ("duration", longSpans, { UInt64($0.flowEndMilliseconds - $0.initialStartMilliseconds) }),
        ]
        let (name, values, value) = pick(fields)
        if chance(6) {
            let (text, unwanted) = pick(values)
            return ("\(name) \(pick(["!=", "<>", "ne"])) \(text)", { value($0) != unwanted })
        }
        let (text, passes) = numberTest(values)
        return ("\(name) \(text)", { value($0).map(passes) ?? false })
    }

    private mutating func flags() -> (String, Meaning) {
        let fields: [(String, (FlowRecord) -> TCPFlags)] = [
            ("flags", { $0.tcpControlBits }), ("tcp_flags", { $0.tcpControlBits }),
            ("rev_tcp_flags", { $0.reverseTCPControlBits }),
            ("first_tcp_flags", { $0.initialTCPFlags }), ("rev_first_tcp_flags", { $0.reverseInitialTCPFlags }),
        ]
        let (name, value) = pick(fields)
        let (text, bits): (String, UInt8) = pick([
            ("S", 2), ("SA", 0x12), ("as", 0x12), ("0x12", 0x12), ("2", 2), ("...A..S.", 0x12), ("FAPS", 0x1b),
        ])
        switch Int.random(in: 0..<4, using: &generator) {
        case 3:
            return (
                "\(pick(["not ", "!"]))\(name) \(text)",
                { $0.protocolIdentifier != 6 || value($0).rawValue & bits == 0 }
            )
        case 0: return ("\(name) = \(text)", { $0.protocolIdentifier == 6 && value($0).rawValue == bits })
        case 1:
            return (
                "\(name) in [\(text), 0]",
                { $0.protocolIdentifier == 6 && (value($0).rawValue == bits || value($0).rawValue == 0) }
            )
        default: return ("\(name) \(text)", { $0.protocolIdentifier == 6 && value($0).rawValue & bits == bits })
        }
    }

    private mutating func words() -> (String, Meaning) {
        let all: [(String, Meaning)] = [
            ("tcp", { $0.protocolIdentifier == 6 }), ("UDP", { $0.protocolIdentifier == 17 }),
            ("proto 132", { $0.protocolIdentifier == 132 }),
            ("icmp6", { $0.protocolIdentifier == 58 }),
            ("proto in [icmp, ipv6-icmp, 61]", { [1, 58, 61].contains($0.protocolIdentifier) }),
            ("tcp dst port 445", { $0.protocolIdentifier == 6 && $0.destinationTransportPort == 445 }),
            ("state SF", { $0.connectionState == .sf }),
            ("state in [S0, rej]", { $0.connectionState == .s0 || $0.connectionState == .rej }),
            ("state != S0", { $0.connectionState != .s0 }), ("end_reason idle", { $0.flowEndReason == .idleTimeout }),
            ("end_reason in (active end)", { $0.flowEndReason == .activeTimeout || $0.flowEndReason == .endOfFlow }),
            ("initiator_basis first-packet", { $0.initiatorBasis == .firstPacket }),
            ("encap vxlan", { $0.encapsulation == .vxlan }),
            ("encap none", { $0.encapsulation == .none }), ("direction ingress", { $0.direction == .ingress }),
            ("counted", { $0.counted }), ("counted = false", { !$0.counted }), ("counted != true", { !$0.counted }),
            ("src_mac 02:42:ac:11:00:02", { $0.sourceMAC.value == 0x0242_ac11_0002 }),
            (
                "mac 02-42-AC-11-00-03",
                { $0.sourceMAC.value == 0x0242_ac11_0003 || $0.destinationMAC.value == 0x0242_ac11_0003 }
            ),
            ("flow_id 0000000000abcdef", { $0.flowId == 0xABCDEF }),
            ("flow_id != 0xffffffffffffffff", { $0.flowId != .max }),
            ("end >= 2025-11-22T14:05:00Z", { $0.flowEndMilliseconds >= 1_763_820_300_000 }),
            ("start < \"2025-11-22 14:02:30.5Z\"", { $0.flowStartMilliseconds < 1_763_820_150_500 }),
            ("ipv4", { !$0.sourceAddress.isIPv6 }), ("ip6", { $0.sourceAddress.isIPv6 }), ("any", { _ in true }),
        ]
        return pick(all)
    }

    private mutating func texts() -> (String, Meaning) {
        func name(_ index: UInt32) -> String {
            Int(index) < SampleFlows.names.count ? SampleFlows.names[Int(index)] : ""
        }
        let all: [(String, Meaning)] = [
            ("agent hv-1", { name($0.agent) == "hv-1" }), ("agent \"hv-1*\"", { name($0.agent).hasPrefix("hv-1") }),
            ("agent != hv-1", { name($0.agent) != "hv-1" }),
            ("agent in [\"hv-12\", nobody]", { name($0.agent) == "hv-12" }),
            ("interface veth*", { name($0.interface).hasPrefix("veth") }),
            ("interface *a", { name($0.interface).hasSuffix("a") }),
            ("interface v*1*", { $0.interface == 4 }), ("interface 'tap\\*x'", { $0.interface == 5 }),
            ("interface üñí", { $0.interface == 6 }),
            ("interface *", { !name($0.interface).isEmpty }),
        ]
        return pick(all)
    }

    private mutating func real() -> (String, Meaning) {
        func rate(_ amount: UInt64, _ record: FlowRecord) -> Double? {
            let length = record.flowEndMilliseconds - record.flowStartMilliseconds
            return length > 0 ? Double(amount) * 1000 / Double(length) : nil
        }
        let (text, value): (String, Double) = pick([("1M", 1_000_000), ("1.5k", 1500), ("0", 0), ("160", 160)])
        let sign = pick([">", ">=", "<", "<=", "="])
        let passes: (Double, Double) -> Bool = { a, b in
            switch sign {
            case ">": a > b
            case ">=": a >= b
            case "<": a < b
            case "<=": a <= b
            default: a == b
            }
        }
        if chance(2) {
            return (
                "bps \(sign) \(text)",
                { record in
                    rate((record.octetDeltaCount + record.reverseOctetDeltaCount) * 8, record).map { passes($0, value) }
                        ?? false
                }
            )
        }
        return (
            "pps \(sign) \(text)",
            { record in
                rate(record.packetDeltaCount + record.reversePacketDeltaCount, record).map { passes($0, value) }
                    ?? false
            }
        )
    }

    private mutating func presence() -> (String, Meaning) {
        func name(_ index: UInt32) -> String {
            Int(index) < SampleFlows.names.count ? SampleFlows.names[Int(index)] : ""
        }
        let all: [(String, Meaning)] = [
            ("vni present", { $0.vni != .max }), ("vni absent", { $0.vni == .max }),
            ("flags present", { $0.protocolIdentifier == 6 }),
            ("outer_dst present", { $0.encapsulation != .none && $0.outerDestination != .zero }),
            ("src_mac absent", { $0.sourceMAC.isAbsent }),
            ("rtt absent", { $0.clientRoundTripMicroseconds == .max || $0.serverRoundTripMicroseconds == .max }),
            ("state absent", { $0.connectionState == .absent }), ("interface present", { !name($0.interface).isEmpty }),
            ("bps absent", { $0.flowEndMilliseconds <= $0.flowStartMilliseconds }), ("src present", { _ in true }),
            ("sampling absent", { $0.samplingInterval == 0 }),
            ("direction present", { $0.direction != .absent }), ("flow_id absent", { $0.flowId == 0 }),
        ]
        return pick(all)
    }
}
