internal import CZlib

/// An inflate stream: it has one owner, and the end of its life gives its memory back.
@safe struct GzipReader: ~Copyable {
    /// zlib keeps a pointer back to this structure, so it must not move: it lives on the heap.
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // SAFETY: a zeroed z_stream (zlib's own allocator) is what inflateInit2 expects. 15 + 16: gzip and nothing else.
        let code = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .outOfMemory }
    }

    deinit {
        // SAFETY: made in init and used nowhere after this; inflateEnd accepts a stream that failed to open.
        _ = unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// One inflate call's outcome.
    private struct Step {
        var code: Int32
        var read: Int
        var made: Int
    }

    mutating func decompress(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        var output: [UInt8] = []
        var made = 0
        var read = 0
        // One octet beyond the limit goes here: that there is one is how too much content is told from just enough.
        var spare: [UInt8] = [0]
        while true {
            if made == output.count { Self.grow(&output, limit: limit, hint: bytes.count) }
            let isFull = made == output.count
            let step = isFull ? inflate(bytes, from: read, into: &spare, at: 0) : inflate(bytes, from: read, into: &output, at: made)
            read += step.read
            if isFull && step.made > 0 { throw .tooLarge(limit: limit) }
            made += step.made
            switch step.code {
            case Z_STREAM_END:
                if read == bytes.count {
                    output.removeLast(output.count - made)
                    return output
                }
                // SAFETY: the stream is open; the next member starts where this one ended.
                guard unsafe inflateReset(stream) == Z_OK else { throw .corrupt(place: read) }
            case Z_OK where step.read > 0 || step.made > 0:
                continue
            case Z_OK, Z_BUF_ERROR:
                // Nothing read and nothing made, with room to write: what is missing is input.
                throw read == bytes.count ? .truncated : .corrupt(place: read)
            case Z_MEM_ERROR:
                throw .outOfMemory
            default:
                throw .corrupt(place: read)
            }
        }
    }

    private static func grow(_ output: inout [UInt8], limit: Int, hint: Int) {
        let (doubled, overflow) = max(output.count, hint, 4096).multipliedReportingOverflow(by: 2)
        let wanted = min(limit, overflow ? .max : doubled)
        guard wanted > output.count else { return }
        output.reserveCapacity(wanted)
        output.append(contentsOf: repeatElement(0, count: wanted - output.count))
    }

    private mutating func inflate(_ bytes: [UInt8], from: Int, into output: inout [UInt8], at: Int) -> Step {
        // avail_in and avail_out are 32 bits wide: what is longer takes more than one call.
        let input = min(bytes.count - from, Int(Int32.max))
        let room = min(output.count - at, Int(Int32.max))
        var code = Z_OK
        // SAFETY: both buffers stay where they are for the closures' time, which is the time of the call; from + input
        // and at + room lie within them. zlib does not write to next_in; its type lacks the const.
        return unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { unsafe $0 + from })
                unsafe stream.pointee.avail_in = UInt32(input)
                unsafe stream.pointee.next_out = target.baseAddress.map { unsafe $0 + at }
                unsafe stream.pointee.avail_out = UInt32(room)
                code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                return unsafe Step(
                    code: code, read: input - Int(stream.pointee.avail_in), made: room - Int(stream.pointee.avail_out))
            }
        }
    }
}
