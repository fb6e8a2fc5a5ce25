import FlowModel
import Testing

@Suite("a batch in parts keeps witnesses with their flows")
struct BatchPartsTests {
    @Test("at random", arguments: [1, 2, 3] as [UInt64], [1, 7, 50, 10_000])
    func parts(seed: UInt64, limit: Int) {
        var generator = SeededGenerator(seed)
        var batch = FlowBatch()
        batch.names = ["", "veth1", "br0", "vxlan0"]
        for number in 0..<100 {
            var record = FlowRecord()
            record.flowId = UInt64(number / 2 + 1)
            record.part = UInt32(number % 2)
            record.interface = UInt32.random(in: 0..<4, using: &generator)
            batch.append(record)
        }
        for number in 0..<150 {
            var witness = WitnessRecord()
            witness.flowId = UInt64.random(in: 0..<60, using: &generator)
            witness.part = UInt32.random(in: 0..<2, using: &generator)
            witness.interface = UInt32.random(in: 0..<4, using: &generator)
            witness.packetDeltaCount = UInt64(number)
            batch.witnessRecords.append(witness)
        }
        let parts = batch.parts(limit: limit)
        #expect(parts.reduce(0) { $0 + $1.count } == batch.count)
        #expect(parts.flatMap(\.flowId) == batch.flowId && parts.flatMap(\.part) == batch.part)
        let names = (0..<batch.count).map { batch.name(batch.interface[$0]) }
        #expect(parts.flatMap { part in part.interface.map { part.name($0) } } == names)
        let witnesses = parts.flatMap { part in part.witnessRecords.map { ($0.packetDeltaCount, part.name($0.interface)) } }
        #expect(
            witnesses.sorted { $0.0 < $1.0 }.map(\.1) == batch.witnessRecords.map { batch.name($0.interface) })
        for part in parts.dropLast() {
            #expect(part.count + part.witnessRecords.count <= limit || part.count == 1)
            #expect(part.witnessRecords.allSatisfy { witness in
                (0..<part.count).contains { part.flowId[$0] == witness.flowId && part.part[$0] == witness.part }
            })
        }
        // What becomes a row does so in its part, and no more are without a flow than before.
        var whole = batch
        let expanded = whole.expandWitnesses()
        var sum = FlowBatch.WitnessExpansion()
        for var part in parts {
            let result = part.expandWitnesses()
            sum.rows += result.rows
            sum.withoutFlow += result.withoutFlow
        }
        #expect(sum == expanded)
        #expect(limit < 10_000 ? parts.count > 4 : parts.count == 1)
    }

    @Test("empty, and of one row")
    func small() {
        #expect(FlowBatch().parts(limit: 1).count == 1)
        var batch = FlowBatch()
        batch.append(FlowRecord())
        batch.witnessRecords = [WitnessRecord(), WitnessRecord()]
        let parts = batch.parts(limit: 0)
        #expect(parts.count == 1 && parts[0].witnessRecords.count == 2)
    }
}
