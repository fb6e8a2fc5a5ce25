import FlowModel

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

/// Batches and reports with every field in every state, absent ones among them.
struct RandomFlows {
    private var generator: SeededGenerator
    init(seed: UInt64) { generator = SeededGenerator(seed) }

    mutating func batch(count: Int, names: [String] = ["", "veth1", "br0", "täp ☂", "node-2", "node-1"]) -> FlowBatch {
        var batch = FlowBatch()
        batch.names = names
        for number in 0..<count {
            var record = record(names: names.count)
            record.flowId = UInt64(number + 1)
            batch.append(record)
        }
        return batch
    }

    /// Witnesses of the batch's rows, and now and then of a flow that is not in it.
    mutating func addWitnesses(_ count: Int, to batch: inout FlowBatch, isWide: Bool = true) {
        for _ in 0..<count {
            var witness = WitnessRecord()
            if batch.isEmpty || chance(one: 10) {
                witness.flowId = generator.next()
                witness.part = optional(0)
            } else {
                let row = Int.random(in: 0..<batch.count, using: &generator)
                witness.flowId = batch.flowId[row]
                witness.part = batch.part[row]
            }
            if !isWide { witness.part &= 0xFFFF }
            witness.interface = UInt32.random(in: 0..<UInt32(batch.names.count), using: &generator)
            witness.direction = pick(FlowDirection.allCases)
            let shift: UInt64 = isWide ? 0 : 32
            witness.packetDeltaCount = counter() >> shift
            witness.octetDeltaCount = counter() >> shift
            witness.reversePacketDeltaCount = counter() >> shift
            witness.reverseOctetDeltaCount = counter() >> shift
            batch.witnessRecords.append(witness)
        }
    }

    private mutating func record(names: Int) -> FlowRecord {
        var record = FlowRecord()
        record.flowStartMilliseconds = Int64.random(
            in: chance(one: 10) ? -4_102_444_800_000...(-1) : 0...4_102_444_800_000, using: &generator)
        record.flowEndMilliseconds = record.flowStartMilliseconds &+ Int64.random(in: 0...100_000, using: &generator)
        record.initialStartMilliseconds = chance() ? record.flowStartMilliseconds : Int64.random(in: 0...1 << 41, using: &generator)
        record.packetDeltaCount = counter()
        record.octetDeltaCount = counter()
        record.reversePacketDeltaCount = counter()
        record.reverseOctetDeltaCount = counter()
        record.flowEndReason = pick(FlowEndReason.allCases)
        record.part = chance() ? 0 : UInt32.random(in: 0...70_000, using: &generator)
        record.initiatorBasis = pick(InitiatorBasis.allCases)
        record.connectionState = pick(ConnectionState.allCases)
        record.protocolIdentifier = pick([1, 6, 17, 58, 47, 0, 255])
        if record.protocolIdentifier == 6 || chance(one: 20) {
            record.tcpControlBits = flags()
            record.reverseTCPControlBits = flags()
            record.initialTCPFlags = flags()
            record.reverseInitialTCPFlags = flags()
            record.retransmits = optional(.max)
            record.reverseRetransmits = optional(.max)
            record.outOfOrder = optional(.max)
            record.reverseOutOfOrder = optional(.max)
            record.clientRoundTripMicroseconds = optional(.max)
            record.serverRoundTripMicroseconds = optional(.max)
        }
        record.sourceAddress = address()
        record.destinationAddress = chance(one: 50) ? address() : address(isIPv6: record.sourceAddress.isIPv6)
        record.sourceTransportPort = optional(0)
        record.destinationTransportPort = optional(0)
        record.encapsulation = pick(Encapsulation.allCases)
        if record.encapsulation != .none {
            record.tunnelDepth = pick([0, 1, 2, 255])
            record.outerSource = chance() ? .zero : address()
            record.outerDestination = chance() ? .zero : address()
        }
        record.vni = chance() ? .max : pick([0, 1, 5001, 0xFF_FFFF, 0x100_0000, .max - 1])
        record.vlan = optional(.max)
        record.innerVLAN = optional(.max)
        record.icmpType = optional(.max)
        record.icmpCode = optional(.max)
        record.dscp = optional(.max)
        record.sourceMAC = mac()
        record.destinationMAC = mac()
        record.agent = UInt32.random(in: 0..<UInt32(names), using: &generator)
        record.interface = UInt32.random(in: 0..<UInt32(names), using: &generator)
        record.direction = pick(FlowDirection.allCases)
        record.samplingInterval = optional(0)
        record.witnesses = optional(0)
        record.counted = chance()
        return record
    }

    mutating func report() -> AgentReport {
        var report = AgentReport()
        report.agent = "node-1"
        report.epoch = generator.next()
        report.exportMilliseconds = 1_700_000_123_456
        for index in 0..<40 {
            report.interfaces.append(
                AgentReport.Interface(
                    index: UInt32(index), name: index == 7 ? "veth1" : "if\(index)", kind: pick(["veth", "bridge", ""]),
                    vni: optional(.max), captured: counter(), dropped: counter()))
        }
        for number in 0..<500 {
            let tenant = pick([Tenant.none, Tenant(.vlan, 5), Tenant(.virtualNetwork, UInt32(number))])
            report.localAddresses.append(AgentReport.LocalAddress(tenant: tenant, address: address(isIPv6: number >= 250)))
        }
        report.captured = counter()
        report.metered = counter()
        report.witnessed = counter()
        report.notMetered = ["truncated-ipv4": counter(), "not-ip": counter()]
        report.evicted = counter()
        report.recordsDropped = counter()
        report.isGoodbye = chance()
        return report
    }

    private mutating func chance(one: Int = 2) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }
    private mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &generator)] }
    private mutating func counter() -> UInt64 { generator.next() >> UInt64.random(in: 0...63, using: &generator) }
    private mutating func flags() -> TCPFlags { TCPFlags(rawValue: UInt8.random(in: 0...255, using: &generator)) }
    private mutating func optional<T: FixedWidthInteger>(_ absent: T) -> T {
        chance() ? absent : T.random(in: T.min...T.max, using: &generator)
    }
    private mutating func mac() -> MACAddress {
        chance() ? .absent : MACAddress(chance() ? 0xFFFF_FFFF_FFFF : generator.next() >> 16)
    }
    private mutating func address() -> IPAddress { address(isIPv6: chance()) }
    private mutating func address(isIPv6: Bool) -> IPAddress {
        isIPv6
            ? IPAddress(high: generator.next(), low: generator.next())
            : IPAddress(ipv4: UInt32(truncatingIfNeeded: generator.next()))
    }
}

extension FlowBatch {
    /// The rows by flowId, with the names in place of their numbers: what must survive the way through a file.
    func spelledOut(agent: String = "") -> [UInt64: SpelledRecord] {
        var rows: [UInt64: SpelledRecord] = [:]
        for row in 0..<count {
            var record = self[row]
            let name = name(record.agent)
            let spelled = SpelledRecord(
                agent: name.isEmpty ? agent : name, interface: self.name(record.interface),
                record: { record.agent = 0; record.interface = 0; return record }())
            rows[record.flowId] = spelled
        }
        return rows
    }
}

extension FlowBatch {
    /// The witnesses in their order, with the names of their interfaces.
    func spelledOutWitnesses() -> [SpelledWitness] {
        witnessRecords.map { witness in
            var record = witness
            record.interface = 0
            return SpelledWitness(interface: name(witness.interface), record: record)
        }
    }
}

struct SpelledWitness: Hashable {
    var interface: String
    var record: WitnessRecord
}

struct SpelledRecord: Hashable {
    var agent: String
    var interface: String
    var record: FlowRecord
}
