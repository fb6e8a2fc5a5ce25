import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

@Suite("Compaction")
struct CompactionTests {
    @Test("small blocks become large ones without a change to any record", arguments: [1, 2])
    func everything(_ seed: UInt64) throws {
        let test = try TestStore { $0.limits.rowsPerBlock = 500 }
        var flows = RandomFlows(seed: seed, ends: (hour14 - hour)..<(hour14 + hour))
        var expected: [NamedRecord] = []
        for sequence in 1...30 as ClosedRange<UInt64> {
            let batch = flows.batch(Int.random(in: 1...300, using: &flows.generator))
            try test.append(batch, sequence: sequence)
            expected += batch.namedRecords
        }
        let before = try test.store.held()
        #expect(before.blocks > 50)
        try test.store.compact(everything: true)
        let after = try test.store.held()
        #expect(after.blocks < expected.count / 250 + 4)
        #expect(after.records == expected.count)
        #expect(after.bytes < before.bytes)
        #expect(try test.records().tally == expected.tally)
        #expect(try test.partitionFiles() == ["20261122T14-3600-g3.sqlite", "20261122T13-3600-g4.sqlite"])
        #expect(test.store.counters().partitionsSealed == 2)
        // A second time there is nothing to do; late flows and their identities find a sealed partition.
        try test.store.compact(everything: true)
        #expect(test.store.counters().partitionsSealed == 2)
        let late = flows.batch(50)
        #expect(try test.append(late, sequence: 31) == .stored(records: 50))
        #expect(try test.append(late, sequence: 31) == .duplicate)
        #expect(try test.append(late, sequence: 5) == .duplicate)
        #expect(try test.records().tally == (expected + late.namedRecords).tally)
    }

    @Test("ends between steps when nobody waits for it any more, and the next time does the rest")
    func cancelled() throws {
        let test = try TestStore { $0.limits.rowsPerBlock = 500 }
        var flows = RandomFlows(seed: 3, ends: (hour14 - hour)..<(hour14 + hour))
        var expected: [NamedRecord] = []
        for sequence in 1...30 as ClosedRange<UInt64> {
            let batch = flows.batch(200)
            try test.append(batch, sequence: sequence)
            expected += batch.namedRecords
        }
        let before = try test.store.held().blocks
        try test.store.compact(everything: true) { true }
        #expect(try test.store.held().blocks == before && test.store.counters().blocksMerged == 0)
        var asked = 0
        try test.store.compact(everything: true) {
            asked += 1
            return asked > 2
        }
        #expect(test.store.counters().blocksMerged > 0 && test.store.counters().partitionsSealed == 0)
        try test.store.compact(everything: true)
        #expect(test.store.counters().partitionsSealed == 2)
        #expect(try test.records().tally == expected.tally)
    }

    @Test("in the background only what is worth it: full groups, and small blocks sixteen at a time")
    func background() throws {
        let test = try TestStore { $0.limits.rowsPerBlock = 10_000 }
        var flows = RandomFlows(seed: 5, ends: hour14..<(hour14 + hour))
        var expected: [NamedRecord] = []
        func append(_ count: Int) throws {
            let batch = flows.batch(count)
            try test.append(batch)
            expected += batch.namedRecords
        }
        for _ in 0..<15 { try append(20) }
        try test.store.compact(everything: false)
        #expect(try test.store.held().blocks == 15)
        try append(20)
        try test.store.compact(everything: false)
        #expect(try test.store.held().blocks == 1)
        try append(9_000)
        try test.store.compact(everything: false)
        // 320 and 9,000 rows make no full block's three quarters with what may still come, yet 9,000 alone is one.
        #expect(try test.store.held().blocks == 2)
        try append(4_000)
        try append(4_000)
        try test.store.compact(everything: false)
        #expect(try test.store.held().blocks == 3)
        #expect(try test.records().tally == expected.tally)
        // A partition that has been quiet for its span is tidied up whatever is in it.
        try append(10)
        try append(10)
        try test.store.compact(everything: false)
        #expect(try test.store.held().blocks == 5)
        test.clock.now += hour + 1
        try test.store.compact(everything: false)
        #expect(try test.store.held().blocks == 4)
        #expect(try test.records().tally == expected.tally)
    }

    @Test("sums and row counts of merged blocks are those of their parts")
    func sums() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 6, ends: hour14..<(hour14 + hour))
        for _ in 0..<10 { try test.append(flows.ordinary(30)) }
        func sums() throws -> [BlockHeader.Sums] {
            let folder = PartitionFolder(path: test.flows)
            let name = try #require(try folder.list().partitions.first)
            let select = try Database(path: folder.path(name), mode: .read).prepare(
                """
                SELECT counted_records, counted_flows, counted_packets, counted_bytes, counted_rev_packets,
                    counted_rev_bytes FROM flow_block
                """)
            var sums: [BlockHeader.Sums] = []
            while try select.step() {
                sums.append(
                    BlockHeader.Sums(
                        records: select.bits(0), flows: select.bits(1), packets: select.bits(2), bytes: select.bits(3),
                        reversePackets: select.bits(4), reverseBytes: select.bits(5)))
            }
            return sums
        }
        let parts = try sums()
        try test.store.compact(everything: true)
        let whole = try #require(try sums().first)
        #expect(try sums().count == 1)
        #expect(whole.records == parts.reduce(0) { $0 + $1.records })
        #expect(whole.flows == parts.reduce(0) { $0 + $1.flows })
        #expect(whole.bytes == parts.reduce(0) { $0 + $1.bytes })
        #expect(whole.reversePackets == parts.reduce(0) { $0 + $1.reversePackets })
    }

    @Test("runs of sequences are what a set would be", arguments: 1...5 as ClosedRange<UInt64>)
    func runs(_ seed: UInt64) throws {
        let database = try Database(path: ":memory:", mode: .create)
        try database.execute(
            "CREATE TABLE batch (agent TEXT, epoch INTEGER, first INTEGER, last INTEGER, PRIMARY KEY (agent, epoch, first)) WITHOUT ROWID")
        let runs = try BatchRuns(database, table: "batch")
        var generator = SeededGenerator(seed: seed)
        var model: Set<Int64> = []
        for _ in 0..<400 {
            let sequence = Int64.random(in: 1...200, using: &generator)
            #expect(try runs.contains(agent: "a", epoch: .max, sequence: sequence) == model.contains(sequence))
            #expect(try runs.add(agent: "a", epoch: .max, sequence: sequence) == model.insert(sequence).inserted)
        }
        let expected = model.filter { !model.contains($0 - 1) }.count
        #expect(try database.integer("SELECT count(*) FROM batch") == Int64(expected))
        #expect(try database.integer("SELECT sum(last - first + 1) FROM batch") == Int64(model.count))
    }

    @Test("names of partitions read back, and nothing else does")
    func names() {
        for (instant, span, generation, file) in [
            (hour14, hour, 1, "20261122T14-3600-g1.sqlite"),
            (hour14 + 1_800_001, 600_000, 12, "20261122T143000-600-g12.sqlite"),
            (946_684_800_000, 86_400_000, 3, "20000101T00-86400-g3.sqlite"),
        ] as [(Int64, Int64, Int64, String)] {
            let name = PartitionName(
                slot: PartitionName.Slot(holding: instant, spanMilliseconds: span), generation: generation)
            #expect(name.file == file)
            #expect(PartitionName(file: file) == name)
        }
        #expect(PartitionName(file: "out-of-range-g7.sqlite")?.slot == nil)
        for file in [
            "", ".sqlite", "g1.sqlite", "20261122T14-3600-g0.sqlite", "20261122T14-3600-g1.sqlite-wal",
            "20261122T14-3600-g1.sqlite.damaged", "20261322T14-3600-g1.sqlite", "20261122T14-0-g1.sqlite",
            "20261122T143001-600-g1.sqlite", "20261122T14-3600-g+1.sqlite", "lost+found",
        ] { #expect(PartitionName(file: file) == nil, "\(file)") }
    }

    @Test("late flows come into a sealed partition while a query reads it", arguments: [false, true])
    func lateUnderReader(isSealedByOlderVersion: Bool) throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 9, ends: hour14..<(hour14 + hour))
        let first = flows.batch(100)
        try test.append(first, sequence: 1)
        try test.store.compact(everything: true)
        let folder = PartitionFolder(path: test.flows)
        let name = try #require(try folder.list().partitions.first)
        if isSealedByOlderVersion {
            let database = try Database(path: folder.path(name), mode: .write)
            try database.execute("PRAGMA journal_mode = DELETE")
        }
        let reader = try PartitionReader(folder: folder, name: name)
        try reader.begin()
        let late = flows.batch(50)
        #expect(try test.append(late, sequence: 2) == .stored(records: 50))
        #expect(try test.append(first, sequence: 1) == .duplicate)
        #expect(try test.append(late, sequence: 2) == .duplicate)
        // The reader's moment is what it was.
        #expect(try reader.summary()?.records == 100)
        reader.end()
        #expect(try test.records().tally == (first.namedRecords + late.namedRecords).tally)
        #expect(try test.partitionFiles().count == 1)
        try test.store.compact(everything: true)
        #expect(test.store.counters().partitionsSealed == 2)
        #expect(try test.records().tally == (first.namedRecords + late.namedRecords).tally)
    }
}
