import FlowModel
import FlowQuery
import Testing

@Suite("the canonical text of filters")
struct FilterCanonicalTests {
    @Test(
        "readable, and the same for what means the same",
        arguments: [
            ("", ""), ("# nothing", ""), ("any", ""), ("not any", "not any"), ("tcp or any", ""),
            ("PORT = 80", "port 80"), ("portrange 21-23", "port 21-23"), ("port in [80,443 8000..8080]", "port in [80, 443, 8000-8080]"),
            ("port 80 or port 443", "port in [80, 443]"), ("not port 80 and not port 443", "port not in [80, 443]"),
            ("port != ssh", "port != 22"), ("src port 1 or dst port 1", "port 1"), ("src or dst port 1", "port 1"),
            ("src and dst port 1", "src_port 1 and dst_port 1"), ("dst port >= 1025", "dst_port >= 1025"),
            ("port 22 or port > 1023", "port 22 or port >= 1024"), ("tcp and (port 22 or port > 1000)", "proto tcp and (port 22 or port > 1000)"),
            ("port > 65535", "port > 65535"), ("port < 0", "port < 0"), ("bytes < 10 or bytes > 9", "bytes >= 0"),
            ("port <= 1023", "port <= 1023"), ("port < 1000 or tcp", "port < 1000 or proto tcp"),
            ("host 10.0.0.1", "host 10.0.0.1"), ("net 10/8", "net 10.0.0.0/8"), ("ip 10.0.0.1 or host 10.0.0.0", "net 10.0.0.0/31"),
            ("src 10.0.0.1-10.0.0.9", "src 10.0.0.1-10.0.0.9"), ("host 10.0.0.1..10.0.0.9", "ip 10.0.0.1-10.0.0.9"),
            ("src net 192.0.2.0/25 or src net 192.0.2.128/25", "src 192.0.2.0/24"), ("not ip in [fd00::1, ::1]", "ip not in [::1, fd00::1]"),
            ("ip absent", "ip absent"), ("not src present", "src absent"), ("ipv4 or ip6", "src in [0.0.0.0/0, ::/0]"), ("ip", "ipv4"), ("not inet6", "not ipv6"),
            ("bytes > 10M", "bytes > 10M"), ("bytes >= 10000001", "bytes > 10M"), ("bytes 1048576", "bytes 1MiB"), ("bytes 1k-2k", "bytes 1k-2k"),
            ("duration > 1h30m", "duration > 90m"), ("duration < 250", "duration < 250ms"), ("rtt >= 20000", "rtt >= 20ms"), ("rtt 0", "rtt 0"),
            ("flags S and not flags AFRPU", "flags S and not flags UAPRF"), ("not (flags SA)", "not (flags AS)"), ("flags = S", "flags = S"),
            ("tcp_flags != 0", "flags != 0"), ("flags 0", "flags = 0"), ("rev_tcp_flags in [S, 18]", "rev_tcp_flags in [S, AS]"), ("flags S or flags A", "flags S or flags A"),
            ("state in [S0,rej] or state s1", "state in [S0, S1, REJ]"), ("proto in [6, udp, 61]", "proto in [tcp, udp, 61]"), ("tcp or udp", "proto in [tcp, udp]"),
            ("encap none", "encap absent"), ("not counted", "not counted"), ("counted no", "counted = false"), ("counted != true", "not counted"),
            ("agent hv-*", "agent \"hv-*\""), ("agent 'a\"b\\*'", "agent \"a\\\"b\\*\""), ("agent ~ '^a\"b$'", "agent ~ \"^a\\\"b$\""),
            ("agent !~ \\d+", "agent !~ \"\\d+\""), ("agent a or agent ~ b or agent c", "agent \"a\" or agent ~ \"b\" or agent \"c\""),
            ("not (agent a or agent ~ b)", "not (agent \"a\" or agent ~ \"b\")"), ("mac 02-42-ac-11-00-02", "mac 02:42:ac:11:00:02"),
            ("src_mac 0:0 or tcp", nil), ("src_mac 00:00:00:00:00:01 or src_mac 00:00:00:00:00:02", "src_mac 00:00:00:00:00:01..00:00:00:00:00:02"),
            ("flow_id 0xAB", "flow_id 00000000000000ab"), ("bps > 1e6", "bps > 1M"), ("pps in [0.5, 2]", "pps in [0.5, 2]"),
            ("end >= 2026-11-22T15:00:00+01:00", "end >= 2026-11-22T14:00:00Z"), ("start < 2026-11-22", "start < 2026-11-22T00:00:00Z"),
            ("end 2026-11-22T14:00:00Z..2026-11-22T15:00:00.5Z", "end 2026-11-22T14:00:00Z..2026-11-22T15:00:00.500Z"),
            ("tcp or udp and bytes > 1k", "proto tcp or (proto udp and bytes > 1k)"), ("not not tcp", "proto tcp"), ("not (tcp and port 1)", "not (proto tcp and port 1)"),
            ("udp port 53", "proto udp and port 53"), ("community_id \"1:x=\"", "community_id \"1:x=\""),
        ] as [(String, String?)])
    func canonical(text: String, wanted: String?) throws {
        guard let wanted else {
            #expect(throws: FilterError.self) { try FlowFilter(text) }
            return
        }
        let filter = try FlowFilter(text)
        #expect(filter.canonical == wanted)
        #expect(try FlowFilter(filter.canonical).expression == filter.expression)
    }

    @Test("reads back as the same filter, and is its own canonical text", arguments: 0..<400)
    func random(seed: UInt64) throws {
        var random = RandomFilter(generator: SeededGenerator(seed: seed &+ 40_000))
        for _ in 0..<20 {
            let (text, _) = random.make(depth: 4)
            let filter = try FlowFilter(text)
            let canonical = filter.canonical
            let again = try FlowFilter(canonical)
            #expect(again.expression == filter.expression, "seed \(seed): \(text) as \(canonical)")
            #expect(again.canonical == canonical, "seed \(seed): \(text)")
        }
    }

    @Test("so does what strange tokens make", arguments: 0..<40)
    func strange(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 50_000)
        for _ in 0..<1000 {
            let text = FilterPieces.text(&generator)
            guard let filter = try? FlowFilter(text) else { continue }
            let canonical = filter.canonical
            let again = try FlowFilter(canonical)
            #expect(again.expression == filter.expression, "seed \(seed): \(text) as \(canonical)")
            #expect(again.canonical == canonical, "seed \(seed): \(text)")
        }
    }

    @Test("a tree that was made has a text that selects the same")
    func made() throws {
        let batch = SampleFlows.batch(rows: 200, seed: 3)
        let trees: [FilterExpression] = [
            .test(.vni, .numbers(NumberSet([0...UInt64(UInt32.max)]))), .test(.srcPort, .numbers(.none)),
            .test(.state, .numbers(.none)), .test(.end, .numbers(NumberSet([0...UInt64.max]))),
            .test(.end, .numbers(.none)), .not(.not(.test(.counted, .isTrue))), .test(.tcpFlags, .flagsSet([])),
            .test(.agent, .texts([TextPattern(exact: "tap*x"), TextPattern(parts: ["hv-", ""])])),
            .test(.dstMAC, .numbers(NumberSet([0...0xFFFF_FFFF_FFFF]))),
        ]
        for tree in trees {
            let filter = FlowFilter(tree)
            #expect(try FlowFilter(filter.text).select(batch) == filter.select(batch), "\(filter.text)")
        }
    }

    @Test("deep filters keep within the bound on nesting")
    func deep() throws {
        let nested = (0..<190).reduce("tcp") { inner, _ in "udp or flags S and (\(inner))" }
        let filter = try FlowFilter(nested)
        #expect(try FlowFilter(filter.canonical).expression == filter.expression)
    }
}
