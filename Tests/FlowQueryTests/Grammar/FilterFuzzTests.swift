import FlowModel
import FlowQuery
import Testing

@Suite("no text is too strange for the parser")
struct FilterFuzzTests {
    private static let pieces = [
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
        "eq", "lt", "none", "encap", "9999999999d", "a/b/c", "/8", "10.0.0.0/-1", "+5", "٣",
    ]

    @Test("random tokens give a filter or an error within the text", arguments: 0..<50)
    func tokens(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let batch = SampleFlows.batch(rows: 30, seed: seed)
        for _ in 0..<400 {
            let count = Int.random(in: 0...14, using: &generator)
            let glue = Bool.random(using: &generator) ? " " : ""
            let text = (0..<count).map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &generator)] }
                .joined(separator: glue)
            check(text, batch)
        }
    }

    @Test("random octets too", arguments: 0..<20)
    func octets(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let batch = SampleFlows.batch(rows: 5, seed: seed)
        for _ in 0..<300 {
            let octets = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            check(String(decoding: octets, as: UTF8.self), batch)
        }
    }

    @Test("sound filters cut anywhere, and with a letter changed", arguments: 0..<60)
    func mutilated(seed: UInt64) {
        var random = RandomFilter(generator: SeededGenerator(seed: seed))
        let batch = SampleFlows.batch(rows: 20, seed: seed)
        let characters = Array(random.make(depth: 2).text)
        for cut in 0...characters.count { check(String(characters[..<cut]), batch) }
        for index in characters.indices {
            var changed = characters
            changed[index] = Character(Self.pieces[index % Self.pieces.count].first.map(String.init) ?? " ")
            check(String(changed), batch)
        }
    }

    private func check(_ text: String, _ batch: FlowBatch) {
        do {
            let filter = try FlowFilter(text)
            let rows = filter.select(batch)
            #expect(rows == rows.sorted() && rows.allSatisfy { (0..<batch.count).contains(Int($0)) })
            _ = filter.canMatch(BlockBounds(of: batch))
        } catch {
            #expect((1...(text.count + 1)).contains(error.column), "\(text): \(error)")
            #expect(!error.caret(in: text).isEmpty)
        }
        _ = FilterCompletion.suggest(text: text, cursor: text.count / 2)
    }
}
