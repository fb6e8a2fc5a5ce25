import FlowModel
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Check of a data folder")
struct StoreCheckTests {
    private static let file = "flows/20261122T14-3600-g1.sqlite"

    /// Two partitions; `sql` is done to the older one.
    private func folder(_ sql: String = "") throws -> TestStore {
        let test = try TestStore()
        for sequence in 1...6 as ClosedRange<UInt64> {
            var flows = RandomFlows(seed: sequence, ends: hour14..<(hour14 + (sequence < 5 ? 1 : 2) * hour))
            if sequence >= 5 { flows.ends = (hour14 + hour)..<(hour14 + 2 * hour) }
            try test.append(flows.batch(120), sequence: sequence)
        }
        if !sql.isEmpty { try Database(path: test.path + "/" + Self.file, mode: .write).execute(sql) }
        return test
    }

    private func check(_ path: String) throws -> [String: [String]] {
        var faults: [String: [String]] = [:]
        try StoreCheck.run(path) { faults[$0.name] = $0.faults }
        return faults
    }

    @Test("a sound folder is sound, beside its writer and sealed, and everything in it was read")
    func sound() throws {
        let test = try folder()
        var files: [StoreCheck.File] = []
        try StoreCheck.run(test.path) { files.append($0) }
        #expect(files.map(\.name) == ["catalog.sqlite", "flows/20261122T15-3600-g2.sqlite", Self.file])
        #expect(files.map(\.records) == [0, 240, 480])
        #expect(files.allSatisfy { $0.faults.isEmpty }, "\(files)")
        try test.store.compact(everything: true)
        #expect(try !check(test.path).values.contains { !$0.isEmpty })
    }

    @Test(
        "each thing that can be wrong with a partition is found, and in no other file",
        arguments: [
            ("UPDATE flow_block SET end_max = end_max + 1 WHERE id = 1", "do not match their checksum"),
            ("UPDATE flow_block SET end_max = end_max + 1, checksum = NULL WHERE id = 1", "bounds of end"),
            ("UPDATE flow_block SET start_min = start_min - 1, checksum = NULL WHERE id = 1", "bounds of start"),
            ("UPDATE flow_block SET flow_start_max = flow_start_max + 1, checksum = NULL WHERE id = 1", "bounds of flow_start"),
            ("UPDATE flow_block SET counted_bytes = counted_bytes + 1, checksum = NULL WHERE id = 2", "sums"),
            ("UPDATE flow_block SET protocols = zeroblob(32), checksum = NULL WHERE id = 2", "protocols"),
            ("UPDATE flow_block SET rows = rows - 1 WHERE id = 2", "block"),
            ("UPDATE flow_block SET rows = 0", "out of its range"),
            ("UPDATE flow_block SET columns = x'01' WHERE id = 1", "ends too early"),
            ("UPDATE flow_block SET names = x'0101ff' WHERE id = 1", "block 1"),
            ("DELETE FROM flow_block WHERE id = 2", "columns belong to no block"),
            ("DELETE FROM flow_block WHERE id = 2", "begins with record"),
            ("DELETE FROM flow_block WHERE id = (SELECT max(id) FROM flow_block)", "is the next one"),
            ("DELETE FROM flow_column WHERE id >> 6 = 1", "is missing"),
            ("UPDATE flow_column SET data = CAST(substr(data, 1, 40) AS BLOB) WHERE id >> 6 = 1", "block 1"),
            ("UPDATE meta SET value = value + 1 WHERE key = 'next_serial'", "is the next one"),
            ("UPDATE meta SET value = -1 WHERE key = 'last_write_ms'", "out of its range"),
            ("DELETE FROM address WHERE first > 1", "not in the dictionary"),
            ("INSERT INTO address SELECT first + 100000, 1, substr(addresses, 1, 5), NULL FROM address WHERE first = 1", "damaged"),
            ("UPDATE batch SET last = 0", "batch ids"),
            ("INSERT INTO batch SELECT agent, epoch, first + 1, last FROM batch", "batch ids"),
        ])
    func faults(_ sql: String, _ word: String) throws {
        let test = try folder(sql)
        let found = try check(test.path)
        let faults = try #require(found[Self.file])
        #expect(faults.contains { $0.contains(word) }, "\(faults)")
        #expect(faults.count <= PartitionCheck.faultLimit)
        #expect(!found.contains { $0.key != Self.file && !$0.value.isEmpty })
    }

    @Test("an address that is in no set, one that is there twice, and records of another time")
    func addressesAndTime() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + 1000))
        flows.hosts = 5_000
        // The ids of the later batches are scattered, so that their sets have rows of their own.
        for (sequence, count) in [(1, 3_000), (2, 1_000), (3, 1_000)] as [(UInt64, Int)] {
            try test.append(flows.batch(count), sequence: sequence)
        }
        test.folder.close()
        let path = test.path + "/" + Self.file
        try Database(path: path, mode: .write).execute(
            """
            UPDATE flow_column SET data = (SELECT data FROM flow_column WHERE id = 3 << 6 | 63) WHERE id = 2 << 6 | 63;
            INSERT INTO address SELECT (SELECT sum(count) + 1 FROM address), 1, CAST(substr(addresses, 1,
                CASE substr(addresses, 1, 1) WHEN x'06' THEN 17 ELSE 5 END) AS BLOB), NULL FROM address WHERE first = 1;
            """)
        let faults = try #require(try check(test.path)[Self.file])
        #expect(faults.contains { $0.hasPrefix("the dictionary has ") && $0.hasSuffix(" twice") }, "\(faults)")
        // Another block's set: of another length, or without an address of this one.
        #expect(faults.contains { $0.hasPrefix("block 2: a") }, "\(faults)")
        try FileManager.default.moveItem(atPath: path, toPath: test.flows + "/20261122T18-3600-g1.sqlite")
        let moved = try check(test.path)["flows/20261122T18-3600-g1.sqlite"]
        #expect(moved?.contains { $0.contains("another partition's time") } == true, "\(moved ?? [])")
    }

    @Test("rubbish, empty files, a newer format, files set aside and a damaged catalogue are told of, and the rest is read")
    func otherFiles() throws {
        let test = try folder()
        test.folder.close()
        let flows = URL(fileURLWithPath: test.flows)
        try Data(repeating: 0x5A, count: 9_000).write(to: flows.appendingPathComponent("20261122T10-3600-g3.sqlite"))
        try Data().write(to: flows.appendingPathComponent("20261122T11-3600-g4.sqlite"))
        try Data("x".utf8).write(to: flows.appendingPathComponent("20261122T12-3600-g5.sqlite.damaged"))
        let newer = test.flows + "/20261122T15-3600-g2.sqlite"
        try Database(path: newer, mode: .write).execute("PRAGMA user_version = 99")
        try FileManager.default.createDirectory(atPath: test.path + "/rollups", withIntermediateDirectories: false)
        try Data(repeating: 1, count: 5_000).write(to: URL(fileURLWithPath: test.path + "/rollups/20261122.sqlite"))
        try Database(path: test.path + "/catalog.sqlite", mode: .write)
            .execute("UPDATE meta SET value = -5 WHERE key = 'partition_ms'")
        let found = try check(test.path)
        #expect(found[Self.file] == [])
        for (file, word) in [
            ("catalog.sqlite", "damaged"), ("flows/20261122T10-3600-g3.sqlite", "damaged"),
            ("flows/20261122T11-3600-g4.sqlite", "no partition"), ("flows/20261122T12-3600-g5.sqlite.damaged", "set aside"),
            ("flows/20261122T15-3600-g2.sqlite", "format 99"), ("rollups/20261122.sqlite", "damaged"),
        ] { #expect(found[file]?.contains { $0.contains(word) } == true, "\(file) \(found[file] ?? [])") }
        #expect(found.count == 7)
        let none = #expect(throws: StoreError.self) { try check(test.scratch.path("nothing")) }
        #expect(none?.code == .notFound)
    }
}
