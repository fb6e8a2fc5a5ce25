import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on a port of its own that answers as it is told, and remembers what it was sent.
final class ScriptedCollector: Sendable {
    enum Answer: Sendable {
        case ok
        case duplicate
        case status(Int, retryAfter: String? = nil)
        /// A success that is none of a collector's: of a proxy or another program.
        case foreign(Int, body: String)
        /// Never answers; the connection stays open.
        case silence
        /// Closes the connection without an answer.
        case close
        /// Closes it after the head and a part of the body.
        case closeMidway
        /// The head and a part of the body, and then nothing; the connection stays open.
        case stallMidway
        /// The head, and a body that goes on and on, an octet now and then.
        case trickle
    }

    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: [UInt8]
        var sequence: UInt64 { UInt64(headers["zonal-sequence"] ?? "") ?? 0 }
    }

    private struct State {
        var script: [Answer]
        var requests: [Request] = []
        var answered: [Answer] = []
    }

    private let state: Mutex<State>
    private let channel: any Channel
    let url: String

    /// - Parameter script: answers to the first requests; all later ones are `ok`.
    static func start(_ script: [Answer] = []) async throws -> ScriptedCollector {
        let box = Holder()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler { request in box.answer(request) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedCollector(channel: channel, script: script)
        box.server.withLock { $0 = server }
        return server
    }

    private init(channel: any Channel, script: [Answer]) {
        self.channel = channel
        state = Mutex(State(script: script))
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    func stop() async { try? await channel.close() }

    var requests: [Request] { state.withLock { $0.requests } }

    /// Requests with the answers that they got.
    var exchanges: [(Request, Answer)] { state.withLock { Array(zip($0.requests, $0.answered)) } }

    private func answer(_ request: Request) -> Answer {
        state.withLock { state in
            state.requests.append(request)
            let answer = state.script.isEmpty ? .ok : state.script.removeFirst()
            state.answered.append(answer)
            return answer
        }
    }

    /// Connections may come before the server's own object is there.
    private final class Holder: Sendable {
        let server = Mutex<ScriptedCollector?>(nil)
        func answer(_ request: Request) -> Answer { server.withLock { $0 }?.answer(request) ?? .status(503) }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: (Request) -> Answer
        private var request = Request(method: "", path: "", headers: [:], body: [])

        init(_ answer: @escaping (Request) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = Request(method: head.method.rawValue, path: head.uri, headers: [:], body: [])
                for header in head.headers { request.headers[header.name.lowercased()] = header.value }
            case .body(let buffer):
                request.body += buffer.readableBytesView
            case .end:
                write(answer(request), context)
            }
        }

        private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
            switch answer {
            case .ok: write(200, "{\"accepted\": 1, \"duplicate\": false}", nil, context)
            case .duplicate: write(200, "{\"accepted\": 0, \"duplicate\": true}", nil, context)
            case .status(let status, let retryAfter): write(status, "{\"status\": \(status)}", retryAfter, context)
            case .foreign(let status, let body): write(status, body, nil, context)
            case .silence: break
            case .close: context.close(promise: nil)
            case .closeMidway:
                writeHalf(context)
                context.close(promise: nil)
            case .stallMidway: writeHalf(context)
            case .trickle:
                writeHalf(context)
                let channel = context.channel
                let drip = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(10)) { _ in
                    channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: " "))), promise: nil)
                }
                channel.closeFuture.whenComplete { _ in drip.cancel() }
            }
        }

        /// A head that announces more than the body that follows it has.
        private func writeHalf(_ context: ChannelHandlerContext) {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "60000"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "{\"acc")))), promise: nil)
        }

        private func write(_ status: Int, _ body: String, _ retryAfter: String?, _ context: ChannelHandlerContext) {
            var headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": "\(body.utf8.count)"]
            if let retryAfter { headers.add(name: "Retry-After", value: retryAfter) }
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
