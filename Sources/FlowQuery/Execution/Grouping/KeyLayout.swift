import FlowModel

/// How the values of the `by` fields of a row are packed into a key of 64-bit words.
///
/// Most fields are their code. An address and a text are a number in a dictionary, 0 absent; a rate is the bits of its
/// `Double`. Source, destination and a port fit one word as long as the answer has met few enough addresses.
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

        /// The part's code in the key of that number.
        @inline(__always)
        func code(_ index: KeyIndex, _ number: Int) -> UInt64 { index.word(number, word) >> shift & mask }
    }

    /// Bits of an address's number to begin with, and once there are more addresses than that.
    static let narrowAddress = 24
    static let wideAddress = 32

    private(set) var parts: [Part]
    /// Words of a key.
    let width: Int

    let addressBits: Int

    init(_ fields: [Field], hasBucket: Bool, addressBits: Int = Self.narrowAddress) {
        self.addressBits = addressBits
        var parts = fields.map { field in
            Part(field: field, form: Self.form(field), bits: AddressColumn(field) == nil ? Self.bits(field) : addressBits)
        }
        if hasBucket { parts.append(Part(field: nil, form: .bucket, bits: 14)) }
        // First fit, the widest first: a field never spans two words.
        var used: [Int] = []
        // The bucket last, so that keys of small parts are small numbers.
        func isBefore(_ a: Part, _ b: Part) -> Bool {
            (a.form == .bucket) != (b.form == .bucket) ? b.form == .bucket : a.bits > b.bits
        }
        for index in parts.indices.sorted(by: { isBefore(parts[$0], parts[$1]) }) {
            let word = used.firstIndex { $0 + parts[index].bits <= 64 } ?? used.count
            if word == used.count { used.append(0) }
            parts[index].word = word
            parts[index].shift = UInt64(used[word])
            used[word] += parts[index].bits
        }
        self.parts = parts
        width = max(1, used.count)
    }

    var hasAddresses: Bool { parts.contains { $0.form == .address } }

    /// Keys are one small number: an array serves instead of a hash table.
    var isDirect: Bool {
        guard width == 1 else { return false }
        return parts.count == 1 && hasAddresses || parts.reduce(0) { $0 + $1.bits } <= 22
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
