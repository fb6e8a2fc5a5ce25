/// xoshiro256** (Blackman and Vigna, 2018), seeded as `storebench` seeds it: the same flows come out.
struct RandomSequence {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init() {
        let step: UInt64 = 0x9E37_79B9_7F4A_7C15
        state = (step &* 7, step &* 8, step &* 9, step &* 10)
        // The first numbers of so regular a state are poor.
        for _ in 0..<100 { _ = next() }
    }

    mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 &<< 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, 45)
        return result
    }

    /// 0 to 1, 1 never.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// 0 ..< `bound`.
    mutating func below(_ bound: UInt32) -> UInt32 { UInt32(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32) }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value &<< count | value &>> (64 - count) }
}
