import FlowModel
import FlowQuery
import Synchronization
import Testing

@testable import FlowStore

@Suite("Every back end: answers")
struct BackendQueryTests {
    /// Six flows in three partitions, one of them counted elsewhere.
    private static func filled(_ backend: StoreBackend) throws -> OpenStore {
        let open = try backend.make()
        var sample = Sample()
        try sample.add("10.0.0.1", 80, bytes: 1_000, end: 0) { $0.vni = 7 }
        try sample.add("10.0.0.2", 443, bytes: 500, end: 60_000, begin: -3 * hour)
        try sample.add("fd00::1", 443, bytes: 500, end: -hour)
        try open.append(sample.batch, 1)
        var second = Sample()
        try second.add("10.0.0.1", 22, bytes: 40, end: -hour + 5) { $0.part = 1 }
        try second.add("10.0.0.1", 443, bytes: 60, end: -2 * hour)
        try second.add("10.0.0.9", 443, bytes: 9_999, end: 30_000) { $0.counted = false }
        try open.append(second.batch, 2)
        return open
    }

    @Test("single records: newest end first, in time, with and without witnesses", arguments: StoreBackend.all)
    func flows(_ backend: StoreBackend) throws {
        let open = try Self.filled(backend)
        func ports(_ range: TimeRange, witnesses: Bool = false, overlap: Bool = false) throws -> [String] {
            try open.rows([.src, .dstPort], range: range, witnesses: witnesses, overlap: overlap).map {
                "\($0[0].text) \($0[1].text)"
            }
        }
        let all = ["10.0.0.2 443", "10.0.0.1 80", "10.0.0.1 22", "fd00::1 443", "10.0.0.1 443"]
        #expect(try ports(.always) == all)
        #expect(try ports(.always, witnesses: true) == [all[0], "10.0.0.9 443"] + all[1...])
        // `since` is in, `until` is out.
        #expect(try ports(TimeRange(since: hour14 - hour, until: hour14)) == [all[2], all[3]])
        #expect(try ports(TimeRange(since: hour14)) == [all[0], all[1]])
        #expect(try ports(TimeRange(until: hour14 - hour)) == [all[4]])
        #expect(try ports(TimeRange(since: hour14 - hour, until: hour14), overlap: true) == [all[0], all[2], all[3]])
        #expect(try ports(TimeRange(until: hour14 - 2 * hour), overlap: true) == [all[0]])
        #expect(try ports(TimeRange(since: 0, until: 1)).isEmpty)
    }

    @Test("groups: sums, order, limit, and one line of totals", arguments: StoreBackend.all)
    func aggregate(_ backend: StoreBackend) throws {
        let open = try Self.filled(backend)
        func lines(
            _ by: [Field], _ order: GroupValue = .bytes, descending: Bool = true, limit: Int = 10, _ filter: String = ""
        ) throws -> [String] {
            try open.lines(
                .aggregate(by: by, measures: [.records, .flows, .bytes], order: order, descending: descending, limit: limit),
                filter)
        }
        #expect(try lines([]) == ["5 4 2100"])
        #expect(try lines([], .bytes, descending: true, limit: 10, "port 1") == ["0 0 0"])
        #expect(try lines([.dstPort]) == ["443 3 3 1060", "80 1 1 1000", "22 1 0 40"])
        #expect(try lines([.dstPort], .bytes, descending: false, limit: 2) == ["22 1 0 40", "80 1 1 1000"])
        #expect(try lines([.dstPort], .plain(.dstPort), descending: false) == ["22 1 0 40", "80 1 1 1000", "443 3 3 1060"])
        // Equal measures are in the order of the keys: addresses, IPv4 first.
        #expect(try lines([.src], .flows, descending: true) == ["10.0.0.1 3 2 1100", "10.0.0.2 1 1 500", "fd00::1 1 1 500"])
        #expect(try lines([.vni, .proto]) == ["- tcp 4 3 1100", "7 tcp 1 1 1000"])
        #expect(try lines([.src], .bytes, descending: true, limit: 10, "dst port 1").isEmpty)
    }

    @Test("distinct values, smallest, largest and percentiles of groups, exactly", arguments: StoreBackend.all)
    func told(_ backend: StoreBackend) throws {
        let open = try backend.make()
        // Durations of 1 to 100 ms, round trips of the even ones only.
        var sample = Sample()
        for number in 1...100 as ClosedRange<Int64> {
            try sample.add("10.0.0.\(number % 7)", number <= 50 ? 80 : 443, bytes: UInt64(number * 10), end: 0, begin: -number) {
                if number % 2 == 0 { $0.clientRoundTripMicroseconds = UInt32(number) }
            }
        }
        try open.append(sample.batch, 1)
        func lines(_ measures: [GroupValue], by: [Field] = [], order: GroupValue = .bytes) throws -> [String] {
            try open.lines(.aggregate(by: by, measures: measures, order: order, descending: true, limit: 10))
        }
        #expect(
            try lines([.distinct(.src), .distinct(.rttClient), .distinct(.vni), .least(.duration), .greatest(.duration)])
                == ["7 50 0 1 100"])
        #expect(
            try lines([50, 90, 95, 99].map { .percentile($0, .duration) }, by: [.dstPort])
                == ["443 75 95 98 100", "80 25 45 48 50"])
        #expect(try lines([.percentile(50, .rttClient), .percentile(1, .rttClient)]) == ["50 2"])
        #expect(try lines([.least(.vni), .percentile(50, .rtt), .greatest(.retransmits)]) == ["- - -"])
        // By what is not shown, too; a group of which there is nothing to tell comes last.
        #expect(try lines([.records], by: [.dstPort], order: .percentile(50, .duration)) == ["443 50", "80 50"])
    }

    @Test("the largest and smallest numbers of 64 bits are told as they are", arguments: StoreBackend.all)
    func extremes(_ backend: StoreBackend) throws {
        let open = try backend.make()
        var sample = Sample()
        for (port, bytes) in [(1, UInt64.max), (2, .max - 1), (3, 0)] as [(UInt16, UInt64)] {
            try sample.add("10.0.0.1", port, bytes: bytes)
        }
        try open.append(sample.batch, 1)
        let measures: [GroupValue] = [.least(.bytes), .greatest(.bytes), .percentile(99, .bytes), .distinct(.bytes)]
        let kind = FlowRequest.Kind.aggregate(
            by: [.dstPort], measures: measures, order: .plain(.dstPort), descending: false, limit: 10)
        let most = UInt64.max
        #expect(
            try open.lines(kind) == [
                "1 \(most) \(most) \(most) 1", "2 \(most - 1) \(most - 1) \(most - 1) 1", "3 0 0 0 1",
            ])
    }

    @Test("series: buckets of end, the largest groups by themselves, the others in one line", arguments: StoreBackend.all)
    func series(_ backend: StoreBackend) throws {
        let open = try Self.filled(backend)
        func lines(_ by: [Field], limit: Int) throws -> [String] {
            try open.lines(.series(intervalMilliseconds: hour, by: by, measures: [.bytes], limit: limit))
        }
        let (h12, h13, h14) = ("2026-11-22T12:00:00.000Z", "2026-11-22T13:00:00.000Z", "2026-11-22T14:00:00.000Z")
        #expect(try lines([], limit: 5) == ["\(h12) 60", "\(h13) 540", "\(h14) 1500"])
        #expect(
            try lines([.dstPort], limit: 5) == [
                "\(h12) 443 60", "\(h13) 443 500", "\(h13) 22 40", "\(h14) 443 500", "\(h14) 80 1000",
            ])
        #expect(
            try lines([.dstPort], limit: 1) == [
                "\(h12) 443 60", "\(h13) 443 500", "\(h13) - 40", "\(h14) 443 500", "\(h14) - 1000",
            ])
    }

    @Test("sums past 64 bits stay at the largest number", arguments: StoreBackend.all)
    func saturated(_ backend: StoreBackend) throws {
        let open = try backend.make()
        var sample = Sample()
        for port in 1...3 as ClosedRange<UInt16> { try sample.add("10.0.0.1", port, bytes: .max - 10) }
        try open.append(sample.batch, 1)
        let measures: [GroupValue] = [.bytes, .totalBytes, .records]
        let kind = FlowRequest.Kind.aggregate(by: [], measures: measures, order: .bytes, descending: true, limit: 1)
        #expect(try open.lines(kind) == ["18446744073709551615 18446744073709551615 3"])
    }

    @Test("limits end a query with their own error, and harm nothing", arguments: StoreBackend.all)
    func limits(_ backend: StoreBackend) throws {
        let open = try backend.make()
        for hour in 0..<3 as Range<Int64> { try open.append(try Sample.ports(1...100, end: -hour * 3_600_000), nil) }
        let ports = FlowRequest.Kind.aggregate(by: [.dstPort], measures: [.bytes], order: .bytes, descending: true, limit: 1)
        let request = FlowRequest(kind: ports)
        func code(_ request: FlowRequest, _ limits: QueryLimits = QueryLimits(), cancelled: Bool = false) -> StoreError.Code? {
            open.code { _ = try open.store.query(request, limits: limits, isCancelled: { cancelled }) }
        }
        for threads in [1, 2] {
            #expect(code(request, QueryLimits(groups: 100, threads: threads)) == nil)
            #expect(code(request, QueryLimits(groups: 99, threads: threads)) == .tooLarge)
            #expect(code(request, QueryLimits(memory: 1, threads: threads)) == .tooLarge)
            #expect(code(request, QueryLimits(time: .zero, threads: threads)) == .timeBudget)
            #expect(code(request, QueryLimits(threads: threads), cancelled: true) == .cancelled)
        }
        let hourly = FlowRequest(
            kind: .series(intervalMilliseconds: 3_600_000, by: [.dstPort], measures: [.bytes], limit: 1))
        #expect(code(hourly, QueryLimits(groups: 300, threads: 1)) == nil)
        #expect(code(hourly, QueryLimits(groups: 299, threads: 1)) == .tooLarge)
        // A request with a fault is answered by its first fault.
        for kind in [
            FlowRequest.Kind.flows(fields: nil, limit: 0, cursor: nil), .flows(fields: [], limit: 1, cursor: nil),
            .aggregate(by: [.src], measures: [.bytes], order: .plain(.dst), descending: true, limit: 1),
            .series(intervalMilliseconds: 0, by: [], measures: [.bytes], limit: 1),
        ] {
            #expect(code(FlowRequest(kind: kind)) == .invalid)
        }
        #expect(try open.lines(ports, limits: QueryLimits(threads: 1)) == ["1 300"])
    }

    @Test("a series has a bound on its buckets", arguments: StoreBackend.all)
    func buckets(_ backend: StoreBackend) throws {
        let open = try backend.make()
        var sample = Sample()
        for second in 0..<Int64(FlowRequest.bucketLimit) { try sample.add("10.0.0.1", 1, end: -second * 1000) }
        try open.append(sample.batch, 1)
        let request = FlowRequest(kind: .series(intervalMilliseconds: 1000, by: [], measures: [.records], limit: 1))
        #expect(try open.store.query(request).table.rows.count == FlowRequest.bucketLimit)
        var one = Sample()
        try open.append(try one.add("10.0.0.1", 1, end: 1000).batch, 2)
        #expect(open.code { _ = try open.store.query(request) } == .tooLarge)
    }

    @Test("a query that runs is cancelled", arguments: StoreBackend.all)
    func cancelled(_ backend: StoreBackend) throws {
        let open = try backend.make()
        for index in 1...5 as ClosedRange<UInt64> { try open.append(try Sample.ports(1...1000), index) }
        let asked = Mutex(0)
        let request = FlowRequest(kind: .flows(fields: nil, limit: 10_000, cursor: nil))
        // It is asked more than once, unless the answer was there before.
        let code = open.code {
            _ = try open.store.query(request, limits: QueryLimits()) { asked.withLock { $0 += 1; return $0 > 2 } }
        }
        #expect(code == .cancelled || asked.withLock { $0 } <= 2)
        #expect(try open.rows().count == 5_000)
    }

    @Test("an answer says what is held", arguments: StoreBackend.all)
    func span(_ backend: StoreBackend) throws {
        let open = try Self.filled(backend)
        let answer = try open.store.query(
            FlowRequest(range: TimeRange(since: 0, until: 1), kind: .flows(fields: nil, limit: 1, cursor: nil)))
        #expect(answer.completeness.oldestMilliseconds == hour14 - 2 * hour)
        #expect(answer.completeness.newestMilliseconds == hour14 + 60_000)
        let empty = try backend.make()
        let nothing = try empty.store.query(FlowRequest(kind: .flows(fields: nil, limit: 1, cursor: nil)))
        #expect(nothing.completeness.oldestMilliseconds == nil)
        #expect(nothing.completeness.value == nil)
    }

    @Test("the records that came in last, those of a flow in their order", arguments: StoreBackend.all)
    func latest(_ backend: StoreBackend) throws {
        let open = try backend.make()
        var expected: [UInt64: [UInt32]] = [:]
        for index in 0..<30 as Range<UInt32> {
            var sample = Sample()
            for flow in 1...4 as ClosedRange<UInt64> {
                try sample.add("10.0.0.1", 1, end: Int64(index) * 100_000 + Int64(flow)) {
                    $0.flowId = flow
                    $0.part = index
                }
                expected[flow, default: []].append(index)
            }
            try open.append(sample.batch, UInt64(index + 1))
            if index == 20 { try open.store.compact(everything: true) }
        }
        func shown(_ limit: Int, since: Int64) throws -> [UInt64: [UInt32]] {
            var parts: [UInt64: [UInt32]] = [:]
            try open.store.readLatest(limit, endingSince: since, fields: [.flowID, .part, .end]) { batch in
                for row in 0..<batch.count { parts[batch.flowId[row], default: []].append(batch.part[row]) }
            }
            return parts
        }
        #expect(try shown(.max, since: hour14) == expected)
        let last = try shown(10, since: hour14)
        #expect(last.values.reduce(0) { $0 + $1.count } >= 10)
        // The newest are among them, and what is shown of a flow has no gap.
        for (flow, parts) in last { #expect(parts == Array(expected[flow]?.suffix(parts.count) ?? [])) }
        let late = try shown(.max, since: hour14 + 2_500_000)
        for (_, parts) in late { #expect(parts.suffix(5) == [25, 26, 27, 28, 29]) }
        #expect(late.count == 4)
        #expect(try shown(.max, since: hour14 + 10 * hour).isEmpty)
        #expect(try shown(0, since: hour14).isEmpty)
    }
}
