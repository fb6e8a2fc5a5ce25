import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

@Suite("Block reader")
struct BlockReaderTests {
    @Test("the private addresses of a block come with its columns of addresses, and not before")
    func localAddresses() throws {
        let test = try TestStore { $0.limits.addresses = 10 }
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(500)
        try test.append(batch, sequence: 1)
        let folder = PartitionFolder(path: test.flows)
        let reader = try PartitionReader(folder: folder, name: #require(try folder.list().partitions.first))
        var header = try #require(try reader.blocks.headers(.always, overlap: false).first)
        #expect(header.hasLocalAddresses)
        #expect(header.localAddresses.isEmpty)
        try reader.blocks.load(BlockColumns([.end, .bytes]), into: &header)
        #expect(header.localAddresses.isEmpty)
        try reader.blocks.load(BlockColumns([.source]), into: &header)
        #expect(header.localAddresses.count > 100)
        // Queries for one of them find it; those for none of any block's still read no more than they need.
        let address = try #require(header.localAddresses.last)
        let expected = batch.namedRecords.count {
            $0.record.sourceAddress == address || $0.record.destinationAddress == address
        }
        #expect(try test.count("host \(address)") == UInt64(expected))
        #expect(try test.count("host 192.0.2.77") == 0)
    }

    @Test("many long names of a block come with its columns of names, and not before; filters find them all the same")
    func longNames() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        var batch = flows.ordinary(500)
        batch.names = [""] + (0..<500).map { "interface-\($0)-" + String(repeating: "x", count: 100) }
        batch.agent = [UInt32](repeating: 0, count: 500)
        batch.interface = (1...500).map { UInt32($0) }
        try test.append(batch, sequence: 1)
        let folder = PartitionFolder(path: test.flows)
        let reader = try PartitionReader(folder: folder, name: #require(try folder.list().partitions.first))
        var header = try #require(try reader.blocks.headers(.always, overlap: false).first)
        #expect(!header.hasNames)
        try reader.blocks.load(BlockColumns([.bytes]), into: &header)
        #expect(!header.hasNames)
        try reader.blocks.load(BlockColumns([.interface]), into: &header)
        #expect(header.names.texts.count == 501)
        #expect(try test.count("interface \"\(batch.names[321])\"") == 1)
        #expect(try test.count("interface \"another\"") == 0)
        try test.store.compact(everything: true)
        #expect(try test.records().tally == batch.namedRecords.tally)
    }
}
