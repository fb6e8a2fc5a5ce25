import CZstd

/// Unpacks zstd frames (RFC 8878), never past a limit that the caller sets. One context, kept.
@safe package struct ZstdDecompressor: ~Copyable {
    private let context: OpaquePointer

    package init() throws(ZstdError) {
        // A fresh context or nil; freed in deinit alone.
        guard let made = unsafe ZSTD_createDCtx() else { throw .outOfMemory }
        unsafe context = made
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    /// Unpacks the frame that `source` is into `count` octets of `output` from `start` on, which it fills exactly.
    ///
    /// - Parameter output: grown to `start + count` octets if it is shorter, never shrunk.
    /// - Throws: `unexpectedSize` when the frame holds more or less, `damaged` when it is no whole frame.
    package mutating func decompress(
        _ source: ArraySlice<UInt8>, count: Int, into output: inout [UInt8], at start: Int = 0
    ) throws(ZstdError) {
        precondition(start >= 0 && count >= 0, "a place in an array is not negative")
        if output.count < start + count { output.append(contentsOf: repeatElement(0, count: start + count - output.count)) }
        let context = unsafe context
        // The library writes at most `count` octets from `start` on, which `output` has.
        let written = unsafe output.withUnsafeMutableBytes { to in
            unsafe source.withUnsafeBytes { from in
                unsafe ZSTD_decompressDCtx(context, to.baseAddress.map { unsafe $0 + start }, count, from.baseAddress, from.count)
            }
        }
        guard ZSTD_isError(written) == 0 else {
            // An error is its negative code; ZSTD_error_dstSize_tooSmall is 70 (zstd_errors.h).
            if written == -70 { throw .unexpectedSize(allowed: count) }
            throw .damaged(zstdErrorText(written))
        }
        guard written == count else { throw .unexpectedSize(allowed: count) }
    }
}
