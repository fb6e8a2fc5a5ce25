import FlowModel
import TestSupport

/// Records in which every field takes ordinary, extreme and absent values, and sums of counters stay whole numbers of SQL.
struct RandomFlows {
    var generator: SeededGenerator
    /// Records end in these milliseconds.
    var ends: Range<Int64>

    static let names = ["", "hv-1", "hv-12", "veth0", "Brücke-1", "it's*?[x]", "tap%_\"9"]

    init(seed: UInt64, ends: Range<Int64>) {
        generator = SeededGenerator(seed: seed)
        self.ends = ends
    }

    mutating func batch(_ count: Int) -> FlowBatch {
        var batch = FlowBatch()
        batch.names = Self.names
        for _ in 0..<count { batch.append(record()) }
        return batch
    }

    mutating func record() -> FlowRecord {
        var record = FlowRecord()
        record.flowEndMilliseconds = Int64.random(in: ends, using: &generator)
        record.flowStartMilliseconds = record.flowEndMilliseconds - pick([0, 5, 1000, 60_000, -7])
        record.initialStartMilliseconds = record.flowStartMilliseconds - pick([0, 0, 1, 250, 3_600_000])
        record.packetDeltaCount = counter()
        record.octetDeltaCount = counter()
        record.reversePacketDeltaCount = counter()
        record.reverseOctetDeltaCount = counter()
        record.tcpControlBits = TCPFlags(rawValue: pick([0, 2, 0x12, 0x1B, 0xFF]))
        record.reverseTCPControlBits = TCPFlags(rawValue: pick([0, 2, 0x12, 0x1B, 0xFF]))
        record.initialTCPFlags = TCPFlags(rawValue: pick([0, 2, 0x12]))
        record.reverseInitialTCPFlags = TCPFlags(rawValue: pick([0, 2, 0x12]))
        record.retransmits = small()
        record.reverseRetransmits = small()
        record.outOfOrder = small()
        record.reverseOutOfOrder = small()
        record.flowEndReason = pick(FlowEndReason.allCases)
        record.part = pick([0, 0, 0, 1, 2, 4_294_967_295])
        record.initiatorBasis = pick(InitiatorBasis.allCases)
        record.connectionState = pick(ConnectionState.allCases)
        record.clientRoundTripMicroseconds = small()
        record.serverRoundTripMicroseconds = small()
        record.flowId = pick([0, 1, 0xABCDEF, .max, .max - 1, 1 << 63])
        record.protocolIdentifier = pick([1, 6, 6, 6, 17, 17, 58, 61, 255])
        record.sourceAddress = address()
        record.destinationAddress = address()
        record.sourceTransportPort = pick([0, 1024, 40_000, 65_535])
        record.destinationTransportPort = pick([0, 22, 53, 80, 443, 445, 65_535])
        record.vni = pick([.max, .max, 0, 5001, 0xFF_FFFF])
        record.vlan = pick([.max, .max, 0, 12, 4095])
        record.innerVLAN = pick([.max, .max, 7])
        record.icmpType = pick([.max, 0, 8, 254])
        record.icmpCode = pick([.max, 0, 3])
        record.dscp = pick([.max, 0, 46, 63])
        record.sourceMAC = pick([.absent, MACAddress(0), MACAddress(0xFFFF_FFFF_FFFF), MACAddress(0x0242_AC11_0002)])
        record.destinationMAC = pick([.absent, MACAddress(0x0242_AC11_0002)])
        record.encapsulation = pick(Encapsulation.allCases)
        record.tunnelDepth = pick([0, 1, 2, 255])
        record.outerSource = pick([.zero, address()])
        record.outerDestination = pick([.zero, address()])
        record.agent = pick([0, 1, 2, 5])
        record.interface = pick([0, 3, 4, 5, 6])
        record.direction = pick(FlowDirection.allCases)
        record.samplingInterval = pick([0, 1, 100])
        record.witnesses = pick([0, 0, 1, 7, 65_535])
        record.counted = pick([true, true, false])
        return record
    }

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &generator)] }

    private mutating func counter() -> UInt64 {
        pick([0, 1, 60, 1500, 10_000_000, UInt64.random(in: 0...5000, using: &generator), 1 << 40])
    }

    private mutating func small() -> UInt32 {
        pick([.max, .max, 0, 1, 3, UInt32.random(in: 0...50_000, using: &generator), .max - 1])
    }

    mutating func address() -> IPAddress {
        let host = UInt32.random(in: 0..<60, using: &generator)
        switch host % 10 {
        case 0: return IPAddress(high: 0xFD00_0000_0000_0000, low: UInt64(host))
        // An IPv6 address that has the bits of an IPv4 address is another address.
        case 1: return IPAddress(high: 0, low: UInt64(0x0A00_0000 + host))
        case 2: return IPAddress(ipv4: 0xC0A8_0000 + host)
        default: return IPAddress(ipv4: 0x0A00_0000 + host)
        }
    }
}
