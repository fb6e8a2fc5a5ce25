/// Where the reading of XDR (RFC 4506) is in some octets: words of four octets, and opaque data filled up to whole words.
///
/// Nothing is read past `end`: what is not there is nil.
package struct XDRPlace {
    package var offset: Int
    package var end: Int

    package init(offset: Int, end: Int) {
        self.offset = offset
        self.end = end
    }

    package var rest: Int { end - offset }

    package mutating func word(_ bytes: borrowing RawSpan) -> UInt32? {
        guard rest >= 4 else { return nil }
        defer { offset += 4 }
        return bytes.word(at: offset)
    }

    /// A 64-bit integer (RFC 4506 §4.5).
    package mutating func longWord(_ bytes: borrowing RawSpan) -> UInt64? {
        guard rest >= 8, let high = word(bytes), let low = word(bytes) else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    /// The next octets, so many or as many as there are, and where to go on behind them: the fill octets are left out, which may
    /// be missing at the very end.
    package mutating func take(_ length: UInt32) -> (part: XDRPlace, isWhole: Bool) {
        let wanted = Int(length)
        let part = XDRPlace(offset: offset, end: offset + min(wanted, rest))
        let isWhole = wanted <= rest
        offset = isWhole ? min(end, offset + (wanted + 3) / 4 * 4) : end
        return (part, isWhole)
    }
}

extension RawSpan {
    /// Four octets in network order; the span checks its bounds.
    func word(at offset: Int) -> UInt32 {
        // Every pattern of bits is an unsigned integer.
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
