import Dispatch
import FlowModel
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FlowStore

@Suite("Sealing beside ingest")
struct SealingTests {
    static func flows(_ seed: UInt64, in start: Int64 = hour14, _ count: Int = 200) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: start..<(start + hour))
        return flows.batch(count)
    }

    @Test("flows that come in while a partition is copied are not lost: the copy is thrown away, and made again later")
    func overtaken() throws {
        let test = try TestStore()
        try test.append(Self.flows(1), sequence: 1)
        let folder = PartitionFolder(path: test.flows)
        let name = try #require(try folder.list().partitions.first)
        let writer = try StoreWriter(folder: folder, configuration: TestStore.configuration(test.clock)) { $0 + 1 }
        for isOvertaken in [true, false] {
            let next = try #require(try writer.nextSeal(name, everything: true, now: test.clock.now))
            let seal = try PartitionSeal(folder, name, next: next)
            try seal.copy()
            if isOvertaken { try test.append(Self.flows(2), sequence: 2) }
            #expect(try writer.install(seal) == !isOvertaken)
            seal.discard()
        }
        try folder.remove(name)
        #expect(try test.records().tally == (Self.flows(1).namedRecords + Self.flows(2).namedRecords).tally)
        #expect(try test.partitionFiles() == ["20261122T14-3600-g3.sqlite"])
        #expect(try writer.nextSeal(PartitionName(slot: name.slot, generation: 3), everything: true, now: test.clock.now) == nil)
    }

    @Test("appends go on while a large partition is being copied")
    func notHeldUp() throws {
        let test = try TestStore()
        let store = test.store
        let now = test.clock.now
        let isDone = Mutex(false)
        let wasBeside = Mutex(false)
        let problems = Mutex<[String]>([])
        for sequence in 1...6 as ClosedRange<UInt64> { try test.append(Self.flows(sequence, 6_000), sequence: sequence) }
        let deadline = ContinuousClock.now + .seconds(60)
        @Sendable func making() -> String? {
            (try? FileManager.default.contentsOfDirectory(atPath: test.flows))?.first { $0.hasSuffix(".making") }
        }
        DispatchQueue.concurrentPerform(iterations: 2) { role in
            do {
                var sequence: UInt64 = 100
                while !isDone.withLock({ $0 }), ContinuousClock.now < deadline {
                    if role == 0 {
                        // One more flow, and the partition is to be sealed again.
                        sequence += 1
                        _ = try store.append(
                            Self.flows(sequence, 1), identity: .sequence(agent: "b", epoch: 1, sequence: sequence), exportMilliseconds: now)
                        try store.compact(everything: true)
                    } else if let name = making() {
                        // To another hour, while the copy is under way: under its lock it would come to an end first.
                        sequence += 1
                        _ = try store.append(
                            Self.flows(sequence, in: hour14 - hour, 1), identity: .sequence(agent: "c", epoch: 1, sequence: sequence),
                            exportMilliseconds: now)
                        if making() == name {
                            wasBeside.withLock { $0 = true }
                            isDone.withLock { $0 = true }
                        }
                    }
                }
            } catch {
                problems.withLock { $0.append("\(error)") }
                isDone.withLock { $0 = true }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(wasBeside.withLock { $0 })
        #expect(test.store.counters().records == UInt64(try test.records().count))
    }

    @Test("a partition that has been quiet for its span is sealed by itself, when that frees something and finds room")
    func background() throws {
        var bytes: Int64 = 0
        for round in 0..<3 {
            // Half as much again is no room for a second copy.
            let bound: ByteBound = round == 0 ? .none : .bytes(round == 1 ? 1 << 30 : bytes * 3 / 2)
            let isSealed = round < 2
            let test = try TestStore {
                $0.limits.rowsPerBlock = 600
                $0.byteBound = bound
            }
            var expected: [NamedRecord] = []
            for sequence in 1...6 as ClosedRange<UInt64> {
                try test.append(Self.flows(sequence, 100), sequence: sequence)
                expected += Self.flows(sequence, 100).namedRecords
            }
            try test.store.compact(everything: false)
            #expect(try test.partitionFiles() == ["20261122T14-3600-g1.sqlite"])
            let before = try test.store.held().bytes
            bytes = before
            test.clock.now += hour + 1
            try test.store.compact(everything: false)
            #expect(test.store.counters().partitionsSealed == (isSealed ? 1 : 0), "\(bound)")
            if isSealed { #expect(try test.store.held().bytes < before) }
            // Nothing is left to do; late flows make it worth a look again, and not at once.
            try test.store.compact(everything: false)
            #expect(test.store.counters().partitionsSealed == (isSealed ? 1 : 0))
            try test.append(Self.flows(7, 10), sequence: 7)
            expected += Self.flows(7, 10).namedRecords
            try test.store.compact(everything: false)
            #expect(test.store.counters().partitionsSealed == (isSealed ? 1 : 0))
            #expect(try test.records().tally == expected.tally)
            #expect(try test.store.held().damaged == [])
        }
    }

    @Test("kill -9 at any point of appends, merges and sealing loses and doubles nothing", arguments: 1...8 as ClosedRange<Int>)
    func killed(_ round: Int) async throws {
        let scratch = try ScratchFolder("zonal-seal-kill")
        let path = scratch.path("data")
        let log = scratch.path("acknowledged")
        #expect(FileManager.default.createFile(atPath: log, contents: nil))
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, log = log as String, round = round as Int] in
            var configuration = SQLiteFlowStore.Configuration()
            configuration.limits.rowsPerBlock = 1_000
            let store = try DataFolder.openForWriting(path, configuration: configuration).store
            let acknowledged = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            // At a moment that this process knows nothing of: somewhere in a commit, a merge, a copy or a rename.
            Thread {
                Thread.sleep(forTimeInterval: 0.15 + 0.043 * Double(round))
                kill(getpid(), SIGKILL)
            }.start()
            Thread { while true { try? store.compact(everything: true) } }.start()
            var sequence: UInt64 = 0
            while true {
                sequence += 1
                let start = hour14 - Int64(sequence % 3) * hour
                _ = try store.append(
                    SealingTests.flows(sequence, in: start), identity: .sequence(agent: "a", epoch: 7, sequence: sequence),
                    exportMilliseconds: hour14)
                try acknowledged.write(contentsOf: Data("\(sequence)\n".utf8))
            }
        }
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { UInt64($0) }
        let last = lines.max() ?? 0
        let folder = try DataFolder.openForWriting(path)
        #expect(try folder.store.held().damaged == [])
        // The one under way may be there or not, and its repeat settles it.
        for sequence in 1...(last + 1) {
            let outcome = try folder.store.append(
                Self.flows(sequence, in: hour14 - Int64(sequence % 3) * hour),
                identity: .sequence(agent: "a", epoch: 7, sequence: sequence), exportMilliseconds: hour14)
            if sequence <= last { #expect(outcome == .duplicate) }
        }
        let expected = (1...(last + 1)).flatMap { Self.flows($0, in: hour14 - Int64($0 % 3) * hour).namedRecords }
        #expect(try TestStore.records(path + "/flows").tally == expected.tally)
        try StoreCheck.run(path) { #expect($0.faults == [], "\($0.name)") }
    }
}
