import FlowModel

extension FlowBatch {
    /// Appends rows in which everything is absent, as `FlowRecord()` has it.
    mutating func appendAbsent(_ rows: Int) {
        flowStartMilliseconds.append(contentsOf: repeatElement(0, count: rows))
        flowEndMilliseconds.append(contentsOf: repeatElement(0, count: rows))
        packetDeltaCount.append(contentsOf: repeatElement(0, count: rows))
        octetDeltaCount.append(contentsOf: repeatElement(0, count: rows))
        reversePacketDeltaCount.append(contentsOf: repeatElement(0, count: rows))
        reverseOctetDeltaCount.append(contentsOf: repeatElement(0, count: rows))
        tcpControlBits.append(contentsOf: repeatElement([], count: rows))
        reverseTCPControlBits.append(contentsOf: repeatElement([], count: rows))
        retransmits.append(contentsOf: repeatElement(.max, count: rows))
        reverseRetransmits.append(contentsOf: repeatElement(.max, count: rows))
        outOfOrder.append(contentsOf: repeatElement(.max, count: rows))
        reverseOutOfOrder.append(contentsOf: repeatElement(.max, count: rows))
        flowEndReason.append(contentsOf: repeatElement(.absent, count: rows))
        part.append(contentsOf: repeatElement(0, count: rows))
        initialStartMilliseconds.append(contentsOf: repeatElement(0, count: rows))
        initiatorBasis.append(contentsOf: repeatElement(.absent, count: rows))
        connectionState.append(contentsOf: repeatElement(.absent, count: rows))
        initialTCPFlags.append(contentsOf: repeatElement([], count: rows))
        reverseInitialTCPFlags.append(contentsOf: repeatElement([], count: rows))
        clientRoundTripMicroseconds.append(contentsOf: repeatElement(.max, count: rows))
        serverRoundTripMicroseconds.append(contentsOf: repeatElement(.max, count: rows))
        flowId.append(contentsOf: repeatElement(0, count: rows))
        protocolIdentifier.append(contentsOf: repeatElement(0, count: rows))
        sourceAddress.append(contentsOf: repeatElement(.zero, count: rows))
        destinationAddress.append(contentsOf: repeatElement(.zero, count: rows))
        sourceTransportPort.append(contentsOf: repeatElement(0, count: rows))
        destinationTransportPort.append(contentsOf: repeatElement(0, count: rows))
        vni.append(contentsOf: repeatElement(.max, count: rows))
        vlan.append(contentsOf: repeatElement(.max, count: rows))
        innerVLAN.append(contentsOf: repeatElement(.max, count: rows))
        icmpType.append(contentsOf: repeatElement(.max, count: rows))
        icmpCode.append(contentsOf: repeatElement(.max, count: rows))
        dscp.append(contentsOf: repeatElement(.max, count: rows))
        sourceMAC.append(contentsOf: repeatElement(.absent, count: rows))
        destinationMAC.append(contentsOf: repeatElement(.absent, count: rows))
        encapsulation.append(contentsOf: repeatElement(.none, count: rows))
        tunnelDepth.append(contentsOf: repeatElement(0, count: rows))
        outerSource.append(contentsOf: repeatElement(.zero, count: rows))
        outerDestination.append(contentsOf: repeatElement(.zero, count: rows))
        agent.append(contentsOf: repeatElement(0, count: rows))
        interface.append(contentsOf: repeatElement(0, count: rows))
        direction.append(contentsOf: repeatElement(.absent, count: rows))
        samplingInterval.append(contentsOf: repeatElement(0, count: rows))
        witnesses.append(contentsOf: repeatElement(0, count: rows))
        counted.append(contentsOf: repeatElement(true, count: rows))
        count += rows
    }

    /// Puts back what `turnRound` changes.
    mutating func replace(_ row: Int, by record: FlowRecord) {
        sourceAddress[row] = record.sourceAddress
        destinationAddress[row] = record.destinationAddress
        sourceTransportPort[row] = record.sourceTransportPort
        destinationTransportPort[row] = record.destinationTransportPort
        sourceMAC[row] = record.sourceMAC
        destinationMAC[row] = record.destinationMAC
        packetDeltaCount[row] = record.packetDeltaCount
        reversePacketDeltaCount[row] = record.reversePacketDeltaCount
        octetDeltaCount[row] = record.octetDeltaCount
        reverseOctetDeltaCount[row] = record.reverseOctetDeltaCount
        tcpControlBits[row] = record.tcpControlBits
        reverseTCPControlBits[row] = record.reverseTCPControlBits
        initialTCPFlags[row] = record.initialTCPFlags
        reverseInitialTCPFlags[row] = record.reverseInitialTCPFlags
    }
}
