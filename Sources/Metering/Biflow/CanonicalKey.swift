import FlowModel

/// The flow key without a direction: the lower (address, port) first, so that both directions meet in one entry.
///
/// Compared in full. One-way ICMP types are not turned round and are marked, so that the other direction has another
/// key, also where type equals code.
struct CanonicalKey: BitwiseCopyable, Equatable {
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
    init(_ observation: borrowing PacketObservation, isReversed: inout Bool) {
        let sourceHigh = observation.key.sourceAddress.high
        let sourceLow = observation.key.sourceAddress.low
        let destinationHigh = observation.key.destinationAddress.high
        let destinationLow = observation.key.destinationAddress.low
        let sourcePort = UInt32(observation.key.sourceTransportPort)
        let destinationPort = UInt32(observation.key.destinationTransportPort)
        word =
            UInt32(observation.key.protocolIdentifier) | observation.key.tenant.kind.bits << 8
            | (observation.key.sourceAddress.isIPv6 ? 1 << 16 : 0) | (observation.isOneWay ? 1 << 17 : 0)
        tenantNumber = observation.key.tenant.number
        let turn = Self.isTurned(
            sourceHigh, sourceLow, sourcePort, destinationHigh, destinationLow, destinationPort, observation.isOneWay)
        isReversed = turn
        lowHigh = turn ? destinationHigh : sourceHigh
        lowLow = turn ? destinationLow : sourceLow
        highHigh = turn ? sourceHigh : destinationHigh
        highLow = turn ? sourceLow : destinationLow
        ports = turn ? destinationPort << 16 | sourcePort : sourcePort << 16 | destinationPort
    }

    /// Source above destination. Which way a packet goes is as good as random: sums of bits instead of branches, which
    /// would be mispredicted every other time.
    @inline(__always)
    private static func isTurned(
        _ sourceHigh: UInt64, _ sourceLow: UInt64, _ sourcePort: UInt32, _ destinationHigh: UInt64,
        _ destinationLow: UInt64, _ destinationPort: UInt32, _ isOneWay: Bool
    ) -> Bool {
        func bit(_ value: Bool) -> UInt8 { value ? 1 : 0 }
        let port = bit(sourcePort > destinationPort)
        let low = bit(sourceLow > destinationLow) | (bit(sourceLow == destinationLow) & port)
        let high = bit(sourceHigh > destinationHigh) | (bit(sourceHigh == destinationHigh) & low)
        return high & bit(!isOneWay) != 0
    }

    var isIPv6: Bool { word & 1 << 16 != 0 }
}

extension FlowHead {
    /// Takes the key over, but for long addresses.
    mutating func setKey(_ key: CanonicalKey, longAddresses: UInt32?) {
        low = longAddresses ?? UInt32(truncatingIfNeeded: key.lowLow)
        high = longAddresses == nil ? UInt32(truncatingIfNeeded: key.highLow) : 0
        ports = key.ports
        tenantNumber = key.tenantNumber
        word = key.word
    }

    @inline(__always)
    func matches(_ key: CanonicalKey, _ addresses: borrowing SparePool<LongAddresses>) -> Bool {
        let rest = (ports ^ key.ports) | (tenantNumber ^ key.tenantNumber) | (word ^ key.word)
        guard key.isIPv6 else {
            return rest | (low ^ UInt32(truncatingIfNeeded: key.lowLow)) | (high ^ UInt32(truncatingIfNeeded: key.highLow)) == 0
        }
        // Equal words: this one is of IPv6 too.
        guard rest == 0 else { return false }
        let long = addresses[low]
        return (long.lowHigh ^ key.lowHigh) | (long.lowLow ^ key.lowLow) | (long.highHigh ^ key.highHigh)
            | (long.highLow ^ key.highLow) == 0
    }

    /// The whole key again.
    @inline(__always)
    func key(_ addresses: borrowing SparePool<LongAddresses>) -> CanonicalKey {
        let long = isIPv6 ? addresses[low] : LongAddresses(lowHigh: 0, lowLow: UInt64(low), highHigh: 0, highLow: UInt64(high))
        return CanonicalKey(
            lowHigh: long.lowHigh, lowLow: long.lowLow, highHigh: long.highHigh, highLow: long.highLow, ports: ports,
            tenantNumber: tenantNumber, word: word)
    }

    var protocolIdentifier: UInt8 { UInt8(truncatingIfNeeded: word) }
    @inline(__always) var isTCP: Bool { word & 0xFF == 6 }
    var isIPv6: Bool { word & 1 << 16 != 0 }
    var tenant: Tenant { Tenant(Tenant.Kind(bits: word >> 8 & 0xFF), tenantNumber) }
    /// The VNI that the tenant is; `.max` when it is none.
    var vni: UInt32 { word >> 8 & 0xFF == Tenant.Kind.virtualNetwork.bits ? tenantNumber : .max }
    var lowPort: UInt16 { UInt16(truncatingIfNeeded: ports >> 16) }
    var highPort: UInt16 { UInt16(truncatingIfNeeded: ports) }
}

extension CanonicalKey {
    init(
        lowHigh: UInt64, lowLow: UInt64, highHigh: UInt64, highLow: UInt64, ports: UInt32, tenantNumber: UInt32, word: UInt32
    ) {
        self.lowHigh = lowHigh
        self.lowLow = lowLow
        self.highHigh = highHigh
        self.highLow = highLow
        self.ports = ports
        self.tenantNumber = tenantNumber
        self.word = word
    }

    var lowAddress: IPAddress { address(lowHigh, lowLow) }
    var highAddress: IPAddress { address(highHigh, highLow) }

    private func address(_ high: UInt64, _ low: UInt64) -> IPAddress {
        isIPv6 ? IPAddress(high: high, low: low) : IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
    }
}
