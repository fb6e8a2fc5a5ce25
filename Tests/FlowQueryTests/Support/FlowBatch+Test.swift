import FlowModel
import FlowQuery

extension FlowBatch {
    /// A batch as a store hands it over: some columns filled, all others empty.
    func keepingOnly(_ fields: Set<Field>) -> FlowBatch {
        var kept = FlowBatch()
        kept.count = count
        kept.names = names
        for field in fields {
            switch field {
            case .start: kept.flowStartMilliseconds = flowStartMilliseconds
            case .end: kept.flowEndMilliseconds = flowEndMilliseconds
            case .flowStart: kept.initialStartMilliseconds = initialStartMilliseconds
            case .proto: kept.protocolIdentifier = protocolIdentifier
            case .src: kept.sourceAddress = sourceAddress
            case .srcPort: kept.sourceTransportPort = sourceTransportPort
            case .dst: kept.destinationAddress = destinationAddress
            case .dstPort: kept.destinationTransportPort = destinationTransportPort
            case .packets: kept.packetDeltaCount = packetDeltaCount
            case .bytes: kept.octetDeltaCount = octetDeltaCount
            case .revPackets: kept.reversePacketDeltaCount = reversePacketDeltaCount
            case .revBytes: kept.reverseOctetDeltaCount = reverseOctetDeltaCount
            case .tcpFlags: kept.tcpControlBits = tcpControlBits
            case .revTCPFlags: kept.reverseTCPControlBits = reverseTCPControlBits
            case .firstTCPFlags: kept.initialTCPFlags = initialTCPFlags
            case .revFirstTCPFlags: kept.reverseInitialTCPFlags = reverseInitialTCPFlags
            case .state: kept.connectionState = connectionState
            case .endReason: kept.flowEndReason = flowEndReason
            case .initiatorBasis: kept.initiatorBasis = initiatorBasis
            case .flowID: kept.flowId = flowId
            case .part: kept.part = part
            case .vni: kept.vni = vni
            case .vlan: kept.vlan = vlan
            case .innerVLAN: kept.innerVLAN = innerVLAN
            case .encap: kept.encapsulation = encapsulation
            case .tunnelDepth: kept.tunnelDepth = tunnelDepth
            case .outerSrc: kept.outerSource = outerSource
            case .outerDst: kept.outerDestination = outerDestination
            case .srcMAC: kept.sourceMAC = sourceMAC
            case .dstMAC: kept.destinationMAC = destinationMAC
            case .dscp: kept.dscp = dscp
            case .icmpType: kept.icmpType = icmpType
            case .icmpCode: kept.icmpCode = icmpCode
            case .rttClient: kept.clientRoundTripMicroseconds = clientRoundTripMicroseconds
            case .rttServer: kept.serverRoundTripMicroseconds = serverRoundTripMicroseconds
            case .retransmits: kept.retransmits = retransmits
            case .revRetransmits: kept.reverseRetransmits = reverseRetransmits
            case .outOfOrder: kept.outOfOrder = outOfOrder
            case .revOutOfOrder: kept.reverseOutOfOrder = reverseOutOfOrder
            case .agent: kept.agent = agent
            case .interface: kept.interface = interface
            case .direction: kept.direction = direction
            case .sampling: kept.samplingInterval = samplingInterval
            case .counted: kept.counted = counted
            case .witnesses: kept.witnesses = witnesses
            case .duration, .totalBytes, .totalPackets, .bps, .pps, .rtt, .communityID, .servicePort, .records, .flows: break
            }
        }
        return kept
    }
}

extension BlockBounds {
    /// All that a store could know of a block that is not empty.
    init(of block: FlowBatch) {
        self.init()
        func set<Value: FixedWidthInteger & UnsignedInteger>(_ field: Field, _ column: [Value]) {
            if let low = column.min(), let high = column.max() { numbers[field] = UInt64(low)...UInt64(high) }
        }
        set(.proto, block.protocolIdentifier)
        set(.srcPort, block.sourceTransportPort)
        set(.dstPort, block.destinationTransportPort)
        set(.packets, block.packetDeltaCount)
        set(.bytes, block.octetDeltaCount)
        set(.revPackets, block.reversePacketDeltaCount)
        set(.revBytes, block.reverseOctetDeltaCount)
        set(.tcpFlags, block.tcpControlBits.map(\.rawValue))
        set(.state, block.connectionState.map(\.rawValue))
        set(.endReason, block.flowEndReason.map(\.rawValue))
        set(.initiatorBasis, block.initiatorBasis.map(\.rawValue))
        set(.encap, block.encapsulation.map(\.rawValue))
        set(.direction, block.direction.map(\.rawValue))
        set(.flowID, block.flowId)
        set(.part, block.part)
        set(.vni, block.vni)
        set(.vlan, block.vlan)
        set(.rttClient, block.clientRoundTripMicroseconds)
        set(.sampling, block.samplingInterval)
        set(.srcMAC, block.sourceMAC.map(\.value))
        for (field, column) in [
            (Field.start, block.flowStartMilliseconds), (.end, block.flowEndMilliseconds),
            (.flowStart, block.initialStartMilliseconds),
        ] {
            if let low = column.min(), let high = column.max() { times[field] = low...high }
        }
        protocols = Set(block.protocolIdentifier)
        texts[.agent] = Set(block.agent.map { block.name($0) })
        texts[.interface] = Set(block.interface.map { block.name($0) })
        let addresses = block.sourceAddress + block.destinationAddress
        mayContain = { prefix in addresses.contains { prefix.contains($0) } }
    }
}
