/// Why octets could not be packed or unpacked, by gzip or zstd.
package enum CompressionError: Error, Hashable, Sendable {
    /// The stream contradicts its format or its checksum.
    /// - Parameter place: octets of the input that were read before the fault was met.
    case corrupt(place: Int)
    /// The input ends before its stream does.
    case truncated
    /// The content is longer than the caller allows.
    case tooLarge(limit: Int)
    /// The library found no memory for its state.
    case outOfMemory
}

extension CompressionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .corrupt(let place): "the compressed stream is damaged at about octet \(place)"
        case .truncated: "the compressed stream ends too early: the transfer was cut off or the file is not complete"
        case .tooLarge(let limit): "the unpacked content is longer than the limit of \(limit) octets"
        case .outOfMemory: "no memory for the compressor's state"
        }
    }
}
