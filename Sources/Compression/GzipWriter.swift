internal import CZlib

/// A deflate stream: it has one owner, and the end of its life gives its memory back.
@safe struct GzipWriter: ~Copyable {
    /// zlib keeps a pointer back to this structure, so it must not move: it lives on the heap.
    private let stream: UnsafeMutablePointer<z_stream>

    init(level: Int) throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // SAFETY: a zeroed z_stream (zlib's own allocator) is what deflateInit2 expects. 15 + 16 is the largest window,
        // with gzip's header and trailer.
        let code = unsafe deflateInit2_(
            stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .outOfMemory }
    }

    deinit {
        // SAFETY: made in init and used nowhere after this; deflateEnd accepts a stream that failed to open.
        _ = unsafe deflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Packs everything in one call, into room that zlib itself says is enough.
    mutating func compress(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        let most = Int(Int32.max)
        guard bytes.count <= most else { throw .tooLarge(limit: most) }
        let room = unsafe Int(deflateBound(stream, UInt(bytes.count)))
        var code = Z_OK
        // SAFETY: source and target stay where they are for the closures' time, which is the time of the call, and
        // avail_in and avail_out keep zlib within them. zlib does not write to next_in; its type lacks the const.
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, made in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(source.count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: room)
                code = unsafe deflate(stream, Z_FINISH)
                unsafe made = room - Int(stream.pointee.avail_out)
            }
        }
        guard code == Z_STREAM_END else { throw .outOfMemory }
        return packed
    }
}
