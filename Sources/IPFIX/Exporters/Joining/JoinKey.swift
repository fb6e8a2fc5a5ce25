import FlowModel

/// What two halves of a biflow have in common: exporter, protocol, VNI and both ends, the lower (address, port) first. Compared in
/// full.
///
/// The VLAN is not in it, unless it is asked for. Exporters tell the tag that a packet came in with; where a router or a
/// layer-3 switch stands between the two hosts, and that is where most exporters are, the answer comes in with another one, so
/// that no routed flow would ever be joined. Of several rows that wait, one of the same VLAN is taken first, which keeps apart
/// what is told apart by VLAN alone. Nor is the interface in it, which always differs on the way back; the VNI is: the two
/// directions of one overlay network have the same, and equal addresses in two are two flows.
struct JoinKey: BitwiseCopyable, Equatable, Sendable {
    var lowHigh: UInt64
    var lowLow: UInt64
    var highHigh: UInt64
    var highLow: UInt64
    /// The port that goes with the lower address in the upper half.
    var ports: UInt32
    /// The number of the exporter's name.
    var exporter: UInt32
    var vni: UInt32
    /// Protocol, IPv6 mark, VLAN where it is asked for.
    var word: UInt32

    /// - Parameter isTurned: set to true when the row's destination is the lower end.
    /// - Precondition: the row can be half of a biflow (`JoinRefusal.init`).
    @inline(__always)
    init(_ flows: borrowing FlowBatch, row: Int, exporter: UInt32, keysVLAN: Bool, isTurned: inout Bool) {
        let source = flows.sourceAddress[row]
        let destination = flows.destinationAddress[row]
        let proto = flows.protocolIdentifier[row]
        var sourcePort = UInt32(flows.sourceTransportPort[row])
        var destinationPort = UInt32(flows.destinationTransportPort[row])
        if proto == 1 || proto == 58 {
            // In place of ports the type, and the one that answers or asks, as the agent has it.
            let type = flows.icmpType[row]
            sourcePort = UInt32(type)
            destinationPort = UInt32(ICMPAnswers.other(than: type, isIPv6: proto == 58)?.type ?? type)
        }
        func bit(_ value: Bool) -> UInt8 { value ? 1 : 0 }
        let port = bit(sourcePort > destinationPort)
        let low = bit(source.low > destination.low) | (bit(source.low == destination.low) & port)
        let turn = (bit(source.high > destination.high) | (bit(source.high == destination.high) & low)) != 0
        isTurned = turn
        lowHigh = turn ? destination.high : source.high
        lowLow = turn ? destination.low : source.low
        highHigh = turn ? source.high : destination.high
        highLow = turn ? source.low : destination.low
        ports = turn ? destinationPort << 16 | sourcePort : sourcePort << 16 | destinationPort
        self.exporter = exporter
        vni = flows.vni[row]
        word = UInt32(proto) | (source.isIPv6 ? 1 << 8 : 0) | (keysVLAN ? UInt32(flows.vlan[row]) << 16 : 0)
    }
}

/// The hash of a key, with a secret of the process, so that nobody outside can aim at one chain.
struct JoinHash: Sendable {
    /// One secret for each word, as in the agent's flow cache: a product with a factor of 0 forgets the other factor.
    private let secrets: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var state = seed
        /// SplitMix64.
        func next() -> UInt64 {
            state = state &+ 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        secrets = (next(), next(), next(), next(), next(), next())
    }

    @inline(__always)
    func callAsFunction(_ key: JoinKey) -> UInt32 {
        let a = Self.mix(key.lowHigh ^ secrets.0, key.lowLow ^ secrets.1)
        let b = Self.mix(key.highHigh ^ secrets.2, key.highLow ^ secrets.3)
        let c = Self.mix(
            (UInt64(key.ports) << 32 | UInt64(key.vni)) ^ secrets.4,
            (UInt64(key.exporter) << 32 | UInt64(key.word)) ^ secrets.5)
        return UInt32(truncatingIfNeeded: Self.mix(a ^ c, b ^ secrets.0))
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
