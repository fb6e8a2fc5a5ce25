import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Crashes")
struct CrashTests {
    static func batch(_ seed: UInt64, _ count: Int = 100) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
        return flows.batch(count)
    }

    @Test("what was acknowledged survives kill -9, and what was not committed leaves nothing")
    func killed() async throws {
        let scratch = try ScratchFolder("zonal-kill")
        let path = scratch.path("data")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let folder = try DataFolder.openForWriting(path)
            let identity = BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 1)
            _ = try folder.store.append(CrashTests.batch(1), identity: identity, exportMilliseconds: hour14)
            // A second batch, stopped between its last write and its commit.
            let partitions = PartitionFolder(path: path + "/flows")
            let name = try #require(try partitions.list().partitions.first)
            let database = try Database(path: partitions.path(name), mode: .write)
            try database.execute(
                """
                PRAGMA cache_size = 1;
                BEGIN IMMEDIATE;
                INSERT INTO batch VALUES ('a', 7, 2, 2);
                INSERT INTO flow_block SELECT id + 1, first_serial + rows, rows, merged, end_min, end_max, start_min,
                    start_max, flow_start_min, flow_start_max, counted_records, counted_flows, counted_packets,
                    counted_bytes, counted_rev_packets, counted_rev_bytes, protocols, names, columns, local_addresses, checksum, names_checksum, local_checksum
                    FROM flow_block;
                UPDATE meta SET value = 999 WHERE key = 'next_serial';
                """)
            kill(getpid(), SIGKILL)
        }
        #expect(try TestStore.records(path + "/flows").tally == Self.batch(1).namedRecords.tally)
        // The lock went with the process.
        let folder = try DataFolder.openForWriting(path)
        func append(_ sequence: UInt64) throws -> AppendOutcome {
            try folder.store.append(
                Self.batch(sequence), identity: .sequence(agent: "a", epoch: 7, sequence: sequence),
                exportMilliseconds: hour14)
        }
        #expect(try append(1) == .duplicate)
        #expect(try append(2) == .stored(records: 100))
        let expected = Self.batch(1).namedRecords + Self.batch(2).namedRecords
        #expect(try TestStore.records(path + "/flows").tally == expected.tally)
    }

    @Test("the files as they are at any commit are whole: a copy of them opens with all that was acknowledged")
    func snapshot() throws {
        let test = try TestStore()
        var expected: [NamedRecord] = []
        for sequence in 1...5 as ClosedRange<UInt64> {
            try test.append(Self.batch(sequence), sequence: sequence)
            expected += Self.batch(sequence).namedRecords
            // As the disk would be found after a kill: nothing is closed.
            let copy = test.scratch.path("copy-\(sequence)")
            try FileManager.default.copyItem(atPath: test.path, toPath: copy)
            #expect(try TestStore.records(copy + "/flows").tally == expected.tally)
        }
    }

    @Test("a failed append leaves nothing, and the next one finds a sound dictionary")
    func rollback() throws {
        let test = try TestStore()
        try test.append(Self.batch(1), sequence: 1)
        // The database refuses the block after its addresses have got their numbers.
        let partitions = PartitionFolder(path: test.flows)
        let name = try #require(try partitions.list().partitions.first)
        let database = try Database(path: partitions.path(name), mode: .write)
        try database.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON flow_block BEGIN SELECT raise(ABORT, 'no'); END;
            """)
        var flows = RandomFlows(seed: 2, ends: hour14..<(hour14 + hour))
        flows.hosts = 5_000
        let second = flows.batch(400)
        let error = #expect(throws: StoreError.self) { try test.append(second, sequence: 2) }
        #expect(error?.code == .failed)
        #expect(error?.storedRecords == 0)
        #expect(try test.records().tally == Self.batch(1).namedRecords.tally)
        try database.execute("DROP TRIGGER refuse")
        let third = flows.batch(400)
        #expect(try test.append(third, sequence: 3) == .stored(records: 400))
        #expect(try test.append(second, sequence: 2) == .stored(records: 400))
        let expected = Self.batch(1).namedRecords + second.namedRecords + third.namedRecords
        #expect(try test.records().tally == expected.tally)
    }

    /// A folder as a crash between sealing and removing the old file leaves it.
    private func sealedTwice() throws -> TestStore {
        let test = try TestStore()
        try test.append(Self.batch(1), sequence: 1)
        test.folder.close()
        let old = test.flows + "/20261122T14-3600-g1.sqlite"
        try FileManager.default.copyItem(atPath: old, toPath: test.path + "/kept")
        let writer = try DataFolder.openForWriting(test.path)
        try writer.store.compact(everything: true)
        writer.close()
        try FileManager.default.moveItem(atPath: test.path + "/kept", toPath: old)
        return test
    }

    @Test("a crash between sealing and removing the old file leaves both: the newer one holds, the older one goes")
    func twoGenerations() throws {
        let test = try sealedTwice()
        #expect(FileManager.default.fileExists(atPath: test.flows + "/20261122T14-3600-g1.sqlite"))
        #expect(FileManager.default.fileExists(atPath: test.flows + "/20261122T14-3600-g2.sqlite"))
        try Data("half".utf8).write(to: URL(fileURLWithPath: test.flows + "/20261122T15-3600-g3.sqlite.making"))
        let reader = try DataFolder.openForReading(test.path)
        #expect(try reader.store.held().records == 100)
        let writer = try DataFolder.openForWriting(test.path)
        #expect(try writer.store.held().records == 100)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.flows).filter { !$0.contains("g2") } == [])
        #expect(try writer.store.held().damaged == [])
        var flows = RandomFlows(seed: 3, ends: (hour14 - hour)..<hour14)
        _ = try writer.store.append(flows.batch(1), identity: nil, exportMilliseconds: hour14)
        #expect(try PartitionFolder(path: test.flows).list().partitions.map(\.generation).max() == 3)
    }
    @Test("flows of a partition that was set aside, mended and put back are not deleted", arguments: [false, true])
    func putBack(isSealed: Bool) throws {
        let test = try TestStore()
        try test.append(Self.batch(1), sequence: 1)
        test.folder.close()
        let first = test.flows + "/20261122T14-3600-g1.sqlite"
        try FileManager.default.moveItem(atPath: first, toPath: first + ".damaged")
        // Late flows for the same time, more than the first file has.
        var late = try DataFolder.openForWriting(test.path)
        for sequence in 2...4 as ClosedRange<UInt64> {
            _ = try late.store.append(
                Self.batch(sequence), identity: .sequence(agent: "a", epoch: 7, sequence: sequence),
                exportMilliseconds: hour14)
        }
        if isSealed { try late.store.compact(everything: true) }
        late.close()
        try FileManager.default.moveItem(atPath: first + ".damaged", toPath: first)
        late = try DataFolder.openForWriting(test.path)
        #expect(try late.store.held().records == 300)
        #expect(try late.store.held().damaged == ["20261122T14-3600-g1.sqlite.superseded"])
        let answer = try late.store.query(FlowRequest(kind: .flows(fields: nil, limit: 1, cursor: nil)))
        #expect(answer.completeness.reasons.contains { $0.contains("g1.sqlite.superseded was set aside") })
        // The flows are there still: in a folder of their own they are whole.
        late.close()
        let other = test.scratch.path("other")
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: first + ".superseded", toPath: other + "/20261122T14-3600-g1.sqlite")
        #expect(try TestStore.records(other).tally == Self.batch(1).namedRecords.tally)
    }

    @Test("a second file of one name that is set aside does not take the place of the first")
    func asideTwice() throws {
        let test = try TestStore()
        try test.append(Self.batch(1), sequence: 1)
        test.folder.close()
        let folder = PartitionFolder(path: test.flows)
        let name = try #require(try folder.list().partitions.first)
        try FileManager.default.copyItem(atPath: folder.path(name), toPath: folder.path(name) + ".damaged")
        try folder.setAside(name, .damaged)
        let aside = try folder.list().aside
        #expect(aside.map(\.file) == ["\(name.file).2.damaged", "\(name.file).damaged"])
        #expect(aside.map(\.name) == [name, name])
        #expect(try folder.list().highestGeneration == 1)
    }
}
