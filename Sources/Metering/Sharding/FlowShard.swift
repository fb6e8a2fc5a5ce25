package import FlowModel

/// Which of several flow caches a packet belongs to: the same for both directions of a flow, at whatever interface it is
/// seen, and independent of the place in a cache's own table.
package enum FlowShard {
    /// - Parameters:
    ///   - count: of shards, at least 1.
    ///   - seed: random per process, so that nobody outside can aim at one shard.
    /// - Returns: 0 ..< `count`.
    @inlinable
    package static func index(of observation: borrowing PacketObservation, count: Int, seed: UInt64) -> Int {
        if count <= 1 { return 0 }
        let source = end(
            observation.key.sourceAddress.high, observation.key.sourceAddress.low, observation.key.sourceTransportPort, seed)
        let destination = end(
            observation.key.destinationAddress.high, observation.key.destinationAddress.low,
            observation.key.destinationTransportPort, seed)
        let rest = UInt64(observation.key.tenant.number) << 16 | kind(observation.key.tenant.kind) << 8
            | UInt64(observation.key.protocolIdentifier)
        // The sum of the ends and their differing bits are the same both ways round.
        let hash = mix((source &+ destination) ^ rest, (source ^ destination ^ seed ^ 0x8EBC_6AF0_9C88_C6E3) | 1)
        return Int(truncatingIfNeeded: (hash >> 32 &* UInt64(UInt32(truncatingIfNeeded: count))) >> 32)
    }

    /// A switch, since the raw value is a call into another module.
    @inlinable
    static func kind(_ kind: Tenant.Kind) -> UInt64 {
        switch kind {
        case .none: 0
        case .vlan: 1
        case .virtualNetwork: 2
        }
    }

    /// A secret in both factors, so that no address makes one of them 0 for every seed, and the port apart from the
    /// address, so that the two cannot be changed together to one end.
    @inlinable
    static func end(_ high: UInt64, _ low: UInt64, _ port: UInt16, _ seed: UInt64) -> UInt64 {
        let second = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xE703_7ED1_A0B4_28DB
        return mix(mix(high ^ seed ^ 0xA076_1D64_78BD_642F, low ^ second) ^ UInt64(port), second ^ seed | 1)
    }

    @inlinable
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
