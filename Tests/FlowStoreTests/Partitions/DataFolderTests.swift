import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Data folder")
struct DataFolderTests {
    @Test("a second writer is refused, told who writes, and where to ask instead")
    func secondWriter() throws {
        let test = try TestStore()
        let error = #expect(throws: StoreError.self) { try DataFolder.openForWriting(test.path) }
        #expect(error?.code == .locked)
        #expect(error?.description.contains("process \(getpid()) ") == true)
        #expect(error?.description.contains("--collector") == true)
        #expect(error?.place == test.path)
        test.folder.close()
        _ = try DataFolder.openForWriting(test.path)
    }

    @Test("a reader sees each commit of the writer beside it, and neither waits")
    func readerBesideWriter() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(10), sequence: 1)
        let reader = try DataFolder.openForReading(test.path)
        for sequence in 2...20 as ClosedRange<UInt64> {
            try test.append(flows.batch(10), sequence: sequence)
            #expect(try reader.store.held().records == Int(sequence) * 10)
        }
        // Nor does it lose its way when partitions are joined, sealed and removed under it.
        try test.store.compact(everything: true)
        #expect(try reader.store.held().records == 200)
        let request = FlowRequest(
            includeWitnesses: true,
            kind: .aggregate(by: [], measures: [.records], order: .records, descending: true, limit: 1))
        #expect(try reader.store.query(request).table.rows == [[.integer(200)]])
        test.clock.now += 1000 * hour
        _ = try test.store.retain(now: test.clock.now, maximumAge: .seconds(3600), dryRun: false)
        #expect(try reader.store.held().records == 0)
    }

    @Test("a reader may not write")
    func readerWrites() throws {
        let test = try TestStore()
        let reader = try DataFolder.openForReading(test.path)
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(1)
        let error = #expect(throws: StoreError.self) {
            try reader.store.append(batch, identity: nil, exportMilliseconds: hour14)
        }
        #expect(error?.code == .notWritable)
        #expect(throws: StoreError.self) { try reader.catalog.save(alerts: [Alert(id: "1", rule: "D1", name: "", scope: "", severity: .low)]) }
    }

    @Test("no folder, no data folder, a folder that cannot be made: each says so")
    func badFolders() throws {
        let scratch = try ScratchFolder("zonal-folder")
        let missing = #expect(throws: StoreError.self) { try DataFolder.openForReading(scratch.path("nothing")) }
        #expect(missing?.code == .notFound)
        #expect(missing?.description.contains("--data") == true)
        let other = #expect(throws: StoreError.self) { try DataFolder.openForReading(scratch.url.path) }
        #expect(other?.code == .notFound)
        try Data("x".utf8).write(to: scratch.url.appendingPathComponent("file"))
        let file = #expect(throws: StoreError.self) { try DataFolder.openForWriting(scratch.path("file/data")) }
        #expect(file?.code == .notWritable)
        #expect(file?.place == scratch.path("file/data"))
    }

    @Test("a folder or partition of a newer format is left alone")
    func newerFormat() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(10), sequence: 1)
        test.folder.close()
        let partition = test.flows + "/20261122T14-3600-g1.sqlite"
        try Database(path: partition, mode: .write).execute("PRAGMA user_version = 3")
        let reader = try DataFolder.openForReading(test.path)
        let held = try reader.store.held()
        #expect(held.records == 0 && held.partitions == 1)
        #expect(held.unreadable.count == 1)
        #expect(held.unreadable.first?.hasPrefix("20261122T14-3600-g1.sqlite: the partition has format 3") == true)
        #expect(FileManager.default.fileExists(atPath: partition))
        try Database(path: test.path + "/catalog.sqlite", mode: .write).execute("PRAGMA user_version = 2")
        for open in [{ try DataFolder.openForReading($0) }, { try DataFolder.openForWriting($0) }] as [(String) throws -> DataFolder] {
            let error = #expect(throws: StoreError.self) { try open(test.path) }
            #expect(error?.code == .newerFormat)
            #expect(error?.description.contains("format 2") == true)
        }
    }

    @Test("one partition of a newer format, or one that cannot be read, stops neither answers nor upkeep for the others")
    func oneOfMany() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        for index in 0..<4 as Range<Int64> {
            flows.ends = (hour14 - index * hour)..<(hour14 - index * hour + hour)
            for part in 0..<2 as Range<UInt64> { try test.append(flows.batch(10), sequence: UInt64(2 * index) + part + 1) }
        }
        test.folder.close()
        let newer = test.flows + "/20261122T13-3600-g2.sqlite"
        try Database(path: newer, mode: .write).execute("PRAGMA user_version = 3")
        let broken = test.flows + "/20261122T12-3600-g3.sqlite"
        try FileManager.default.moveItem(atPath: broken, toPath: test.scratch.path("kept"))
        try FileManager.default.createDirectory(atPath: broken, withIntermediateDirectories: true)

        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        let request = FlowRequest(
            includeWitnesses: true,
            kind: .aggregate(by: [], measures: [.records], order: .records, descending: true, limit: 1))
        let answer = try writer.store.query(request)
        #expect(answer.table.rows == [[.integer(40)]])
        #expect(answer.completeness.value == nil)
        for (file, word) in [("20261122T13-3600-g2.sqlite", "format 3"), ("20261122T12-3600-g3.sqlite", "cannot be read")] {
            #expect(answer.completeness.reasons.contains { $0.contains("left out: \(file)") && $0.contains(word) })
        }
        let held = try writer.store.held()
        #expect(held.records == 40 && held.unreadable.count == 2)

        let compaction = #expect(throws: StoreError.self) { try writer.store.compact(everything: true) }
        #expect(compaction?.code == .newerFormat)
        #expect(compaction?.place == newer)
        #expect(writer.store.counters().partitionsSealed == 2)
        #expect(try writer.store.held().blocks == 2)

        let later = test.clock.now + 10 * hour
        for dryRun in [true, false] {
            let retention = #expect(throws: StoreError.self) {
                try writer.store.retain(now: later, maximumAge: .seconds(3600), dryRun: dryRun)
            }
            #expect(retention?.code == .newerFormat)
            #expect(retention?.retired.map(\.name) == ["20261122T14-3600-g5.sqlite", "20261122T11-3600-g6.sqlite"])
        }
        #expect(try writer.store.held().records == 0)
        // What cannot be read is not removed.
        #expect(FileManager.default.fileExists(atPath: newer))
        #expect(FileManager.default.fileExists(atPath: broken))
    }

    @Test("a folder keeps the span of partitions that it was made with")
    func span() throws {
        let test = try TestStore { $0.partitionMilliseconds = 600_000 }
        test.folder.close()
        let again = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        var flows = RandomFlows(seed: 1, ends: (hour14 + 1_800_000)..<(hour14 + 1_800_001))
        _ = try again.store.append(flows.batch(1), identity: nil, exportMilliseconds: hour14)
        #expect(try PartitionFolder(path: test.flows).list().partitions.map(\.file) == ["20261122T143000-600-g1.sqlite"])
    }

    @Test("a damaged partition is set aside and reported; the rest answers, and its time takes new flows")
    func damaged() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: (hour14 - hour)..<hour14)
        try test.append(flows.batch(500), sequence: 1)
        flows.ends = hour14..<(hour14 + hour)
        try test.append(flows.batch(40), sequence: 2)
        test.folder.close()
        let file = test.flows + "/20261122T13-3600-g1.sqlite"
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        let length = try handle.seekToEnd()
        try handle.seek(toOffset: 8192)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(length) - 8192))
        try handle.close()

        let request = FlowRequest(
            includeWitnesses: true,
            kind: .aggregate(by: [], measures: [.records], order: .records, descending: true, limit: 1))
        let reader = try DataFolder.openForReading(test.path)
        let seen = try reader.store.query(request)
        #expect(seen.table.rows == [[.integer(40)]])
        #expect(seen.completeness.reasons.contains { $0.contains("20261122T13-3600-g1.sqlite") && $0.contains("damaged") })
        #expect(FileManager.default.fileExists(atPath: file))

        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        let answer = try writer.store.query(request)
        #expect(answer.table.rows == [[.integer(40)]])
        #expect(answer.completeness.reasons.contains { $0.contains("g1.sqlite.damaged") })
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(FileManager.default.fileExists(atPath: file + ".damaged"))
        #expect(writer.store.counters().damagedPartitions == 1)
        #expect(try writer.store.held().damaged == ["20261122T13-3600-g1.sqlite.damaged"])
        flows.ends = (hour14 - hour)..<hour14
        _ = try writer.store.append(flows.batch(7), identity: nil, exportMilliseconds: hour14)
        #expect(try writer.store.query(request).table.rows == [[.integer(47)]])
    }

    /// Overwrites the end of the stored octets of one large column.
    private func spoilColumn(_ file: String, block: Int64) throws {
        let database = try Database(path: file, mode: .write)
        try database.execute(
            """
            PRAGMA journal_mode = DELETE;
            UPDATE flow_column SET data = CAST(substr(data, 1, length(data) - 8) || x'A5A5A5A5A5A5A5A5' AS BLOB)
                WHERE id >> 6 = \(block) AND id & 63 = \(BlockColumn.flowID.rawValue)
            """)
        #expect(database.changes == 1)
    }

    @Test("nothing of a partition that turns out to be damaged half way is in the answer, which is known to lack it")
    func damagedHalfWay() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: (hour14 - hour)..<hour14)
        // Blocks are read from the newest end on: the second one is met after rows of the first.
        for (sequence, end) in [(1, hour14 - 1), (2, hour14 - 1000)] as [(UInt64, Int64)] {
            flows.ends = end..<(end + 1)
            try test.append(flows.batch(500), sequence: sequence)
        }
        flows.ends = hour14..<(hour14 + hour)
        try test.append(flows.batch(40), sequence: 3)
        var report = AgentReport()
        report.agent = "a"
        report.exportMilliseconds = hour14
        report.captured = 1000
        try test.folder.catalog.note(report: report, sequence: 3, receivedMilliseconds: hour14)
        test.folder.close()
        let file = test.flows + "/20261122T13-3600-g1.sqlite"
        try spoilColumn(file, block: 2)

        let totals = FlowRequest(
            includeWitnesses: true,
            kind: .aggregate(by: [.flowID], measures: [.records], order: .records, descending: true, limit: 10_000))
        let single = FlowRequest(includeWitnesses: true, kind: .flows(fields: [.end, .flowID], limit: 10_000, cursor: nil))
        func records(_ answer: QueryAnswer, _ request: FlowRequest) -> UInt64 {
            if case .flows = request.kind { return UInt64(answer.table.rows.count) }
            return answer.table.rows.reduce(0) { if case .integer(let count)? = $1.last { $0 + count } else { $0 } }
        }
        let reader = try DataFolder.openForReading(test.path)
        for request in [totals, single] {
            for threads in [1, 2] {
                let answer = try reader.store.query(
                    request, limits: QueryLimits(threads: threads), isCancelled: { false })
                #expect(records(answer, request) == 40)
                #expect(answer.statistics.rowsMatched == 40)
                #expect(answer.completeness.value == 0.5)
                let stage = try #require(answer.completeness.stages.last)
                #expect(stage == Completeness.Stage(stage: "store", unit: "partitions", kept: 1, offered: 2))
                #expect(answer.completeness.reasons.filter { $0.hasPrefix("left out: 20261122T13") }.count == 1)
            }
        }
        // Set aside, it is missing as before, from answers about its time and from no others.
        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        for _ in 0..<2 {
            let answer = try writer.store.query(totals)
            #expect(records(answer, totals) == 40)
            #expect(answer.completeness.value == 0.5)
            #expect(answer.completeness.reasons.filter { $0.hasPrefix("left out: ") }.count == 1)
        }
        #expect(try writer.store.held().damaged.count == 1)
        var later = totals
        later.range = TimeRange(since: hour14)
        #expect(try writer.store.query(later).completeness.value == 1)
        #expect(try writer.store.query(later).completeness.reasons.filter { $0.hasPrefix("left out: ") } == [])
    }

    @Test("a partition of which only the set of addresses is damaged is set aside too, not read again for each query")
    func damagedAddressSet() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        flows.hosts = 5_000
        // The ids of the second batch are scattered, so that their set is too long for the block's row.
        try test.append(flows.batch(3_000), sequence: 1)
        let batch = flows.ordinary(1_000)
        try test.append(batch, sequence: 2)
        test.folder.close()
        let database = try Database(path: test.flows + "/20261122T14-3600-g1.sqlite", mode: .write)
        try database.execute(
            "UPDATE flow_column SET data = x'0102030405' WHERE id & 63 = \(BlockColumn.addressSet.rawValue)")
        #expect(database.changes > 0)
        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        let answer = try writer.store.query(
            FlowRequest(filter: FlowFilter("host \(batch.sourceAddress[1])"), kind: .flows(fields: nil, limit: 9, cursor: nil)))
        #expect(answer.table.rows.isEmpty)
        #expect(try writer.store.held().damaged == ["20261122T14-3600-g1.sqlite.damaged"])
    }

    @Test("the log of a partition that is gone is removed, that of one that was set aside is not")
    func orphanLogs() throws {
        let test = try TestStore()
        test.folder.close()
        let names = ["20261122T14-3600-g1.sqlite-wal", "20261122T13-3600-g2.sqlite.damaged-wal"]
        for name in names { try Data("x".utf8).write(to: URL(fileURLWithPath: test.flows + "/" + name)) }
        _ = try DataFolder.openForWriting(test.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.flows) == [names[1]])
    }

    @Test("without an account of any agent, a missing partition leaves the completeness unknown")
    func damagedWithoutAccount() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(5), sequence: 1)
        try Data("rubbish".utf8).write(to: URL(fileURLWithPath: test.flows + "/20261122T13-3600-g9.sqlite"))
        let answer = try DataFolder.openForReading(test.path).store.query(
            FlowRequest(kind: .flows(fields: nil, limit: 10, cursor: nil)))
        #expect(answer.completeness.value == nil)
        #expect(answer.completeness.reasons.contains { $0.contains("g9.sqlite") })
    }

    @Test("an append to a damaged partition goes to a new one", arguments: [false, true])
    func damagedAppend(isRubbish: Bool) throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(500), sequence: 1)
        test.folder.close()
        let file = test.flows + "/20261122T14-3600-g1.sqlite"
        try Data(repeating: isRubbish ? 0x5A : 0, count: isRubbish ? 20_000 : 0).write(to: URL(fileURLWithPath: file))
        let writer = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        let batch = flows.batch(7)
        #expect(
            try writer.store.append(
                batch, identity: .sequence(agent: "a", epoch: 7, sequence: 2), exportMilliseconds: hour14)
                == .stored(records: 7))
        #expect(try TestStore.records(test.flows).tally == batch.namedRecords.tally)
        #expect(try writer.store.held().damaged.count == 1)
    }

    @Test("retention removes whole partitions by their last write, names them first, and is never on by itself")
    func retention() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        // Imported today, though its flows are of last year.
        flows.ends = (hour14 - 8760 * hour)..<(hour14 - 8759 * hour)
        try test.append(flows.batch(10), sequence: 1)
        test.clock.now += 10 * hour
        flows.ends = hour14..<(hour14 + hour)
        try test.append(flows.batch(20), sequence: 2)
        let now = test.clock.now + hour
        #expect(try test.store.retain(now: now, maximumAge: .seconds(12 * 3600), dryRun: false) == [])
        let named = try test.store.retain(now: now, maximumAge: .seconds(5 * 3600), dryRun: true)
        #expect(named.count == 1)
        #expect(named.first?.lastWrite == hour14 + hour)
        #expect(named.first.map { $0.bytes > 0 } == true)
        #expect(try test.count() == 30)
        #expect(try test.store.retain(now: now, maximumAge: .seconds(5 * 3600), dryRun: false).map(\.name) == named.map(\.name))
        #expect(try test.count() == 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.flows).filter { $0.hasPrefix("2025") } == [])
        // A name is never used twice.
        flows.ends = (hour14 - 8760 * hour)..<(hour14 - 8759 * hour)
        try test.append(flows.batch(10), sequence: 3)
        #expect(try test.partitionFiles().last == "20251122T14-3600-g3.sqlite")
    }
}
