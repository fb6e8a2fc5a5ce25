/// What decoding tells metering of one packet: the flow key with the packet's own source and destination, and what is
/// to be counted. No packet octets are kept.
///
/// ICMP: `icmpType` and `icmpCode` are the packet's; the ports are those that the Community ID specification pairs
/// (`sourceTransportPort` = type, `destinationTransportPort` = the answering type; for one-way types the code).
@frozen
package struct PacketObservation: Sendable {
    package var key: FlowKey
    /// Nanoseconds since 1970 UTC, of the capture clock.
    package var timestampNanoseconds: Int64 = 0
    /// IP-layer octets: IPv4 total length, or IPv6 payload length + 40; a super-packet counts as the kernel delivered it.
    package var octets: UInt32 = 0
    package var tcpFlags: TCPFlags = []
    /// TCP only: sequence and acknowledgement number (RFC 9293 §3.1), and the payload's length in octets as the IP header
    /// has it, so that a frame cut short by the snap length has its own.
    package var tcpSequence: UInt32 = 0
    package var tcpAcknowledgement: UInt32 = 0
    package var tcpPayloadLength: UInt32 = 0
    package var icmpType: UInt8 = .max
    package var icmpCode: UInt8 = .max
    /// True for an ICMP type without an answering type: never joined with the other direction.
    package var isOneWay = false
    /// True for an ICMP type that asks (echo request, …); false with `isOneWay` false for one that answers.
    package var isICMPRequest = false
    package var dscp: UInt8 = .max
    package var vlan: UInt16 = .max
    package var innerVLAN: UInt16 = .max
    package var vni: UInt32 = .max
    package var encapsulation: Encapsulation = .none
    /// How many overlays were looked through; `encapsulation` is the innermost.
    package var depth: UInt8 = 0
    package var outerSource: IPAddress = .zero
    package var outerDestination: IPAddress = .zero
    package var sourceMAC: MACAddress = .absent
    package var destinationMAC: MACAddress = .absent
    /// The observation point: an index that the capture gives to an interface.
    package var interface: UInt16 = 0
    package var direction: FlowDirection = .absent

    @inlinable
    package init() {
        key = FlowKey(
            tenant: .none, protocolIdentifier: 0, sourceAddress: .zero, destinationAddress: .zero,
            sourceTransportPort: 0, destinationTransportPort: 0)
    }
}
