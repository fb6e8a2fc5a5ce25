/// The flow key (RFC 7011 §2): the fields that decide which flow a packet belongs to.
///
/// Ports are in host byte order. A two-way ICMP type has here the pair of types that the Community ID
/// specification puts in place of ports; one-way types and other protocols without ports have what `PacketObservation`
/// says. The interface is not in the key.
@frozen
package struct FlowKey: Hashable, Sendable {
    package var tenant: Tenant
    package var protocolIdentifier: UInt8  // IE 4
    package var sourceAddress: IPAddress  // IE 8, 27
    package var destinationAddress: IPAddress  // IE 12, 28
    package var sourceTransportPort: UInt16  // IE 7
    package var destinationTransportPort: UInt16  // IE 11

    @inlinable
    package init(
        tenant: Tenant, protocolIdentifier: UInt8, sourceAddress: IPAddress, destinationAddress: IPAddress,
        sourceTransportPort: UInt16, destinationTransportPort: UInt16
    ) {
        self.tenant = tenant
        self.protocolIdentifier = protocolIdentifier
        self.sourceAddress = sourceAddress
        self.destinationAddress = destinationAddress
        self.sourceTransportPort = sourceTransportPort
        self.destinationTransportPort = destinationTransportPort
    }
}
