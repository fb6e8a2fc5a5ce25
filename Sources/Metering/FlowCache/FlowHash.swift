/// The hash of a canonical flow key, seeded per process so that nobody outside can aim at one bucket.
struct FlowHash: Sendable {
    /// One secret for each word of the key. A product with a factor of 0 forgets the other factor: were one of them the
    /// key's word and a constant, an address equal to the constant would do that for every seed.
    private let secrets: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    /// - Parameter seed: from a random source; tests give a fixed one.
    init(seed: (UInt64, UInt64)) {
        var state = seed.0
        /// SplitMix64, of the one seed, over the other.
        func next() -> UInt64 {
            state = state &+ 0x9E37_79B9_7F4A_7C15
            var z = state ^ seed.1
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        secrets = (next(), next(), next(), next(), next(), next())
    }

    /// Folded 128-bit products of key words and secrets (the construction of wyhash).
    @inline(__always)
    func callAsFunction(_ key: CanonicalKey) -> UInt32 {
        let a = Self.mix(key.lowHigh ^ secrets.0, key.lowLow ^ secrets.1)
        let b = Self.mix(key.highHigh ^ secrets.2, key.highLow ^ secrets.3)
        let c = Self.mix(
            (UInt64(key.ports) << 32 | UInt64(key.tenantNumber)) ^ secrets.4, UInt64(key.word) ^ secrets.5)
        return UInt32(truncatingIfNeeded: Self.mix(a ^ c, b ^ secrets.0))
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
