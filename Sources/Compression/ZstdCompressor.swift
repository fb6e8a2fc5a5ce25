import CZstd

/// Packs octets into zstd frames (RFC 8878). One context, kept: making one a call costs more than a small frame.
///
/// Each frame ends with a checksum of its content, so that a reader finds damage.
@safe package struct ZstdCompressor: ~Copyable {
    private let context: OpaquePointer
    private var scratch: [UInt8] = []

    /// - Parameter level: 1 (fast) to 19; others are clamped by the library.
    package init(level: Int32 = 1) throws(ZstdError) {
        // A fresh context or nil; freed in deinit alone.
        guard let made = unsafe ZSTD_createCCtx() else { throw .outOfMemory }
        unsafe context = made
        _ = unsafe ZSTD_CCtx_setParameter(made, ZSTD_c_compressionLevel, level)
        _ = unsafe ZSTD_CCtx_setParameter(made, ZSTD_c_checksumFlag, 1)
    }

    deinit { _ = unsafe ZSTD_freeCCtx(context) }

    /// Appends one frame with all of `source` to `output`.
    ///
    /// - Returns: the length of the frame.
    @discardableResult
    package mutating func compress(_ source: [UInt8], appendingTo output: inout [UInt8]) throws(ZstdError) -> Int {
        let bound = ZSTD_compressBound(source.count)
        if scratch.count < bound { scratch = [UInt8](repeating: 0, count: bound) }
        let context = unsafe context
        // Both pointers live for the call only and carry their own lengths.
        let written = unsafe scratch.withUnsafeMutableBytes { to in
            unsafe source.withUnsafeBytes { from in
                unsafe ZSTD_compress2(context, to.baseAddress, to.count, from.baseAddress, from.count)
            }
        }
        guard ZSTD_isError(written) == 0 else { throw .failed(zstdErrorText(written)) }
        output.append(contentsOf: scratch[..<written])
        return written
    }
}

/// The library's own words for an error code; a static text.
func zstdErrorText(_ code: Int) -> String {
    guard let text = unsafe ZSTD_getErrorName(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}
