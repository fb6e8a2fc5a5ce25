import FlowModel

/// A generator of which the same seed gives the same numbers (SplitMix64).
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

/// Records as different as the model allows: every field takes ordinary, extreme and absent values.
struct RandomFlows {
    var generator: SeededGenerator
    /// Records end in these milliseconds.
    var ends: Range<Int64>
    /// Addresses are drawn from so many.
    var hosts = 200

    init(seed: UInt64, ends: Range<Int64>) {
        generator = SeededGenerator(seed: seed)
        self.ends = ends
    }

    mutating func batch(_ count: Int) -> FlowBatch {
        var batch = FlowBatch()
        batch.names = ["", "agent-a", "agent-b", "veth0", "Brücke-1"]
        for _ in 0..<count { batch.append(record()) }
        return batch
    }

    mutating func record() -> FlowRecord {
        var record = FlowRecord()
        record.flowEndMilliseconds = Int64.random(in: ends, using: &generator)
        record.flowStartMilliseconds = record.flowEndMilliseconds - pick([0, 5, 60_000, -7])
        record.initialStartMilliseconds = record.flowStartMilliseconds - Int64(number(of: UInt32.self) % 100_000)
        record.packetDeltaCount = number()
        record.octetDeltaCount = number()
        record.reversePacketDeltaCount = number()
        record.reverseOctetDeltaCount = number()
        record.tcpControlBits = TCPFlags(rawValue: number())
        record.reverseTCPControlBits = TCPFlags(rawValue: number())
        record.initialTCPFlags = TCPFlags(rawValue: number())
        record.reverseInitialTCPFlags = TCPFlags(rawValue: number())
        record.retransmits = number()
        record.reverseRetransmits = number()
        record.outOfOrder = number()
        record.reverseOutOfOrder = number()
        record.flowEndReason = pick(FlowEndReason.allCases)
        record.part = number()
        record.initiatorBasis = pick(InitiatorBasis.allCases)
        record.connectionState = pick(ConnectionState.allCases)
        record.clientRoundTripMicroseconds = number()
        record.serverRoundTripMicroseconds = number()
        record.flowId = number()
        record.protocolIdentifier = pick([1, 6, 6, 6, 17, 17, 58, 255])
        record.sourceAddress = address()
        record.destinationAddress = address()
        record.sourceTransportPort = number()
        record.destinationTransportPort = pick([0, 22, 53, 80, 443, 445, 65_535])
        record.vni = pick([.max, 0, 5001, 0xFF_FFFF])
        record.vlan = pick([.max, 0, 12, 4095])
        record.innerVLAN = pick([.max, .max, 7])
        record.icmpType = number()
        record.icmpCode = number()
        record.dscp = number()
        record.sourceMAC = pick([.absent, MACAddress(0), MACAddress(0xFFFF_FFFF_FFFF), MACAddress(number() >> 16)])
        record.destinationMAC = pick([.absent, MACAddress(0x0242_AC11_0002)])
        record.encapsulation = pick(Encapsulation.allCases)
        record.tunnelDepth = pick([0, 1, 2, 255])
        record.outerSource = pick([.zero, address()])
        record.outerDestination = pick([.zero, address()])
        record.agent = pick([0, 1, 2])
        record.interface = pick([0, 3, 4])
        record.direction = pick(FlowDirection.allCases)
        record.samplingInterval = number()
        record.witnesses = number()
        record.counted = pick([true, true, false])
        return record
    }

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &generator)] }

    /// Small, anything, or an end of the type's range.
    mutating func number<T: FixedWidthInteger & UnsignedInteger>(of type: T.Type = T.self) -> T {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: .max
        case 1: .max - 1
        case 2: 0
        case 3, 4: T.random(in: .min ... .max, using: &generator)
        default: T.random(in: 0...100, using: &generator)
        }
    }

    mutating func address() -> IPAddress {
        let host = UInt32.random(in: 0..<UInt32(hosts), using: &generator)
        switch host % 10 {
        case 0: return IPAddress(high: 0xFD00_0000_0000_0000, low: UInt64(host))
        // An IPv6 address that has the bits of an IPv4 address is another address.
        case 1: return IPAddress(high: 0, low: UInt64(0x0A00_0000 + host))
        default: return IPAddress(ipv4: 0x0A00_0000 + host)
        }
    }
}

/// Records without numbers that wrap when they are added up, for sums that a model can check.
extension RandomFlows {
    mutating func ordinary(_ count: Int) -> FlowBatch {
        var batch = batch(count)
        for row in 0..<count {
            batch.packetDeltaCount[row] %= 1_000
            batch.octetDeltaCount[row] %= 1_000_000
            batch.reversePacketDeltaCount[row] %= 1_000
            batch.reverseOctetDeltaCount[row] %= 1_000_000
        }
        return batch
    }
}

/// A record with its names spelled out, so that records of different batches compare.
struct NamedRecord: Hashable {
    var record: FlowRecord
    var agent: String
    var interface: String
}

extension FlowBatch {
    func named(_ row: Int) -> NamedRecord {
        var record = self[row]
        record.agent = 0
        record.interface = 0
        return NamedRecord(record: record, agent: name(agent[row]), interface: name(interface[row]))
    }

    var namedRecords: [NamedRecord] { (0..<count).map { named($0) } }
}

extension Sequence where Element: Hashable {
    /// How often each element occurs.
    var tally: [Element: Int] { reduce(into: [:]) { $0[$1, default: 0] += 1 } }
}
