import FlowModel

/// The flow key without a direction: the lower (address, port) first, so that both directions meet in one entry.
///
/// 48 octets; compared in full. One-way ICMP types are not turned round and are marked, so that the other direction
/// has another key, also where type equals code.
struct CanonicalKey: Equatable {
    var lowHigh: UInt64
    var lowLow: UInt64
    var highHigh: UInt64
    var highLow: UInt64
    /// Port that goes with the lower address in the upper half.
    var ports: UInt32
    var tenantNumber: UInt32
    /// Protocol, tenant kind, IPv6 mark, one-way mark.
    var word: UInt32

    /// - Parameter isReversed: set to true when the packet's destination is the lower side.
    @inline(__always)
    init(_ observation: PacketObservation, isReversed: inout Bool) {
        let source = observation.key.sourceAddress
        let destination = observation.key.destinationAddress
        let sourcePort = observation.key.sourceTransportPort
        let destinationPort = observation.key.destinationTransportPort
        word =
            UInt32(observation.key.protocolIdentifier) | UInt32(observation.key.tenant.kind.rawValue) << 8
            | (source.isIPv6 ? 1 << 16 : 0) | (observation.isOneWay ? 1 << 17 : 0)
        tenantNumber = observation.key.tenant.number
        let turn = !observation.isOneWay
            && (source.high, source.low, sourcePort) > (destination.high, destination.low, destinationPort)
        isReversed = turn
        if turn {
            lowHigh = destination.high
            lowLow = destination.low
            highHigh = source.high
            highLow = source.low
            ports = UInt32(destinationPort) << 16 | UInt32(sourcePort)
        } else {
            lowHigh = source.high
            lowLow = source.low
            highHigh = destination.high
            highLow = destination.low
            ports = UInt32(sourcePort) << 16 | UInt32(destinationPort)
        }
    }

    @inline(__always)
    static func == (a: CanonicalKey, b: CanonicalKey) -> Bool {
        (a.lowHigh ^ b.lowHigh) | (a.lowLow ^ b.lowLow) | (a.highHigh ^ b.highHigh) | (a.highLow ^ b.highLow)
            | UInt64((a.ports ^ b.ports) | (a.tenantNumber ^ b.tenantNumber) | (a.word ^ b.word)) == 0
    }

    var protocolIdentifier: UInt8 { UInt8(truncatingIfNeeded: word) }
    var isIPv6: Bool { word & 1 << 16 != 0 }
    var tenant: Tenant { Tenant(Tenant.Kind(rawValue: UInt8(truncatingIfNeeded: word >> 8)) ?? .none, tenantNumber) }
    var lowAddress: IPAddress { address(lowHigh, lowLow) }
    var highAddress: IPAddress { address(highHigh, highLow) }
    var lowPort: UInt16 { UInt16(truncatingIfNeeded: ports >> 16) }
    var highPort: UInt16 { UInt16(truncatingIfNeeded: ports) }

    private func address(_ high: UInt64, _ low: UInt64) -> IPAddress {
        isIPv6 ? IPAddress(high: high, low: low) : IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
    }
}
