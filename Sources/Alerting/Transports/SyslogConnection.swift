import NIOCore
import NIOPosix

/// A socket to a destination, over which whole messages are written one after the other.
struct SyslogConnection: Sendable {
    struct Timeouts: Sendable {
        /// For the name of a UDP destination; TCP's counts into `connect`.
        var resolve: Duration = .seconds(5)
        var connect: TimeAmount = .seconds(5)
        var write: TimeAmount = .seconds(10)
    }

    private let channel: any Channel
    private let framing: SyslogDestination.Framing
    private let timeouts: Timeouts

    /// Resolves the name and connects. A UDP socket is connected too, so that the kernel tells of a port that is closed.
    static func open(
        _ destination: SyslogDestination, resolver: NameResolver, on group: any EventLoopGroup,
        timeouts: Timeouts = Timeouts()
    ) async throws -> SyslogConnection {
        let port = Int(destination.port)
        let channel: any Channel
        switch destination.transport {
        case .tcp:
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(timeouts.connect)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: destination.host, port: port).get()
        case .udp:
            // Given a name, this bootstrap would look it up on its event loop, which others need.
            let address = try await resolver.address(within: timeouts.resolve)
            channel = try await DatagramBootstrap(group: group).connect(to: address).get()
        }
        return SyslogConnection(channel: channel, framing: destination.framing, timeouts: timeouts)
    }

    /// False when the receiver has closed.
    var isOpen: Bool { channel.isActive }

    /// Returns when the kernel has taken the whole message.
    func send(_ message: [UInt8]) async throws {
        var buffer = channel.allocator.buffer(capacity: message.count + 8)
        if framing == .octetCounting { buffer.writeString("\(message.count) ") }
        buffer.writeBytes(message)
        if framing == .lf { buffer.writeInteger(UInt8(ascii: "\n")) }
        // A receiver that reads no more would hold us for ever.
        let channel = channel
        let watchdog = channel.eventLoop.scheduleTask(in: timeouts.write) { channel.close(promise: nil) }
        defer { watchdog.cancel() }
        try await channel.writeAndFlush(buffer).get()
    }

    func close() async { try? await channel.close().get() }
}
