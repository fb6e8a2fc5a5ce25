/// Integers in network byte order. Bounds are checked by the span; what is read may stand anywhere.
extension RawSpan {
    // Every pattern of bits is an unsigned integer, here and below.
    func octet(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    func word16(_ offset: Int) -> UInt16 {
        unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func word32(_ offset: Int) -> UInt32 {
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// An unsigned integer of 1 to 8 octets (RFC 7011 §6.2); of more the last eight count.
    func unsigned(_ place: Range<Int>) -> UInt64 { place.reduce(0) { $0 << 8 | UInt64(octet($1)) } }

    /// A copy of some octets.
    func array(_ place: Range<Int>) -> [UInt8] {
        // The pointer is good for the length of the call, which copies.
        unsafe extracting(place).withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
