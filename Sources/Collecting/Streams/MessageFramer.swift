import NIOCore

/// Cuts the octets of a connection into whole IPFIX messages, by the length that each says (RFC 7011 §10.4.1: there is nothing
/// else to find the next one by, so that a connection whose lengths are wrong is at its end).
struct MessageFramer {
    enum Fault: Error, Equatable {
        /// Not version 10 where a message begins.
        case version(UInt16)
        /// A message shorter than its own header.
        case length(UInt16)
        /// The compressed stream of another exporter's own making begins like this.
        case compressed
    }

    enum Step: Equatable {
        /// Whole messages, on end.
        case messages([UInt8])
        case needsMore
        case fault(Fault)
    }

    private static let headerLength = 16
    /// Octets of a step, if there are so many: a message may have 65,535.
    private static let stepLength = 131_072
    /// «LZ4c», which ipfixprobe puts before everything else where it is told to compress.
    private static let compressedMagic: UInt32 = 0x4C5A_3463

    private var buffer = ByteBuffer()
    private var hasBegun = false

    /// Octets of a message whose end has not come.
    var rest: Int { buffer.readableBytes }

    mutating func append(_ octets: inout ByteBuffer) {
        if buffer.readableBytes == 0 {
            swap(&buffer, &octets)
        } else {
            buffer.discardReadBytes()
            buffer.writeBuffer(&octets)
        }
    }

    /// The next messages. After a fault there are no more.
    mutating func next() -> Step {
        if !hasBegun, let first = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) {
            hasBegun = true
            if first == Self.compressedMagic || first.byteSwapped == Self.compressedMagic { return .fault(.compressed) }
        }
        var whole = 0
        var fault: Fault?
        while whole < Self.stepLength, let version = buffer.getInteger(at: buffer.readerIndex + whole, as: UInt16.self) {
            guard version == 10 else {
                fault = .version(version)
                break
            }
            guard let length = buffer.getInteger(at: buffer.readerIndex + whole + 2, as: UInt16.self) else { break }
            guard Int(length) >= Self.headerLength else {
                fault = .length(length)
                break
            }
            guard buffer.readableBytes - whole >= Int(length) else { break }
            whole += Int(length)
        }
        // What came before a fault is told first.
        if whole > 0, let octets = buffer.readBytes(length: whole) { return .messages(octets) }
        return fault.map { .fault($0) } ?? .needsMore
    }
}
