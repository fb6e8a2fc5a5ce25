import FlowModel

/// How the values of the `by` fields of a row are packed into a key of 64-bit words.
///
/// Most fields are their code. An address is its 32 bits, or with bit 32 set the number of an IPv6 address in a dictionary,
/// or with bit 33 set absent; a text is a number in a dictionary, 0 absent; a rate is the bits of its `Double`.
struct KeyLayout: Sendable {
    enum Form: Sendable, Equatable { case code, address, text, real, boolean, bucket }

    struct Part: Sendable {
        /// nil for the bucket of a series.
        var field: Field?
        var form: Form
        var bits: Int
        var word = 0
        var shift: UInt64 = 0

        var mask: UInt64 { bits == 64 ? .max : 1 << UInt64(bits) - 1 }

        @inline(__always)
        func code(_ keys: [UInt64], _ base: Int) -> UInt64 { keys[base + word] >> shift & mask }
    }

    static let wideAddress: UInt64 = 1 << 32
    static let absentAddress: UInt64 = 1 << 33

    private(set) var parts: [Part]
    /// Words of a key.
    let width: Int

    init(_ fields: [Field], hasBucket: Bool) {
        var parts = fields.map { Part(field: $0, form: Self.form($0), bits: Self.bits($0)) }
        if hasBucket { parts.append(Part(field: nil, form: .bucket, bits: 32)) }
        // First fit, the widest first: a field never spans two words.
        var used: [Int] = []
        for index in parts.indices.sorted(by: { parts[$0].bits > parts[$1].bits }) {
            let word = used.firstIndex { $0 + parts[index].bits <= 64 } ?? used.count
            if word == used.count { used.append(0) }
            parts[index].word = word
            parts[index].shift = UInt64(used[word])
            used[word] += parts[index].bits
        }
        self.parts = parts
        width = max(1, used.count)
    }

    private static func form(_ field: Field) -> Form {
        switch field.kind {
        case .address: .address
        case .text: .text
        case .real: .real
        case .boolean: .boolean
        default: .code
        }
    }

    /// Enough for every code of the field and the code that stands for «absent».
    private static func bits(_ field: Field) -> Int {
        switch field {
        case .src, .dst, .outerSrc, .outerDst: 34
        case .proto, .state, .endReason, .initiatorBasis, .encap, .tunnelDepth, .direction, .dscp, .icmpType, .icmpCode: 8
        case .tcpFlags, .revTCPFlags, .firstTCPFlags, .revFirstTCPFlags: 9
        case .srcPort, .dstPort, .servicePort, .vlan, .innerVLAN, .witnesses: 16
        case .part, .vni, .rttClient, .rttServer, .retransmits, .revRetransmits, .outOfOrder, .revOutOfOrder, .sampling,
            .agent, .interface:
            32
        case .counted: 1
        default: 64
        }
    }
}
