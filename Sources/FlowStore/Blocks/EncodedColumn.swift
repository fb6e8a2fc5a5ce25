/// One column of one block, coded (docs/formats/store.md).
struct EncodedColumn: Sendable, Equatable {
    enum Encoding: UInt8, Sendable {
        /// Every row has `minimum`; there is no data.
        case constant = 0
        /// `value − minimum` as byte planes, the lowest first.
        case planes = 1
        /// At most 256 different values: the values, then one plane of their indices.
        case dictionary = 2
        /// An ascending set of ids as gaps: `ColumnDecoder.set`.
        case set = 3
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
}
