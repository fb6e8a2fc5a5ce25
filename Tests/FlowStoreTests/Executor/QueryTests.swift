import Dispatch
import FlowModel
import FlowQuery
import Synchronization
import Testing

@testable import FlowStore

@Suite("Queries")
struct QueryTests {
    static let totals = FlowRequest.Kind.aggregate(
        by: [], measures: GroupValue.standard, order: .bytes, descending: true, limit: 10)

    /// A store with many partitions and blocks, and all of its records.
    func filled(_ seed: UInt64, compact: Bool = false) throws -> (TestStore, FlowBatch) {
        let test = try TestStore { $0.limits.rowsPerBlock = 256 }
        var flows = RandomFlows(seed: seed, ends: (hour14 - 2 * hour)..<(hour14 + hour))
        var all = FlowBatch()
        var names: [String: UInt32] = [:]
        for sequence in 1...12 as ClosedRange<UInt64> {
            let batch = flows.ordinary(Int.random(in: 1...250, using: &flows.generator))
            try test.append(batch, sequence: sequence)
            all.join(batch, names: &names)
        }
        if compact { try test.store.compact(everything: true) }
        return (test, all)
    }

    static let filters: [(String, @Sendable (FlowBatch, Int) -> Bool)] = [
        ("", { _, _ in true }),
        ("proto tcp", { $0.protocolIdentifier[$1] == 6 }),
        ("host 10.0.0.7", {
            let address = IPAddress(ipv4: 0x0A00_0007)
            return $0.sourceAddress[$1] == address || $0.destinationAddress[$1] == address
        }),
        ("src net 10.0.0.0/27", {
            let address = $0.sourceAddress[$1]
            return !address.isIPv6 && address.low >> 5 == 0x0A00_0000 >> 5
        }),
        ("dst host fd00::50", { $0.destinationAddress[$1] == IPAddress("fd00::50") }),
        ("host 192.0.2.1", { _, _ in false }),
        ("not host 10.0.0.7", {
            let address = IPAddress(ipv4: 0x0A00_0007)
            return $0.sourceAddress[$1] != address && $0.destinationAddress[$1] != address
        }),
        ("host 10.0.0.7 or port 22", {
            let address = IPAddress(ipv4: 0x0A00_0007)
            return $0.sourceAddress[$1] == address || $0.destinationAddress[$1] == address
                || $0.sourceTransportPort[$1] == 22 || $0.destinationTransportPort[$1] == 22
        }),
        ("dst port in [80,443] and proto tcp", {
            [80, 443].contains($0.destinationTransportPort[$1]) && $0.protocolIdentifier[$1] == 6
        }),
        ("vni 5001", { $0.vni[$1] == 5001 }),
        ("bytes > 500000", { $0.octetDeltaCount[$1] > 500_000 }),
        ("agent \"agent-a\"", { $0.name($0.agent[$1]) == "agent-a" }),
        ("state in [S0,REJ]", { $0.connectionState[$1] == .s0 || $0.connectionState[$1] == .rej }),
    ]

    @Test("totals of every filter are those of a naive model", arguments: [1, 2])
    func filterTotals(_ seed: UInt64) throws {
        let (test, all) = try filled(seed, compact: seed == 2)
        for (text, matches) in Self.filters {
            for range in [
                TimeRange.always, TimeRange(since: hour14 - hour, until: hour14 + 60_000), TimeRange(since: hour14),
                TimeRange(until: hour14 - hour),
            ] {
                for witnesses in [false, true] {
                    let rows = (0..<all.count).filter {
                        range.contains(end: all.flowEndMilliseconds[$0]) && (witnesses || all.counted[$0])
                            && matches(all, $0)
                    }
                    let answer = try test.store.query(
                        FlowRequest(
                            filter: FlowFilter(text), range: range, includeWitnesses: witnesses, kind: Self.totals),
                        limits: QueryLimits(threads: seed == 1 ? 1 : 3), isCancelled: { false })
                    let expected: [UInt64] = [
                        UInt64(rows.count), UInt64(rows.count { all.part[$0] == 0 }),
                        rows.reduce(0) { $0 + all.packetDeltaCount[$1] }, rows.reduce(0) { $0 + all.octetDeltaCount[$1] },
                        rows.reduce(0) { $0 + all.reversePacketDeltaCount[$1] },
                        rows.reduce(0) { $0 + all.reverseOctetDeltaCount[$1] },
                    ]
                    let seen = answer.table.rows.first ?? expected.map { _ in .integer(0) }
                    #expect(seen == expected.map { .integer($0) }, "\(text) \(range) \(witnesses)")
                    #expect(answer.statistics.rowsMatched == rows.count)
                }
            }
        }
    }

    @Test("groups by source are those of a naive model", arguments: [1, 2])
    func groups(_ threads: Int) throws {
        let (test, all) = try filled(3)
        var sums: [IPAddress: UInt64] = [:]
        for row in 0..<all.count where all.counted[row] { sums[all.sourceAddress[row], default: 0] += all.octetDeltaCount[row] }
        let answer = try test.store.query(
            FlowRequest(kind: .aggregate(by: [.src], measures: [.bytes], order: .bytes, descending: true, limit: 100_000)),
            limits: QueryLimits(threads: threads), isCancelled: { false })
        #expect(answer.table.rows.count == sums.count)
        for row in answer.table.rows {
            guard case .address(let address) = row[0] else { continue }
            #expect(row[1] == .integer(sums[address] ?? 0))
        }
    }

    @Test("single records come with every stored field, newest first")
    func flows() throws {
        let (test, all) = try filled(4)
        let answer = try test.store.query(
            FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 100_000, cursor: nil)))
        let expected = (0..<all.count).map { row in Field.stored.map { all.value($0, row: row) } }
        #expect(answer.table.rows.tally == expected.tally)
        #expect(answer.table.columns.map(\.name) == Field.stored.map(\.rawValue))
        let place = try #require(Field.stored.firstIndex(of: .end))
        let ends = answer.table.rows.compactMap { row -> Int64? in if case .timestamp(let end) = row[place] { end } else { nil } }
        #expect(ends == ends.sorted(by: >))
        #expect(answer.cursor == nil)
    }

    @Test("a walk by cursor meets each row once, while new flows arrive, blocks are joined and partitions sealed")
    func cursorWalk() throws {
        let (test, all) = try filled(5)
        var flows = RandomFlows(seed: 99, ends: (hour14 + hour)..<(hour14 + hour + 1000))
        var cursor: FlowCursor?
        var seen: [[FieldValue]] = []
        var page = 0
        repeat {
            let answer = try test.store.query(
                FlowRequest(
                    range: TimeRange(until: hour14 + hour), includeWitnesses: true,
                    kind: .flows(fields: nil, limit: 97, cursor: cursor)))
            seen += answer.table.rows
            cursor = answer.cursor.flatMap { FlowCursor(text: $0) }
            page += 1
            // Newer flows, late ones that end where the walk has been, and upkeep.
            flows.ends = page % 2 == 0 ? (hour14 + hour)..<(hour14 + hour + 1000) : (hour14 + hour - 1)..<(hour14 + hour)
            if page > 1 { try test.append(flows.ordinary(20)) }
            if page == 3 { try test.store.compact(everything: false) }
            if page == 5 { try test.store.compact(everything: true) }
        } while cursor != nil && page < 1000
        let expected = (0..<all.count).map { row in Field.stored.map { all.value($0, row: row) } }
        #expect(seen.tally == expected.tally)
        #expect(page == (all.count + 96) / 97)
    }

    @Test("rows with one and the same end are walked once each")
    func equalEnds() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 6, ends: hour14..<(hour14 + 1))
        var expected: [NamedRecord] = []
        for _ in 0..<5 {
            let batch = flows.ordinary(10)
            try test.append(batch)
            expected += batch.namedRecords
        }
        var cursor: FlowCursor?
        var ids: [FieldValue] = []
        repeat {
            let answer = try test.store.query(
                FlowRequest(includeWitnesses: true, kind: .flows(fields: [.flowID, .srcPort], limit: 3, cursor: cursor)))
            ids += answer.table.rows.map { $0[1] }
            cursor = answer.cursor.flatMap { FlowCursor(text: $0) }
        } while cursor != nil
        #expect(ids.tally == expected.map { FieldValue.integer(UInt64($0.record.sourceTransportPort)) }.tally)
    }

    @Test("partitions outside the time, and blocks without the address, are not read")
    func pruning() throws {
        let test = try TestStore()
        var needle = RandomFlows(seed: 7, ends: hour14..<(hour14 + hour))
        for index in 0..<20 {
            needle.ends = (hour14 - Int64(index % 4) * hour)..<(hour14 - Int64(index % 4) * hour + hour)
            var batch = needle.ordinary(100)
            if index == 8 { batch.sourceAddress[50] = IPAddress(ipv4: 0xC000_0201) }
            try test.append(batch)
        }
        let all = try test.store.query(FlowRequest(includeWitnesses: true, kind: Self.totals)).statistics
        #expect(all.partitions == 4 && all.partitionsRead == 4 && all.blocks == 20 && all.blocksRead == 20)
        #expect(all.rowsScanned == 2000)
        let hourly = try test.store.query(
            FlowRequest(range: TimeRange(since: hour14, until: hour14 + hour), kind: Self.totals)
        ).statistics
        // Whole blocks are told from the sums in their headers.
        #expect(hourly.partitions == 1 && hourly.blocks == 5 && hourly.blocksRead == 0 && hourly.blocksSummed == 5)
        let found = try test.store.query(
            FlowRequest(filter: FlowFilter("host 192.0.2.1"), includeWitnesses: true, kind: Self.totals))
        #expect(found.statistics.blocksRead == 1 && found.statistics.rowsMatched == 1)
        #expect(found.table.rows.first?.first == .integer(1))
        let newest = try test.store.query(
            FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 10, cursor: nil)),
            limits: QueryLimits(threads: 1), isCancelled: { false }
        ).statistics
        #expect(newest.partitionsRead < 4 && newest.blocksRead < 20)
    }

    @Test("all flows alive in an interval, also those whose records lie in later partitions")
    func overlap() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 8, ends: hour14..<(hour14 + hour))
        var batch = flows.ordinary(4)
        // Ends, and begins of the flows.
        batch.flowEndMilliseconds = [hour14 - 2 * hour, hour14 + 1, hour14 + 2, hour14 - hour]
        batch.initialStartMilliseconds = [hour14 - 3 * hour, hour14 - 2 * hour, hour14, hour14 - hour - 5]
        try test.append(batch)
        let range = TimeRange(since: hour14 - hour, until: hour14)
        let ending = try test.store.query(
            FlowRequest(range: range, includeWitnesses: true, kind: .flows(fields: [.end], limit: 10, cursor: nil)))
        #expect(ending.table.rows == [[.timestamp(hour14 - hour)]])
        let alive = try test.store.query(
            FlowRequest(
                range: range, includeWitnesses: true, overlap: true, kind: .flows(fields: [.end], limit: 10, cursor: nil)))
        #expect(alive.table.rows == [[.timestamp(hour14 + 1)], [.timestamp(hour14 - hour)]])
    }

    @Test("a query for a time with no data gives an empty answer that says what is held")
    func outside() throws {
        let test = try TestStore()
        func reasons(_ range: TimeRange) throws -> QueryAnswer {
            try test.store.query(FlowRequest(range: range, kind: .flows(fields: nil, limit: 10, cursor: nil)))
        }
        let none = try reasons(.always)
        #expect(none.table.rows.isEmpty)
        #expect(none.completeness.reasons == ["no flow is held"])
        #expect(none.completeness.oldestMilliseconds == nil)
        #expect(none.completeness.value == nil)

        var flows = RandomFlows(seed: 9, ends: hour14..<(hour14 + 1))
        try test.append(flows.ordinary(3))
        flows.ends = (hour14 - 5 * hour)..<(hour14 - 5 * hour + 1)
        try test.append(flows.ordinary(3))
        let span = "2026-11-22T09:00:00.000Z to 2026-11-22T14:00:00.000Z"
        let before = try reasons(TimeRange(since: 0, until: hour14 - 10 * hour))
        #expect(before.table.rows.isEmpty)
        #expect(before.completeness.reasons == ["asked until 2026-11-22T04:00:00.000Z, but the flows held end from \(span)"])
        #expect(before.completeness.oldestMilliseconds == hour14 - 5 * hour)
        #expect(before.completeness.newestMilliseconds == hour14)
        let after = try reasons(TimeRange(since: hour14 + hour))
        #expect(after.table.rows.isEmpty)
        #expect(after.completeness.reasons == ["asked from 2026-11-22T15:00:00.000Z, but the flows held end from \(span)"])
        let partly = try reasons(TimeRange(since: hour14 - 6 * hour))
        #expect(
            partly.completeness.reasons
                == ["asked from 2026-11-22T08:00:00.000Z, but the oldest flow held ends at 2026-11-22T09:00:00.000Z"])
        #expect(try reasons(TimeRange(since: hour14 - 5 * hour)).completeness.reasons == [])
    }

    @Test("a query is cancelled, and ends at its time budget, with a clear error")
    func limits() throws {
        let (test, _) = try filled(10)
        let request = FlowRequest(kind: Self.totals)
        let calls = Mutex(0)
        let cancelled = #expect(throws: StoreError.self) {
            try test.store.query(request, limits: QueryLimits()) {
                calls.withLock { count in
                    count += 1
                    return count > 3
                }
            }
        }
        #expect(cancelled?.code == .cancelled)
        let late = #expect(throws: StoreError.self) {
            try test.store.query(request, limits: QueryLimits(time: .zero), isCancelled: { false })
        }
        #expect(late?.code == .timeBudget)
        #expect(late?.description.contains("budget of 0 s") == true)
        let many = #expect(throws: StoreError.self) {
            try test.store.query(
                FlowRequest(kind: .aggregate(by: [.src, .dst], measures: [.bytes], order: .bytes, descending: true, limit: 5)),
                limits: QueryLimits(groups: 10), isCancelled: { false })
        }
        #expect(many?.code == .tooLarge)
        // The store is none the worse.
        #expect(try test.store.query(request).table.rows.count == 1)
    }

    @Test("a closed store says so")
    func closed() throws {
        let test = try TestStore()
        test.folder.close()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + 1))
        let batch = flows.batch(1)
        let error = #expect(throws: StoreError.self) { try test.append(batch) }
        #expect(error?.code == .closed)
    }

    @Test("queries beside appends, merges and sealing always see whole batches")
    func consistent() throws {
        let test = try TestStore { $0.limits.rowsPerBlock = 300 }
        let store = test.store
        let now = test.clock.now
        let batches = (0..<30).map { index -> FlowBatch in
            var flows = RandomFlows(seed: UInt64(index), ends: hour14..<(hour14 + hour))
            return flows.ordinary(40)
        }
        let problems = Mutex<[String]>([])
        let done = Mutex(false)
        DispatchQueue.concurrentPerform(iterations: 2) { role in
            do {
                if role == 0 {
                    defer { done.withLock { $0 = true } }
                    for (index, batch) in batches.enumerated() {
                        _ = try store.append(batch, identity: nil, exportMilliseconds: now)
                        if index % 5 == 4 { try store.compact(everything: index % 10 == 9) }
                    }
                } else {
                    var last: UInt64 = 0
                    while !done.withLock({ $0 }) {
                        let answer = try store.query(FlowRequest(includeWitnesses: true, kind: QueryTests.totals))
                        guard case .integer(let count)? = answer.table.rows.first?.first else { continue }
                        if count % 40 != 0 || count < last { problems.withLock { $0.append("\(last) then \(count)") } }
                        last = count
                    }
                }
            } catch {
                problems.withLock { $0.append("\(error)") }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(try test.count() == 1200)
    }
}
