import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

@Suite("Every back end: upkeep")
struct BackendUpkeepTests {
    @Test("what is held", arguments: StoreBackend.all)
    func held(_ backend: StoreBackend) throws {
        let open = try backend.make()
        #expect(try open.store.held() == HeldFlows())
        try open.append(try Sample.ports(1...10, end: -2 * hour), 1)
        try open.append(try Sample.ports(1...5, end: 7), 2)
        let held = try open.store.held()
        #expect(held.records == 15)
        #expect(held.partitions == 2)
        #expect(held.oldest == hour14 - 2 * hour)
        #expect(held.newest == hour14 + 7)
        #expect(held.outOfRangeRecords == 0)
        #expect(held.damaged.isEmpty && held.unreadable.isEmpty)
    }

    @Test("partitions go when their last flows came in too long ago, whatever their flows' times", arguments: StoreBackend.all)
    func retain(_ backend: StoreBackend) throws {
        let open = try backend.make()
        let start = open.clock.now
        try open.append(try Sample.ports(1...10, end: -5 * hour), 1)
        try open.append(try Sample.ports(1...10, end: -4 * hour), 2)
        open.clock.now = start + 100_000
        // A late flow keeps its partition.
        try open.append(try Sample.ports([11], end: -5 * hour), 3)
        try open.append(try Sample.ports(1...10), 4)
        func retain(_ seconds: Int, dryRun: Bool) throws -> [Int64] {
            try open.store.retain(now: start + 100_000, maximumAge: .seconds(seconds), dryRun: dryRun).compactMap(\.lastWrite)
        }
        #expect(try retain(100, dryRun: false).isEmpty)
        #expect(try retain(99, dryRun: true) == [start])
        #expect(try open.rows().count == 31)
        #expect(try retain(99, dryRun: false) == [start])
        #expect(try retain(99, dryRun: false).isEmpty)
        #expect(try open.rows().count == 21)
        #expect(try open.store.held().partitions == 2)
        #expect(try open.store.held().oldest == hour14 - 5 * hour)
        // With a partition the identities go that were its own.
        #expect(try open.append(try Sample.ports(1...10, end: -4 * hour), 2) == .stored(records: 10))
        #expect(try open.append(try Sample.ports(1...10), 4) == .duplicate)
    }

    @Test("joining changes no answer", arguments: StoreBackend.all, [false, true])
    func compact(_ backend: StoreBackend, everything: Bool) throws {
        let open = try backend.make()
        var flows = RandomFlows(seed: 3, ends: (hour14 - 2 * hour)..<(hour14 + hour))
        for index in 1...40 as ClosedRange<UInt64> { try open.append(flows.batch(20), index) }
        let before = try open.rows()
        let held = try open.store.held()
        // Called off, it may have done nothing or some of it.
        try open.store.compact(everything: everything, isCancelled: { true })
        #expect(try open.rows() == before)
        try open.store.compact(everything: everything)
        #expect(try open.rows() == before)
        #expect(try open.store.held().records == held.records)
        #expect(try open.store.held().oldest == held.oldest)
        #expect(try open.append(flows.batch(20), 40) == .duplicate)
        #expect(try open.append(flows.batch(20), 41) == .stored(records: 20))
        try open.store.compact(everything: everything)
        #expect(try open.rows().count == before.count + 20)
    }

    @Test("a closed store says so, and keeps its counters", arguments: StoreBackend.all)
    func closed(_ backend: StoreBackend) throws {
        let open = try backend.make()
        let batch = try Sample.ports(1...3)
        try open.append(batch, 1)
        let store = open.store
        store.close()
        store.close()
        let identity = BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 1)
        #expect(open.code { try open.append(batch, 2) } == .closed)
        #expect(open.code { _ = try store.holds(batch, identity: identity, exportMilliseconds: 0) } == .closed)
        #expect(open.code { _ = try store.query(FlowRequest(kind: .flows(fields: nil, limit: 1, cursor: nil))) } == .closed)
        #expect(open.code { try store.readLatest(1, endingSince: 0, fields: [.end]) { _ in } } == .closed)
        #expect(open.code { _ = try store.held() } == .closed)
        #expect(open.code { _ = try store.retain(now: 0, maximumAge: .zero, dryRun: true) } == .closed)
        #expect(open.code { try store.compact(everything: false) } == .closed)
        #expect(store.counters().records == 3)
    }
}
