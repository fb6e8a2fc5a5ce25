/// Flow records as columns: the collector's currency. Row `i` of every column is one `FlowRecord`.
///
/// Absent values are spelled as in `FlowRecord`. `agent` and `interface` index `names`, whose entry 0 is the empty text.
package struct FlowBatch: Sendable {
    /// Rows. A reader that fills only some columns sets it itself and leaves the other columns empty.
    package var count = 0
    /// Texts that `agent` and `interface` point into; never empty.
    package var names: [String] = [""]
    /// What other observation points of the same agent saw of the rows, in no order.
    package var witnessRecords: [WitnessRecord] = []
    package var flowStartMilliseconds: [Int64] = []
    package var flowEndMilliseconds: [Int64] = []
    package var packetDeltaCount: [UInt64] = []
    package var octetDeltaCount: [UInt64] = []
    package var reversePacketDeltaCount: [UInt64] = []
    package var reverseOctetDeltaCount: [UInt64] = []
    package var tcpControlBits: [TCPFlags] = []
    package var reverseTCPControlBits: [TCPFlags] = []
    package var retransmits: [UInt32] = []
    package var reverseRetransmits: [UInt32] = []
    package var outOfOrder: [UInt32] = []
    package var reverseOutOfOrder: [UInt32] = []
    package var flowEndReason: [FlowEndReason] = []
    package var part: [UInt32] = []
    package var initialStartMilliseconds: [Int64] = []
    package var initiatorBasis: [InitiatorBasis] = []
    package var connectionState: [ConnectionState] = []
    package var initialTCPFlags: [TCPFlags] = []
    package var reverseInitialTCPFlags: [TCPFlags] = []
    package var clientRoundTripMicroseconds: [UInt32] = []
    package var serverRoundTripMicroseconds: [UInt32] = []
    package var flowId: [UInt64] = []
    package var protocolIdentifier: [UInt8] = []
    package var sourceAddress: [IPAddress] = []
    package var destinationAddress: [IPAddress] = []
    package var sourceTransportPort: [UInt16] = []
    package var destinationTransportPort: [UInt16] = []
    package var vni: [UInt32] = []
    package var vlan: [UInt16] = []
    package var innerVLAN: [UInt16] = []
    package var icmpType: [UInt8] = []
    package var icmpCode: [UInt8] = []
    package var dscp: [UInt8] = []
    package var sourceMAC: [MACAddress] = []
    package var destinationMAC: [MACAddress] = []
    package var encapsulation: [Encapsulation] = []
    package var tunnelDepth: [UInt8] = []
    package var outerSource: [IPAddress] = []
    package var outerDestination: [IPAddress] = []
    package var agent: [UInt32] = []
    package var interface: [UInt32] = []
    package var direction: [FlowDirection] = []
    package var samplingInterval: [UInt32] = []
    package var witnesses: [UInt16] = []
    package var counted: [Bool] = []

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func reserveCapacity(_ capacity: Int) {
        flowStartMilliseconds.reserveCapacity(capacity)
        flowEndMilliseconds.reserveCapacity(capacity)
        packetDeltaCount.reserveCapacity(capacity)
        octetDeltaCount.reserveCapacity(capacity)
        reversePacketDeltaCount.reserveCapacity(capacity)
        reverseOctetDeltaCount.reserveCapacity(capacity)
        tcpControlBits.reserveCapacity(capacity)
        reverseTCPControlBits.reserveCapacity(capacity)
        retransmits.reserveCapacity(capacity)
        reverseRetransmits.reserveCapacity(capacity)
        outOfOrder.reserveCapacity(capacity)
        reverseOutOfOrder.reserveCapacity(capacity)
        flowEndReason.reserveCapacity(capacity)
        part.reserveCapacity(capacity)
        initialStartMilliseconds.reserveCapacity(capacity)
        initiatorBasis.reserveCapacity(capacity)
        connectionState.reserveCapacity(capacity)
        initialTCPFlags.reserveCapacity(capacity)
        reverseInitialTCPFlags.reserveCapacity(capacity)
        clientRoundTripMicroseconds.reserveCapacity(capacity)
        serverRoundTripMicroseconds.reserveCapacity(capacity)
        flowId.reserveCapacity(capacity)
        protocolIdentifier.reserveCapacity(capacity)
        sourceAddress.reserveCapacity(capacity)
        destinationAddress.reserveCapacity(capacity)
        sourceTransportPort.reserveCapacity(capacity)
        destinationTransportPort.reserveCapacity(capacity)
        vni.reserveCapacity(capacity)
        vlan.reserveCapacity(capacity)
        innerVLAN.reserveCapacity(capacity)
        icmpType.reserveCapacity(capacity)
        icmpCode.reserveCapacity(capacity)
        dscp.reserveCapacity(capacity)
        sourceMAC.reserveCapacity(capacity)
        destinationMAC.reserveCapacity(capacity)
        encapsulation.reserveCapacity(capacity)
        tunnelDepth.reserveCapacity(capacity)
        outerSource.reserveCapacity(capacity)
        outerDestination.reserveCapacity(capacity)
        agent.reserveCapacity(capacity)
        interface.reserveCapacity(capacity)
        direction.reserveCapacity(capacity)
        samplingInterval.reserveCapacity(capacity)
        witnesses.reserveCapacity(capacity)
        counted.reserveCapacity(capacity)
    }

    /// Appends one record, whose `agent` and `interface` already index this batch's `names`.
    package mutating func append(_ record: FlowRecord) {
        flowStartMilliseconds.append(record.flowStartMilliseconds)
        flowEndMilliseconds.append(record.flowEndMilliseconds)
        packetDeltaCount.append(record.packetDeltaCount)
        octetDeltaCount.append(record.octetDeltaCount)
        reversePacketDeltaCount.append(record.reversePacketDeltaCount)
        reverseOctetDeltaCount.append(record.reverseOctetDeltaCount)
        tcpControlBits.append(record.tcpControlBits)
        reverseTCPControlBits.append(record.reverseTCPControlBits)
        retransmits.append(record.retransmits)
        reverseRetransmits.append(record.reverseRetransmits)
        outOfOrder.append(record.outOfOrder)
        reverseOutOfOrder.append(record.reverseOutOfOrder)
        flowEndReason.append(record.flowEndReason)
        part.append(record.part)
        initialStartMilliseconds.append(record.initialStartMilliseconds)
        initiatorBasis.append(record.initiatorBasis)
        connectionState.append(record.connectionState)
        initialTCPFlags.append(record.initialTCPFlags)
        reverseInitialTCPFlags.append(record.reverseInitialTCPFlags)
        clientRoundTripMicroseconds.append(record.clientRoundTripMicroseconds)
        serverRoundTripMicroseconds.append(record.serverRoundTripMicroseconds)
        flowId.append(record.flowId)
        protocolIdentifier.append(record.protocolIdentifier)
        sourceAddress.append(record.sourceAddress)
        destinationAddress.append(record.destinationAddress)
        sourceTransportPort.append(record.sourceTransportPort)
        destinationTransportPort.append(record.destinationTransportPort)
        vni.append(record.vni)
        vlan.append(record.vlan)
        innerVLAN.append(record.innerVLAN)
        icmpType.append(record.icmpType)
        icmpCode.append(record.icmpCode)
        dscp.append(record.dscp)
        sourceMAC.append(record.sourceMAC)
        destinationMAC.append(record.destinationMAC)
        encapsulation.append(record.encapsulation)
        tunnelDepth.append(record.tunnelDepth)
        outerSource.append(record.outerSource)
        outerDestination.append(record.outerDestination)
        agent.append(record.agent)
        interface.append(record.interface)
        direction.append(record.direction)
        samplingInterval.append(record.samplingInterval)
        witnesses.append(record.witnesses)
        counted.append(record.counted)
        count += 1
    }

    /// Appends records, column by column: a column's bounds are looked at once, and not once for each record.
    package mutating func append(contentsOf records: borrowing Span<FlowRecord>) {
        flowStartMilliseconds.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].flowStartMilliseconds) } }
        flowEndMilliseconds.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].flowEndMilliseconds) } }
        packetDeltaCount.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].packetDeltaCount) } }
        octetDeltaCount.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].octetDeltaCount) } }
        reversePacketDeltaCount.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].reversePacketDeltaCount) } }
        reverseOctetDeltaCount.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].reverseOctetDeltaCount) } }
        tcpControlBits.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].tcpControlBits) } }
        reverseTCPControlBits.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].reverseTCPControlBits) } }
        retransmits.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].retransmits) } }
        reverseRetransmits.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].reverseRetransmits) } }
        outOfOrder.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].outOfOrder) } }
        reverseOutOfOrder.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].reverseOutOfOrder) } }
        flowEndReason.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].flowEndReason) } }
        part.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].part) } }
        initialStartMilliseconds.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].initialStartMilliseconds) } }
        initiatorBasis.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].initiatorBasis) } }
        connectionState.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].connectionState) } }
        initialTCPFlags.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].initialTCPFlags) } }
        reverseInitialTCPFlags.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].reverseInitialTCPFlags) } }
        clientRoundTripMicroseconds.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].clientRoundTripMicroseconds) } }
        serverRoundTripMicroseconds.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].serverRoundTripMicroseconds) } }
        flowId.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].flowId) } }
        protocolIdentifier.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].protocolIdentifier) } }
        sourceAddress.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].sourceAddress) } }
        destinationAddress.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].destinationAddress) } }
        sourceTransportPort.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].sourceTransportPort) } }
        destinationTransportPort.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].destinationTransportPort) } }
        vni.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].vni) } }
        vlan.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].vlan) } }
        innerVLAN.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].innerVLAN) } }
        icmpType.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].icmpType) } }
        icmpCode.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].icmpCode) } }
        dscp.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].dscp) } }
        sourceMAC.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].sourceMAC) } }
        destinationMAC.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].destinationMAC) } }
        encapsulation.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].encapsulation) } }
        tunnelDepth.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].tunnelDepth) } }
        outerSource.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].outerSource) } }
        outerDestination.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].outerDestination) } }
        agent.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].agent) } }
        interface.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].interface) } }
        direction.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].direction) } }
        samplingInterval.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].samplingInterval) } }
        witnesses.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].witnesses) } }
        counted.append(addingCapacity: records.count) { for row in records.indices { $0.append(records[row].counted) } }
        count += records.count
    }

    /// One row as a record.
    package subscript(row: Int) -> FlowRecord {
        var record = FlowRecord()
        record.flowStartMilliseconds = flowStartMilliseconds[row]
        record.flowEndMilliseconds = flowEndMilliseconds[row]
        record.packetDeltaCount = packetDeltaCount[row]
        record.octetDeltaCount = octetDeltaCount[row]
        record.reversePacketDeltaCount = reversePacketDeltaCount[row]
        record.reverseOctetDeltaCount = reverseOctetDeltaCount[row]
        record.tcpControlBits = tcpControlBits[row]
        record.reverseTCPControlBits = reverseTCPControlBits[row]
        record.retransmits = retransmits[row]
        record.reverseRetransmits = reverseRetransmits[row]
        record.outOfOrder = outOfOrder[row]
        record.reverseOutOfOrder = reverseOutOfOrder[row]
        record.flowEndReason = flowEndReason[row]
        record.part = part[row]
        record.initialStartMilliseconds = initialStartMilliseconds[row]
        record.initiatorBasis = initiatorBasis[row]
        record.connectionState = connectionState[row]
        record.initialTCPFlags = initialTCPFlags[row]
        record.reverseInitialTCPFlags = reverseInitialTCPFlags[row]
        record.clientRoundTripMicroseconds = clientRoundTripMicroseconds[row]
        record.serverRoundTripMicroseconds = serverRoundTripMicroseconds[row]
        record.flowId = flowId[row]
        record.protocolIdentifier = protocolIdentifier[row]
        record.sourceAddress = sourceAddress[row]
        record.destinationAddress = destinationAddress[row]
        record.sourceTransportPort = sourceTransportPort[row]
        record.destinationTransportPort = destinationTransportPort[row]
        record.vni = vni[row]
        record.vlan = vlan[row]
        record.innerVLAN = innerVLAN[row]
        record.icmpType = icmpType[row]
        record.icmpCode = icmpCode[row]
        record.dscp = dscp[row]
        record.sourceMAC = sourceMAC[row]
        record.destinationMAC = destinationMAC[row]
        record.encapsulation = encapsulation[row]
        record.tunnelDepth = tunnelDepth[row]
        record.outerSource = outerSource[row]
        record.outerDestination = outerDestination[row]
        record.agent = agent[row]
        record.interface = interface[row]
        record.direction = direction[row]
        record.samplingInterval = samplingInterval[row]
        record.witnesses = witnesses[row]
        record.counted = counted[row]
        return record
    }
}
