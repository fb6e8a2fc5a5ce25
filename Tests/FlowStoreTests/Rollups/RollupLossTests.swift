import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Rollups and losses")
struct RollupLossTests {
    /// A store with rollups of 1,500 records in one partition.
    private static func built(_ seed: UInt64 = 1) throws -> (test: TestStore, records: [NamedRecord]) {
        let test = try TestStore(RollupBuilderTests.configure)
        var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
        flows.hosts = 40
        let batch = flows.batch(1_500)
        try test.append(batch, sequence: 1)
        try test.store.compact(everything: true)
        try test.build()
        return (test, batch.namedRecords)
    }

    private static func name(_ test: TestStore, _ kind: RollupKind) throws -> RollupName {
        try #require(try RollupFolder(path: test.rollups).list().files.values.first { $0.kind == kind })
    }

    @Test("a step that fails leaves nothing behind, and is done again", arguments: ["taken", "rollup_block", "rollup_column"])
    func failedStep(table: String) throws {
        let (test, records) = try Self.built()
        let path = test.rollups + "/" + (try Self.name(test, .hour).file)
        let database = try Database(path: path, mode: .write)
        // Not the first row: the transaction has written by then.
        try database.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON \(table) WHEN (SELECT count(*) FROM \(table)) % 3 = 2
            BEGIN SELECT raise(ABORT, 'no'); END;
            """)
        var flows = RandomFlows(seed: 9, ends: hour14..<(hour14 + hour))
        let late = flows.batch(1_300)
        try test.append(late, sequence: 2)
        try test.store.compact(everything: true)
        #expect(throws: StoreError.self) { try test.build() }
        for kind in RollupKind.allCases { #expect(try test.rollupsAreExact(kind)) }
        try database.execute("DROP TRIGGER refuse")
        try test.build()
        for kind in RollupKind.allCases {
            #expect(
                try RollupModel.stored(test.rollups, kind).model == RollupModel(records + late.namedRecords, kind))
        }
    }

    @Test("kill -9 between two steps, and between the rows and the commit of one, loses and doubles nothing")
    func killed() async throws {
        let scratch = try ScratchFolder("zonal-rollup-kill")
        let path = scratch.path("data")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let clock = TestClock(hour14 + hour)
            let folder = try DataFolder.openForWriting(
                path, configuration: TestStore.configuration(clock, RollupBuilderTests.configure))
            var flows = RandomFlows(seed: 4, ends: hour14..<(hour14 + hour))
            let identity = BatchIdentity.sequence(agent: "a", epoch: 7, sequence: 1)
            _ = try folder.store.append(flows.batch(2_000), identity: identity, exportMilliseconds: hour14)
            try folder.store.compact(everything: true)
            // The first steps, then one that dies with its rows written and its list not.
            var asked = 0
            try folder.store.buildRollups(everything: true) {
                asked += 1
                return asked > 3
            }
            let rollups = RollupFolder(path: path + "/rollups")
            let name = try #require(try rollups.list().files.values.first { $0.kind == .hour })
            let database = try Database(path: rollups.path(name), mode: .write)
            try database.execute(
                """
                PRAGMA cache_size = 1;
                BEGIN IMMEDIATE;
                INSERT INTO taken SELECT slot_start, slot_span, origin, block + 1000, fingerprint, rows FROM taken;
                INSERT INTO rollup_block (window, run, rows, bucket_min, bucket_max, protocols, columns, checksum)
                    SELECT window, run, rows, bucket_min, bucket_max, protocols, columns, checksum FROM rollup_block;
                """)
            kill(getpid(), SIGKILL)
        }
        var flows = RandomFlows(seed: 4, ends: hour14..<(hour14 + hour))
        let records = flows.batch(2_000).namedRecords
        let clock = TestClock(hour14 + hour)
        let folder = try DataFolder.openForWriting(
            path, configuration: TestStore.configuration(clock, RollupBuilderTests.configure))
        let before = try RollupModel.stored(path + "/rollups", .hour).model
        #expect(!before.sums.isEmpty && before != RollupModel(records, .hour))
        try folder.store.buildRollups(everything: true) { false }
        for kind in RollupKind.allCases {
            #expect(try RollupModel.stored(path + "/rollups", kind).model == RollupModel(records, kind))
        }
    }

    @Test("outlive their flows, until they are too old themselves")
    func retention() throws {
        let (test, records) = try Self.built()
        test.clock.now += 100 * hour
        _ = try test.store.retain(now: test.clock.now, maximumAge: .seconds(3600), dryRun: false)
        #expect(try test.partitionFiles().isEmpty)
        try test.build()
        for kind in RollupKind.allCases {
            #expect(try RollupModel.stored(test.rollups, kind).model == RollupModel(records, kind))
        }
        let age = Duration.seconds(99 * 3600)
        #expect(try test.store.retainRollups(now: test.clock.now, maximumAge: .seconds(101 * 3600), dryRun: false).isEmpty)
        let named = try test.store.retainRollups(now: test.clock.now, maximumAge: age, dryRun: true)
        #expect(named.compactMap { RollupName(file: $0.name)?.kind } == [.hour, .minute] && named.allSatisfy { $0.bytes > 0 })
        #expect(try test.store.held().rollupFiles == 2)
        #expect(try test.store.retainRollups(now: test.clock.now, maximumAge: age, dryRun: false).count == 2)
        #expect(try test.store.held().rollupFiles == 0)
    }

    @Test("are not made again of flows that are older than they may get")
    func tooOld() throws {
        let test = try TestStore {
            RollupBuilderTests.configure(&$0)
            $0.rollups.maximumAge = .seconds(3600)
        }
        var flows = RandomFlows(seed: 2, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(500), sequence: 1)
        try test.store.compact(everything: true)
        test.clock.now += 2 * hour
        try test.build()
        #expect(!FileManager.default.fileExists(atPath: test.rollups))
    }

    @Test("a merge that is cancelled changes nothing, and is done the next time")
    func cancelledMerge() throws {
        let test = try TestStore {
            RollupBuilderTests.configure(&$0)
            $0.rollups.rowsPerStep = 200
        }
        var flows = RandomFlows(seed: 3, ends: hour14..<(hour14 + hour))
        flows.hosts = 8
        let batch = flows.batch(1_000)
        try test.append(batch, sequence: 1)
        try test.store.compact(everything: true)
        // Cut off after each number of questions: between steps, and in the middle of merges.
        var limit = 0
        var isWhole = false
        while !isWhole {
            var asked = 0
            try test.store.buildRollups(everything: true) {
                asked += 1
                return asked > limit
            }
            for kind in RollupKind.allCases { #expect(try test.rollupsAreExact(kind), "\(kind) after \(limit)") }
            isWhole = asked <= limit
            limit += 1
            #expect(limit < 500)
        }
        for kind in RollupKind.allCases {
            let (stored, rows) = try RollupModel.stored(test.rollups, kind)
            #expect(stored == RollupModel(batch.namedRecords, kind) && rows == stored.sums.count)
        }
    }

    @Test("a damaged file is set aside and made again; one of a newer program is left alone", arguments: RollupKind.allCases)
    func damaged(kind: RollupKind) throws {
        let (test, records) = try Self.built()
        test.folder.close()
        let folder = RollupFolder(path: test.rollups)
        let name = try Self.name(test, kind)
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
        try Data(whole.map { _ in 0x55 }).write(to: URL(fileURLWithPath: folder.path(name)))
        func open() throws -> DataFolder {
            try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock, RollupBuilderTests.configure))
        }
        var writer = try open()
        try writer.store.buildRollups(everything: true) { false }
        #expect(try folder.list().aside == [name.file + ".damaged"])
        #expect(try writer.store.held().damaged == [name.file + ".damaged"])
        for kind in RollupKind.allCases {
            #expect(try RollupModel.stored(test.rollups, kind).model == RollupModel(records, kind))
        }
        writer.close()
        let second = try Self.name(test, kind)
        #expect(second.generation > name.generation)
        try Database(path: folder.path(second), mode: .write).execute("PRAGMA user_version = 99")
        let stamp = Files.stamp(folder.path(second))
        writer = try open()
        try writer.store.buildRollups(everything: true) { false }
        #expect(try Self.name(test, kind) == second && Files.stamp(folder.path(second)) == stamp)
    }

    @Test("a file that is put back beside its successor is not counted twice")
    func twice() throws {
        let (test, records) = try Self.built()
        let folder = RollupFolder(path: test.rollups)
        let name = try Self.name(test, .hour)
        test.folder.close()
        let copy = RollupName(day: name.day, kind: name.kind, generation: name.generation + 50)
        try FileManager.default.copyItem(atPath: folder.path(name), toPath: folder.path(copy))
        #expect(try RollupModel.stored(test.rollups, .hour).model == RollupModel(records, .hour))
        let writer = try DataFolder.openForWriting(test.path)
        #expect(try folder.list().aside == [name.file + ".superseded"])
        try writer.store.buildRollups(everything: true) { false }
        #expect(try RollupModel.stored(test.rollups, .hour).model == RollupModel(records, .hour))
    }
}
