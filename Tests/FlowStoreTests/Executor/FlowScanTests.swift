import FlowModel
import FlowQuery
import Foundation
import Testing

@testable import FlowStore

@Suite("Scanning a store block by block")
struct FlowScanTests {
    /// Four hours and what is out of range, some batches in each.
    private func filled(_ seed: UInt64) throws -> (test: TestStore, all: [NamedRecord]) {
        let test = try TestStore()
        var flows = RandomFlows(seed: seed, ends: 0..<1)
        var all: [NamedRecord] = []
        for index in 0..<12 {
            let begin = index % 6 == 5 ? 86_400_000 : hour14 - Int64(index % 6) * hour
            flows.ends = begin..<(begin + hour)
            let batch = flows.batch(50)
            try test.append(batch)
            all += batch.namedRecords
        }
        return (test, all)
    }

    private func records(_ scan: FlowScan) throws -> [NamedRecord] {
        var records: [NamedRecord] = []
        while let block = try scan.next() { records += block.matching(Field.stored).namedRecords }
        return records
    }

    @Test("gives every record that matches once, with all its fields", arguments: [
        "", "tcp", "src net 10.0.0.0/27", "host fd00::50 or port 22", "bytes > 500000 and not counted", "agent \"agent-a\"", "vni absent",
    ])
    func filters(filter: String) throws {
        let (test, all) = try filled(1)
        for range in [TimeRange.always, TimeRange(since: hour14 - hour, until: hour14 + 60_000), TimeRange(until: hour14 - hour)] {
            for witnesses in [false, true] {
                let request = FlowScan.Request(filter: try FlowFilter(filter), range: range, includeWitnesses: witnesses)
                let seen = try records(test.store.scan(request))
                // The same batch filter over what was stored, without blocks, bounds and sets.
                var batch = FlowBatch()
                batch.names = ["", "agent-a", "agent-b", "veth0", "Brücke-1"]
                for record in all {
                    var copy = record.record
                    copy.agent = UInt32(batch.names.firstIndex(of: record.agent) ?? 0)
                    copy.interface = UInt32(batch.names.firstIndex(of: record.interface) ?? 0)
                    batch.append(copy)
                }
                let expected = request.filter.select(batch).map { Int($0) }.filter {
                    range.contains(end: batch.flowEndMilliseconds[$0]) && (witnesses || batch.counted[$0])
                }
                #expect(seen.tally == expected.map { all[$0] }.tally, "\(filter) \(range) \(witnesses)")
            }
        }
    }

    @Test("reads only the columns that are asked for, and only the blocks that may match")
    func columns() throws {
        let (test, _) = try filled(2)
        let scan = try test.store.scan(
            FlowScan.Request(filter: try FlowFilter("dst port 443"), range: TimeRange(since: hour14), includeWitnesses: true, fields: [.src, .duration]))
        let block = try #require(try scan.next())
        #expect(block.batch.sourceAddress.count == block.batch.count && block.batch.initialStartMilliseconds.count == block.batch.count)
        #expect(block.batch.destinationTransportPort.count == block.batch.count)
        #expect(block.batch.octetDeltaCount.isEmpty && block.batch.destinationAddress.isEmpty && block.batch.flowId.isEmpty)
        while try scan.next() != nil {}
        #expect(scan.statistics.partitions == 2 && scan.statistics.blocksRead <= 2 && scan.statistics.rowsScanned <= 100)
        let none = try test.store.scan(FlowScan.Request(filter: try FlowFilter("host 192.0.2.1"), includeWitnesses: true))
        #expect(try none.next() == nil)
        #expect(none.statistics.blocksRead == 0 && none.statistics.blocks == 12)
    }

    @Test("opens one partition after the other, as far as somebody takes rows")
    func lazy() throws {
        let (test, _) = try filled(3)
        let scan = try test.store.scan(FlowScan.Request(includeWitnesses: true))
        #expect(scan.statistics.partitionsRead == 0)
        _ = try scan.next()
        #expect(scan.statistics.partitionsRead == 1 && scan.statistics.rowsScanned == 50)
        scan.close()
        // Its reader is free for others, and nothing hinders the upkeep.
        try test.store.compact(everything: true)
    }

    @Test("blocks that are joined and partitions that are sealed under it change nothing", arguments: [0, 1, 3, 7])
    func upkeep(taken: Int) throws {
        let (test, all) = try filled(4)
        let scan = try test.store.scan(FlowScan.Request(includeWitnesses: true))
        var seen: [NamedRecord] = []
        for _ in 0..<taken { if let block = try scan.next() { seen += block.matching(Field.stored).namedRecords } }
        try test.store.compact(everything: true)
        seen += try records(scan)
        #expect(seen.tally == all.tally)
    }

    @Test("a row keeps its number when blocks are joined")
    func locators() throws {
        let (test, _) = try filled(5)
        func places() throws -> [RowLocator: FlowRecord] {
            let scan = try test.store.scan(FlowScan.Request(includeWitnesses: true))
            var places: [RowLocator: FlowRecord] = [:]
            while let block = try scan.next() {
                for row in block.rows {
                    var place = block.first
                    place.row += Int64(row)
                    var record = block.batch[Int(row)]
                    (record.agent, record.interface) = (0, 0)
                    places[place] = record
                }
            }
            return places
        }
        let before = try places()
        #expect(before.count == 600)
        try test.store.compact(everything: true)
        #expect(try places() == before)
    }

    @Test("a partition that is damaged is left out and told of, also where it shows late")
    func damage() throws {
        let (test, all) = try filled(6)
        let late = try #require(try test.partitionFiles().first { $0.hasPrefix("20261122T13") })
        let early = try #require(try test.partitionFiles().first { $0.hasPrefix("20261122T12") })
        test.folder.close()
        // One that is no database, and one of which the columns of some block are gone.
        try Data(repeating: 0x55, count: 20_000).write(to: URL(fileURLWithPath: "\(test.flows)/\(early)"))
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(test.flows)/\(early)\(suffix)") }
        let database = try Database(path: "\(test.flows)/\(late)", mode: .write)
        try database.execute("DELETE FROM flow_column WHERE id >> 6 = (SELECT max(id) FROM flow_block)")
        let folder = try DataFolder.openForReading(test.path)
        let scan = try folder.store.scan(FlowScan.Request(includeWitnesses: true))
        let seen = try records(scan)
        let sound = all.filter { !((hour14 - 2 * hour)..<hour14).contains($0.record.flowEndMilliseconds) }
        #expect(sound.tally.allSatisfy { (seen.tally[$0] ?? 0) >= $1 } && seen.count < all.count)
        #expect(Set(scan.leftOut.map(\.name.file)) == [late, early])
        var account = ScanAccount()
        account.add(scan)
        account.add(scan)
        let reasons = try folder.store.completeness(of: account).reasons
        #expect(reasons.count { $0.hasPrefix("left out: \(late)") } == 1 && reasons.count { $0.hasPrefix("left out: \(early)") } == 1, "\(reasons)")
    }

    @Test("ends when it is cancelled, and at its time")
    func limits() throws {
        let (test, _) = try filled(7)
        let cancelled = try test.store.scan(FlowScan.Request(includeWitnesses: true), isCancelled: { true })
        #expect(#expect(throws: StoreError.self) { try cancelled.next() }?.code == .cancelled)
        let late = try test.store.scan(FlowScan.Request(includeWitnesses: true), limits: QueryLimits(time: .zero))
        #expect(#expect(throws: StoreError.self) { try late.next() }?.code == .timeBudget)
    }

    @Test("finds flows alive in a time, also those whose records end later")
    func overlap() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 8, ends: hour14..<(hour14 + hour))
        var batch = flows.ordinary(4)
        batch.flowEndMilliseconds = [hour14 - 2 * hour, hour14 + 1, hour14 + 2, hour14 - hour]
        batch.initialStartMilliseconds = [hour14 - 3 * hour, hour14 - 2 * hour, hour14, hour14 - hour - 5]
        try test.append(batch)
        let scan = try test.store.scan(
            FlowScan.Request(range: TimeRange(since: hour14 - hour, until: hour14), includeWitnesses: true, overlap: true, fields: [.end]))
        var ends: [Int64] = []
        while var block = try scan.next() {
            block.sortNewestFirst()
            ends += block.matching([.end]).flowEndMilliseconds
        }
        #expect(ends == [hour14 + 1, hour14 - hour])
    }
}
