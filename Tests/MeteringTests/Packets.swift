import FlowModel

/// One end of a hand-written conversation.
struct Side {
    var address: IPAddress
    var port: UInt16

    init(_ address: String, _ port: UInt16) {
        self.address = IPAddress(address) ?? .zero
        self.port = port
    }
}

/// The clock of hand-written packets: seconds since `epoch`.
enum Packet {
    static let epoch: Int64 = 1_700_000_000_000_000_000

    static func time(_ seconds: Double) -> Int64 { epoch + Int64((seconds * 1e9).rounded()) }
}

/// Hand-written packets.
extension PacketObservation {
    /// - Parameter flags: letters as in the catalogue: `S`, `SA`, `.A`.
    static func tcp(
        _ seconds: Double, _ flags: String, from source: Side, to destination: Side, octets: UInt32 = 40, on interface: UInt16 = 0,
        _ direction: FlowDirection = .ingress
    ) -> PacketObservation {
        var packet = make(seconds, 6, source, destination, octets, interface, direction)
        packet.tcpFlags = TCPFlags(flags) ?? []
        return packet
    }

    static func client(
        _ seconds: Double, _ flags: String, _ client: Side, _ server: Side, octets: UInt32 = 40, on interface: UInt16 = 0,
        _ direction: FlowDirection = .ingress
    ) -> PacketObservation {
        tcp(seconds, flags, from: client, to: server, octets: octets, on: interface, direction)
    }

    static func server(
        _ seconds: Double, _ flags: String, _ client: Side, _ server: Side, octets: UInt32 = 40, on interface: UInt16 = 0,
        _ direction: FlowDirection = .ingress
    ) -> PacketObservation {
        tcp(seconds, flags, from: server, to: client, octets: octets, on: interface, direction)
    }

    static func udp(
        _ seconds: Double, from source: Side, to destination: Side, octets: UInt32 = 100, on interface: UInt16 = 0,
        _ direction: FlowDirection = .ingress
    ) -> PacketObservation {
        make(seconds, 17, source, destination, octets, interface, direction)
    }

    /// Ports of the sides are ignored; `pair` is the answering type, nil for a one-way type.
    static func icmp(
        _ seconds: Double, type: UInt8, code: UInt8 = 0, pair: UInt8?, isRequest: Bool = false, from source: Side, to destination: Side,
        protocolIdentifier: UInt8 = 1
    ) -> PacketObservation {
        var packet = make(seconds, protocolIdentifier, source, destination, 84, 0, .ingress)
        packet.icmpType = type
        packet.icmpCode = code
        packet.isOneWay = pair == nil
        packet.isICMPRequest = isRequest
        packet.key.sourceTransportPort = UInt16(type)
        packet.key.destinationTransportPort = UInt16(pair ?? code)
        return packet
    }

    private static func make(
        _ seconds: Double, _ number: UInt8, _ source: Side, _ destination: Side, _ octets: UInt32, _ interface: UInt16,
        _ direction: FlowDirection
    ) -> PacketObservation {
        var packet = PacketObservation()
        packet.key = FlowKey(
            tenant: .none, protocolIdentifier: number, sourceAddress: source.address, destinationAddress: destination.address,
            sourceTransportPort: source.port, destinationTransportPort: destination.port)
        packet.timestampNanoseconds = Packet.time(seconds)
        packet.octets = octets
        packet.dscp = 0
        packet.interface = interface
        packet.direction = direction
        return packet
    }
}

extension PacketObservation {
    /// The same packet as another interface sees it, a little later.
    func seen(on interface: UInt16, _ direction: FlowDirection, after nanoseconds: Int64 = 20_000) -> PacketObservation {
        var copy = self
        copy.interface = interface
        copy.direction = direction
        copy.timestampNanoseconds += nanoseconds
        return copy
    }

    /// The same packet so many seconds later.
    func later(_ seconds: Double) -> PacketObservation {
        var copy = self
        copy.timestampNanoseconds += Int64(seconds * 1e9)
        return copy
    }

    /// The same segment with its numbers.
    func numbered(_ sequence: UInt32, _ acknowledgement: UInt32 = 0, payload: UInt32 = 0) -> PacketObservation {
        var copy = self
        copy.tcpSequence = sequence
        copy.tcpAcknowledgement = acknowledgement
        copy.tcpPayloadLength = payload
        return copy
    }

    /// The same packet in a tenant's VXLAN, as the underlay sees it.
    func inVXLAN(_ vni: UInt32, outer: (String, String)) -> PacketObservation {
        var copy = self
        copy.vni = vni
        copy.key.tenant = Tenant(.virtualNetwork, vni)
        copy.encapsulation = .vxlan
        copy.depth = 1
        copy.outerSource = IPAddress(outer.0) ?? .zero
        copy.outerDestination = IPAddress(outer.1) ?? .zero
        return copy
    }

    /// The same packet with the tenant that topology tells of its interface.
    func ofTenant(_ vni: UInt32) -> PacketObservation {
        var copy = self
        copy.vni = vni
        copy.key.tenant = Tenant(.virtualNetwork, vni)
        return copy
    }
}
