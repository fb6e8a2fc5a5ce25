/// The hash of a canonical flow key, seeded per process so that nobody outside can aim at one bucket.
struct FlowHash: Sendable {
    private let seed0: UInt64
    private let seed1: UInt64

    /// - Parameter seed: from a random source; tests give a fixed one.
    init(seed: (UInt64, UInt64)) {
        seed0 = seed.0 | 1
        seed1 = seed.1 | 1
    }

    /// Folded 128-bit products of key words and secrets (the construction of wyhash).
    @inline(__always)
    func callAsFunction(_ key: CanonicalKey) -> UInt32 {
        let a = Self.mix(key.lowHigh ^ seed0, key.lowLow ^ 0x9E37_79B9_7F4A_7C15)
        let b = Self.mix(key.highHigh ^ 0xC2B2_AE3D_27D4_EB4F, key.highLow ^ seed1)
        let c = Self.mix(
            (UInt64(key.ports) << 32 | UInt64(key.tenantNumber)) ^ seed1, UInt64(key.word) ^ 0xD6E8_FEB8_6659_FD93)
        return UInt32(truncatingIfNeeded: Self.mix(a ^ c, b ^ seed0))
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
