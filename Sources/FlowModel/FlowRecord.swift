/// One flow record, the agent's currency: an interval of one biflow (RFC 5103, source = initiator).
///
/// What is of the record and what of the flow: design section 3. A value that is absent is the type's `max`
/// (`UInt32.max` for a VNI that there is none), `.absent` for an enumeration, `IPAddress.zero` for an outer address
/// (with `encapsulation` `.none`). Octets are of the IP layer. Times are milliseconds since 1970 UTC.
package struct FlowRecord: Hashable, Sendable {
    // Of the record.
    package var flowStartMilliseconds: Int64 = 0  // IE 152: first packet of the record
    package var flowEndMilliseconds: Int64 = 0  // IE 153: last packet of the record
    package var packetDeltaCount: UInt64 = 0  // IE 2
    package var octetDeltaCount: UInt64 = 0  // IE 1
    package var reversePacketDeltaCount: UInt64 = 0
    package var reverseOctetDeltaCount: UInt64 = 0
    package var tcpControlBits: TCPFlags = []  // IE 6, union
    package var reverseTCPControlBits: TCPFlags = []
    package var retransmits: UInt32 = .max  // segments
    package var reverseRetransmits: UInt32 = .max
    package var outOfOrder: UInt32 = .max
    package var reverseOutOfOrder: UInt32 = .max
    package var flowEndReason: FlowEndReason = .absent  // IE 136
    /// Numbers the records of one flow; 0 first.
    package var part: UInt32 = 0

    // Of the flow so far.
    package var initialStartMilliseconds: Int64 = 0  // catalogue: flow_start
    package var initiatorBasis: InitiatorBasis = .absent
    package var connectionState: ConnectionState = .absent
    package var initialTCPFlags: TCPFlags = []  // first packet with TCP of the direction
    package var reverseInitialTCPFlags: TCPFlags = []
    package var clientRoundTripMicroseconds: UInt32 = .max
    package var serverRoundTripMicroseconds: UInt32 = .max
    /// IE 148; unique within an agent and epoch. 0 is absent.
    package var flowId: UInt64 = 0

    // The key.
    package var protocolIdentifier: UInt8 = 0  // IE 4
    package var sourceAddress: IPAddress = .zero
    package var destinationAddress: IPAddress = .zero
    package var sourceTransportPort: UInt16 = 0
    package var destinationTransportPort: UInt16 = 0
    package var vni: UInt32 = .max  // IE 351 (lower 24 bits), innermost
    package var vlan: UInt16 = .max  // IE 243 dot1qVlanId, outermost tag of the frame that carries the flow
    package var innerVLAN: UInt16 = .max  // IE 245 dot1qCustomerVlanId

    // Carried, not keyed.
    package var icmpType: UInt8 = .max  // IE 176, 178; of the initiator's first packet
    package var icmpCode: UInt8 = .max  // IE 177, 179
    package var dscp: UInt8 = .max  // IE 195
    package var sourceMAC: MACAddress = .absent  // IE 56
    package var destinationMAC: MACAddress = .absent  // IE 80
    package var encapsulation: Encapsulation = .none
    /// Overlays around the flow, `encapsulation` the innermost of them; 0 is absent.
    package var tunnelDepth: UInt8 = 0
    package var outerSource: IPAddress = .zero
    package var outerDestination: IPAddress = .zero

    // Where it was seen.
    /// Index into the `names` of the batch; 0 is absent.
    package var agent: UInt32 = 0
    package var interface: UInt32 = 0
    package var direction: FlowDirection = .absent
    /// 1 in n packets were looked at; 1 is all, 0 is absent.
    package var samplingInterval: UInt32 = 0
    /// How many observation points beside the primary saw the flow.
    package var witnesses: UInt16 = 0
    /// False for a record that another agent's record already counts (design section 4); set by the collector.
    package var counted = true

    package init() {}

    @inlinable package var tenant: Tenant { Tenant(vni: vni, vlan: vlan) }
}
