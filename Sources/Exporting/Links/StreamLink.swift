import Foundation
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// A TCP connection to a collector, with TLS or without (RFC 7011 §10.4, §11.1). Messages tell their length themselves.
final class StreamLink: ExportLink {
    private let channel: any Channel
    private let state: LinkState
    private let writeTimeout: TimeAmount
    /// A connection on which nothing goes is asked after so many seconds whether it is still there.
    private static let keepaliveSeconds = 10

    private init(_ channel: any Channel, _ state: LinkState, writeTimeout: TimeAmount) {
        self.channel = channel
        self.state = state
        self.writeTimeout = writeTimeout
    }

    /// Resolves the name and connects; with TLS, returns when the handshake is done.
    ///
    /// - Parameter onClose: called when the connection ends, from a thread of the network's.
    static func open(
        _ target: ExportTarget, tls: NIOSSLContext?, connectTimeout: Duration, writeTimeout: Duration,
        onClose: @escaping @Sendable () -> Void
    ) async throws(LinkFault) -> StreamLink {
        let isTLS = tls != nil
        // Only a name can be asked for; an address is checked against the certificate all the same.
        let name = (try? SocketAddress(ipAddress: target.host, port: 0)) == nil ? target.host : nil
        let attempts = Attempts()
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(connectTimeout))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: keepaliveSeconds)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: keepaliveSeconds)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let opened: Opened
        do {
            // Of several addresses of a name the first that answers is taken: each has a pipeline of its own.
            opened = try await withTaskCancellationHandler {
                try await bootstrap.connect(host: target.host, port: Int(target.port)) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try attempts.add(channel)
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name)) }
                        let opened = Opened(channel: channel, ready: channel.eventLoop.makePromise())
                        try pipeline.addHandler(LinkHandler(opened, waitsForTLS: isTLS))
                        return opened
                    }
                }
            } onCancel: {
                attempts.cancel()
            }
        } catch {
            throw Task.isCancelled ? LinkFault(.cancelled, "the exporter was stopped") : LinkFaults.ofConnecting(error, target)
        }
        let channel = opened.channel
        let overdue = channel.eventLoop.scheduleTask(in: TimeAmount(connectTimeout)) {
            opened.ready.fail(ChannelError.connectTimeout(TimeAmount(connectTimeout)))
        }
        defer { overdue.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await opened.ready.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            try? await channel.close().get()
            throw Task.isCancelled ? LinkFault(.cancelled, "the exporter was stopped") : LinkFaults.ofHandshake(error, target)
        }
        // What is sent and not acknowledged for so long, or asked and not answered, ends the connection (RFC 5482); by itself the
        // kernel takes a quarter of an hour. Where it cannot be set the connection has gone already, as sending will tell.
        let milliseconds = Int(CInt(clamping: max(1, TimeAmount(writeTimeout).nanoseconds / 1_000_000)))
        try? await channel.setOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: milliseconds).get()
        channel.closeFuture.whenComplete { _ in onClose() }
        return StreamLink(channel, opened.state, writeTimeout: TimeAmount(writeTimeout))
    }

    /// A channel before it is known whether it will do.
    fileprivate struct Opened: Sendable {
        let channel: any Channel
        let state = LinkState()
        /// Kept or broken by the pipeline, at the latest when that is taken down.
        let ready: EventLoopPromise<Void>
    }

    var isOpen: Bool { channel.isActive }
    var fault: LinkFault? { state.fault }

    /// Returns when the kernel has taken the whole.
    func send(_ octets: ArraySlice<UInt8>) async throws(LinkFault) {
        let buffer = ByteBuffer(bytes: octets)
        // A collector that reads no more would hold us for ever.
        let channel = channel
        let watchdog = channel.eventLoop.scheduleTask(in: writeTimeout) {
            self.state.note(LinkFaults.givenUp)
            channel.close(promise: nil)
        }
        defer { watchdog.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await channel.writeAndFlush(buffer).get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            throw Task.isCancelled ? LinkFault(.cancelled, "the exporter was stopped") : state.fault ?? LinkFaults.ofConnection(error)
        }
    }

    func close() async { try? await channel.close().get() }
}

/// The channels of one attempt to connect, one for each address: who gives the attempt up closes them.
private final class Attempts: Sendable {
    private let channels = Mutex<[any Channel]?>([])

    /// - Throws: when the attempt was given up before.
    func add(_ channel: any Channel) throws {
        let isGivenUp = channels.withLock { channels in
            channels?.append(channel)
            return channels == nil
        }
        if isGivenUp { throw CancellationError() }
    }

    func cancel() {
        let channels = channels.withLock { channels in
            defer { channels = nil }
            return channels ?? []
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

/// What went wrong with a connection: the first thing, since the others follow from it.
final class LinkState: Sendable {
    private let first = Mutex<LinkFault?>(nil)
    var fault: LinkFault? { first.withLock { $0 } }
    func note(_ fault: LinkFault) { first.withLock { $0 = $0 ?? fault } }
}

/// The end of a connection's pipeline: tells when TLS is ready, and what breaks. What a collector sends is not looked at, as
/// IPFIX has no answers.
private final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let opened: StreamLink.Opened
    private let waitsForTLS: Bool

    init(_ opened: StreamLink.Opened, waitsForTLS: Bool) {
        self.opened = opened
        self.waitsForTLS = waitsForTLS
    }

    func handlerRemoved(context: ChannelHandlerContext) { opened.ready.fail(ChannelError.eof) }

    func channelActive(context: ChannelHandlerContext) {
        if !waitsForTLS { opened.ready.succeed() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { opened.ready.succeed() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        opened.ready.fail(ChannelError.eof)
        opened.state.note(LinkFault(.closed, "the collector has closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.ready.fail(error)
        opened.state.note(LinkFaults.ofConnection(error))
        context.close(promise: nil)
    }
}
