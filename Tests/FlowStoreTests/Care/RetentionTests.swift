import FlowModel
import FlowQuery
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FlowStore

@Suite("Retention")
struct RetentionTests {
    /// Bytes of the files as the file system tells them.
    private static func bytes(_ folder: String) -> Int64 {
        let files = FileManager.default
        return ((try? files.subpathsOfDirectory(atPath: folder)) ?? []).reduce(0) { sum, file in
            sum + ((try? files.attributesOfItem(atPath: folder + "/" + file)[.size] as? Int64) ?? 0)
        }
    }

    private static func flows(_ seed: UInt64, in start: Int64, _ count: Int = 400) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: start..<(start + hour))
        return flows.batch(count)
    }

    @Test("at every append of a long run the files are within the bound and a tenth; what goes is the oldest, and is told of")
    func bound() throws {
        let bound: Int64 = 3_000_000
        let told = Mutex<[RetiredPartition]>([])
        let test = try TestStore {
            $0.byteBound = .bytes(bound)
            $0.retired = { one in told.withLock { $0.append(one) } }
        }
        var expected: [Int64: [NamedRecord]] = [:]
        var sequence: UInt64 = 0
        var highest: Int64 = 0
        for index in 0..<14 as Range<Int64> {
            for part in 0..<8 as Range<UInt64> {
                sequence += 1
                let batch = Self.flows(sequence, in: hour14 + index * hour, 300)
                test.clock.now = hour14 + index * hour + Int64(part)
                try test.append(batch, sequence: sequence)
                expected[index, default: []] += batch.namedRecords
                highest = max(highest, Self.bytes(test.flows))
                if part == 5 {
                    try test.store.compact(everything: false)
                    #expect(Self.bytes(test.flows) <= bound + bound / 10)
                }
            }
        }
        #expect(highest <= bound + bound / 10)
        // It was near the bound, so that this says something.
        #expect(highest > bound / 2)
        let retired = told.withLock { $0 }
        #expect(retired.count > 5 && retired.allSatisfy { $0.reason == .bytes && $0.bytes > 0 })
        let left = try test.partitionFiles().count
        #expect(left + retired.count == 14)
        #expect(retired.map(\.name) == retired.map(\.name).sorted())
        let kept = ((14 - Int64(left))..<14).flatMap { expected[$0] ?? [] }
        #expect(try test.records().tally == kept.tally)
    }

    @Test("what flows come into is the last to go, also when it is the oldest, and goes when it alone is too large")
    func beingWritten() throws {
        let bound: Int64 = 1_500_000
        let told = Mutex<[String]>([])
        let test = try TestStore {
            $0.byteBound = .bytes(bound)
            $0.retired = { one in told.withLock { $0.append(one.name) } }
        }
        for index in 1...3 as ClosedRange<Int64> { try test.append(Self.flows(UInt64(index), in: hour14 + index * hour)) }
        var seed: UInt64 = 10
        // Late flows, all for one time before the others.
        while told.withLock({ $0.count < 4 }) {
            seed += 1
            try #require(seed < 200)
            let batch = Self.flows(seed, in: hour14)
            try test.append(batch)
            #expect(Self.bytes(test.flows) <= bound + bound / 10)
            // What was acknowledged last is there.
            let held = try test.records().tally
            #expect(batch.namedRecords.tally.allSatisfy { held[$0.key] ?? 0 >= $0.value })
        }
        #expect(told.withLock { $0 } == [
            "20261122T15-3600-g1.sqlite", "20261122T16-3600-g2.sqlite", "20261122T17-3600-g3.sqlite", "20261122T14-3600-g4.sqlite",
        ])
        #expect(try test.partitionFiles() == ["20261122T14-3600-g5.sqlite"])
    }

    @Test("a dry run beside a collector names what would go, and that goes")
    func dryRun() throws {
        let test = try TestStore()
        for index in 0..<6 as Range<Int64> { try test.append(Self.flows(UInt64(index), in: hour14 + index * hour)) }
        let policy = RetentionPolicy(bytes: try test.store.held().bytes / 2)
        let reader = try DataFolder.openForReading(test.path)
        let named = try reader.store.retain(policy, now: test.clock.now, dryRun: true)
        #expect(named.count >= 3 && named.count < 6)
        #expect(named.allSatisfy { $0.reason == .bytes && $0.lastWrite == test.clock.now })
        #expect(try test.partitionFiles().count == 6)
        let refused = #expect(throws: StoreError.self) { try reader.store.retain(policy, now: test.clock.now, dryRun: false) }
        #expect(refused?.code == .notWritable)
        let gone = try test.store.retain(policy, now: test.clock.now, dryRun: false)
        #expect(gone.map(\.name) == named.map(\.name))
        #expect(try test.partitionFiles().count == 6 - gone.count)
        #expect(try test.store.held().bytes <= policy.bytes ?? 0)
        #expect(try test.store.retain(policy, now: test.clock.now, dryRun: false) == [])
    }

    @Test("logs, rollups, files set aside and strangers count; rollups and strangers do not go for the bytes of flows")
    func whatCounts() throws {
        let test = try TestStore()
        for index in 0..<3 as Range<Int64> { try test.append(Self.flows(UInt64(index), in: hour14 + index * hour)) }
        let held = try test.store.held().bytes
        #expect(held == Self.bytes(test.flows))
        let filler = Data(repeating: 1, count: 100_000)
        try filler.write(to: URL(fileURLWithPath: test.flows + "/20261122T14-3600-g9.sqlite.damaged"))
        try filler.write(to: URL(fileURLWithPath: test.flows + "/stranger"))
        try FileManager.default.createDirectory(atPath: test.path + "/rollups", withIntermediateDirectories: false)
        try filler.write(to: URL(fileURLWithPath: test.path + "/rollups/20261122.sqlite"))
        func retain(_ bytes: Int64) throws -> [String] {
            try test.store.retain(RetentionPolicy(bytes: bytes), now: test.clock.now, dryRun: false).map(\.name)
        }
        #expect(try retain(held + 300_000) == [])
        // Of the oldest time first what was set aside.
        #expect(try retain(held + 299_999) == ["20261122T14-3600-g9.sqlite.damaged"])
        #expect(try retain(held + 200_000) == [])
        #expect(try retain(held + 199_999) == ["20261122T14-3600-g1.sqlite"])
        // What others take leaves the bound no room at all: then what flows come into stays.
        #expect(try retain(0) == ["20261122T15-3600-g2.sqlite"])
        #expect(try retain(200_000) == ["20261122T16-3600-g3.sqlite"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.flows) == ["stranger"])
        #expect(FileManager.default.fileExists(atPath: test.path + "/rollups/20261122.sqlite"))
    }

    @Test("a file that was set aside goes by its age as partitions do")
    func asideAge() throws {
        let test = try TestStore()
        let file = test.flows + "/20261122T14-3600-g9.sqlite.damaged"
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(hour14) / 1000)], ofItemAtPath: file)
        let policy = RetentionPolicy(age: .seconds(7200))
        #expect(try test.store.retain(policy, now: hour14 + 2 * hour, dryRun: false) == [])
        #expect(try test.store.retain(policy, now: hour14 + 2 * hour + 1, dryRun: false).map(\.reason) == [.age])
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("flows of any time go by when they came: the out-of-range partition is not the oldest one")
    func outOfRange() throws {
        let test = try TestStore()
        try test.append(Self.flows(1, in: hour14))
        test.clock.now += 2 * hour
        try test.append(Self.flows(2, in: 0))
        try test.append(Self.flows(3, in: hour14 + 4 * hour))
        let half = RetentionPolicy(bytes: try test.store.held().bytes - 1)
        #expect(try test.store.retain(half, now: test.clock.now, dryRun: false).map(\.name) == ["20261122T14-3600-g1.sqlite"])
        let next = RetentionPolicy(bytes: try test.store.held().bytes - 1)
        #expect(try test.store.retain(next, now: test.clock.now, dryRun: false).map(\.name) == ["out-of-range-g2.sqlite"])
    }

    @Test("the usual bound is set at the first start, kept, and made up for a folder of an older version")
    func usualBound() throws {
        let scratch = try ScratchFolder("zonal-bound")
        let path = scratch.path("data")
        var configuration = SQLiteFlowStore.Configuration()
        configuration.byteBound = .usual
        let first = try DataFolder.openForWriting(path, configuration: configuration)
        let bound = try #require(first.usualByteBound)
        let free = try #require(Files.freeBytes(path))
        #expect(bound > 0 && abs(bound - free / 5 * 4) < free / 4)
        try first.catalog.set(DataFolder.byteBoundKey, 12_345)
        first.close()
        let second = try DataFolder.openForWriting(path, configuration: configuration)
        #expect(second.usualByteBound == 12_345)
        #expect(try DataFolder.openForReading(path).usualByteBound == 12_345)
        try second.catalog.forget(DataFolder.byteBoundKey)
        second.close()
        #expect(try DataFolder.openForReading(path).usualByteBound == nil)
        let third = try DataFolder.openForWriting(path)
        #expect(third.usualByteBound.map { abs($0 - bound) < free / 4 } == true)
    }

    @Test("a clock that was set back makes no fresh flows old")
    func clockSetBack() throws {
        let test = try TestStore()
        try test.append(Self.flows(1, in: hour14), sequence: 1)
        let now = test.clock.now
        test.clock.now = now - 8760 * hour
        try test.append(Self.flows(2, in: hour14), sequence: 2, export: now)
        try test.append(Self.flows(3, in: hour14 - hour), sequence: 3, export: now)
        try test.store.compact(everything: false)
        #expect(try test.store.retain(RetentionPolicy(age: .seconds(3600)), now: test.clock.now, dryRun: false) == [])
        #expect(try test.count() == 1200)
        // Right again: what came in by the right clock stays, and what only the wrong one saw may be taken for old.
        test.clock.now = now
        let gone = try test.store.retain(RetentionPolicy(age: .seconds(3600)), now: now, dryRun: false).map(\.name)
        #expect(gone == ["20261122T13-3600-g2.sqlite"])
        #expect(try test.count() == 800)
    }
}
