import FlowModel
import Foundation
import Testing

@testable import FlowStore

@Suite("Statistics of partitions")
struct PartitionStatisticsTests {
    @Test("are what was stored, and the bytes of the tables are those of the file")
    func figures() throws {
        let test = try TestStore { $0.limits.rowsPerBlock = 400 }
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        var all = FlowBatch()
        for sequence in 1...5 as ClosedRange<UInt64> {
            let batch = flows.batch(150)
            try test.append(batch, sequence: sequence)
            for row in 0..<batch.count { all.append(batch[row]) }
        }
        _ = try test.store.append(
            flows.batch(50), identity: .digest(String(repeating: "a", count: 64)), exportMilliseconds: hour14)
        let one = try #require(try DataFolder.openForReading(test.path).store.statistics().first)
        #expect(one.name == "20261122T14-3600-g1.sqlite" && one.problem == nil)
        #expect(one.records == 800 && one.blocks == 6 && one.smallBlocks == 6 && one.batches == 6)
        #expect(one.lastWrite == test.clock.now && !one.isSealed)
        #expect(one.oldest ?? 0 >= hour14 && one.newest ?? .max < hour14 + hour)
        #expect(one.bytes == (try test.store.held().bytes))
        try test.store.compact(everything: true)
        let sealed = try #require(try test.store.statistics().first)
        #expect(sealed.isSealed && sealed.records == 800 && sealed.blocks == 2 && sealed.smallBlocks == 0)
        #expect(sealed.tables["free"] == 0)
        let addresses = Set(all.sourceAddress + all.destinationAddress + all.outerSource + all.outerDestination)
        #expect(Int(sealed.addresses) >= addresses.subtracting([.zero]).count)
        // Pages, but for the few of the schema and of `meta`; the values take less room than their pages.
        let pages = sealed.tables.values.reduce(0, +)
        let file = Files.size(test.flows + "/" + sealed.name)
        #expect(pages <= file && pages > file - 8 * 8192)
        let values = try #require(try test.store.statistics(countsPages: false).first).tables
        #expect(Set(values.keys) == Set(PartitionStatistics.tableNames))
        for (name, bytes) in values where name != "free" { #expect(bytes > 0 && bytes <= sealed.tables[name] ?? 0, "\(name)") }
    }

    @Test("of a partition that cannot be read are its name, its bytes and the reason; the others have theirs")
    func unreadable() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        try test.append(flows.batch(10), sequence: 1)
        try Data(repeating: 0x5A, count: 9_000).write(to: URL(fileURLWithPath: test.flows + "/20261122T13-3600-g9.sqlite"))
        let all = try test.store.statistics()
        #expect(all.map(\.records) == [10, 0])
        #expect(all.last?.bytes == 9_000)
        #expect(all.last?.problem?.contains("damaged") == true)
    }
}
