import FlowModel

/// Stands for a flow key without direction: agents may differ about who began, where that is a guess.
///
/// A hash with this process's random seed. Two keys that share one (among a million: less than one chance in 10⁷ that any two do) would be taken for one
/// flow, which concerns whose record counts, and nothing that is stored of it; whole keys take twice the memory.
struct FlowHash: Hashable, Sendable {
    private(set) var value: UInt64

    /// - Parameter sourcePort, destinationPort: of an ICMP record its type and code, which keep their sides.
    init(
        _ tenant: Tenant, _ protocolIdentifier: UInt8, _ source: IPAddress, _ sourcePort: UInt16, _ destination: IPAddress,
        _ destinationPort: UInt16
    ) {
        let isForward = source != destination ? source < destination : sourcePort <= destinationPort
        let first = isForward ? source : destination
        let second = isForward ? destination : source
        let ports = isForward
            ? UInt64(sourcePort) << 16 | UInt64(destinationPort) : UInt64(destinationPort) << 16 | UInt64(sourcePort)
        var hasher = Hasher()
        hasher.combine(first.high)
        hasher.combine(first.low)
        hasher.combine(second.high)
        hasher.combine(second.low)
        hasher.combine(UInt64(tenant.number) | UInt64(tenant.kind.rawValue) << 32 | UInt64(protocolIdentifier) << 40)
        hasher.combine(ports | (first.isIPv6 ? 1 << 32 : 0) | (second.isIPv6 ? 1 << 33 : 0))
        value = UInt64(truncatingIfNeeded: hasher.finalize())
    }
}
