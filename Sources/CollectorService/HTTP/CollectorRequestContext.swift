import Hummingbird
import NIOCore

/// What a request brings beside itself: its connection.
struct CollectorRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Is set when the client closes its side of the connection, so that nobody works for nobody.
    func departure() async -> Flag {
        let watch = channel.pipeline.handler(type: DepartureWatch.self)
        return (try? await watch.map(\.hasGone).get()) ?? Flag()
    }
}

/// Sits in every connection's pipeline and notices its end.
final class DepartureWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    let hasGone = Flag()

    func channelInactive(context: ChannelHandlerContext) {
        hasGone.set()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { hasGone.set() }
        context.fireUserInboundEventTriggered(event)
    }
}
