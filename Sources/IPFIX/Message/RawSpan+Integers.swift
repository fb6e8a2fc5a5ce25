/// Integers in network byte order. Bounds are checked by the span; what is read may stand anywhere.
extension RawSpan {
    // SAFETY (all): every pattern of bits is an unsigned integer.
    @inline(__always)
    func uint8(at offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
    @inline(__always)
    func uint16(at offset: Int) -> UInt16 {
        unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
    @inline(__always)
    func uint32(at offset: Int) -> UInt32 {
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    @inline(__always)
    func uint64(at offset: Int) -> UInt64 {
        unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// An unsigned integer of 1 to 8 octets (RFC 7011 §6.2).
    func unsigned(at offset: Int, length: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in offset..<offset + length { value = value << 8 | UInt64(uint8(at: place)) }
        return value
    }
}
