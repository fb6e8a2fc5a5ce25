import FlowModel

/// Fields set one by one: an initializer of another module is a call, a constant of it a lazy one.
extension PacketObservation {
    /// Forgets the frame before, but for what the capture sets and what every observed frame has anew.
    mutating func clear() {
        clearTransport()
        dscp = .max
        vlan = .max
        innerVLAN = .max
        vni = .max
        encapsulation = .none
        depth = 0
        outerSource.set(ipv4: 0)
        outerDestination.set(ipv4: 0)
        sourceMAC.value = .max
        destinationMAC.value = .max
    }

    @inline(__always)
    mutating func clearTransport() {
        key.sourceTransportPort = 0
        key.destinationTransportPort = 0
        tcpFlags.rawValue = 0
        tcpSequence = 0
        tcpAcknowledgement = 0
        tcpPayloadLength = 0
        clearICMP()
    }

    @inline(__always)
    mutating func clearICMP() {
        icmpType = .max
        icmpCode = .max
        isOneWay = false
        isICMPRequest = false
    }

    /// As `Tenant(vni:vlan:)`, of what has been read so far.
    @inline(__always)
    mutating func setTenant() {
        key.tenant.kind = vni != .max ? .virtualNetwork : vlan != .max ? .vlan : .none
        key.tenant.number = vni != .max ? vni : vlan != .max ? UInt32(vlan) : 0
    }
}

extension IPAddress {
    @inline(__always)
    mutating func set(ipv4: UInt32) {
        high = 0
        low = UInt64(ipv4)
        isIPv6 = false
    }

    @inline(__always)
    mutating func set(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        isIPv6 = true
    }
}
