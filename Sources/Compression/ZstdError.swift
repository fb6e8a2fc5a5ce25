/// Why a zstd frame could not be made or read.
package enum ZstdError: Error, Hashable, Sendable {
    /// The library has no memory for a context.
    case outOfMemory
    /// The frame is cut, damaged or none at all; the text is the library's.
    case damaged(String)
    /// The frame holds, or says that it holds, more or fewer octets than the caller allowed.
    case unexpectedSize(allowed: Int)
    /// The library refused to compress; the text is its own.
    case failed(String)
}

extension ZstdError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outOfMemory: "no memory for zstd"
        case .damaged(let text): "damaged zstd frame: \(text)"
        case .unexpectedSize(let allowed): "zstd frame does not unpack to the expected \(allowed) octets"
        case .failed(let text): "zstd cannot compress: \(text)"
        }
    }
}
