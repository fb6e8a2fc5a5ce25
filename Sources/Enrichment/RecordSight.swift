import FlowModel

/// One record as the rules look at it, taken out of the columns once: handing the batch from function to function costs a
/// count of references for each of its columns (measured: most of the time of a row).
struct RecordSight {
    var tenant: Tenant
    var source: AddressKey
    var destination: AddressKey
    var hash: FlowHash
    /// As the record has it.
    var key: FlowKey
    var times: FlowHolders.Times
    /// Source and destination may be the other way round.
    var isGuess: Bool
    var flowId: UInt64
    var packets: UInt64
    /// The destination itself must have had a part in the flow.
    var isAnswered: Bool
    var isSampled: Bool
}

/// The columns that the rules look at.
struct SightColumns {
    private let vni: [UInt32]
    private let vlan: [UInt16]
    private let sourceAddress: [IPAddress]
    private let destinationAddress: [IPAddress]
    private let sourcePort: [UInt16]
    private let destinationPort: [UInt16]
    private let protocolIdentifier: [UInt8]
    private let icmpType: [UInt8]
    private let icmpCode: [UInt8]
    private let flowStart: [Int64]
    private let start: [Int64]
    private let end: [Int64]
    private let basis: [InitiatorBasis]
    private let flowId: [UInt64]
    private let packets: [UInt64]
    private let reversePackets: [UInt64]
    private let state: [ConnectionState]
    private let sampling: [UInt32]

    init(_ flows: FlowBatch) {
        vni = flows.vni
        vlan = flows.vlan
        sourceAddress = flows.sourceAddress
        destinationAddress = flows.destinationAddress
        sourcePort = flows.sourceTransportPort
        destinationPort = flows.destinationTransportPort
        protocolIdentifier = flows.protocolIdentifier
        icmpType = flows.icmpType
        icmpCode = flows.icmpCode
        flowStart = flows.initialStartMilliseconds
        start = flows.flowStartMilliseconds
        end = flows.flowEndMilliseconds
        basis = flows.initiatorBasis
        flowId = flows.flowId
        packets = flows.packetDeltaCount
        reversePackets = flows.reversePacketDeltaCount
        state = flows.connectionState
        sampling = flows.samplingInterval
    }

    func sight(of row: Int) -> RecordSight {
        let tenant = Tenant(vni: vni[row], vlan: vlan[row])
        let isICMP = protocolIdentifier[row] == 1 || protocolIdentifier[row] == 58
        let key = FlowKey(
            tenant: tenant, protocolIdentifier: protocolIdentifier[row], sourceAddress: sourceAddress[row],
            destinationAddress: destinationAddress[row],
            sourceTransportPort: isICMP ? UInt16(icmpType[row]) : sourcePort[row],
            destinationTransportPort: isICMP ? UInt16(icmpCode[row]) : destinationPort[row])
        return RecordSight(
            tenant: tenant, source: AddressKey(tenant, key.sourceAddress),
            destination: AddressKey(tenant, key.destinationAddress),
            hash: FlowHash(
                tenant, key.protocolIdentifier, key.sourceAddress, key.sourceTransportPort, key.destinationAddress,
                key.destinationTransportPort),
            key: key, times: FlowHolders.Times(flowStart: flowStart[row], start: start[row], end: end[row]),
            isGuess: Self.isGuess(basis[row]), flowId: flowId[row], packets: packets[row] &+ reversePackets[row],
            isAnswered: Self.isAnswered(state[row], reversePackets: reversePackets[row]), isSampled: sampling[row] > 1)
    }

    private static func isGuess(_ basis: InitiatorBasis) -> Bool {
        switch basis {
        case .firstPacket, .port, .unknown: true
        case .absent, .syn, .synAck, .icmp: false
        }
    }

    /// A refusal (REJ) may come from a firewall on the way.
    private static func isAnswered(_ state: ConnectionState, reversePackets: UInt64) -> Bool {
        switch state {
        case .s0, .rej, .rstos0, .sh: false
        case .s1, .sf, .s2, .s3, .rsto, .rstr: true
        case .absent, .rstrh, .shr, .oth: reversePackets > 0
        }
    }
}
