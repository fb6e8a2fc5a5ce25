/// The pairs of VNI and VLAN tag that a step meets, each with a small number.
struct RollupTenants {
    /// By number: the VNI above 16 bits of VLAN tag, «absent» as records have it.
    private(set) var pairs: [UInt64] = []
    private var numbers: [UInt64: UInt64] = [:]
    /// The pairs met last, by some of their bits: most rows share a few.
    private var cache = [(pair: UInt64, number: UInt64)](repeating: (.max, 0), count: 256)

    @inline(__always)
    static func pair(vni: UInt32, vlan: UInt16) -> UInt64 { UInt64(vni) << 16 | UInt64(vlan) }

    @inline(__always)
    mutating func number(vni: UInt32, vlan: UInt16) -> UInt64 {
        let pair = Self.pair(vni: vni, vlan: vlan)
        let place = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 56)
        if cache[place].pair == pair { return cache[place].number }
        let number = add(pair)
        cache[place] = (pair, number)
        return number
    }

    private mutating func add(_ pair: UInt64) -> UInt64 {
        if let number = numbers[pair] { return number }
        let number = UInt64(pairs.count)
        pairs.append(pair)
        numbers[pair] = number
        return number
    }

    func vni(_ number: Int) -> UInt32 { UInt32(truncatingIfNeeded: pairs[number] >> 16) }
    func vlan(_ number: Int) -> UInt16 { UInt16(truncatingIfNeeded: pairs[number]) }
}
