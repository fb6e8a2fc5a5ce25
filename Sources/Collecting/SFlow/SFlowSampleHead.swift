/// Who takes samples: a kind (0 interface by ifIndex, 1 VLAN, 2 physical entity) and its number.
struct SFlowSourceID: Hashable, Sendable {
    var kind: UInt32
    var index: UInt32
}

/// An interface of a sample: its ifIndex (form 0), why the packet was discarded (1), or how many interfaces it left by (2).
struct SFlowInterface: Hashable, Sendable {
    /// The largest ifIndex that the compact form has stands for the device itself, in both forms; some write all ones.
    private static let itself: (UInt32, UInt32) = (0x3FFF_FFFF, .max)

    var form: UInt32
    var value: UInt32

    /// nil for none, for several, and for the device itself.
    var ifIndex: UInt32? { form == 0 && value != 0 && value != Self.itself.0 && value != Self.itself.1 ? value : nil }
}

/// What a flow sample says before its records (sFlow Version 5, `flow_sample` and `flow_sample_expanded`).
struct SFlowSampleHead: Sendable {
    var sequence: UInt32
    var source: SFlowSourceID
    /// 1 in so many packets.
    var samplingRate: UInt32
    /// Samples that the source dropped for want of resources since it started, modulo 2³².
    var drops: UInt32
    var input: SFlowInterface
    var output: SFlowInterface
    var recordCount: UInt32

    /// - Returns: nil for a sample that ends before.
    init?(_ place: inout XDRPlace, _ bytes: borrowing RawSpan, isExpanded: Bool) {
        guard place.rest >= (isExpanded ? 44 : 32), let sequence = place.word(bytes) else { return nil }
        func pair(_ bits: Int, _ place: inout XDRPlace, _ bytes: borrowing RawSpan) -> (UInt32, UInt32)? {
            guard let first = place.word(bytes) else { return nil }
            if isExpanded { return place.word(bytes).map { (first, $0) } }
            return (first >> bits, first & (1 << bits - 1))
        }
        guard let source = pair(24, &place, bytes), let rate = place.word(bytes), place.word(bytes) != nil,
            let drops = place.word(bytes), let input = pair(30, &place, bytes), let output = pair(30, &place, bytes),
            let count = place.word(bytes)
        else { return nil }
        self.sequence = sequence
        self.source = SFlowSourceID(kind: source.0, index: source.1)
        samplingRate = rate
        self.drops = drops
        self.input = SFlowInterface(form: input.0, value: input.1)
        self.output = SFlowInterface(form: output.0, value: output.1)
        recordCount = count
    }
}
