import FlowModel

/// What the fragments of one datagram have in common (RFC 791 §3.2, RFC 8200 §4.5), at one observation point: where the
/// same packet passes several, each sees all its fragments.
struct FragmentKey: Equatable {
    private var sourceHigh: UInt64 = 0
    private var sourceLow: UInt64 = 0
    private var destinationHigh: UInt64 = 0
    private var destinationLow: UInt64 = 0
    /// Identification and tenant number.
    private var numbers: UInt64 = 0
    /// The IP header's protocol (IPv4 only), tenant kind, IP version, interface and direction.
    private var marks: UInt64 = 0

    init() {}

    init(_ observation: PacketObservation, _ fragment: Fragment) {
        let key = observation.key
        sourceHigh = key.sourceAddress.high
        sourceLow = key.sourceAddress.low
        destinationHigh = key.destinationAddress.high
        destinationLow = key.destinationAddress.low
        numbers = UInt64(fragment.identification) << 32 | UInt64(key.tenant.number)
        marks =
            UInt64(fragment.protocolIdentifier) | UInt64(key.tenant.kind.rawValue) << 8 | (fragment.isIPv6 ? 1 << 16 : 0)
            | UInt64(observation.direction.rawValue) << 24 | UInt64(observation.interface) << 32
    }

    /// Every bit of the key and of the seed tells in every bit of the result.
    func hash(seed: UInt64) -> UInt64 {
        var hash = seed
        func mix(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        mix(sourceHigh)
        mix(sourceLow)
        mix(destinationHigh)
        mix(destinationLow)
        mix(numbers)
        mix(marks)
        return hash
    }
}
