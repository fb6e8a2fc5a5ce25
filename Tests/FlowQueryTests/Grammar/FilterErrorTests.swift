import FlowQuery
import Testing

@Suite("errors of filters point at the place")
struct FilterErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var column: Int
        var message: String
        var expected: String?
        var testDescription: String { text }
    }

    private static let cases: [Case] = [
        Case(
            text: "bytes > 1 and prot tcp", column: 15, message: "'prot' is not a field; did you mean 'proto'?",
            expected: "proto"),
        Case(text: "src_prt 5", column: 1, message: "'src_prt' is not a field; did you mean 'src_port'?"),
        Case(text: "dport 5", column: 1, message: "'dport' is not a field; did you mean 'dst_port'?"),
        Case(text: "xyzzy 5", column: 1, message: "'xyzzy' is not a field"),
        Case(text: "not segment backup", column: 5, message: "'segment' is not a field of this version"),
        Case(text: "src workload web", column: 5, message: "'workload' is not a field of this version"),
        Case(
            text: "records > 5", column: 1,
            message: "'records' is a number of groups: it can be an order, not part of a filter"),
        Case(
            text: "port 80 or 443", column: 12,
            message: "'443' stands alone; write a field before it, as in 'port in [80, 443]'"),
        Case(text: "10.0.0.1", column: 1, message: "'10.0.0.1' stands alone; write 'ip', 'src' or 'dst' before it"),
        Case(
            text: "\"hv-1\"", column: 1,
            message: "\"hv-1\" stands alone; write a field before it, as in 'agent \"hv-1\"'"),
        Case(text: "tcp udp", column: 5, message: "expected 'and' or 'or' before 'udp'", expected: "and"),
        Case(
            text: "tcp and", column: 8, message: "expected a field, 'not' or '(', not the end of the filter",
            expected: "src_port"),
        Case(text: "tcp and and udp", column: 9, message: "expected a field, 'not' or '(', not 'and'"),
        Case(text: "(tcp", column: 5, message: "the parenthesis of column 1 is never closed", expected: ")"),
        Case(text: "tcp)", column: 4, message: "')' closes nothing"),
        Case(text: "(tcp udp)", column: 6, message: "expected 'and' or 'or' before 'udp'", expected: ")"),
        Case(text: "()", column: 2, message: "expected a field, 'not' or '(', not ')'"),
        Case(text: "port 99999", column: 6, message: "'99999' is past 65535, the largest port"),
        Case(text: "port htpt", column: 6, message: "'htpt' is no service with a known port; did you mean 'http'?"),
        Case(text: "vlan 4095", column: 6, message: "'4095' is past 4094, the largest 'vlan'"),
        Case(text: "inner_vlan > 5000", column: 14, message: "'5000' is past 4094, the largest 'inner_vlan'"),
        Case(text: "dscp in [46, 64]", column: 14, message: "'64' is past 63, the largest 'dscp'"),
        Case(text: "vni 16777216", column: 5, message: "'16777216' is past 16777215, the largest 'vni'"),
        Case(
            text: "host db7", column: 6,
            message: "'db7' is not an address or a network; names are not looked up: write the address"),
        Case(
            text: "src web.example", column: 5,
            message: "'web.example' is not an address, 'ip', 'net' or 'port'; names are not looked up: write the address"),
        Case(
            text: "end > 2026-11-22T14:08:09", column: 7,
            message: "'2026-11-22T14:08:09' names no time zone; write 2026-11-22T14:08:09Z for UTC, or 2026-11-22T14:08:09+01:00"),
        Case(text: "port", column: 5, message: "expected a port or a comparison after 'port'", expected: "in"),
        Case(
            text: "port in 80", column: 9, message: "expected a list in brackets, as in [1, 2], not '80'", expected: "["
        ),
        Case(text: "port in []", column: 10, message: "the list is empty"),
        Case(text: "port in [80", column: 12, message: "the list of column 9 is never closed", expected: "]"),
        Case(text: "port in [80,,443]", column: 13, message: "expected a port, not ','"),
        Case(text: "port in [90-80]", column: 10, message: "the range '90-80' ends before it begins"),
        Case(text: "bytes > 10X", column: 9, message: "'X' is not a unit; there are k M G T P KiB MiB GiB TiB"),
        Case(text: "bytes > 0.5", column: 9, message: "'0.5' is not a whole number of bytes"),
        Case(
            text: "bytes > 99999999999999999999", column: 9,
            message: "'99999999999999999999' is past the largest number of 64 bits"),
        Case(text: "bytes > 99999999999T", column: 9, message: "'99999999999T' is past the largest number of 64 bits"),
        Case(text: "bytes >", column: 8, message: "expected a number, not the end of the filter"),
        Case(text: "duration > 5y", column: 12, message: "'y' is not a unit; there are us ms s m h d w", expected: "h"),
        Case(text: "duration > 5us", column: 12, message: "'5us' is not a whole number of ms"),
        Case(text: "duration > 1h5", column: 12, message: "'1h5' is not a time span such as 20ms, 5m or 1h"),
        Case(text: "src 10.0.0.300", column: 5, message: "'10.0.0.300' is not an address, 'ip', 'net' or 'port'"),
        Case(text: "src ip db7", column: 8, message: "'db7' is not an address or a network; names are not looked up: write the address", expected: "an address"),
        Case(
            text: "net 10.0.0.0/40", column: 5,
            message: "'10.0.0.0/40' is not a network such as 10.1.0.0/16 or fd00::/8"),
        Case(text: "src > 10.0.0.1", column: 5, message: "'>' does not go with 'src'; use =, != or in", expected: "in"),
        Case(text: "src bytes > 5", column: 5, message: "'bytes' cannot follow 'src'"),
        Case(text: "proto tpc", column: 7, message: "'tpc' is not an IP protocol; did you mean 'tcp'?"),
        Case(text: "state S9", column: 7, message: "'S9' is not a value of 'state'; did you mean 'S0'?"),
        Case(
            text: "end_reason late", column: 12,
            message: "'late' is not a value of 'end_reason'; there are idle active end forced resources"),
        Case(
            text: "flags XYZ", column: 7, message: "'XYZ' is not TCP flags: letters of CEUAPRSF, or a number up to 255"),
        Case(text: "flags > S", column: 7, message: "'>' does not go with 'tcp_flags'; use =, != or in"),
        Case(text: "counted = maybe", column: 11, message: "expected true or false, not 'maybe'"),
        Case(text: "src_mac 1:2", column: 9, message: "'1:2' is not a MAC address such as 02:42:ac:11:00:02"),
        Case(text: "flow_id xyz", column: 9, message: "'xyz' is not a number of up to 16 hexadecimal digits"),
        Case(
            text: "end > -1h", column: 7,
            message: "'-1h' is not a time such as 2026-11-22T14:08:09Z (relative times belong to 'since' and 'until')"),
        Case(text: "agent \"hv", column: 7, message: "the quote is never closed"),
        Case(
            text: "agent \"a\\n\"", column: 9,
            message: "a backslash in quotes stands before a quote, a star or a backslash"),
        Case(text: "tcp & udp", column: 5, message: "a single '&' means nothing; write 'and' or '&&'"),
        Case(text: "tcp | udp", column: 5, message: "a single '|' means nothing; write 'or' or '||'"),
        Case(text: "tcp\u{7} and", column: 4, message: "a control character does not belong here"),
        Case(text: "ü and tcp", column: 1, message: "'ü' is not a field"),
        Case(text: "agent ü and prot 1", column: 13, message: "'prot' is not a field; did you mean 'proto'?"),
        Case(text: "agent ~", column: 8, message: "expected a regular expression in quotes, not the end of the filter"),
        Case(text: "agent !~ in [a]", column: 13, message: "expected 'and' or 'or', not '['"),
        Case(text: "agent ~ \"a(b\"", column: 11, message: "the group is never closed"),
        Case(text: "interface ~ 'x\\'*+'", column: 18, message: "two repetitions one behind the other; put the first in a group"),
        Case(text: "agent ~ ab**", column: 12, message: "two repetitions one behind the other; put the first in a group"),
        Case(text: "agent ~ \"a", column: 9, message: "the quote is never closed"),
        Case(
            text: "tcp and proto ~ t", column: 15,
            message: "'~' goes with names alone (agent, interface, community_id); use =, != or in", expected: "in"),
        Case(text: "agent < hv", column: 7, message: "'<' does not go with 'agent'; use =, != or in"),
        Case(text: "src 10.0.0.9-10.0.0.1", column: 5, message: "the range '10.0.0.9-10.0.0.1' ends before it begins"),
        Case(
            text: "host ::1..10.0.0.1", column: 6,
            message: "the range '::1..10.0.0.1' begins in one address family and ends in the other"),
        Case(text: "host 10.0.0.1-9", column: 6, message: "'10.0.0.1-9' is not an address or a network"),
        Case(text: "port 1-2-3", column: 6, message: "'1-2-3' is not a port"),
        Case(text: "port 1..99999", column: 6, message: "'1..99999' is past 65535, the largest port"),
        Case(text: "bytes < 1k-2k", column: 9, message: "a range does not go with a comparison; write 'bytes in [1k-2k]'"),
        Case(text: "end 2026-11-23..2026-11-22", column: 5, message: "the range '2026-11-23..2026-11-22' ends before it begins"),
        Case(text: "bps > x", column: 7, message: "'x' is not a number"),
        Case(text: "bps > 1e999", column: 7, message: "'1e999' is past the largest number of 64 bits"),
        Case(text: "flags in [S, Q]", column: 14, message: "'Q' is not TCP flags: letters of CEUAPRSF, or a number up to 255"),
        Case(text: "encap vxlam", column: 7, message: "'vxlam' is not a value of 'encap'; did you mean 'vxlan'?"),
        Case(text: "counted in [true]", column: 12, message: "'counted' is true or false, not one of a list", expected: "true"),
        Case(text: "comunity_id x", column: 1, message: "'comunity_id' is not a field; did you mean 'community_id'?"),
        Case(text: "\u{1F468}\u{200D}\u{1F469} and prot 1", column: 1, message: "'\u{1F468}\u{200D}\u{1F469}' is not a field"),
        Case(text: "agent \"\u{1F468}\u{200D}\u{1F469}e\u{301}\" prot", column: 12, message: "expected 'and' or 'or' before 'prot'"),
        Case(text: "tcp\r\nand prot 6", column: 9, message: "'prot' is not a field; did you mean 'proto'?"),
        Case(text: "tcp # and so on\nand prot 6", column: 21, message: "'prot' is not a field; did you mean 'proto'?"),
    ]

    @Test("column and message", arguments: cases)
    func place(of faulty: Case) throws {
        let error = try #require(throws: FilterError.self) { try FlowFilter(faulty.text) }
        #expect(error.column == faulty.column)
        #expect(error.message == faulty.message)
        if let expected = faulty.expected { #expect(error.expected.contains(expected)) }
        #expect(error.description == "column \(faulty.column): \(faulty.message)")
    }

    @Test("the caret stands under the column, in long and in many-lined texts")
    func caret() throws {
        let short = "bytes > 1 and prot tcp"
        let error = try #require(throws: FilterError.self) { try FlowFilter(short) }
        #expect(
            error.caret(in: short) == """
                bytes > 1 and prot tcp
                              ^
                column 15: 'prot' is not a field; did you mean 'proto'?
                """)
        let lines = "tcp # first\n and prot 6\n or udp"
        let second = try #require(throws: FilterError.self) { try FlowFilter(lines) }
        #expect(
            second.caret(in: lines)
                == """
                 and prot 6…
                     ^
                column 18: 'prot' is not a field; did you mean 'proto'?
                """.replacing("…", with: ""))
        let long = String(repeating: "tcp and ", count: 100) + "prot 6 and " + String(repeating: "tcp and ", count: 100)
        let third = try #require(throws: FilterError.self) { try FlowFilter(long) }
        let shown = third.caret(in: long).split(separator: "\n")
        #expect(shown[0].count < 110 && shown[0].hasPrefix("…") && shown[0].hasSuffix("…"))
        let caret = try #require(shown[1].firstIndex(of: "^"))
        #expect(shown[0].dropFirst(shown[1].distance(from: shown[1].startIndex, to: caret)).hasPrefix("prot 6"))
    }

    @Test("texts past the bounds are refused, texts at the bounds are read")
    func bounds() throws {
        let blanks = String(repeating: " ", count: (2 << 20) - 3)
        #expect(throws: FilterError(column: 1, message: "the filter has 2097153 bytes; at most 2097152 are read")) {
            try FlowFilter("tcp " + blanks)
        }
        #expect(try FlowFilter("tcp" + blanks).matchesAll == false)
        #expect(
            throws: FilterError(column: 500_001, message: "the filter has more than 500000 words and signs")
        ) { try FlowFilter(String(repeating: "(", count: 1_000_000)) }
        let deep = String(repeating: "(", count: 199) + "tcp" + String(repeating: ")", count: 199)
        #expect(throws: Never.self) { try FlowFilter(deep) }
        for opening in ["(", "not ", "!", "not("] {
            let error = try #require(throws: FilterError.self) {
                try FlowFilter(String(repeating: opening, count: 9000))
            }
            #expect(error.message == "more than 200 parentheses and 'not' inside one another")
        }
        // Qualifiers nest too, though without a parenthesis.
        let qualified = try #require(throws: FilterError.self) {
            try FlowFilter(String(repeating: "ip ", count: 20_000))
        }
        #expect(qualified.column > 0)
        let limits = FilterLimits(listEntries: 1000)
        let list = (0..<1000).map(String.init).joined(separator: ",")
        #expect(throws: Never.self) { try FlowFilter("port in [\(list)]", limits: limits) }
        let error = try #require(throws: FilterError.self) { try FlowFilter("port in [\(list),1]", limits: limits) }
        #expect(error.message == "the list has more than 1000 entries")
    }
}
