import FlowModel
import FlowQuery
import Testing

/// Load, query, expect: the language and the answers as people see them.
@Suite("query cases in plain text")
struct QueryCaseTests {
    private static let flows = """
        end          age     proto     src         src_port dst         dst_port packets bytes    rev_bytes flags    state vni  part agent counted
        14:00:01     1000    tcp       10.0.1.1    40001    10.0.2.1    445      10      1000     500       SA       SF    5001 0    hv-1  true
        14:00:02     1000    tcp       10.0.1.1    40002    10.0.2.2    445      1       60       0         S        S0    5001 0    hv-1  true
        14:00:03     1000    tcp       10.0.1.1    40003    10.0.2.3    445      1       60       40        S        REJ   5001 0    hv-1  true
        14:01:00     7200000 tcp       10.0.1.2    40004    10.0.2.1    443      90000   12000000 2000000   AP       S1    -    3    hv-2  true
        14:01:30     1000    udp       10.0.1.3    5353     10.0.2.1    53       1       70       120       -        SF    5002 0    hv-2  true
        14:01:30     1000    udp       10.0.1.3    5353     10.0.2.1    53       1       70       120       -        SF    5002 0    hv-1  false
        14:02:00     1000    ipv6-icmp fd00::1     0        fd00::2     0        4       416      416       -        SF    -    0    hv-2  true
        14:59:59.999 1000    gre       192.168.0.9 0        172.16.5.5  0        2       300      0         -        -     -    0    -     true
        """

    struct Case: Sendable, CustomTestStringConvertible {
        var filter: String
        /// Numbers of the lines above, from 1.
        var lines: [Int]
        var testDescription: String { filter }
    }

    private static let cases = [
        Case(filter: "", lines: [1, 2, 3, 4, 5, 6, 7, 8]),
        Case(filter: "  # nothing but a comment", lines: [1, 2, 3, 4, 5, 6, 7, 8]),
        Case(filter: "src net 10.0.0.0/16 and dst port 445", lines: [1, 2, 3]),
        Case(filter: "port in [80,443] and proto tcp", lines: [4]),
        Case(filter: "bytes > 10M", lines: [4]),
        Case(filter: "bytes > 12MB or bytes >= 12000000", lines: [4]),
        Case(filter: "flags S and not flags A", lines: [2, 3]),
        Case(filter: "flags = S", lines: [2, 3]),
        Case(filter: "state in [S0,REJ]", lines: [2, 3]),
        Case(filter: "vni 5001", lines: [1, 2, 3]),
        Case(filter: "vni != 5001", lines: [4, 5, 6, 7, 8]),
        Case(filter: "vni < 10000", lines: [1, 2, 3, 5, 6]),
        Case(filter: "duration > 1h", lines: [4]),
        Case(filter: "host 10.0.2.1 and not tcp", lines: [5, 6]),
        Case(filter: "udp port 53", lines: [5, 6]),
        Case(filter: "not udp port 53", lines: [1, 2, 3, 4, 7, 8]),
        Case(filter: "src or dst net fd00::/8", lines: [7]),
        Case(filter: "src and dst net 10/8", lines: [1, 2, 3, 4, 5, 6]),
        Case(filter: "net 192.168 or net 172.16/12", lines: [8]),
        Case(filter: "ip6 or gre", lines: [7, 8]),
        Case(filter: "ip and not src net 10.0.0.0/8", lines: [8]),
        Case(filter: "agent \"hv-*\" && !(agent hv-1)", lines: [4, 5, 7]),
        Case(filter: "agent absent", lines: [8]),
        Case(filter: "not counted", lines: [6]),
        Case(filter: "tcp or udp and bytes > 1k", lines: [1, 2, 3, 4]),
        Case(filter: "(tcp or udp) and bytes > 1k", lines: [4]),
        Case(filter: "portrange 440-450", lines: [1, 2, 3, 4]),
        Case(filter: "end >= 2026-11-22T14:01:30Z", lines: [5, 6, 7, 8]),
        Case(filter: "total_bytes 832", lines: [7]),
        Case(filter: "port != 445 and tcp", lines: [4]),
        Case(filter: "SRC IP 10.0.1.1 AND STATE sf", lines: [1]),
    ]

    @Test("filters", arguments: cases)
    func filter(of asked: Case) throws {
        let batch = try PlainTextFlows.batch(Self.flows)
        #expect(try FlowFilter(asked.filter).select(batch).map { Int($0) + 1 } == asked.lines)
    }

    /// What nfdump 1.7.1 prints for eight flows that differ in their flags alone.
    @Test(
        "flags as nfdump reads them",
        arguments: [
            ("flags S", [0x02, 0x12, 0x1b, 0x06]), ("flags SA", [0x12, 0x1b]), ("not flags A", [0x02, 0, 0x04, 0x06]),
            ("not flags AFRPU", [0x02, 0]),
            ("flags S and not flags AFRPU", [0x02]), ("not flags SA", [0, 0x04]),
        ] as [(String, [UInt8])])
    func nfdump(filter: String, flags: [UInt8]) throws {
        var batch = FlowBatch()
        for value: UInt8 in [0x02, 0x12, 0x1b, 0x10, 0x18, 0x00, 0x04, 0x06] {
            var record = FlowRecord()
            record.protocolIdentifier = 6
            record.tcpControlBits = TCPFlags(rawValue: value)
            batch.append(record)
        }
        #expect(try FlowFilter(filter).select(batch).map { batch.tcpControlBits[Int($0)].rawValue } == flags)
    }

    private func answer(_ parameters: [String: String], _ shape: RequestParser.Shape) throws -> String {
        let now = try #require(UTCTime.milliseconds("2026-11-22T15:00:00Z"))
        var execution = FlowExecution(try RequestParser.parse(parameters, as: shape, now: now))
        try execution.consume(try PlainTextFlows.batch(Self.flows))
        return String(decoding: CSVRenderer.render(execution.finish()), as: UTF8.self)
    }

    @Test("top sources; a long flow counts once, where it began")
    func top() throws {
        #expect(
            try answer(["by": "src", "limit": "3"], .aggregate) == """
                src,records,flows,packets,bytes,rev_packets,rev_bytes
                10.0.1.2,1,0,90000,12000000,0,2000000
                10.0.1.1,3,3,12,1120,0,540
                fd00::1,1,1,4,416,0,416

                """)
    }

    @Test("smallest first, by two fields, with one measure")
    func ascending() throws {
        #expect(
            try answer(
                ["by": "proto,dst_port", "order": "records:asc", "fields": "records", "filter": "not gre"], .aggregate)
                    == """
                    proto,dst_port,records
                    tcp,443,1
                    udp,53,1
                    ipv6-icmp,0,1
                    tcp,445,3

                    """)
    }

    @Test("totals, with and without witnesses")
    func totals() throws {
        #expect(try answer(["fields": "records,bytes"], .aggregate) == "records,bytes\n7,12001906\n")
        #expect(
            try answer(["fields": "records,bytes", "witnesses": "true"], .aggregate) == "records,bytes\n8,12001976\n")
        #expect(try answer(["fields": "records", "filter": "vni 9"], .aggregate) == "records\n0\n")
    }

    @Test("a minute by protocol; the line without a protocol is the rest")
    func series() throws {
        #expect(
            try answer(["by": "proto", "interval": "1m", "limit": "1", "fields": "bytes"], .series) == """
                start,proto,bytes
                2026-11-22T14:00:00.000Z,tcp,1120
                2026-11-22T14:01:00.000Z,tcp,12000000
                2026-11-22T14:01:00.000Z,,70
                2026-11-22T14:02:00.000Z,,416
                2026-11-22T14:59:00.000Z,,300

                """)
    }

    @Test("a record belongs to the instant of its end; overlap asks for all that were alive")
    func time() throws {
        let parameters = ["since": "2026-11-22T13:00:00Z", "until": "2026-11-22T14:00:02Z", "fields": "end,dst_port"]
        #expect(try answer(parameters, .flows) == "end,dst_port\n2026-11-22T14:00:01.000Z,445\n")
        #expect(
            try answer(parameters.merging(["overlap": ""]) { $1 }, .flows) == """
                end,dst_port
                2026-11-22T14:01:00.000Z,443
                2026-11-22T14:00:02.000Z,445
                2026-11-22T14:00:01.000Z,445

                """)
        #expect(try answer(["since": "now", "fields": "src"], .flows) == "src\n")
        #expect(try answer(["since": "-2s", "fields": "src"], .flows) == "src\n192.168.0.9\n")
    }
}
