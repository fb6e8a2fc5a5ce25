import Dispatch
import FlowModel
import FlowQuery
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FlowStore

@Suite("Backup and restore")
struct BackupTests {
    private static func flows(_ seed: UInt64, in start: Int64 = hour14, _ count: Int = 60) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: start..<(start + hour))
        return flows.batch(count)
    }

    private func filled() throws -> TestStore {
        let test = try TestStore()
        for sequence in 1...6 as ClosedRange<UInt64> {
            try test.append(Self.flows(sequence, in: hour14 - Int64(sequence % 3) * hour), sequence: sequence)
        }
        try test.append(Self.flows(7, in: 0), sequence: 7)
        try test.store.compact(everything: false)
        return test
    }

    private func code(_ body: () throws -> StoreBackup.Report) -> StoreError.Code? {
        #expect(throws: StoreError.self) { try body() }?.code
    }

    @Test("a copy holds what the folder holds, is read without leaving anything beside its files, and goes back")
    func roundTrip() throws {
        let test = try filled()
        let expected = try test.records().tally
        let target = test.scratch.path("backup")
        let report = try StoreBackup.make(of: test.path, at: target)
        #expect(report.partitions == 4 && report.records == 420 && report.leftOut == [] && report.bytes > 0)
        #expect(!FileManager.default.fileExists(atPath: target + ".making"))
        #expect(try TestStore.records(target + "/flows").tally == expected)
        let copy = try DataFolder.openForReading(target)
        #expect(try copy.store.held().records == 420)
        copy.close()
        let files = try FileManager.default.subpathsOfDirectory(atPath: target).filter { $0.contains("sqlite") }
        #expect(files.count == 5 && files.allSatisfy { $0.hasSuffix(".sqlite") }, "\(files)")

        let back = test.scratch.path("back")
        let restored = try StoreBackup.restore(target, to: back, replaces: false)
        #expect(restored.records == 420 && restored.replaced == nil)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: back + "/flows").contains { !$0.hasSuffix(".sqlite") })
        #expect(try TestStore.records(back + "/flows").tally == expected)
        // A bound that was measured on another disk is measured again.
        #expect(try DataFolder.openForReading(back).usualByteBound == nil)
        let writer = try DataFolder.openForWriting(back, configuration: TestStore.configuration(test.clock))
        for sequence in 1...8 as ClosedRange<UInt64> {
            let start = sequence == 7 ? 0 : hour14 - Int64(sequence % 3) * hour
            let outcome = try writer.store.append(
                Self.flows(sequence, in: start), identity: .sequence(agent: "a", epoch: 7, sequence: sequence),
                exportMilliseconds: test.clock.now)
            #expect(outcome == (sequence == 8 ? .stored(records: 60) : .duplicate))
        }
        #expect(try PartitionFolder(path: back + "/flows").list().highestGeneration == 4)
    }

    @Test("beside ingest, merging, sealing and retention each partition in it holds whole batches, and it is sound")
    func besideIngest() throws {
        let test = try filled()
        let store = test.store
        let isDone = Mutex(false)
        let problems = Mutex<[String]>([])
        let backups = Mutex<[String]>([])
        let now = test.clock.now
        DispatchQueue.concurrentPerform(iterations: 2) { role in
            do {
                if role == 0 {
                    defer { isDone.withLock { $0 = true } }
                    for number in 0..<4 {
                        let target = test.scratch.path("backup-\(number)")
                        let report = try StoreBackup.make(of: test.path, at: target)
                        if !report.leftOut.isEmpty { problems.withLock { $0 += report.leftOut } }
                        backups.withLock { $0.append(target) }
                    }
                } else {
                    var sequence: UInt64 = 7
                    while !isDone.withLock({ $0 }), sequence < 2_000 {
                        sequence += 1
                        _ = try store.append(
                            Self.flows(sequence, in: hour14 - Int64(sequence % 3) * hour),
                            identity: .sequence(agent: "a", epoch: 7, sequence: sequence), exportMilliseconds: now)
                        if sequence % 8 == 0 { try store.compact(everything: true) }
                        if sequence % 30 == 0 {
                            _ = try store.retain(RetentionPolicy(bytes: store.held().bytes - 1), now: now, dryRun: false)
                        }
                    }
                }
            } catch {
                problems.withLock { $0.append("\(error)") }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(backups.withLock { $0.count } == 4)
        for target in backups.withLock({ $0 }) {
            try StoreCheck.run(target) { file in
                #expect(file.faults == [], "\(file.name)")
                #expect(file.records % 60 == 0)
            }
        }
    }

    @Test("a damaged partition is left out and named; the rest is there")
    func damaged() throws {
        let test = try filled()
        test.folder.close()
        try Database(path: test.flows + "/20261122T14-3600-g3.sqlite", mode: .write)
            .execute("UPDATE flow_block SET end_max = end_max + 1")
        try Data(repeating: 0x5A, count: 9_000).write(to: URL(fileURLWithPath: test.flows + "/20261122T10-3600-g9.sqlite"))
        let target = test.scratch.path("backup")
        let report = try StoreBackup.make(of: test.path, at: target)
        #expect(report.partitions == 3 && report.records == 300)
        #expect(report.leftOut.map { String($0.prefix(33)) } == ["flows/20261122T14-3600-g3.sqlite:", "flows/20261122T10-3600-g9.sqlite:"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: target + "/flows").count == 3)
        try StoreCheck.run(target) { #expect($0.faults == []) }
    }

    @Test("a file that was set aside is named, and slashes at the end of a name are nothing")
    func aside() throws {
        let test = try filled()
        test.folder.close()
        try FileManager.default.moveItem(
            atPath: test.flows + "/20261122T14-3600-g3.sqlite", toPath: test.flows + "/20261122T14-3600-g3.sqlite.damaged")
        let target = test.scratch.path("backup")
        let report = try StoreBackup.make(of: test.path + "/", at: target + "/")
        #expect(report.leftOut == ["flows/20261122T14-3600-g3.sqlite.damaged: was set aside, and is not copied"])
        #expect(!FileManager.default.fileExists(atPath: target + "/.making"))
        _ = try StoreBackup.restore(target + "/", to: test.path + "//", replaces: true)
        #expect(FileManager.default.fileExists(atPath: test.path + ".replaced/flows"))
        let copy = try DataFolder.openForReading(test.path)
        #expect(try copy.store.held().records == report.records)
        copy.close()
    }

    @Test("a copy goes to no folder that has something, nor into the one that it is made of; cancelled, it leaves nothing")
    func refusals() throws {
        let test = try filled()
        let full = test.scratch.path("full")
        try FileManager.default.createDirectory(atPath: full, withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(fileURLWithPath: full + "/file"))
        #expect(code { try StoreBackup.make(of: test.path, at: full) } == .invalid)
        #expect(try FileManager.default.contentsOfDirectory(atPath: full) == ["file"])
        #expect(code { try StoreBackup.make(of: test.path, at: test.path + "/copy") } == .invalid)
        #expect(code { try StoreBackup.make(of: test.scratch.path("nothing"), at: test.scratch.path("copy")) } == .notFound)
        #expect(code { try StoreBackup.make(of: test.path, at: test.scratch.path("copy"), isCancelled: { true }) } == .cancelled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.scratch.url.path).sorted() == ["data", "full"])
        // What a killed attempt has left is made anew; what is not of its making stays.
        let making = test.scratch.path("copy.making")
        try FileManager.default.createDirectory(atPath: making + "/flows", withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: making + "/flows/20261122T14-3600-g99.sqlite"))
        let empty = test.scratch.path("copy")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
        #expect(try StoreBackup.make(of: test.path, at: empty).partitions == 4)
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty + "/flows").count == 4)
        try FileManager.default.createDirectory(atPath: test.scratch.path("other.making"), withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(fileURLWithPath: test.scratch.path("other.making/mine")))
        #expect(code { try StoreBackup.make(of: test.path, at: test.scratch.path("other")) } == .invalid)
        #expect(FileManager.default.fileExists(atPath: test.scratch.path("other.making/mine")))
    }

    @Test("a folder in use, or with something in it, is not replaced; told to, what was there is kept beside it")
    func replace() throws {
        let test = try filled()
        let backup = test.scratch.path("backup")
        _ = try StoreBackup.make(of: test.path, at: backup)
        try test.append(Self.flows(9), sequence: 9)
        #expect(code { try StoreBackup.restore(backup, to: test.path, replaces: false) } == .invalid)
        #expect(code { try StoreBackup.restore(backup, to: test.path, replaces: true) } == .locked)
        #expect(try test.count() == 480)
        test.folder.close()
        let report = try StoreBackup.restore(backup, to: test.path, replaces: true)
        #expect(report.replaced == test.path + ".replaced")
        #expect(try DataFolder.openForReading(test.path).store.held().records == 420)
        #expect(try DataFolder.openForReading(test.path + ".replaced").store.held().records == 480)
        #expect(code { try StoreBackup.restore(backup, to: test.path, replaces: true) } == .invalid)
        #expect(code { try StoreBackup.restore(backup, to: backup + "/data", replaces: true) } == .invalid)
    }

    @Test("a damaged backup changes nothing")
    func damagedBackup() throws {
        let test = try filled()
        let backup = test.scratch.path("backup")
        _ = try StoreBackup.make(of: test.path, at: backup)
        test.folder.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: backup + "/flows/20261122T14-3600-g3.sqlite"))
        try handle.truncate(atOffset: 20_000)
        try handle.close()
        #expect(code { try StoreBackup.restore(backup, to: test.path, replaces: true) } == .damaged)
        #expect(try DataFolder.openForReading(test.path).store.held().records == 420)
        #expect(!FileManager.default.fileExists(atPath: test.path + ".replaced"))
        #expect(!FileManager.default.fileExists(atPath: test.path + ".making"))
    }
}
