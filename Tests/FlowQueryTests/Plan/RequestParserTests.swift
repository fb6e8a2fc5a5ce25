import FlowModel
import FlowQuery
import Testing

@Suite("requests from parameters")
struct RequestParserTests {
    private let now: Int64 = 1_763_820_000_000

    private func faults(_ parameters: [String: String], _ shape: RequestParser.Shape) throws -> [String] {
        let error = try #require(throws: RequestFaults.self) {
            try RequestParser.parse(parameters, as: shape, now: now)
        }
        return error.faults.map(\.description)
    }

    @Test("defaults")
    func defaults() throws {
        let flows = try RequestParser.parse([:], as: .flows, now: now)
        #expect(flows.kind == .flows(fields: nil, limit: 1000, cursor: nil))
        #expect(flows.range == .always && !flows.includeWitnesses && !flows.overlap && flows.filter.matchesAll)
        let top = try RequestParser.parse(["by": "src"], as: .aggregate, now: now, defaultSpan: 5)
        #expect(
            top.kind == .aggregate(by: [.src], measures: GroupValue.standard, order: .bytes, descending: true, limit: 10))
        #expect(top.range == TimeRange(since: now - 5))
        let series = try RequestParser.parse(["since": "-1h"], as: .series, now: now)
        #expect(series.kind == .series(intervalMilliseconds: 30_000, by: [], measures: GroupValue.standard, limit: 1000))
    }

    @Test("a missing since is the default span before until")
    func missingSince() throws {
        func range(_ parameters: [String: String], span: Int64? = 3_600_000) throws -> TimeRange {
            try RequestParser.parse(parameters, as: .flows, now: now, defaultSpan: span).range
        }
        #expect(try range([:]) == TimeRange(since: now - 3_600_000))
        #expect(try range(["until": "-2h"]) == TimeRange(since: now - 10_800_000, until: now - 7_200_000))
        #expect(try range(["until": "now"]) == TimeRange(since: now - 3_600_000, until: now))
        #expect(try range(["until": "-1m"]) == TimeRange(since: now - 3_660_000, until: now - 60_000))
        #expect(try range(["until": "-2h", "since": "-5h"]) == TimeRange(since: now - 18_000_000, until: now - 7_200_000))
        #expect(try range(["until": "-2h"], span: nil) == TimeRange(until: now - 7_200_000))
    }

    @Test("everything set")
    func full() throws {
        let cursor = FlowCursor(end: -5, locator: RowLocator(partition: 1, block: 2, row: 3))
        let flows = try RequestParser.parse(
            [
                "filter": "tcp", "since": "-1h", "until": "now", "fields": "src, DST,flags", "limit": "5",
                "cursor": cursor.text, "witnesses": "1",
                "overlap": "true", "order": "-end", "format": "csv",
            ], as: .flows, now: now, ignoring: ["format"])
        #expect(flows.kind == .flows(fields: [.src, .dst, .tcpFlags], limit: 5, cursor: cursor))
        #expect(flows.includeWitnesses && flows.overlap && flows.filter.text == "tcp")
        let series = try RequestParser.parse(
            ["interval": "300", "by": "proto", "fields": "bytes,total_packets"], as: .series, now: now)
        #expect(
            series.kind
                == .series(intervalMilliseconds: 300_000, by: [.proto], measures: [.bytes, .totalPackets], limit: 1000))
    }

    @Test(
        "orders",
        arguments: [
            ("bytes", GroupValue.bytes, true), ("-bytes", .bytes, true), ("flows:asc", .flows, false),
            ("src:desc", .plain(.src), true), ("total_bytes", .totalBytes, true),
            ("-distinct_dst", .distinct(.dst), true), ("p95_duration:asc", .percentile(95, .duration), false),
            ("min_start:asc", .least(.start), false), ("max_rtt_client", .greatest(.rttClient), true),
        ])
    func orders(text: String, field: GroupValue, descending: Bool) throws {
        let request = try RequestParser.parse(["by": "src", "order": text], as: .aggregate, now: now)
        #expect(
            request.kind
                == .aggregate(by: [.src], measures: GroupValue.standard, order: field, descending: descending, limit: 10))
    }

    @Test("all faults at once, each with its parameter and place")
    func many() throws {
        #expect(
            try faults(
                [
                    "filter": "prot 6", "since": "yesterday", "limit": "0", "by": "src, dst_prot", "order": "size",
                    "witnesses": "maybe", "colour": "red", "limt": "5",
                ],
                .aggregate) == [
                    "colour: 'colour' is not a parameter of aggregate; there are filter, since, until, fields, limit, witnesses, overlap, explain, by, order",
                    "limt: 'limt' is not a parameter of aggregate; did you mean 'limit'?",
                    "filter: column 1: 'prot' is not a field; did you mean 'proto'?",
                    "since: 'yesterday' is not a time; write 2026-11-22T14:08:09Z, 2026-11-22, now, -1h or now-30m",
                    "witnesses: 'maybe' is neither true nor false",
                    "limit: '0' is not a whole number in 1...1000000",
                    "by: column 6: 'dst_prot' is not a field; did you mean 'dst_port'?",
                    "order: 'size' is not a field; there are records, flows, packets, bytes, rev_packets, rev_bytes, total_bytes, total_packets, and the fields of 'by', each with :asc or :desc",
                ])
    }

    @Test("faults of sense")
    func sense() throws {
        #expect(
            try faults(["fields": "rtt"], .aggregate)[0].hasPrefix(
                "fields: 'rtt' cannot be summed over groups; there are records, flows"))
        #expect(try faults(["order": "dst_port"], .aggregate)[0].hasPrefix("order: 'dst_port' orders no groups"))
        #expect(
            try faults(["by": "port"], .aggregate) == [
                "by: column 1: 'port' is either side; name 'src_port' or 'dst_port'"
            ])
        #expect(
            try faults(["by": "dstport"], .aggregate) == [
                "by: column 1: 'dstport' is not a field; did you mean 'dst_port'?"
            ])
        for shape in [RequestParser.Shape.aggregate, .series] {
            #expect(
                try faults(["by": "src,bytes"], shape) == [
                    "by: 'bytes' cannot be grouped by and summed at once; name 'fields' without it, as in fields=flows"
                ])
            #expect(throws: Never.self) {
                try RequestParser.parse(["by": "src,bytes", "fields": "flows"], as: shape, now: now)
            }
        }
        #expect(try faults(["by": "src,src"], .aggregate) == ["by: 'src' is named twice"])
        #expect(
            try faults(["by": "records"], .aggregate) == ["by: 'records' is a number of groups, not a field of records"]
        )
        #expect(
            try faults(["by": "start"], .series) == [
                "by: 'start' is the bucket of a series; it cannot be grouped by as well"
            ])
        #expect(
            try faults(["by": "src_segment"], .aggregate) == [
                "by: column 1: 'src_segment' is not a field of this version"
            ])
        #expect(try faults(["fields": "src,,dst"], .flows) == ["fields: column 5: a field's name is missing"])
        #expect(
            try faults(["order": "bytes"], .flows) == [
                "order: flows come newest 'end' first; another order wants an aggregate"
            ])
        #expect(
            try faults(["order": "bytes:up"], .aggregate) == [
                "order: 'bytes:up' is not a field, or a field with :asc or :desc"
            ])
        #expect(try faults(["cursor": "nonsense"], .flows) == ["cursor: this is not a cursor of an answer before"])
        #expect(
            try faults(["interval": "soon"], .series) == ["interval: 'soon' is not a time span such as 30s, 5m or 1h"])
        #expect(try faults(["interval": "0"], .series).count == 1)
        #expect(
            try faults(["interval": "1s", "since": "-7d", "until": "now"], .series) == [
                "interval: the interval is too short for the time asked: a series has at most 10000 buckets"
            ])
        #expect(try faults(["since": "now", "until": "-1h"], .flows) == ["until: 'until' must be later than 'since'"])
        #expect(try faults(["limit": "1000001"], .flows) == ["limit: '1000001' is not a whole number in 1...1000000"])
    }

    @Test(
        "cursors that nobody made are refused",
        arguments: [
            "", "1", "1~2~3~4", "2~1~1~1~1", "1~1~1~1~x", "1~99999999999999999999~1~1~1",
            String(repeating: "1~", count: 100),
        ])
    func cursors(text: String) {
        #expect(FlowCursor(text: text) == nil)
    }
}
