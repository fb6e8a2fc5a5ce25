import FlowModel
import TestSupport
import Testing

@testable import FlowQuery

@Suite("Network tests over ids")
struct AddressMatchTests {
    @Test("match as over addresses, also where there is no room for a look-up of each", arguments: [3, 1_200])
    func ids(terms: Int) throws {
        var generator = SeededGenerator(seed: 4)
        // Past the bound with 1,200 terms: 64 MiB of look-ups.
        let table = AddressTable((0..<70_000).map { IPAddress(ipv4: 0x0A00_0000 + UInt32($0)) })
        var ids = AddressIDs(table: table)
        var plain = FlowBatch()
        var block = FlowBlock()
        for _ in 0..<2_000 {
            var record = FlowRecord()
            let pair = (UInt32.random(in: 0..<70_000, using: &generator), UInt32.random(in: 0..<70_000, using: &generator))
            record.sourceAddress = table.addresses[Int(pair.0)]
            record.destinationAddress = table.addresses[Int(pair.1)]
            record.octetDeltaCount = UInt64.random(in: 0..<4_000, using: &generator)
            plain.append(record)
            ids[.source].append(pair.0)
            ids[.destination].append(pair.1)
        }
        block.batch = plain
        block.batch.sourceAddress = []
        block.batch.destinationAddress = []
        block.ids = ids
        let text = (0..<terms).map { "(src net 10.\($0 % 2).\($0 % 250).0/27 and bytes > \($0)) or (host 10.0.\($0 % 250).9 and bytes < \($0))" }
            .joined(separator: " or ")
        let filter = try FlowFilter(text)
        var matches = AddressMatches()
        let found = filter.plan.select(block, from: .all(2_000), &matches).list
        #expect(found == filter.select(plain) && !found.isEmpty && found.count < 2_000)
    }
}
