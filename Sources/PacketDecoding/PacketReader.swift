/// Big-endian reads from captured octets. The one place in this module that loads raw memory.
///
/// Every read is checked against the span's bounds by the standard library; callers check lengths first, so that a
/// short packet is an outcome and never a trap. The loads are «unsafe» only in that they reinterpret octets as
/// integers, for which every bit pattern is valid.
extension RawSpan {
    @inline(__always)
    func uint8(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(__always)
    func uint16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func uint32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    func uint64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// True when `needed` octets can be read at `offset`; offsets are sums of checked lengths and cannot overflow.
    @inline(__always)
    func has(_ needed: Int, at offset: Int) -> Bool {
        byteCount &- offset >= needed
    }
}
