import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// A real disk of a few megabytes, which a test fills.
private final class SmallDisk: Sendable {
    static let isPossible = getuid() == 0 && Command.exists("mount") && (try? SmallDisk(megabytes: 1)) != nil

    let scratch: ScratchFolder
    var path: String { scratch.path("disk") }

    init(megabytes: Int) throws {
        scratch = try ScratchFolder("zonal-disk")
        try FileManager.default.createDirectory(atPath: scratch.path("disk"), withIntermediateDirectories: false)
        _ = try Command.check(["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", scratch.path("disk")])
    }

    deinit { _ = try? Command.run(["umount", "-l", path]) }

    /// Takes all room but about so many kilobytes.
    func fill(leaving kilobytes: Int = 0) throws {
        let free = try #require(Files.freeBytes(path))
        let size = max(0, Int(free) - kilobytes * 1024)
        let file = path + "/filler"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.write(contentsOf: Data(repeating: 1, count: size))
        try handle.close()
    }

    func empty() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

    func remount(_ option: String) throws { _ = try Command.check(["mount", "-o", "remount,\(option)", path]) }
}

@Suite("Full and read-only disks", .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
struct FullDiskTests {
    private static func flows(_ seed: UInt64, in start: Int64 = hour14, _ count: Int = 400) -> FlowBatch {
        var flows = RandomFlows(seed: seed, ends: start..<(start + hour))
        return flows.batch(count)
    }

    private func open(_ disk: SmallDisk, _ bound: ByteBound = .none) throws -> DataFolder {
        var configuration = TestStore.configuration(TestClock(hour14 + hour))
        configuration.byteBound = bound
        return try DataFolder.openForWriting(disk.path + "/data", configuration: configuration)
    }

    private func append(_ folder: DataFolder, _ sequence: UInt64, in start: Int64 = hour14) throws -> AppendOutcome {
        try folder.store.append(
            Self.flows(sequence, in: start), identity: .sequence(agent: "a", epoch: 7, sequence: sequence),
            exportMilliseconds: hour14)
    }

    @Test("a disk that fills in mid-commit loses nothing acknowledged; with room again the same store goes on")
    func commit() throws {
        let disk = try SmallDisk(megabytes: 6)
        let folder = try open(disk)
        var sequence: UInt64 = 0
        var failure: StoreError?
        while failure == nil, sequence < 1_000 {
            do {
                _ = try append(folder, sequence + 1)
                sequence += 1
            } catch let problem as StoreError {
                failure = problem
            }
        }
        #expect(failure?.code == .diskFull, "\(failure?.description ?? "")")
        #expect(failure?.storedRecords == 0)
        #expect(sequence > 5)
        let expected = (1...sequence).flatMap { Self.flows($0).namedRecords }.tally
        // Queries go on, and a new partition is refused as well as an old one.
        let answer = try folder.store.query(FlowRequest(includeWitnesses: true, kind: .flows(fields: [.end], limit: 1_000_000, cursor: nil)))
        #expect(answer.table.rows.count == Int(sequence) * 400)
        try disk.fill()
        let other = #expect(throws: StoreError.self) { try append(folder, 5_000, in: hour14 - hour) }
        #expect(other?.code == .diskFull, "\(other?.description ?? "")")
        try disk.empty()
        // As kill -9 would find it.
        try FileManager.default.copyItem(atPath: disk.path + "/data", toPath: disk.scratch.path("copy"))
        #expect(try TestStore.records(disk.scratch.path("copy") + "/flows").tally == expected)
        try disk.remount("size=32m")
        #expect(try append(folder, sequence) == .duplicate)
        #expect(try append(folder, sequence + 1) == .stored(records: 400))
        #expect(try append(folder, 5_000, in: hour14 - hour) == .stored(records: 400))
        try StoreCheck.run(disk.path + "/data") { #expect($0.faults == []) }
        #expect(try folder.store.held().damaged == [])
        #expect(try folder.store.held().records == (Int(sequence) + 2) * 400)
        folder.close()
    }

    @Test("a disk that fills in compaction ends it with a reason, leaves nothing half made, and the next one does the rest")
    func compaction() throws {
        let disk = try SmallDisk(megabytes: 8)
        let folder = try open(disk)
        for sequence in 1...6 as ClosedRange<UInt64> { _ = try append(folder, sequence) }
        let expected = (1...6).flatMap { Self.flows($0).namedRecords }.tally
        for kilobytes in [0, 16, 64, 200] {
            try disk.fill(leaving: kilobytes)
            let problem = #expect(throws: StoreError.self) { try folder.store.compact(everything: true) }
            #expect(problem?.code == .diskFull, "\(kilobytes): \(problem?.description ?? "")")
            try disk.empty()
            let names = try FileManager.default.contentsOfDirectory(atPath: disk.path + "/data/flows")
            #expect(!names.contains { $0.contains(".making") }, "\(names)")
            #expect(try TestStore.records(disk.path + "/data/flows").tally == expected)
        }
        try folder.store.compact(everything: true)
        #expect(folder.store.counters().partitionsSealed == 1)
        #expect(try TestStore.records(disk.path + "/data/flows").tally == expected)
        folder.close()
    }

    @Test("retention needs no room, and makes it: by hand, and by itself while flows come in")
    func retention() throws {
        let disk = try SmallDisk(megabytes: 12)
        let folder = try open(disk)
        for sequence in 1...4 as ClosedRange<UInt64> { _ = try append(folder, sequence, in: hour14 - Int64(sequence) * hour) }
        try disk.fill()
        #expect(throws: StoreError.self) { try append(folder, 5) }
        let held = try folder.store.held()
        let gone = try folder.store.retain(RetentionPolicy(bytes: held.bytes / 2), now: hour14 + hour, dryRun: false)
        #expect(gone.map(\.name) == ["20261122T10-3600-g4.sqlite", "20261122T11-3600-g3.sqlite"])
        #expect(try append(folder, 5) == .stored(records: 400))
        folder.close()
        try disk.empty()
        // The store's own bound lies below the disk's end.
        let bounded = try open(disk, .bytes(8 << 20))
        for sequence in 6...60 as ClosedRange<UInt64> { _ = try append(bounded, sequence, in: hour14 - Int64(60 - sequence) * hour) }
        #expect(try bounded.store.held().records < 60 * 400)
        #expect(try bounded.store.held().records > 5 * 400)
        bounded.close()
    }

    @Test("a backup that finds no room leaves nothing, and says so")
    func backup() throws {
        let disk = try SmallDisk(megabytes: 8)
        let test = try TestStore()
        for sequence in 1...6 as ClosedRange<UInt64> { try test.append(Self.flows(sequence), sequence: sequence) }
        try disk.fill(leaving: 200)
        let problem = #expect(throws: StoreError.self) { try StoreBackup.make(of: test.path, at: disk.path + "/backup") }
        #expect(problem?.code == .diskFull, "\(problem?.description ?? "")")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["filler"])
    }

    @Test("a disk that has become read-only refuses flows with a reason and goes on answering; writable again, it takes them")
    func readOnly() throws {
        let disk = try SmallDisk(megabytes: 8)
        func fill() throws {
            let folder = try open(disk)
            _ = try append(folder, 1)
            folder.close()
        }
        try fill()
        try disk.remount("ro")
        let refused = #expect(throws: StoreError.self) { try open(disk) }
        #expect(refused?.code == .notWritable)
        func read() throws {
            let reader = try DataFolder.openForReading(disk.path + "/data")
            #expect(try reader.store.held().records == 400)
            let request = FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 1000, cursor: nil))
            #expect(try reader.store.query(request).table.rows.count == 400)
            reader.close()
        }
        try read()
        try StoreCheck.run(disk.path + "/data") { #expect($0.faults == [], "\($0.name)") }
        // A backup of what cannot be written, to where it can.
        let target = disk.scratch.path("backup")
        #expect(try StoreBackup.make(of: disk.path + "/data", at: target).records == 400)
        try disk.remount("rw")
        let again = try open(disk)
        #expect(try append(again, 2) == .stored(records: 400))
        again.close()
    }
}
