import FlowModel
import FlowQuery
import Testing

@Suite("answers as text")
struct RendererTests {
    private static let table = ResultTable(
        columns: [.init(.end), .init(.src), .init(.agent), .init(.bytes), .init(.bps), .init(.counted), .init(.vni)],
        rows: [
            [
                .timestamp(1_763_820_000_123), .address(IPAddress(ipv4: 0x0A00_0001)),
                .text("hv \"1\", \\ two\n\u{1}\u{7f}ü"), .integer(18_446_744_073_709_551_615),
                .real(1.5), .boolean(true), .absent,
            ],
            [
                .timestamp(0), .address(IPAddress(high: 0xfd00_0000_0000_0000, low: 1)), .absent, .integer(1_234_567),
                .real(2_000_000), .boolean(false), .integer(5001),
            ],
        ])

    private func text(_ octets: [UInt8]) -> String { String(decoding: octets, as: UTF8.self) }

    @Test("JSON: the HTTP answer")
    func json() {
        var statistics = QueryStatistics()
        statistics.partitions = 3
        statistics.rowsScanned = 1000
        statistics.microseconds = 7_400
        let answer = QueryAnswer(
            table: Self.table,
            completeness: Completeness(
                stages: [.init(stage: "kernel-ring", unit: "packets", kept: 3, offered: 4)],
                reasons: ["one \"reason\""], oldestMilliseconds: 0),
            statistics: statistics, cursor: "1~2")
        #expect(
            text(JSONRenderer.render(answer)) == #"""
                {"rows":[{"end":"2025-11-22T14:00:00.123Z","src":"10.0.0.1","agent":"hv \"1\", \\ two\n\u0001\u007fü","bytes":18446744073709551615,"bps":1.5,"counted":true,"vni":null},{"end":"1970-01-01T00:00:00.000Z","src":"fd00::1","agent":null,"bytes":1234567,"bps":2000000,"counted":false,"vni":5001}],"completeness":{"value":0.75,"stages":[{"stage":"kernel-ring","unit":"packets","kept":3,"offered":4}],"reasons":["one \"reason\""],"oldest":"1970-01-01T00:00:00.000Z","newest":null},"stats":{"partitions":3,"partitions_read":0,"blocks":0,"blocks_read":0,"blocks_summed":0,"blocks_rolled_up":0,"rollup_rows":0,"bytes_read":0,"rows_scanned":1000,"rows_matched":0,"milliseconds":7.4},"cursor":"1~2"}

                """#)
        #expect(
            text(JSONRenderer.render(QueryAnswer(table: ResultTable(columns: [])))).hasPrefix(
                #"{"rows":[],"completeness":{"value":null,"stages":[],"reasons":[],"oldest":null,"newest":null},"stats":{"#
            ))
    }

    @Test("NDJSON: one object a line")
    func ndjson() {
        let lines = text(NDJSONRenderer.render(Self.table)).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[2].isEmpty)
        #expect(
            lines[1]
                == #"{"end":"1970-01-01T00:00:00.000Z","src":"fd00::1","agent":null,"bytes":1234567,"bps":2000000,"counted":false,"vni":5001}"#
        )
        #expect(NDJSONRenderer.render(ResultTable(columns: Self.table.columns)).isEmpty)
    }

    @Test("CSV: quotes where RFC 4180 wants them, counters whole, absent empty")
    func csv() {
        #expect(
            text(CSVRenderer.render(Self.table)) == """
                end,src,agent,bytes,bps,counted,vni
                2025-11-22T14:00:00.123Z,10.0.0.1,"hv ""1"", \\ two
                \u{1}\u{7f}ü",18446744073709551615,1.5,true,
                1970-01-01T00:00:00.000Z,fd00::1,,1234567,2000000,false,5001

                """)
        #expect(text(CSVRenderer.render(ResultTable(columns: [.init(.src)]))) == "src\n")
        #expect(text(CSVRenderer.render(ResultTable(columns: [.init(.src)]), header: false)).isEmpty)
    }

    @Test("tables: aligned, shortened on wish, no control characters")
    func tables() {
        #expect(
            TableRenderer.render(Self.table) == """
                end                       src       agent              bytes   bps  counted   vni
                2025-11-22T14:00:00.123Z  10.0.0.1  hv "1", \\ two���ü  18.4E   1.5  true        -
                1970-01-01T00:00:00.000Z  fd00::1   -                   1.2M  2.0M  false    5001

                """)
        #expect(TableRenderer.render(Self.table, shorten: false).contains("  18446744073709551615  "))
        #expect(
            TableRenderer.render(ResultTable(columns: Self.table.columns)) == "no flows match in this time\n"
        )
        #expect(TableRenderer.render(ResultTable(columns: []), empty: "nothing") == "nothing\n")
    }

    @Test(
        "short counters never look larger than they are",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1.0k"), (1999, "1.9k"), (999_999, "999.9k"), (1_000_000, "1.0M"),
            (1_234_567, "1.2M"),
            (5_000_000_000, "5.0G"), (1_000_000_000_000, "1.0T"), (1_000_000_000_000_000, "1.0P"),
            (UInt64.max, "18.4E"),
        ])
    func short(number: UInt64, text: String) {
        #expect(TableRenderer.shortened(number) == text)
    }

    @Test("the writer: nesting, commas, odd numbers, invalid UTF-8")
    func writer() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("a")
            writer.array { writer in
                writer.integer(1)
                writer.object { _ in }
                writer.array { $0.null() }
                writer.real(.nan)
                writer.real(-.infinity)
                writer.real(0.1)
                writer.real(1e300)
            }
            writer.member("b", true)
            writer.member("c", nil as String?)
            writer.member("d", -5)
            writer.member("e", real: 2.5)
            writer.member("f", time: 1)
            writer.key("g")
            writer.raw("[1]".utf8)
            writer.key("h\n\"")
            writer.string(utf8: [0x61, 0xFF, 0x62])
        }
        #expect(
            String(decoding: writer.drain(), as: UTF8.self)
                == #"{"a":[1,{},[null],null,null,0.1,1e+300],"b":true,"c":null,"d":-5,"e":2.5,"f":"1970-01-01T00:00:00.001Z","g":[1],"h\n\"":"a�b"}"#
        )
        #expect(writer.octets.isEmpty)
    }

    @Test("table: numbers that do not say their unit have it in the title, whole reals look like counters")
    func units() {
        let table = ResultTable(
            columns: [.init(.duration), .init(.rtt), .init(name: "observed", kind: .real), .init(.bytes)],
            rows: [[.integer(590_598), .integer(250), .real(997), .integer(5)], [.integer(1), .absent, .real(0.5), .integer(6)]])
        let lines = TableRenderer.render(table).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines == [
            ["duration(ms)", "rtt(us)", "observed", "bytes"], ["590598", "250", "997", "5"], ["1", "-", "0.5", "6"],
        ])
    }
}
