import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

@Suite("Every back end: what is stored, once")
struct BackendAppendTests {
    @Test("a record comes back with every field as it went in", arguments: StoreBackend.all)
    func everyField(_ backend: StoreBackend) throws {
        let open = try backend.make()
        var flows = RandomFlows(seed: 1, ends: (hour14 - 2 * hour)..<(hour14 + hour))
        var expected: [NamedRecord] = []
        for index in 1...8 as ClosedRange<UInt64> {
            let batch = flows.batch(100)
            #expect(try open.append(batch, index) == .stored(records: 100))
            expected += batch.namedRecords
        }
        let shown = try open.rows()
        #expect(shown.tally == expected.map { record in Field.stored.map { record.value($0) } }.tally)
        var request = FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 10_000, cursor: nil))
        request.asRecords = true
        let answer = try open.store.query(request)
        #expect(answer.records?.namedRecords.tally == expected.tally)
        #expect(answer.table.rows.isEmpty)
    }

    @Test("a batch is stored once under its identity, and each part of the identity counts", arguments: StoreBackend.all)
    func identity(_ backend: StoreBackend) throws {
        let open = try backend.make()
        let batch = try Sample.ports(1...10)
        func holds(_ identity: BatchIdentity) throws -> Bool {
            try open.store.holds(batch, identity: identity, exportMilliseconds: open.clock.now)
        }
        let first = BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 5)
        #expect(try !holds(first))
        #expect(try open.append(batch, 5) == .stored(records: 10))
        #expect(try holds(first))
        #expect(try open.append(batch, 5) == .duplicate)
        #expect(try open.rows().count == 10)
        // What is sent under an identity that was there is not looked at.
        #expect(try open.append(try Sample.ports(90...95), 5) == .duplicate)
        for other in [
            BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 4), .sequence(agent: "a", epoch: 7, sequence: 6),
            .sequence(agent: "a", epoch: 8, sequence: 5), .sequence(agent: "b", epoch: 7, sequence: 5),
            .sequence(agent: "a", epoch: .max, sequence: UInt64(Int64.max) - 1), .digest("ab"), .digest("ac"),
        ] {
            #expect(try !holds(other))
            #expect(
                try open.store.append(batch, identity: other, exportMilliseconds: open.clock.now) == .stored(records: 10))
            #expect(try holds(other))
            #expect(try open.store.append(batch, identity: other, exportMilliseconds: open.clock.now) == .duplicate)
        }
        #expect(try open.rows().count == 80)
        // Without one, the same again is more.
        #expect(try open.append(batch) == .stored(records: 10))
        #expect(try open.append(batch) == .stored(records: 10))
        #expect(try open.rows().count == 100)
        #expect(open.store.counters().records == 100)
        #expect(open.store.counters().duplicates == 9)
    }

    @Test("sequences come in any order", arguments: StoreBackend.all)
    func order(_ backend: StoreBackend) throws {
        let open = try backend.make()
        var generator = SeededGenerator(seed: 4)
        let sequences = (1...40 as ClosedRange<UInt64>).shuffled(using: &generator)
        for sequence in sequences {
            #expect(try open.append(try Sample.ports([UInt16(sequence)]), sequence) == .stored(records: 1))
        }
        for sequence in sequences.shuffled(using: &generator) {
            #expect(try open.append(try Sample.ports([UInt16(sequence)]), sequence) == .duplicate)
        }
        #expect(try open.rows([.dstPort]).tally == (1...40).map { [FieldValue.integer(UInt64($0))] }.tally)
    }

    @Test("a batch without records is stored and holds nothing", arguments: StoreBackend.all)
    func empty(_ backend: StoreBackend) throws {
        let open = try backend.make()
        #expect(try open.append(FlowBatch(), 1) == .stored(records: 0))
        #expect(
            try !open.store.holds(
                FlowBatch(), identity: .sequence(agent: "a", epoch: 7, sequence: 1), exportMilliseconds: open.clock.now))
        #expect(try open.store.held() == HeldFlows())
        #expect(open.store.counters() == StoreCounters())
    }

    @Test("a sequence that is none is refused", arguments: StoreBackend.all)
    func invalid(_ backend: StoreBackend) throws {
        let open = try backend.make()
        let batch = try Sample.ports([1])
        for sequence in [0, UInt64(Int64.max), .max] as [UInt64] {
            #expect(open.code { try open.append(batch, sequence) } == .invalid)
        }
        #expect(try open.rows().isEmpty)
    }

    @Test("a repeat stores what of the batch is no longer there, and tells of that alone", arguments: StoreBackend.all)
    func partial(_ backend: StoreBackend) throws {
        let open = try backend.make()
        // Records of two partitions; then the older one is removed.
        var sample = Sample()
        for port in 1...3 as ClosedRange<UInt16> { try sample.add("10.0.0.1", port, end: -2 * hour) }
        for port in 4...8 as ClosedRange<UInt16> { try sample.add("10.0.0.1", port) }
        #expect(try open.append(sample.batch, 1) == .stored(records: 8))
        open.clock.now += 10_000
        try open.append(try Sample.ports([9]), 2)
        let retired = try open.store.retain(now: open.clock.now, maximumAge: .seconds(5), dryRun: false)
        #expect(retired.count == 1)
        #expect(try open.rows().count == 6)
        let identity = BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 1)
        #expect(try !open.store.holds(sample.batch, identity: identity, exportMilliseconds: open.clock.now))
        #expect(try open.append(sample.batch, 1) == .stored(records: 3))
        #expect(try open.store.holds(sample.batch, identity: identity, exportMilliseconds: open.clock.now))
        #expect(try open.append(sample.batch, 1) == .duplicate)
        #expect(try open.rows([.dstPort]).tally == (1...9).map { [FieldValue.integer($0)] }.tally)
    }

    @Test("times that cannot be are stored, found, and counted as out of range", arguments: StoreBackend.all)
    func outOfRange(_ backend: StoreBackend) throws {
        let open = try backend.make()
        let day: Int64 = 86_400_000
        var sample = Sample()
        // 1970, and seven days, a day and one millisecond, and a day ahead of the export.
        let ahead = open.clock.now - hour14 + day
        for (port, end) in [(1, -hour14), (2, ahead + 6 * day), (3, ahead + 1), (4, ahead), (5, 0)] as [(UInt16, Int64)] {
            try sample.add("10.0.0.1", port, end: end)
        }
        try open.append(sample.batch, 1)
        #expect(try open.append(sample.batch, 1) == .duplicate)
        let ports: [FieldValue] = [.integer(2), .integer(3), .integer(4), .integer(5), .integer(1)]
        #expect(try open.rows([.dstPort]).map { $0[0] } == ports)
        #expect(try open.rows([.dstPort], range: TimeRange(since: 0, until: 1)) == [[.integer(1)]])
        let held = try open.store.held()
        #expect(held.outOfRangeRecords == 3)
        #expect(held.records == 5)
        #expect(held.oldest == 0)
        #expect(held.newest == hour14 + ahead + 6 * day)
        #expect(open.store.counters().outOfRange == 3)
    }

    @Test("batches that come at once from many threads are each stored once", arguments: StoreBackend.all)
    func threads(_ backend: StoreBackend) async throws {
        let open = try backend.make()
        let store = open.store
        let now = open.clock.now
        let batches = try (1...20 as ClosedRange<UInt16>).map { number in try Sample.ports((number * 10)..<(number * 10 + 10)) }
        let outcomes = try await withThrowingTaskGroup(of: AppendOutcome.self) { group in
            for _ in 0..<3 {
                for (index, batch) in batches.enumerated() {
                    group.addTask {
                        try store.append(
                            batch, identity: .sequence(agent: "a", epoch: 7, sequence: UInt64(index + 1)),
                            exportMilliseconds: now)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .stored(records: 10) } == 20)
        #expect(outcomes.count { $0 == .duplicate } == 40)
        #expect(try open.rows([.dstPort]).tally == (10..<210).map { [FieldValue.integer($0)] }.tally)
    }
}
