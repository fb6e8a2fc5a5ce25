import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

@Suite("The records that came in last")
struct LatestRecordsTests {
    /// Flow ids in the order in which they are shown.
    private func shown(_ test: TestStore, _ limit: Int = .max, since: Int64 = hour14 - hour) throws -> [UInt64] {
        var ids: [UInt64] = []
        try test.store.readLatest(limit, endingSince: since, fields: [.flowID, .agent, .end, .src]) { ids += $0.flowId }
        return ids
    }

    /// Ten rows of one flow id, with ends that go backwards.
    private func batch(_ id: UInt64, end: Int64) -> FlowBatch {
        var batch = FlowBatch()
        for row in 0..<10 as Range<Int64> {
            var record = FlowRecord()
            record.flowId = id
            record.flowEndMilliseconds = end - row * 1000
            record.flowStartMilliseconds = end - row * 1000
            record.initialStartMilliseconds = end - row * 1000
            record.sourceAddress = IPAddress(ipv4: UInt32(truncatingIfNeeded: id))
            batch.append(record)
        }
        return batch
    }

    @Test("are shown as they came, the older partition first, also once their blocks are merged", arguments: [false, true])
    func order(isMerged: Bool) throws {
        let test = try TestStore { $0.limits.rowsPerBlock = 500 }
        // The later ones end earlier.
        for id in 1...20 as ClosedRange<UInt64> {
            let end = id % 2 == 0 ? hour14 : hour14 + hour
            try test.append(batch(id, end: end - 1000 - Int64(id) * 10_000), sequence: id)
        }
        if isMerged { try test.store.compact(everything: true) }
        let evens = (1...10).flatMap { [UInt64](repeating: $0 * 2, count: 10) }
        let odds = (0..<10).flatMap { [UInt64](repeating: $0 * 2 + 1, count: 10) }
        #expect(try shown(test) == evens + odds)
        #expect(try shown(test, since: hour14) == odds)
        #expect(try shown(test, since: hour14 + hour).isEmpty)
        // Whole blocks.
        #expect(try shown(test, 15) == (isMerged ? odds : Array(odds.suffix(20))))
        #expect(try shown(test, 101).suffix(100) == odds[...])
        #expect(try shown(test, 0).isEmpty)
    }

    @Test("are those that can be read")
    func damaged() throws {
        let test = try TestStore()
        try test.append(batch(1, end: hour14 - 1000), sequence: 1)
        try test.append(batch(2, end: hour14 + hour - 1000), sequence: 2)
        let name = try #require(try PartitionFolder(path: test.flows).list().partitions.first { $0.slot?.start == hour14 })
        try Database(path: "\(test.flows)/\(name.file)", mode: .write).execute("UPDATE flow_block SET columns = x'00'")
        #expect(try shown(test) == [UInt64](repeating: 1, count: 10))
    }
}
