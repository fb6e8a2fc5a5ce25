import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Queries and rollups")
struct RollupQueryTests {
    /// Requests that rollups can answer, or nearly: fields, filters, times and values at random.
    struct RandomRequests {
        var generator: SeededGenerator

        private mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &generator)] }

        mutating func next() throws -> FlowRequest {
            let keys: [[Field]] = [
                [], [.servicePort], [.proto], [.vni], [.vlan, .servicePort], [.src], [.dst, .servicePort], [.src, .dst, .proto],
                [.src, .dst, .servicePort, .proto, .vni, .vlan], [.dstPort], [.state],
            ]
            let filters = [
                "", "", "service_port 443", "proto tcp", "service_port > 100 and not proto udp", "vni 5001", "vlan 12 or proto 17",
                "not vni 0", "src net 10.0.0.0/28", "host 10.0.0.5", "dst 10.0.0.0/30 and service_port in [22, 80-445]",
                "vni != 5001", "dst_port 80", "counted", "bytes > 10",
            ]
            let filter = try FlowFilter(pick(filters))
            var range = TimeRange()
            let times: [Int64] = [0, 60_000, 1, 59_999, hour, 3 * 60_000, hour / 2, hour + 30_000, 2 * hour]
            if Bool.random(using: &generator) { range.since = hour14 - hour + pick(times) }
            if Bool.random(using: &generator) { range.until = max(hour14 + pick(times), (range.since ?? 0) + 1) }
            let by = pick(keys)
            var values: [GroupValue] = pick([
                GroupValue.standard, [.records], [.bytes, .flows], [.totalBytes, .totalPackets, .records],
                [.records, .distinct(.src)], [.flows, .distinct(.servicePort), .least(.servicePort)], [.greatest(.vni), .bytes],
                [.records, .percentile(50, .bytes)],
            ])
            values.removeAll { value in by.contains { .plain($0) == value } }
            if Bool.random(using: &generator) {
                let interval = pick([60_000, 3_600_000, 7_200_000, 300_000, 90_000, 5_400_000] as [Int64])
                return FlowRequest(
                    filter: filter, range: range, includeWitnesses: Int.random(in: 0..<12, using: &generator) == 0,
                    kind: .series(intervalMilliseconds: interval, by: by, measures: values, limit: pick([3, 1000])))
            }
            return FlowRequest(
                filter: filter, range: range, includeWitnesses: Int.random(in: 0..<12, using: &generator) == 0,
                kind: .aggregate(
                    by: by, measures: values, order: pick([values[0], .bytes]), descending: Bool.random(using: &generator),
                    limit: pick([5, 100_000])))
        }
    }

    /// The answer with rollups, and whether they had a part in it; the answer of flows alone must be the same.
    private static func ask(_ store: SQLiteFlowStore, _ request: FlowRequest, threads: Int) throws -> (QueryAnswer, QueryAnswer) {
        var limits = QueryLimits()
        limits.threads = threads
        let with = try store.query(request, limits: limits) { false }
        limits.usesRollups = false
        return (with, try store.query(request, limits: limits) { false })
    }

    @Test("give the same answers as flows, however far rollups have come", arguments: [UInt64(1), 2, 3])
    func exact(seed: UInt64) throws {
        let test = try TestStore {
            RollupBuilderTests.configure(&$0)
            $0.partitionMilliseconds = seed == 2 ? 7_200_000 : 3_600_000
        }
        var flows = RandomFlows(seed: seed, ends: (hour14 - hour)..<(hour14 + hour))
        flows.hosts = 25
        var requests = RandomRequests(generator: SeededGenerator(seed: seed + 100))
        var answered = 0
        for round in 1...6 as ClosedRange<UInt64> {
            try test.append(flows.batch(500), sequence: round)
            // Flows of 1970 are in the out-of-range partition, and never in rollups.
            var strange = RandomFlows(seed: seed * 10 + round, ends: 0..<1_000)
            try test.append(strange.batch(20), sequence: 100 + round)
            try test.store.compact(everything: round % 2 == 0)
            // Rounds in which rollups lag behind, of one kind or of both.
            if round % 3 != 1 { try test.build(everything: round % 2 == 0) }
            for number in 0..<40 {
                let request = try requests.next()
                guard request.faults.isEmpty else { continue }
                let (with, without) = try Self.ask(test.store, request, threads: 1 + number % 2)
                #expect(with.table == without.table, "seed \(seed), round \(round), \(request)")
                #expect(without.statistics.rollupRows == 0)
                if with.statistics.rollupRows > 0 { answered += 1 }
            }
        }
        #expect(answered > 40, "only \(answered) requests were answered from rollups")
    }

    @Test("read no flows at all where all is in rollups and the time is whole buckets")
    func fromRollupsAlone() throws {
        let test = try TestStore(RollupBuilderTests.configure)
        var flows = RandomFlows(seed: 5, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(1_000), sequence: 1)
        try test.store.compact(everything: true)
        try test.build()
        func rows(_ by: [Field], _ range: TimeRange) throws -> QueryStatistics {
            let kind = FlowRequest.Kind.aggregate(
                by: by, measures: GroupValue.standard, order: .bytes, descending: true, limit: 10)
            return try test.store.query(FlowRequest(range: range, kind: kind)).statistics
        }
        let whole = TimeRange(since: hour14, until: hour14 + hour)
        for by in [[Field.servicePort], [.src, .dst]] {
            let statistics = try rows(by, whole)
            #expect(statistics.blocksRead == 0 && statistics.rollupRows > 0 && statistics.rowsScanned == statistics.rollupRows)
            #expect(statistics.blocksRolledUp == statistics.blocks && statistics.blocks > 3)
        }
        // What rollups do not have is answered from flows, and so is a time without a whole bucket.
        #expect(try rows([.srcPort], whole).rollupRows == 0)
        #expect(try rows([.src], TimeRange(since: hour14 + 1, until: hour14 + hour)).rollupRows == 0)
        let ragged = try rows([.proto], TimeRange(since: hour14 + 1, until: hour14 + hour))
        #expect(ragged.rollupRows > 0 && ragged.blocksRead > 0)
    }

    @Test("answer for flows that are gone, and say what they cannot tell of them")
    func gone() throws {
        let test = try TestStore(RollupBuilderTests.configure)
        var flows = RandomFlows(seed: 6, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(1_200), sequence: 1)
        try test.store.compact(everything: true)
        try test.build()
        let kind = FlowRequest.Kind.aggregate(
            by: [.servicePort, .proto], measures: GroupValue.standard, order: .bytes, descending: true, limit: 1_000)
        let before = try test.store.query(FlowRequest(kind: kind)).table
        test.clock.now += 100 * hour
        _ = try test.store.retain(now: test.clock.now, maximumAge: .seconds(3600), dryRun: false)
        let answer = try test.store.query(FlowRequest(kind: kind))
        #expect(answer.table == before && answer.statistics.partitions == 0)
        #expect(!answer.completeness.reasons.contains("no flow is held"))
        let whole = try test.store.query(FlowRequest(range: TimeRange(since: hour14, until: hour14 + hour), kind: kind))
        #expect(whole.table == before && !whole.completeness.reasons.contains { $0.contains("only rollups are held") })
        let ragged = try test.store.query(FlowRequest(range: TimeRange(since: hour14 + 30_000, until: hour14 + hour), kind: kind))
        #expect(
            ragged.completeness.reasons.contains {
                $0.contains("2026-11-22T14:00:30.000Z to 2026-11-22T14:01:00.000Z") && $0.contains("only rollups are held")
            }, "\(ragged.completeness.reasons)")
        // A late flow makes the partition anew: it is another one, and what is gone is still told.
        flows.ends = (hour14 + hour - 1000)..<(hour14 + hour)
        try test.append(flows.batch(3), sequence: 2)
        let late = try test.store.query(FlowRequest(range: TimeRange(since: hour14 + 30_000, until: hour14 + hour), kind: kind))
        #expect(late.completeness.reasons.contains { $0.contains("only rollups are held") }, "\(late.completeness.reasons)")
    }

    @Test("go on without a damaged file of rollups, and say so", arguments: [true, false])
    func damaged(isWhole: Bool) throws {
        let test = try TestStore(RollupBuilderTests.configure)
        var flows = RandomFlows(seed: 7, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(1_000), sequence: 1)
        try test.store.compact(everything: true)
        try test.build()
        let request = FlowRequest(
            kind: .aggregate(by: [.src, .dst], measures: GroupValue.standard, order: .bytes, descending: true, limit: 1_000))
        let (before, expected) = try Self.ask(test.store, request, threads: 2)
        #expect(before.statistics.rollupRows > 0 && before.table == expected.table)
        test.folder.close()
        let folder = RollupFolder(path: test.rollups)
        let name = try #require(try folder.list().files.values.first { $0.kind == .hour })
        if isWhole {
            try Data("no database".utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        } else {
            // Only one number of one block is wrong: its checksum tells, when rows of others are taken in already.
            let database = try Database(path: folder.path(name), mode: .write)
            try database.execute("UPDATE rollup_block SET bucket_max = bucket_max + 1 WHERE id = (SELECT min(id) FROM rollup_block)")
        }
        let reader = try DataFolder.openForReading(test.path)
        let answer = try reader.store.query(request)
        #expect(answer.table == expected.table && answer.statistics.rollupRows == 0)
        #expect(answer.completeness.reasons.contains { $0.contains(name.file) })
    }
}
