import Hummingbird
import NIOCore

/// The body of an answer, handed to the connection piece by piece, each when the one before has gone out.
///
/// A request counts as answered when the end of its answer is written, sent or not; from then on its connection may be closed for being
/// idle or because the collector stops. So the end is written when the client has been sent all the rest.
struct PacedBody: Sendable {
    let octets: [UInt8]
    let channel: any Channel

    /// Octets of a piece. A smaller body goes out whole: the kernel takes that much without waiting for the client.
    static let pieceLength = 16_384

    var body: ResponseBody {
        guard octets.count > Self.pieceLength else { return ResponseBody(byteBuffer: ByteBuffer(bytes: octets)) }
        return ResponseBody(contentLength: octets.count) { [self] writer in
            var rest = octets[...]
            while !rest.isEmpty {
                try await writer.write(ByteBuffer(bytes: rest.prefix(Self.pieceLength)))
                rest = rest.dropFirst(Self.pieceLength)
                // The write is done on the event loop. Once past it, the writer knows whether something is still unsent, and
                // waits for that before it takes the next piece, or the end.
                try await channel.eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
    }
}
