import FlowModel
import Testing

/// A small generator with a seed (Steele, Lea, Flood: SplitMix64), so that a failure can be met again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("witness records become rows")
struct WitnessExpansionTests {
    private static func flow(_ id: UInt64, part: UInt32 = 0, counted: Bool = true) -> FlowRecord {
        var record = FlowRecord()
        record.flowId = id
        record.part = part
        record.protocolIdentifier = 6
        record.sourceAddress = IPAddress(ipv4: UInt32(id & 0xFFFF))
        record.flowStartMilliseconds = Int64(id & 0xFFFF) * 10
        record.flowEndMilliseconds = Int64(id & 0xFFFF) * 10 + 5
        record.packetDeltaCount = 10
        record.octetDeltaCount = 1000
        record.tcpControlBits = .syn
        record.connectionState = .sf
        record.retransmits = 1
        record.reverseRetransmits = 2
        record.outOfOrder = 3
        record.reverseOutOfOrder = 4
        record.clientRoundTripMicroseconds = 5
        record.serverRoundTripMicroseconds = 6
        record.vni = 5001
        record.interface = 1
        record.direction = .ingress
        record.witnesses = 2
        record.counted = counted
        record.samplingInterval = 10
        return record
    }

    private static func witness(_ id: UInt64, part: UInt32 = 0, interface: UInt32 = 2, packets: UInt64 = 7) -> WitnessRecord {
        var witness = WitnessRecord()
        witness.flowId = id
        witness.part = part
        witness.interface = interface
        witness.direction = .egress
        witness.packetDeltaCount = packets
        witness.octetDeltaCount = packets * 100
        witness.reversePacketDeltaCount = packets + 1
        witness.reverseOctetDeltaCount = packets * 100 + 1
        return witness
    }

    @Test("a copy of the flow's row with the place and counters of the witness, not counted, without measurements")
    func copy() {
        var batch = FlowBatch()
        batch.names = ["", "veth1", "br0"]
        batch.append(Self.flow(9))
        batch.append(Self.flow(8, counted: false))
        batch.witnessRecords = [Self.witness(9)]
        let before = [batch[0], batch[1]]
        let result = batch.expandWitnesses()
        #expect(result.rows == 1 && result.withoutFlow == 0 && result.pastLimit == 0)
        #expect(batch.witnessRecords.isEmpty)
        #expect(batch.count == 3 && batch.counted.count == 3)
        #expect([batch[0], batch[1]] == before)
        var expected = Self.flow(9)
        expected.interface = 2
        expected.direction = .egress
        expected.packetDeltaCount = 7
        expected.octetDeltaCount = 700
        expected.reversePacketDeltaCount = 8
        expected.reverseOctetDeltaCount = 701
        expected.retransmits = .max
        expected.reverseRetransmits = .max
        expected.outOfOrder = .max
        expected.reverseOutOfOrder = .max
        expected.clientRoundTripMicroseconds = .max
        expected.serverRoundTripMicroseconds = .max
        expected.witnesses = 0
        expected.counted = false
        // Sampling decides about what counts alone.
        expected.samplingInterval = 1
        #expect(batch[2] == expected)
    }

    @Test("a witness without its flow is counted and left out: another part, another flow, no flow id")
    func withoutFlow() {
        var batch = FlowBatch()
        batch.append(Self.flow(9, part: 1))
        batch.append(Self.flow(0))
        batch.witnessRecords = [Self.witness(9, part: 0), Self.witness(10, part: 1), Self.witness(0), Self.witness(9, part: 1)]
        let result = batch.expandWitnesses()
        #expect(result.rows == 1 && result.withoutFlow == 3)
        #expect(batch.count == 3 && batch.part[2] == 1)
        #expect(FlowBatch.WitnessExpansion() == { var empty = FlowBatch(); return empty.expandWitnesses() }())
    }

    @Test("of rows that share flow id and part the first is the flow's; witnesses of one flow may repeat")
    func repeats() {
        var batch = FlowBatch()
        batch.append(Self.flow(9))
        var second = Self.flow(9)
        second.vni = 1
        batch.append(second)
        batch.witnessRecords = [Self.witness(9), Self.witness(9)]
        #expect(batch.expandWitnesses().rows == 2)
        #expect(batch.vni == [5001, 1, 5001, 5001])
    }

    @Test("past the limit they are counted and dropped")
    func limit() {
        var batch = FlowBatch()
        batch.append(Self.flow(9))
        batch.witnessRecords = [Self.witness(9), Self.witness(1), Self.witness(9), Self.witness(9)]
        let result = batch.expandWitnesses(limit: 1)
        #expect(result.rows == 1 && result.withoutFlow == 1 && result.pastLimit == 2)
        #expect(batch.count == 2 && batch.witnessRecords.isEmpty)
    }

    @Test("like a naive search, at random", arguments: [1, 2, 3] as [UInt64])
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var batch = FlowBatch()
        for _ in 0..<200 {
            batch.append(
                Self.flow(.random(in: 0..<60, using: &generator), part: .random(in: 0..<3, using: &generator), counted: .random(using: &generator)))
        }
        batch.witnessRecords = (0..<500).map { number in
            Self.witness(
                .random(in: 0..<80, using: &generator), part: .random(in: 0..<3, using: &generator), packets: UInt64(number))
        }
        let rows = (0..<batch.count).map { batch[$0] }
        var expected = rows
        var without = 0
        for witness in batch.witnessRecords {
            if witness.flowId != 0, let flow = rows.first(where: { $0.flowId == witness.flowId && $0.part == witness.part }) {
                expected.append(flow.seen(by: witness))
            } else {
                without += 1
            }
        }
        let result = batch.expandWitnesses()
        #expect(result.withoutFlow == without)
        #expect((0..<batch.count).map { batch[$0] } == expected)
    }
}
