import IPFIX
import NIOCore
import NIOSSL
import NIOTLS

/// One exporter's connection: cut into messages, which are handed on a portion at a time.
final class StreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let source: ExporterSource
    private let number: Int
    private let ledger: StreamLedger
    private let isTLS: Bool
    private var framer = MessageFramer()
    private var isAgreed: Bool
    /// A portion is being decoded: nothing is read meanwhile.
    private var isPortionOut = false
    private var isClosed = false
    private var opened = NIODeadline.now()
    /// When the message began to come whose rest has not.
    private var restSince: NIODeadline?
    private var watch: RepeatedTask?
    private var ending: (StreamAccount.Ending, cause: String?)?

    init(_ source: ExporterSource, number: Int, ledger: StreamLedger, isTLS: Bool) {
        self.source = source
        self.number = number
        self.ledger = ledger
        self.isTLS = isTLS
        isAgreed = !isTLS
    }

    func channelActive(context: ChannelHandlerContext) {
        ledger.opened(context.channel, source, number)
        opened = .now()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            let (connection, context) = bound.value
            connection.look(context)
        }
        context.fireChannelActive()
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { isAgreed = true }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        ledger.received(octets.readableBytes, number)
        framer.append(&octets)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Under TLS what was read may have been none of ours: then it reads on by itself.
        proceed(context)
        context.fireChannelReadComplete()
    }

    private func proceed(_ context: ChannelHandlerContext) {
        guard !isPortionOut, !isClosed else { return }
        switch framer.next() {
        case .messages(let octets):
            isPortionOut = true
            restSince = nil
            let loop = context.eventLoop
            let bound = NIOLoopBound((self, context), eventLoop: loop)
            put(octets) {
                loop.execute {
                    let (connection, context) = bound.value
                    connection.isPortionOut = false
                    connection.proceed(context)
                }
            }
        case .needsMore:
            restSince = framer.rest > 0 ? restSince ?? .now() : nil
            context.read()
        case .fault(let fault): end(context, .framing, Self.text(fault))
        }
    }

    private func put(_ octets: [UInt8], release: @escaping @Sendable () -> Void) {
        ledger.queue.put(
            StreamPortion(source: source, octets: octets, receivedMilliseconds: ledger.clock(), release: release))
    }

    /// Once a second: is it worth waiting for?
    private func look(_ context: ChannelHandlerContext) {
        if !isAgreed, .now() - opened > ledger.configuration.handshakePatience {
            end(context, .handshake, "TLS was not agreed on in time")
        } else if isAgreed, !isPortionOut, let restSince, .now() - restSince > ledger.configuration.messagePatience {
            end(context, .stalled, "the rest of a message did not come")
        }
    }

    private static func text(_ fault: MessageFramer.Fault) -> String {
        switch fault {
        case .version(let version): "where a message should begin stands \(version), and not IPFIX's version 10"
        case .length(let length): "a message says to have \(length) octets, fewer than its header"
        case .compressed: "the stream is compressed in ipfixprobe's own way; have it send plain IPFIX"
        }
    }

    private func end(_ context: ChannelHandlerContext, _ ending: StreamAccount.Ending, _ cause: String?) {
        if self.ending == nil { self.ending = (ending, cause) }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown? = error as? NIOSSLError {
            // Many just close the connection; the message's end tells whether something is missing.
            context.close(promise: nil)
            return
        }
        end(context, isAgreed ? .failure : .handshake, TLSCause.text(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        watch?.cancel()
        // What had come whole is handed on. At the end it is read whether a portion is out or not: as much as the kernel holds of
        // a connection, whose place is taken until it has been decoded.
        while case .messages(let octets) = framer.next() { put(octets, release: {}) }
        let isCut = framer.rest > 0
        let ended = ending ?? (ledger.isStopping ? (.stop, nil) : !isAgreed ? (.handshake, "closed before TLS was agreed on") : isCut ? (.cut, nil) : (.exporter, nil))
        ledger.closed(context.channel, source, number, ended.0, ended.cause)
        ledger.queue.put(ended: source) { [ledger, source] in ledger.freed(source) }
        context.fireChannelInactive()
    }
}
