/// One column of one block, coded (docs/formats/store.md).
struct EncodedColumn: Sendable, Equatable {
    enum Encoding: UInt8, Sendable {
        /// Every row has `minimum`; there is no data.
        case constant = 0
        /// `value − minimum` as byte planes, the lowest first.
        case planes = 1
        /// At most 256 different values: the values as they are, then one plane of their indices. Format 1 only.
        case dictionary = 2
        /// An ascending set of ids as gaps: `ColumnDecoder.set`.
        case set = 3
        /// An ascending set of ids as bits: `ColumnDecoder.set`.
        case bitmap = 4
        /// At most 16 different values: a plane of the values, then one of their indices in 1, 2 or 4 bits each.
        case packed = 5
        /// At most 256 different values: a plane of the values, then one of their indices.
        case indexed = 6
    }
    var encoding: Encoding
    var minimum: UInt64
    var maximum: UInt64
    var data: [UInt8]

    /// Byte planes that `minimum ... maximum` needs.
    var width: Int { Self.width(minimum, maximum) }

    static func width(_ minimum: UInt64, _ maximum: UInt64) -> Int {
        (71 - (maximum &- minimum).leadingZeroBitCount) / 8
    }

    /// Bits of an index into so many values (2 to 16).
    static func indexBits(_ values: Int) -> Int { values <= 2 ? 1 : values <= 4 ? 2 : 4 }

    /// Planes of at least so many octets are zstd frames, which carry a checksum of their content; shorter ones stand in the
    /// block's directory, which has one itself.
    static let framedLength = 24
}
