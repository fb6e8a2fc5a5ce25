/// TCP control bits (IE 6, tcpControlBits), the low octet: C E U A P R S F.
@frozen
package struct TCPFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8

    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The standard library's own goes by way of a generic sequence, unspecialised: 700 instructions for `[]`.
    @inlinable package init(arrayLiteral elements: TCPFlags...) {
        rawValue = 0
        for element in elements { rawValue |= element.rawValue }
    }

    @inlinable package static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
    @inlinable package static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
    @inlinable package static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
    @inlinable package static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
    @inlinable package static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
    @inlinable package static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
    @inlinable package static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
    @inlinable package static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }

    private static let letters = Array("CEUAPRSF".utf8)
}

extension TCPFlags: CustomStringConvertible {
    /// Eight characters in the order `CEUAPRSF`, a dot for each bit that is not set: `...AP.SF`.
    package var description: String {
        String(decoding: (0..<8).map { rawValue & (0x80 >> $0) != 0 ? Self.letters[$0] : 46 }, as: UTF8.self)
    }

    /// Reads letters in any order and case (`SA`, `...A..S.`) or a number (`18`, `0x12`).
    package init?(_ text: String) {
        let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
        // A sign is none of a number of ours, though `UInt8` reads `+2` and `-0`.
        if !text.utf8.contains(where: { $0 == 43 || $0 == 45 }), let number = isHex ? UInt8(text.dropFirst(2), radix: 16) : UInt8(text) {
            self.init(rawValue: number)
            return
        }
        var value: UInt8 = 0
        for letter in text.utf8 where letter != 46 {
            // Upper case, of ASCII letters alone.
            guard let index = Self.letters.firstIndex(of: (97...122).contains(letter) ? letter - 32 : letter) else { return nil }
            value |= 0x80 >> UInt8(index)
        }
        guard !text.isEmpty else { return nil }
        self.init(rawValue: value)
    }
}
