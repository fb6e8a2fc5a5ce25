/// Which packets of an observed stream are metered (RFC 5475).
package enum PacketSampling: Sendable, Equatable {
    case everyPacket
    /// Systematic count-based sampling (RFC 5475 §5.1): the first of every `interval` packets.
    case systematic(interval: UInt32)
    /// Uniform probabilistic sampling (RFC 5475 §5.2.2.1): each packet by itself, with a probability of 1 in `interval`.
    case uniform(interval: UInt32)

    /// One in so many packets; 1 is all.
    package var interval: UInt32 {
        switch self {
        case .everyPacket: 1
        case .systematic(let interval), .uniform(let interval): max(1, interval)
        }
    }
}

/// Selects packets one after the other.
package struct PacketSampler: Sendable {
    package let sampling: PacketSampling
    /// Systematic: packets to pass over before the next one. Uniform: the generator's state.
    private var state: UInt64
    /// Uniform: what is drawn below this is selected.
    private let threshold: UInt64

    /// - Parameter seed: of the random selection, so that nobody can tell which packets are left out.
    package init(_ sampling: PacketSampling, seed: UInt64) {
        self.sampling = sampling
        let interval = UInt64(sampling.interval)
        if case .uniform = sampling { state = seed } else { state = 0 }
        threshold = interval == 1 ? .max : UInt64.max / interval
    }

    /// True when not every packet is selected.
    @inline(__always)
    package var isSampling: Bool { threshold != .max }

    /// Whether the next packet is metered.
    package mutating func selectsNext() -> Bool {
        switch sampling {
        case .everyPacket:
            return true
        case .systematic(let interval):
            if state == 0 {
                state = UInt64(max(1, interval)) - 1
                return true
            }
            state -= 1
            return false
        case .uniform:
            return isSampling ? draw() < threshold : true
        }
    }

    /// SplitMix64.
    private mutating func draw() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
