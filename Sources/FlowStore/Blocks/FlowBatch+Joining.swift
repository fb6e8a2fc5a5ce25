import FlowModel

extension FlowBatch {
    /// Appends all rows of `other`, column by column, with their names carried over.
    mutating func join(_ other: FlowBatch, names known: inout [String: UInt32]) {
        count += other.count
        flowStartMilliseconds += other.flowStartMilliseconds
        flowEndMilliseconds += other.flowEndMilliseconds
        packetDeltaCount += other.packetDeltaCount
        octetDeltaCount += other.octetDeltaCount
        reversePacketDeltaCount += other.reversePacketDeltaCount
        reverseOctetDeltaCount += other.reverseOctetDeltaCount
        tcpControlBits += other.tcpControlBits
        reverseTCPControlBits += other.reverseTCPControlBits
        retransmits += other.retransmits
        reverseRetransmits += other.reverseRetransmits
        outOfOrder += other.outOfOrder
        reverseOutOfOrder += other.reverseOutOfOrder
        flowEndReason += other.flowEndReason
        part += other.part
        initialStartMilliseconds += other.initialStartMilliseconds
        initiatorBasis += other.initiatorBasis
        connectionState += other.connectionState
        initialTCPFlags += other.initialTCPFlags
        reverseInitialTCPFlags += other.reverseInitialTCPFlags
        clientRoundTripMicroseconds += other.clientRoundTripMicroseconds
        serverRoundTripMicroseconds += other.serverRoundTripMicroseconds
        flowId += other.flowId
        protocolIdentifier += other.protocolIdentifier
        sourceAddress += other.sourceAddress
        destinationAddress += other.destinationAddress
        sourceTransportPort += other.sourceTransportPort
        destinationTransportPort += other.destinationTransportPort
        vni += other.vni
        vlan += other.vlan
        innerVLAN += other.innerVLAN
        icmpType += other.icmpType
        icmpCode += other.icmpCode
        dscp += other.dscp
        sourceMAC += other.sourceMAC
        destinationMAC += other.destinationMAC
        encapsulation += other.encapsulation
        tunnelDepth += other.tunnelDepth
        outerSource += other.outerSource
        outerDestination += other.outerDestination
        direction += other.direction
        samplingInterval += other.samplingInterval
        witnesses += other.witnesses
        counted += other.counted
        let mapped = other.names.map { map($0, &known) }
        agent += other.agent.map { Int($0) < mapped.count ? mapped[Int($0)] : 0 }
        interface += other.interface.map { Int($0) < mapped.count ? mapped[Int($0)] : 0 }
    }

    private mutating func map(_ name: String, _ known: inout [String: UInt32]) -> UInt32 {
        if name.isEmpty { return 0 }
        if let index = known[name] { return index }
        let index = UInt32(names.count)
        names.append(name)
        known[name] = index
        return index
    }
}
