package import FlowModel
import IPFIX
package import Logging
package import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Telemetry

/// Takes IPFIX over TCP and TLS (RFC 7011 §10.4) from other people's exporters, and hands whole messages on.
///
/// A connection is read as fast as its messages are decoded, and no faster: what waits meanwhile waits at the exporter. Nothing
/// that one sends, or does not, touches another's.
package final class StreamListener: Sendable {
    package struct Configuration: Sendable {
        /// Where to listen, and whether under TLS.
        package var endpoints: [(host: String, port: UInt16, isTLS: Bool)] = []
        /// Needed for TLS.
        package var tls: ListenerTLS?
        /// Who may connect; empty takes everybody.
        package var allowed: [IPPrefix] = []
        /// Connections at a time, of all and of one address.
        package var connections = 1024
        package var connectionsPerAddress = 64
        /// How long TLS may take to be agreed on, and how long a message that was begun may be on its way.
        package var handshakePatience: TimeAmount = .seconds(10)
        package var messagePatience: TimeAmount = .seconds(30)

        package init() {}
    }

    /// nil where there is nothing to listen on.
    private let group: MultiThreadedEventLoopGroup?
    private let servers: [any Channel]
    private let ledger: StreamLedger

    /// Opens the sockets; nobody is taken yet. Waits for that: not to be called on an event loop.
    ///
    /// - Parameters:
    ///   - queue: where messages go.
    ///   - clock: milliseconds since 1970 UTC.
    /// - Throws: the first place that cannot be listened on, or the file of a certificate that is wrong.
    package init(
        configuration: Configuration, queue: ExportQueue, logger: Logger, clock: @escaping @Sendable () -> Int64
    ) throws(ListenerError) {
        var context: NIOSSLContext?
        if let endpoint = configuration.endpoints.first(where: \.isTLS) {
            guard let tls = configuration.tls else {
                throw ListenerError(
                    place: "\(endpoint.host):\(endpoint.port)",
                    text: "TLS needs a certificate and its key: --tls-cert FILE --tls-key FILE")
            }
            context = try tls.context()
        }
        let ledger = StreamLedger(configuration: configuration, queue: queue, logger: logger, clock: clock)
        self.ledger = ledger
        guard !configuration.endpoints.isEmpty else {
            (group, servers) = (nil, [])
            return
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var servers: [any Channel] = []
        do throws(ListenerError) {
            for (number, endpoint) in configuration.endpoints.enumerated() {
                let server = try Self.bind(endpoint, number, endpoint.isTLS ? context : nil, group, ledger)
                servers.append(server)
            }
        } catch {
            for server in servers { server.close(promise: nil) }
            try? group.syncShutdownGracefully()
            throw error
        }
        self.group = group
        self.servers = servers
    }

    private static func bind(
        _ endpoint: (host: String, port: UInt16, isTLS: Bool), _ number: Int, _ context: NIOSSLContext?,
        _ group: MultiThreadedEventLoopGroup, _ ledger: StreamLedger
    ) throws(ListenerError) -> any Channel {
        let shown = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Of each connection, which inherits it: what the kernel holds of one that ends is read at once.
            .serverChannelOption(.socketOption(.so_rcvbuf), value: 262_144)
            // Until `start`.
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { channel in
                guard let source = ExporterSource(channel.remoteAddress), ledger.admits(source, number) else {
                    return channel.close()
                }
                return channel.eventLoop.makeCompletedFuture {
                    if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
                    try channel.pipeline.syncOperations.addHandler(
                        StreamConnection(source, number: number, ledger: ledger, isTLS: context != nil))
                }
            }
        do {
            let channel = try bootstrap.bind(host: endpoint.host, port: Int(endpoint.port)).wait()
            ledger.listens("\(shown):\(channel.localAddress?.port ?? Int(endpoint.port))", isTLS: endpoint.isTLS)
            return channel
        } catch {
            let place = "\(shown):\(endpoint.port)"
            guard let number = (error as? IOError)?.errnoCode else { throw ListenerError(place: place, text: "\(error)") }
            throw ListenerError(place: place, number: number, isDatagram: false)
        }
    }

    /// Of each socket, in the order of the endpoints.
    package var sockets: [StreamAccount] { ledger.accounts }

    package func start() {
        for server in servers {
            server.setOption(.autoRead, value: true).whenSuccess { server.read() }
        }
    }

    /// Takes nobody any more, ends all connections, and hands on the whole messages that had come.
    package func stop() async {
        for server in servers { try? await server.close() }
        let channels = ledger.stop()
        for channel in channels { channel.close(promise: nil) }
        for channel in channels { try? await channel.closeFuture.get() }
    }

    /// Lets go of the threads; to be called after `stop`, and after the last portion was released.
    package func finish() async { try? await group?.shutdownGracefully() }
}

extension ExporterSource {
    /// nil for what is no address of the internet. IPv4 addresses that came to a socket for both families are their own.
    init?(_ address: SocketAddress?) {
        guard let address, let text = address.ipAddress, let port = address.port, let parsed = IPAddress(text) else { return nil }
        let isMapped = parsed.high == 0 && parsed.low >> 32 == 0xFFFF
        self.init(isMapped ? IPAddress(ipv4: UInt32(truncatingIfNeeded: parsed.low)) : parsed, port: UInt16(clamping: port))
    }
}
