import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Rollups")
struct RollupBuilderTests {
    /// Small blocks and steps, so that a few thousand records make many of each.
    static func configure(_ configuration: inout SQLiteFlowStore.Configuration) {
        configuration.limits.rowsPerBlock = 200
        configuration.rollups.rowsPerBlock = 150
        configuration.rollups.rowsPerStep = 450
        configuration.rollups.rowsPerPass = 400
    }

    @Test("are the sums of all counted records, each key once", arguments: [UInt64(1), 2])
    func sums(seed: UInt64) throws {
        let spans: [Int64] = seed == 1 ? [600_000, 90_000_000] : [3_600_000, 7_200_000]
        for span in spans {
            let test = try TestStore {
                Self.configure(&$0)
                $0.partitionMilliseconds = span
            }
            var flows = RandomFlows(seed: seed, ends: (hour14 - 2 * hour)..<(hour14 + hour))
            flows.hosts = 6
            var expected: [NamedRecord] = []
            for sequence in 1...12 as ClosedRange<UInt64> {
                let batch = flows.batch(Int.random(in: 1...400, using: &flows.generator))
                try test.append(batch, sequence: sequence)
                expected += batch.namedRecords
            }
            try test.store.compact(everything: true)
            try test.build()
            for kind in RollupKind.allCases {
                #expect(try test.takenRecords(kind).tally == expected.tally)
                let (stored, rows) = try RollupModel.stored(test.rollups, kind)
                #expect(stored == RollupModel(expected, kind), "\(kind) of \(span)")
                #expect(rows < expected.count)
                if span >= 3_600_000 { #expect(rows == stored.sums.count, "\(kind) of \(span) has keys twice") }
            }
            // A second time there is nothing to do.
            let files = try FileManager.default.contentsOfDirectory(atPath: test.rollups).filter { $0.hasSuffix(".sqlite") }
            func lastRuns() throws -> [Int64] {
                try files.map {
                    try Database(path: test.rollups + "/" + $0, mode: .read)
                        .integer("SELECT value FROM meta WHERE key = 'last_run'")
                }
            }
            let before = try lastRuns()
            try test.build()
            #expect(try lastRuns() == before)
        }
    }

    @Test("late flows are added, and what was taken is known again in a sealed partition", arguments: [UInt64(1), 2])
    func lateFlows(seed: UInt64) throws {
        let test = try TestStore(Self.configure)
        var flows = RandomFlows(seed: seed, ends: (hour14 - hour)..<(hour14 + hour))
        flows.hosts = 20
        var all: [NamedRecord] = []
        for round in 1...14 as ClosedRange<UInt64> {
            let batch = flows.batch(Int.random(in: 1...500, using: &flows.generator))
            try test.append(batch, sequence: round)
            all += batch.namedRecords
            try test.store.compact(everything: round % 3 == 0)
            try test.build(everything: round % 2 == 0)
            for kind in RollupKind.allCases { #expect(try test.rollupsAreExact(kind), "\(kind) in round \(round)") }
        }
        try test.store.compact(everything: true)
        try test.build()
        for kind in RollupKind.allCases {
            #expect(try RollupModel.stored(test.rollups, kind).model == RollupModel(all, kind))
        }
    }

    @Test("of a partition that still gets flows wait for a whole step, of a quiet one they are made whole")
    func quiet() throws {
        let test = try TestStore {
            Self.configure(&$0)
            $0.rollups.rowsPerStep = 1_000
        }
        var flows = RandomFlows(seed: 5, ends: hour14..<(hour14 + hour))
        var all: [NamedRecord] = []
        for sequence in 1...4 as ClosedRange<UInt64> {
            let batch = flows.batch(190)
            try test.append(batch, sequence: sequence)
            all += batch.namedRecords
        }
        let few = flows.batch(7)
        try test.append(few, sequence: 5)
        all += few.namedRecords
        try test.store.compact(everything: false)
        try test.build(everything: false)
        #expect(!FileManager.default.fileExists(atPath: test.rollups))
        let more = flows.batch(600)
        try test.append(more, sequence: 6)
        all += more.namedRecords
        try test.store.compact(everything: false)
        try test.build(everything: false)
        let taken = try test.takenRecords(.hour).count
        #expect(taken > 500 && taken <= all.count - 7)
        test.clock.now += 2 * hour
        try test.store.compact(everything: false)
        try test.build(everything: false)
        #expect(try test.takenRecords(.hour).tally == all.tally)
        for kind in RollupKind.allCases { #expect(try test.rollupsAreExact(kind)) }
    }

    @Test("flows out of range have none, and addresses past the dictionary's room are kept all the same")
    func limits() throws {
        let test = try TestStore {
            Self.configure(&$0)
            $0.limits.addresses = 30
            $0.rollups.addresses = 12
        }
        var flows = RandomFlows(seed: 6, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(1_500)
        try test.append(batch, sequence: 1)
        var strange = RandomFlows(seed: 7, ends: 0..<1_000)
        try test.append(strange.batch(300), sequence: 2)
        try test.store.compact(everything: true)
        try test.build()
        for kind in RollupKind.allCases {
            #expect(try RollupModel.stored(test.rollups, kind).model == RollupModel(batch.namedRecords, kind))
        }
    }

    @Test("one kind can be turned off, and is made up for when it is turned on")
    func kinds() throws {
        let test = try TestStore {
            Self.configure(&$0)
            $0.rollups.kinds = [.minute]
        }
        var flows = RandomFlows(seed: 8, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(700)
        try test.append(batch, sequence: 1)
        try test.store.compact(everything: true)
        try test.build()
        #expect(try RollupFolder(path: test.rollups).list().files.keys.map(\.kind) == [.minute])
        test.folder.close()
        let again = try DataFolder.openForWriting(
            test.path, configuration: TestStore.configuration(test.clock, Self.configure))
        try again.store.buildRollups(everything: true) { false }
        for kind in RollupKind.allCases {
            #expect(try RollupModel.stored(test.rollups, kind).model == RollupModel(batch.namedRecords, kind))
        }
        let held = try again.store.held()
        #expect(held.rollupFiles == 2 && held.rollupBytes > 0)
    }

    @Test("names say day, kind and generation, and nothing else is taken for one")
    func names() {
        let name = RollupName(day: 20_779, kind: .minute, generation: 7)
        #expect(name.file == "20261122-minute-g7.sqlite")
        #expect(RollupName(file: name.file) == name)
        for file in [
            "20261122-minute-g0.sqlite", "20261122-second-g7.sqlite", "2026112-minute-g7.sqlite", "20261322-minute-g7.sqlite",
            "20261122-minute-g7.sqlite.damaged", "20261122-minute-7.sqlite", "20261122-minute-g+7.sqlite", "x-hour-g1.sqlite",
            "20261122T14-3600-g1.sqlite", "20261122-minute-g9223372036854775807.sqlite", "",
        ] {
            #expect(RollupName(file: file) == nil, "\(file)")
        }
    }
}
