import NIOCore

/// Sits in every connection's pipeline, says that it can be written to only while nothing is unsent, and closes it when a client takes
/// nothing for too long.
///
/// Hummingbird's own limit for idle connections rests while an answer is under way: without this one a client that stops reading would
/// hold its connection, and the end of the collector, for ever.
final class StallWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let patience: TimeAmount
    private var closing: Scheduled<Void>?

    init(patience: TimeAmount) {
        self.patience = patience
    }

    /// Linux's number of `TCP_NOTSENT_LOWAT` (tcp(7)).
    private static let unsentLowWater = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 25))

    func handlerAdded(context: ChannelHandlerContext) {
        guard let options = context.channel.syncOptions else { return }
        try? options.setOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
        // Without it the kernel takes megabytes and asks for more only when a third has gone: a slow client would look like one that
        // stands still. Where the kernel does not know the option, that is how it stays.
        try? options.setOption(Self.unsentLowWater, value: 131_072)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        closing?.cancel()
        closing = nil
        if !context.channel.isWritable {
            let channel = context.channel
            closing = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closing?.cancel()
        closing = nil
        context.fireChannelInactive()
    }
}
