import FlowModel

/// A small generator with a seed (SplitMix64), so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

enum SampleFlows {
    static let names = ["", "hv-1", "hv-12", "veth0", "veth1a", "tap*x", "üñí"]
    static let baseTime: Int64 = 1_763_820_000_000

    /// Records with few different values, so that random filters hit, and with everything absent now and then.
    static func batch(rows: Int, seed: UInt64) -> FlowBatch {
        var generator = SeededGenerator(seed: seed)
        var batch = FlowBatch()
        batch.names = names
        for _ in 0..<rows { batch.append(record(&generator)) }
        return batch
    }

    static func address(_ generator: inout SeededGenerator) -> IPAddress {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64.random(in: 0..<4, using: &generator))
        case 1: IPAddress(high: 0xfd00_0000_0000_0000 | UInt64.random(in: 0..<3, using: &generator), low: 1)
        case 2: IPAddress(ipv4: 0xC0A8_0000 | UInt32.random(in: 0..<600, using: &generator))
        case 3: IPAddress(ipv4: UInt32.random(in: 0...UInt32.max, using: &generator))
        default: IPAddress(ipv4: 0x0A00_0000 | UInt32.random(in: 0..<20, using: &generator))
        }
    }

    static func record(_ generator: inout SeededGenerator) -> FlowRecord {
        var record = FlowRecord()
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &generator)] }
        func maybe<Value>(_ value: Value, _ absent: Value) -> Value {
            Int.random(in: 0..<4, using: &generator) == 0 ? absent : value
        }
        record.flowEndMilliseconds = baseTime + Int64.random(in: 0..<600_000, using: &generator)
        record.flowStartMilliseconds = record.flowEndMilliseconds - pick([0, 1, 250, 60_000])
        record.initialStartMilliseconds = record.flowStartMilliseconds - pick([0, 5, 3_600_000])
        record.packetDeltaCount = pick([0, 1, 2, 10, 1000, 1_000_000])
        record.octetDeltaCount = pick([0, 40, 1500, 1024, 10_000_000, 10_000_001, 5_000_000_000])
        record.reversePacketDeltaCount = pick([0, 1, 7])
        record.reverseOctetDeltaCount = pick([0, 60, 900_000])
        record.protocolIdentifier = pick([1, 6, 6, 6, 17, 17, 58, 132, 61])
        record.tcpControlBits = TCPFlags(rawValue: pick([0, 2, 0x12, 0x1b, 0xff]))
        record.reverseTCPControlBits = TCPFlags(rawValue: pick([0, 4, 0x12]))
        record.initialTCPFlags = TCPFlags(rawValue: pick([0, 2]))
        record.reverseInitialTCPFlags = TCPFlags(rawValue: pick([0, 0x12, 0x14]))
        record.retransmits = maybe(pick([0, 3]), .max)
        record.reverseRetransmits = maybe(pick([0, 9]), .max)
        record.outOfOrder = maybe(pick([0, 1]), .max)
        record.reverseOutOfOrder = maybe(pick([0, 2]), .max)
        record.flowEndReason = pick(FlowEndReason.allCases)
        record.part = pick([0, 0, 1, 2])
        record.initiatorBasis = pick(InitiatorBasis.allCases)
        record.connectionState = pick(ConnectionState.allCases)
        record.clientRoundTripMicroseconds = maybe(pick([100, 20_000, 30_000]), .max)
        record.serverRoundTripMicroseconds = maybe(pick([1, 20_000]), .max)
        record.flowId = maybe(pick([1, 0xABCDEF, UInt64.max]), 0)
        record.sourceAddress = address(&generator)
        record.destinationAddress = address(&generator)
        record.sourceTransportPort = pick([0, 53, 1024, 40000, 65535])
        record.destinationTransportPort = pick([0, 22, 53, 80, 443, 445, 1024])
        record.vni = maybe(pick([0, 5001, 5002]), .max)
        record.vlan = maybe(pick([1, 12, 4094]), .max)
        record.innerVLAN = maybe(7, .max)
        record.icmpType = maybe(pick([0, 8]), .max)
        record.icmpCode = maybe(0, .max)
        record.dscp = maybe(pick([0, 46]), .max)
        record.sourceMAC = maybe(MACAddress(0x0242_ac11_0002), .absent)
        record.destinationMAC = maybe(MACAddress(pick([0x0242_ac11_0002, 0x0242_ac11_0003])), .absent)
        record.encapsulation = pick([.none, .none, .vxlan, .geneve, .vxlanGPE])
        if record.encapsulation != .none { record.tunnelDepth = 1 + UInt8(record.sourceTransportPort & 1) }
        record.outerSource = maybe(address(&generator), .zero)
        record.outerDestination = maybe(address(&generator), .zero)
        record.agent = UInt32(pick([0, 1, 2]))
        record.interface = UInt32(pick([0, 3, 4, 5, 6, 99]))
        record.direction = pick([.ingress, .egress, .absent])
        record.samplingInterval = pick([0, 1, 100])
        record.witnesses = pick([0, 2])
        record.counted = Int.random(in: 0..<5, using: &generator) != 0
        return record
    }
}
