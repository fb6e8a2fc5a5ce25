import FlowModel

/// Flows of the model as batches.
///
/// A *metered* record is one of an agent of ours, with every field that such a record has. An *exported* one has what a foreign
/// exporter's IPFIX record of the model says (`ExportSender`), as the collector reads it.
struct FlowBatches {
    enum Style: String { case metered, exported }

    let style: Style
    let size: Int
    private(set) var generator: FlowGenerator
    private var records: [FlowRecord] = []

    init(_ generator: FlowGenerator, style: Style, size: Int) {
        self.generator = generator
        self.style = style
        self.size = size
    }

    /// nil at the end.
    mutating func next() -> FlowBatch? {
        guard !generator.isAtEnd else { return nil }
        records.removeAll(keepingCapacity: true)
        while records.count < size, !generator.isAtEnd {
            let flow = generator.next()
            records.append(style == .metered ? Self.metered(flow) : Self.exported(flow))
        }
        var batch = FlowBatch()
        batch.names = Self.names
        batch.append(contentsOf: records.span)
        return batch
    }

    /// 50 agents, then 24 interfaces.
    private static let names =
        [""] + (1...50).map { "hv-\($0)" } + (1...24).map { "tap\($0)" }

    private static func exported(_ flow: ModelFlow) -> FlowRecord {
        var record = FlowRecord()
        record.flowStartMilliseconds = flow.start
        record.flowEndMilliseconds = flow.end
        record.initialStartMilliseconds = flow.start
        record.packetDeltaCount = flow.packets
        record.octetDeltaCount = flow.bytes
        record.reversePacketDeltaCount = flow.reversePackets
        record.reverseOctetDeltaCount = flow.reverseBytes
        record.tcpControlBits = TCPFlags(rawValue: flow.flags)
        record.reverseTCPControlBits = TCPFlags(rawValue: flow.reverseFlags)
        record.flowEndReason = FlowEndReason(rawValue: flow.endReason) ?? .absent
        record.protocolIdentifier = flow.proto
        record.sourceAddress = flow.source
        record.destinationAddress = flow.destination
        if flow.proto == 1 {
            record.icmpType = UInt8(truncatingIfNeeded: flow.destinationPort >> 8)
            record.icmpCode = UInt8(truncatingIfNeeded: flow.destinationPort)
        } else {
            record.sourceTransportPort = flow.sourcePort
            record.destinationTransportPort = flow.destinationPort
        }
        if flow.vni != 0 { record.vni = flow.vni }
        if flow.vlan != 0 { record.vlan = flow.vlan }
        record.agent = flow.exporter
        record.interface = 50 + flow.input
        record.direction = .ingress
        return record
    }

    private static func metered(_ flow: ModelFlow) -> FlowRecord {
        var record = exported(flow)
        // What the model does not draw is drawn from the flow's number, so that the model's own numbers stay the same.
        var hash = UInt64(flow.number + 1) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash ^= hash >> 27
        record.flowId = hash | 1
        record.samplingInterval = 1
        record.dscp = hash & 15 == 0 ? 46 : 0
        record.witnesses = hash >> 4 & 3 == 0 ? 1 : 0
        record.sourceMAC = MACAddress(0x0200_0A00_0000 | UInt64(flow.client))
        record.destinationMAC = MACAddress(0x0200_0A01_0000 | UInt64(flow.output))
        let isAnswered = flow.reversePackets > 0
        record.connectionState = isAnswered ? .sf : .s0
        switch flow.proto {
        case 6:
            record.initiatorBasis = .syn
            record.initialTCPFlags = .syn
            record.retransmits = hash >> 8 & 31 == 0 ? UInt32(truncatingIfNeeded: hash >> 13 & 3) : 0
            record.outOfOrder = hash >> 16 & 63 == 0 ? 1 : 0
            record.reverseRetransmits = hash >> 24 & 31 == 0 ? 1 : 0
            record.reverseOutOfOrder = 0
            if isAnswered {
                record.reverseInitialTCPFlags = [.syn, .ack]
                record.clientRoundTripMicroseconds = 20 + UInt32(truncatingIfNeeded: (hash >> 32 & 1023) &* (hash >> 42 & 7))
                record.serverRoundTripMicroseconds = 60 + UInt32(truncatingIfNeeded: (hash >> 45 & 4095) &* (hash >> 57 & 7))
                if flow.reverseFlags & 4 != 0 { record.connectionState = .rstr }
                if flow.flags & 1 == 0 { record.connectionState = .s1 }
            }
        case 1: record.initiatorBasis = .icmp
        default: record.initiatorBasis = .firstPacket
        }
        if flow.vni != 0 {
            record.encapsulation = .vxlan
            record.tunnelDepth = 1
            record.outerSource = IPAddress(ipv4: 0xC0A8_0000 | flow.exporter)
            record.outerDestination = IPAddress(ipv4: 0xC0A8_0000 | flow.output)
        }
        return record
    }
}
