import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// Numbers in files that no store would write.
@Suite("Damaged numbers")
struct DamagedNumberTests {
    private static let totals = FlowRequest(
        includeWitnesses: true,
        kind: .aggregate(by: [], measures: [.records], order: .records, descending: true, limit: 1))

    /// Two partitions with two blocks each; `sql` is done to the older one.
    private func spoiled(_ sql: String) throws -> TestStore {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        for sequence in 1...4 as ClosedRange<UInt64> {
            flows.ends = sequence % 2 == 0 ? hour14..<(hour14 + hour) : (hour14 - hour)..<hour14
            try test.append(flows.ordinary(10), sequence: sequence)
        }
        test.folder.close()
        try Database(path: test.flows + "/20261122T13-3600-g1.sqlite", mode: .write).execute(sql)
        return test
    }

    @Test(
        "in a partition are damage, at queries and at upkeep, and the others are none the worse",
        arguments: [
            "UPDATE flow_block SET rows = 9223372036854775807",
            "UPDATE flow_block SET rows = -9223372036854775808",
            "UPDATE flow_block SET first_serial = 9223372036854775807",
            "UPDATE flow_block SET first_serial = -9223372036854775808",
        ])
    func blocks(_ sql: String) throws {
        let test = try spoiled(sql)
        let reader = try DataFolder.openForReading(test.path)
        #expect(try reader.store.query(Self.totals).table.rows == [[.integer(20)]])
        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        _ = try writer.store.held()
        try writer.store.compact(everything: true)
        #expect(try writer.store.held().damaged == ["20261122T13-3600-g1.sqlite.damaged"])
        #expect(try writer.store.query(Self.totals).table.rows == [[.integer(20)]])
    }

    @Test("of rows are not added up", arguments: [Int64.max, .min, 0, 1 << 40])
    func held(_ rows: Int64) throws {
        let test = try spoiled("UPDATE flow_block SET rows = \(rows)")
        let held = try DataFolder.openForReading(test.path).store.held()
        #expect(held.records == 20)
        #expect(held.unreadable.count == 1)
        #expect(held.unreadable.first?.hasPrefix("20261122T13-3600-g1.sqlite: the file is damaged") == true)
    }

    @Test(
        "of the next serial and the last write stop no append and no upkeep", arguments: ["next_serial", "last_write_ms"],
        [Int64.max, .min])
    func meta(_ key: String, _ value: Int64) throws {
        let test = try spoiled("UPDATE meta SET value = \(value) WHERE key = '\(key)'")
        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        var flows = RandomFlows(seed: 2, ends: (hour14 - hour)..<hour14)
        try writer.store.compact(everything: key == "next_serial")
        let outcome = try writer.store.append(
            flows.ordinary(5), identity: .sequence(agent: "a", epoch: 7, sequence: 9), exportMilliseconds: hour14)
        #expect(outcome == .stored(records: 5))
        #expect(try writer.store.held().damaged == ["20261122T13-3600-g1.sqlite.damaged"])
        #expect(try writer.store.retain(RetentionPolicy(age: .seconds(3_600_000)), now: test.clock.now, dryRun: false) == [])
        #expect(try writer.store.query(Self.totals).table.rows == [[.integer(25)]])
    }

    @Test("in names of files do not use up the generations")
    func generation() throws {
        let test = try TestStore()
        for file in [
            "out-of-range-g9223372036854775807.sqlite", "20261122T14-3600-g9223372036854775806.sqlite.damaged",
            "20261122T14-9223372036854775807-g1.sqlite", "20261122T14-0-g1.sqlite", "20261122T14--1-g1.sqlite",
        ] {
            try Data().write(to: URL(fileURLWithPath: test.flows + "/" + file))
        }
        test.folder.close()
        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        _ = try writer.store.append(flows.ordinary(5), identity: nil, exportMilliseconds: hour14)
        #expect(try writer.store.query(Self.totals).table.rows == [[.integer(5)]])
        #expect(try test.partitionFiles() == ["20261122T14-3600-g1.sqlite"])
    }

    @Test("in the catalogue are damage", arguments: ["partition_ms", "generation"], [0, -1, 1, 1500, .max, .min] as [Int64])
    func catalogue(_ key: String, _ value: Int64) throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        try test.append(flows.ordinary(5), sequence: 1)
        test.folder.close()
        try Database(path: test.path + "/catalog.sqlite", mode: .write)
            .execute("UPDATE meta SET value = \(value) WHERE key = '\(key)'")
        flows.ends = (hour14 - hour)..<hour14
        do {
            let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
            _ = try writer.store.append(flows.ordinary(5), identity: nil, exportMilliseconds: hour14)
            // Too low a generation is put right by the names in the folder.
            #expect(key == "generation" && (0...1500).contains(value))
            #expect(try writer.store.held().records == 10)
        } catch {
            #expect(error.code == .damaged)
            #expect(error.place == test.path + "/catalog.sqlite")
            #expect(key == "partition_ms" || !(0...1500).contains(value))
        }
        #expect(try DataFolder.openForReading(test.path).store.query(Self.totals).table.rows.count == 1)
    }

    @Test("in the counters of an agent are put right by its next report")
    func account() throws {
        let test = try TestStore()
        var report = AgentReport()
        report.agent = "a"
        report.exportMilliseconds = hour14
        report.captured = 10
        try test.folder.catalog.note(report: report, sequence: 1, receivedMilliseconds: hour14)
        try test.folder.catalog.write { database in
            try database.execute(
                """
                UPDATE agent_epoch SET captured = -9223372036854775808, evicted = -9223372036854775808, export_ms = -1;
                UPDATE agent_batch SET first = -9223372036854775808;
                """)
        }
        report.captured = .max
        try test.folder.catalog.note(report: report, sequence: 3, receivedMilliseconds: hour14)
        #expect(try test.folder.catalog.agents().count == 1)
        #expect(try test.folder.catalog.completeness(.always).value == 1)
    }
}
