import Dispatch
import FlowModel
import FlowQuery
import Synchronization
import Testing

@testable import FlowStore

@Suite("Appending")
struct AppendTests {
    @Test("whether a batch is stored whole can be asked before it is stored")
    func holds() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 9, ends: (hour14 - hour)..<(hour14 + hour))
        let batch = flows.batch(300)
        var flowsOfOne = RandomFlows(seed: 10, ends: hour14..<(hour14 + hour))
        func holds(_ sequence: UInt64) throws -> Bool {
            try test.store.holds(
                batch, identity: .sequence(agent: "a", epoch: 7, sequence: sequence), exportMilliseconds: test.clock.now)
        }
        #expect(try !holds(1))
        try test.append(batch, sequence: 1)
        #expect(try holds(1) && !holds(2))
        // Of the second one a part is there.
        try test.append(flowsOfOne.batch(10), sequence: 2)
        #expect(try !holds(2))
        #expect(try test.append(batch, sequence: 1) == .duplicate)
    }

    @Test("every record of every partition is there after closing and opening", arguments: [1, 2])
    func exact(_ seed: UInt64) throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: seed, ends: (hour14 - 9 * hour)..<(hour14 + hour))
        var expected: [NamedRecord] = []
        for sequence in 1...5 as ClosedRange<UInt64> {
            let batch = flows.batch(Int.random(in: 100...500, using: &flows.generator))
            #expect(try test.append(batch, sequence: sequence) == .stored(records: batch.count))
            expected += batch.namedRecords
        }
        test.folder.close()
        #expect(try TestStore.records(test.flows).tally == expected.tally)
        #expect(try PartitionFolder(path: test.flows).list().partitions.count == 10)
        let again = try DataFolder.openForReading(test.path)
        let held = try again.store.held()
        #expect(held.records == expected.count)
        #expect(held.oldest == expected.map(\.record.flowEndMilliseconds).min())
        #expect(held.newest == expected.map(\.record.flowEndMilliseconds).max())
        #expect(held.partitions == 10)
        #expect(held.bytes > 0)
    }

    @Test("a record lies in the partition of its end")
    func placing() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: (hour14 - 1)..<hour14)
        try test.append(flows.batch(1))
        flows.ends = hour14..<(hour14 + 1)
        try test.append(flows.batch(1))
        flows.ends = (hour14 + hour - 1)..<(hour14 + hour)
        try test.append(flows.batch(1))
        #expect(try test.partitionFiles() == ["20261122T14-3600-g2.sqlite", "20261122T13-3600-g1.sqlite"])
    }

    @Test("a repeated sequence changes nothing, in any order and over a restart")
    func duplicates() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 2, ends: (hour14 - 3 * hour)..<(hour14 + hour))
        let batches = (0..<6).map { _ in flows.batch(50) }
        for sequence in [3, 1, 2, 6, 4, 5] {
            #expect(try test.append(batches[sequence - 1], sequence: UInt64(sequence)) == .stored(records: 50))
        }
        for sequence in 1...6 { #expect(try test.append(batches[sequence - 1], sequence: UInt64(sequence)) == .duplicate) }
        test.folder.close()
        let again = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        for sequence in 1...6 {
            let outcome = try again.store.append(
                batches[sequence - 1], identity: .sequence(agent: "a", epoch: 7, sequence: UInt64(sequence)),
                exportMilliseconds: test.clock.now)
            #expect(outcome == .duplicate)
        }
        #expect(again.store.counters().duplicates == 6)
        // Another epoch, another agent, another digest: other batches.
        for identity in [
            BatchIdentity.sequence(agent: "a", epoch: 8, sequence: 1), .sequence(agent: "b", epoch: 7, sequence: 1),
            .digest("00ff"),
        ] {
            #expect(
                try again.store.append(batches[0], identity: identity, exportMilliseconds: test.clock.now)
                    == .stored(records: 50))
            #expect(
                try again.store.append(batches[0], identity: identity, exportMilliseconds: test.clock.now) == .duplicate)
        }
        #expect(try TestStore.records(test.flows).count == 9 * 50)
    }

    @Test("a retry fills in only the partitions that lack the batch")
    func retryFillsIn() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 3, ends: (hour14 - 2 * hour)..<(hour14 + hour))
        let batch = flows.batch(300)
        #expect(try test.append(batch, sequence: 1) == .stored(records: 300))
        // As if the process had died before the last partition's commit.
        let last = try #require(try test.partitionFiles().first)
        let inLast = batch.flowEndMilliseconds.filter { $0 >= hour14 }.count
        test.folder.close()
        try PartitionFolder(path: test.flows).remove(#require(PartitionName(file: last)))
        let again = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        let identity = BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 1)
        #expect(
            try again.store.append(batch, identity: identity, exportMilliseconds: test.clock.now)
                == .stored(records: inLast))
        #expect(try again.store.append(batch, identity: identity, exportMilliseconds: test.clock.now) == .duplicate)
        #expect(try TestStore.records(test.flows).tally == batch.namedRecords.tally)
    }

    @Test("records out of range go to one partition, are counted, and found")
    func outOfRange() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 4, ends: hour14..<(hour14 + hour))
        var batch = flows.ordinary(5)
        batch.flowEndMilliseconds = [
            hour14, 946_684_799_999, hour14 + 25 * hour + 1, 946_684_800_000, hour14 + 25 * hour,
        ]
        #expect(try test.append(batch, sequence: 1, export: hour14 + hour) == .stored(records: 5))
        #expect(test.store.counters().outOfRange == 2)
        let held = try test.store.held()
        #expect(held.outOfRangeRecords == 2)
        #expect(held.oldest == 946_684_799_999)
        #expect(held.newest == hour14 + 25 * hour + 1)
        #expect(try test.partitionFiles().contains { $0.hasPrefix("out-of-range-") })
        #expect(try test.count() == 5)
        let request = FlowRequest(
            range: TimeRange(until: 946_684_800_000), includeWitnesses: true,
            kind: .flows(fields: [.end], limit: 10, cursor: nil))
        #expect(try test.store.query(request).table.rows == [[.timestamp(946_684_799_999)]])
        // A retry much later splits in the same way.
        test.clock.now += 48 * hour
        #expect(try test.append(batch, sequence: 1, export: hour14 + hour) == .duplicate)
    }

    @Test("times at the ends of their range do not trap")
    func extremeTimes() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 5, ends: hour14..<(hour14 + hour))
        var batch = flows.ordinary(3)
        batch.flowEndMilliseconds = [.min, .max, hour14]
        for export in [Int64.min, .max, 0] {
            #expect(try test.append(batch, export: export) == .stored(records: 3))
        }
        #expect(try test.count() == 9)
    }

    @Test("sources that cannot repeat make a bounded number of partitions a day")
    func manyPartitions() throws {
        let test = try TestStore { $0.newPartitionsPerDay = 5 }
        var flows = RandomFlows(seed: 6, ends: hour14..<(hour14 + hour))
        for index in 0..<10 {
            flows.ends = (hour14 - Int64(index) * hour)..<(hour14 - Int64(index) * hour + 1)
            try test.append(flows.batch(2))
        }
        #expect(try test.partitionFiles().count == 6)
        #expect(test.store.counters().outOfRange == 10)
        // A partition that is there takes more; a batch with an identity makes new ones.
        flows.ends = hour14..<(hour14 + 1)
        try test.append(flows.batch(2))
        #expect(test.store.counters().outOfRange == 10)
        flows.ends = (hour14 - 20 * hour)..<(hour14 - 20 * hour + 1)
        try test.append(flows.batch(2), sequence: 1)
        #expect(try test.partitionFiles().count == 7)
        #expect(test.store.counters().outOfRange == 10)
        // The next day has its own.
        test.clock.now += 24 * hour
        flows.ends = (hour14 - 21 * hour)..<(hour14 - 21 * hour + 1)
        try test.append(flows.batch(2))
        #expect(try test.partitionFiles().count == 8)
    }

    /// A batch with one record in each of so many hours.
    private func scattered(_ hours: Int, seed: UInt64) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
        var batch = flows.ordinary(hours)
        for row in 0..<hours { batch.flowEndMilliseconds[row] = hour14 - Int64(row) * hour }
        return batch
    }

    @Test("one batch of a source that cannot repeat makes no more partitions than many; others do not use up its number")
    func scatteredBatch() throws {
        let test = try TestStore { $0.newPartitionsPerDay = 5 }
        // With an identity: as many as there are.
        try test.append(scattered(8, seed: 1), sequence: 1)
        #expect(try test.partitionFiles().count == 8)
        // Eight that exist, five new ones, the rest out of range.
        #expect(try test.append(scattered(20, seed: 2)) == .stored(records: 20))
        #expect(test.store.counters().outOfRange == 7)
        #expect(try test.partitionFiles().count == 14)
        #expect(try test.append(scattered(20, seed: 3)) == .stored(records: 20))
        #expect(test.store.counters().outOfRange == 14)
        #expect(try test.partitionFiles().count == 14)
        #expect(try test.count() == 48)
    }

    @Test("a batch of too many partitions is refused whole when it can be repeated, and cut at the oldest when not")
    func partitionsPerBatch() throws {
        let test = try TestStore { $0.partitionsPerBatch = 6 }
        for _ in 0..<2 {
            let error = #expect(throws: StoreError.self) { try test.append(scattered(7, seed: 1), sequence: 1) }
            #expect(error?.code == .invalid)
            #expect(error?.place == "2026-11-22T08:00:00.000Z to 2026-11-22T14:59:59.999Z")
            #expect(error?.reason.contains("7 partitions") == true && error?.reason.contains("divide it") == true)
            #expect(error?.storedRecords == 0)
        }
        #expect(try test.partitionFiles().isEmpty)
        #expect(try test.append(scattered(6, seed: 1), sequence: 1) == .stored(records: 6))
        #expect(try test.append(scattered(9, seed: 2)) == .stored(records: 9))
        #expect(test.store.counters().outOfRange == 3)
    }

    @Test("what was stored before a part failed is told and counted, and the repeat stores the rest")
    func partlyStored() throws {
        let test = try TestStore()
        try test.append(scattered(3, seed: 1), sequence: 1)
        let newest = test.flows + "/" + (try #require(try test.partitionFiles().first))
        let database = try Database(path: newest, mode: .write)
        try database.execute("CREATE TRIGGER refuse BEFORE INSERT ON flow_block BEGIN SELECT raise(ABORT, 'no'); END;")
        let error = #expect(throws: StoreError.self) { try test.append(scattered(3, seed: 2), sequence: 2) }
        #expect(error?.storedRecords == 2)
        #expect(test.store.counters().records == 5)
        try database.execute("DROP TRIGGER refuse")
        #expect(try test.append(scattered(3, seed: 2), sequence: 2) == .stored(records: 1))
        #expect(test.store.counters().records == 6)
        #expect(test.store.counters().records == UInt64(try test.records().count))
        test.folder.close()
        #expect(test.store.counters().records == 6)
    }

    @Test("more partitions than may be open at a time")
    func manyOpen() throws {
        let test = try TestStore { $0.openForWriting = 2 }
        var flows = RandomFlows(seed: 7, ends: (hour14 - 4 * hour)..<(hour14 + hour))
        var expected: [NamedRecord] = []
        for sequence in 1...5 as ClosedRange<UInt64> {
            let batch = flows.batch(40)
            try test.append(batch, sequence: sequence)
            expected += batch.namedRecords
        }
        #expect(try test.records().tally == expected.tally)
    }

    @Test("a large batch makes several blocks, and a full dictionary does not stop it")
    func largeBatch() throws {
        let test = try TestStore {
            $0.limits.rowsPerBlock = 1000
            $0.limits.addresses = 30
        }
        var flows = RandomFlows(seed: 8, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(2_500)
        try test.append(batch, sequence: 1)
        #expect(try test.store.held().blocks == 3)
        #expect(try test.records().tally == batch.namedRecords.tally)
        try test.store.compact(everything: true)
        #expect(try test.records().tally == batch.namedRecords.tally)
        let address = batch.sourceAddress[1234]
        let expected = batch.namedRecords.filter {
            $0.record.sourceAddress == address || $0.record.destinationAddress == address
        }.count
        #expect(try test.count("host \(address)") == UInt64(expected))
    }

    @Test("an empty batch is stored and touches nothing")
    func empty() throws {
        let test = try TestStore()
        #expect(try test.append(FlowBatch(), sequence: 1) == .stored(records: 0))
        #expect(try test.partitionFiles().isEmpty)
    }

    @Test("a sequence that cannot be is refused", arguments: [0, UInt64(Int64.max), .max])
    func badSequence(_ sequence: UInt64) throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 9, ends: hour14..<(hour14 + hour))
        let error = #expect(throws: StoreError.self) { try test.append(flows.batch(1), sequence: sequence) }
        #expect(error?.code == .invalid)
    }

    @Test("of many calls with one identity at the same time, one stores")
    func sameIdentity() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 10, ends: (hour14 - 2 * hour)..<(hour14 + hour))
        let batches = (0..<10).map { _ in flows.batch(30) }
        let stored = Mutex(0)
        let store = test.store
        let now = test.clock.now
        DispatchQueue.concurrentPerform(iterations: 80) { index in
            let outcome = try? store.append(
                batches[index % 10], identity: .sequence(agent: "a", epoch: 1, sequence: UInt64(index % 10 + 1)),
                exportMilliseconds: now)
            if outcome == .stored(records: 30) { stored.withLock { $0 += 1 } }
        }
        #expect(stored.withLock { $0 } == 10)
        #expect(try test.records().tally == batches.flatMap(\.namedRecords).tally)
    }
}
