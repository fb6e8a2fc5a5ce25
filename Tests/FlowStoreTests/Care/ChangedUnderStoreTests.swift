import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// Files that somebody takes away, cuts, or puts there, while a store has them open.
@Suite("Files changed under a running store")
struct ChangedUnderStoreTests {
    private static func flows(_ seed: UInt64, in start: Int64 = hour14, _ count: Int = 50) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: start..<(start + hour))
        return flows.batch(count)
    }

    private func remove(_ path: String) throws {
        for suffix in PartitionFolder.suffixes where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    @Test("what comes in after a partition was removed is stored in a new one, also after a merge or retention has looked")
    func removed() throws {
        for looksFirst in [false, true] {
            let test = try TestStore()
            try test.append(Self.flows(1), sequence: 1)
            try test.append(Self.flows(2, in: hour14 - hour), sequence: 2)
            #expect(try test.count() == 100)
            try remove(test.flows + "/20261122T14-3600-g1.sqlite")
            if looksFirst {
                try test.store.compact(everything: true)
                #expect(try test.store.retain(RetentionPolicy(bytes: 1 << 30), now: test.clock.now, dryRun: false) == [])
            }
            #expect(try test.count() == 50)
            #expect(try test.append(Self.flows(3), sequence: 3) == .stored(records: 50))
            // Its ids went with it: a repeat is new.
            #expect(try test.append(Self.flows(1), sequence: 1) == .stored(records: 50))
            #expect(test.store.counters().missingPartitions == 1)
            #expect(try test.records().tally == [1, 3].flatMap { Self.flows($0).namedRecords }.tally
                .merging(Self.flows(2, in: hour14 - hour).namedRecords.tally) { $0 + $1 })
        }
    }

    @Test("a partition that was put in the place of an open one is the one that is written and read")
    func replaced() throws {
        let test = try TestStore()
        try test.append(Self.flows(1), sequence: 1)
        let file = test.flows + "/20261122T14-3600-g1.sqlite"
        try Database(path: file, mode: .write).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        let kept = test.scratch.path("kept")
        try FileManager.default.copyItem(atPath: file, toPath: kept)
        try test.append(Self.flows(2), sequence: 2)
        try remove(file)
        try FileManager.default.moveItem(atPath: kept, toPath: file)
        #expect(try test.append(Self.flows(3), sequence: 3) == .stored(records: 50))
        #expect(try test.append(Self.flows(1), sequence: 1) == .duplicate)
        #expect(try test.records().tally == (Self.flows(1).namedRecords + Self.flows(3).namedRecords).tally)
    }

    @Test("a partition that is cut under an open store is told of, and the next flows have a place")
    func cut() throws {
        let test = try TestStore()
        try test.append(Self.flows(1, in: hour14, 3_000), sequence: 1)
        try test.append(Self.flows(2, in: hour14 - hour), sequence: 2)
        #expect(try test.count() == 3_050)
        let file = test.flows + "/20261122T14-3600-g1.sqlite"
        try Database(path: file, mode: .write).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        try handle.truncate(atOffset: 8192)
        try handle.close()
        let request = FlowRequest(
            includeWitnesses: true, kind: .aggregate(by: [.src], measures: [.records], order: .records, descending: true, limit: 9_999))
        let answer = try test.store.query(request)
        let counted = answer.table.rows.reduce(UInt64(0)) { if case .integer(let count)? = $1.last { $0 + count } else { $0 } }
        #expect(counted == 50)
        #expect(answer.completeness.reasons.contains { $0.contains("left out: 20261122T14-3600-g1.sqlite") })
        #expect(try test.append(Self.flows(3), sequence: 3) == .stored(records: 50))
        #expect(try test.store.held().damaged == ["20261122T14-3600-g1.sqlite.damaged"])
        #expect(try test.count() == 100)
    }

    @Test("a partition of a newer version that is put into the folder is told of, and left alone by everything")
    func newer() throws {
        let test = try TestStore()
        try test.append(Self.flows(1), sequence: 1)
        try test.append(Self.flows(2, in: hour14 - hour), sequence: 2)
        let newer = test.flows + "/20261122T12-3600-g9.sqlite"
        try FileManager.default.copyItem(atPath: test.flows + "/20261122T14-3600-g1.sqlite", toPath: newer)
        try Database(path: newer, mode: .write).execute("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99")
        let octets = try Data(contentsOf: URL(fileURLWithPath: newer))
        let answer = try test.store.query(FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 1000, cursor: nil)))
        #expect(answer.table.rows.count == 100)
        #expect(answer.completeness.reasons.contains { $0.contains("left out: 20261122T12-3600-g9.sqlite: the partition has format 99") })
        try test.store.compact(everything: true)
        #expect(try test.append(Self.flows(3), sequence: 3) == .stored(records: 50))
        let retention = #expect(throws: StoreError.self) {
            try test.store.retain(RetentionPolicy(age: .seconds(60)), now: test.clock.now, dryRun: false)
        }
        #expect(retention?.code == .newerFormat)
        #expect(try Data(contentsOf: URL(fileURLWithPath: newer)) == octets)
    }

    @Test("without its folder a store refuses flows with a reason, and takes them again when the folder is back")
    func folderGone() throws {
        let test = try TestStore()
        try test.append(Self.flows(1), sequence: 1)
        let away = test.scratch.path("away")
        try FileManager.default.moveItem(atPath: test.flows, toPath: away)
        let error = #expect(throws: StoreError.self) { try test.append(Self.flows(2), sequence: 2) }
        #expect(error?.place.hasPrefix(test.flows) == true && error?.storedRecords == 0)
        #expect(throws: StoreError.self) { try test.count() }
        try FileManager.default.moveItem(atPath: away, toPath: test.flows)
        #expect(try test.append(Self.flows(2), sequence: 2) == .stored(records: 50))
        #expect(try test.append(Self.flows(1), sequence: 1) == .duplicate)
        #expect(try test.count() == 100)
    }
}
