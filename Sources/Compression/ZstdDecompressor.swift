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

    /// Unpacks the frame that `source` is into the first `count` octets of `output`, which it fills exactly.
    ///
    /// - Parameter output: grown to `count` octets if it is shorter, never shrunk.
    /// - Throws: `unexpectedSize` when the frame holds more or less, `damaged` when it is no whole frame.
    package mutating func decompress(
        _ source: ArraySlice<UInt8>, count: Int, into output: inout [UInt8]
    ) throws(ZstdError) {
        if output.count < count { output.append(contentsOf: repeatElement(0, count: count - output.count)) }
        let context = unsafe context
        // The library writes at most `count` octets, which `output` has.
        let written = unsafe output.withUnsafeMutableBytes { to in
            unsafe source.withUnsafeBytes { from in
                unsafe ZSTD_decompressDCtx(context, to.baseAddress, count, from.baseAddress, from.count)
            }
        }
        guard ZSTD_isError(written) == 0 else {
            // An error is its negative code; ZSTD_error_dstSize_tooSmall is 70 (zstd_errors.h).
            if written == -70 { throw .unexpectedSize(allowed: count) }
            throw .damaged(zstdErrorText(written))
        }
        guard written == count else { throw .unexpectedSize(allowed: count) }
    }

    /// The content of one frame whose header tells its length, if that is at most `limit`.
    package mutating func decompress(_ source: [UInt8], limit: Int) throws(ZstdError) -> [UInt8] {
        let told = unsafe source.withUnsafeBytes { unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // ZSTD_CONTENTSIZE_UNKNOWN and _ERROR are the two highest values: macros that Swift does not import.
        guard told < UInt64.max - 1 else { throw .damaged("no content size") }
        guard told <= UInt64(limit) else { throw .unexpectedSize(allowed: limit) }
        var output: [UInt8] = []
        try decompress(source[...], count: Int(told), into: &output)
        return output
    }
}
