import FlowModel
import Foundation
import Glibc
import IPFIX
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A collector over TCP or TLS on a port of its own: it cuts the stream into messages by their length, and reads them with
/// the decoder of foreign exports, each connection a session.
final class StreamCollector: Sendable {
    struct Received: Sendable {
        var connections = 0
        var messages = 0
        var octets = 0
        /// Data records of flows, in the order of their coming.
        var flows = FlowBatch()
        var statistics = ExporterStatistics()
        /// Of connections whose octets were no messages, and of those whose first message had another number than 0.
        var faults: [String] = []
    }

    private struct State {
        var decoder = ExportDecoder()
        var received = Received()
        var open: [ObjectIdentifier: any Channel] = [:]
        /// Closes a connection after so many messages, so many times.
        var closes: [Int] = []
        var isDeaf = false
    }

    private let state: Mutex<State>
    private let channel: Mutex<(any Channel)?>

    private init(closes: [Int], isDeaf: Bool) {
        var first = State()
        first.closes = closes
        first.isDeaf = isDeaf
        state = Mutex(first)
        channel = Mutex(nil)
    }

    /// - Parameters:
    ///   - closes: connections, in their order, that it closes after so many messages; the others stay open.
    ///   - isDeaf: it reads nothing.
    static func start(
        tls: NIOSSLContext? = nil, host: String = "127.0.0.1", port: Int = 0, closes: [Int] = [], isDeaf: Bool = false
    ) async throws -> StreamCollector {
        let collector = StreamCollector(closes: closes, isDeaf: isDeaf)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: !isDeaf)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(collector))
                }
            }
            .bind(host: host, port: port).get()
        collector.channel.withLock { $0 = channel }
        return collector
    }

    var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }

    var received: Received { state.withLock { $0.received } }

    func stop() async {
        try? await channel.withLock { $0 }?.close()
        await hangUp()
    }

    /// Closes the connections that are open.
    func hangUp() async {
        for channel in state.withLock({ Array($0.open.values) }) { try? await channel.close() }
    }

    /// From now on its sockets drop all that comes in, unanswered, as if their host had no power.
    func vanish() async throws {
        // What the kernel calls sock_fprog: one instruction of a filter, which says to keep 0 octets (BPF_RET | BPF_K).
        struct Program: Sendable {
            var length: UInt16 = 1
            var instructions: UInt
        }
        let instruction = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { unsafe instruction.deallocate() }
        unsafe instruction.initialize(to: 0x06)
        for channel in state.withLock({ Array($0.open.values) }) {
            guard let provider = channel as? any SocketOptionProvider else { continue }
            // The value is laid out as the kernel reads it, and copied before the call is over.
            let program = Program(instructions: UInt(bitPattern: instruction))
            try await provider.unsafeSetSocketOption(level: .socket, name: .init(rawValue: SO_ATTACH_FILTER), value: program).get()
        }
    }

    private func begin(_ channel: any Channel) -> (number: UInt16, limit: Int?) {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)] = channel
            state.received.connections += 1
            return (UInt16(state.received.connections), state.closes.isEmpty ? nil : state.closes.removeFirst())
        }
    }

    private func end(_ channel: any Channel, _ number: UInt16) {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)] = nil
            state.decoder.close(ExporterSource(IPAddress(ipv4: 0x7F00_0001), port: number))
        }
    }

    private func take(_ message: [UInt8], _ number: UInt16) {
        let address = IPAddress(ipv4: 0x7F00_0001)
        state.withLock { state in
            // SAFETY: the octets are integers, which any bits are.
            let bytes = unsafe message.span.bytes
            state.decoder.decode(
                bytes, from: ExporterSource(address, port: number), over: .stream, receivedMilliseconds: 1_700_000_000_000)
            let flows = state.decoder.takeFlows().flows
            state.received.flows.append(flows, rows: 0..<flows.count)
            state.received.messages += 1
            state.received.octets += message.count
            state.received.statistics = state.decoder.statistics(of: address) ?? ExporterStatistics()
        }
    }

    private func fault(_ words: String) { state.withLock { $0.received.faults.append(words) } }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let collector: StreamCollector
        private var number: UInt16 = 0
        private var limit: Int?
        private var messages = 0
        private var octets: [UInt8] = []
        private var met: Set<UInt32> = []

        init(_ collector: StreamCollector) { self.collector = collector }

        func channelActive(context: ChannelHandlerContext) { (number, limit) = collector.begin(context.channel) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            octets += unwrapInboundIn(data).readableBytesView
            var place = 0
            func number(_ start: Int, _ length: Int) -> UInt32 {
                octets[place + start..<place + start + length].reduce(0) { $0 << 8 | UInt32($1) }
            }
            while octets.count - place >= 16 {
                let length = Int(number(2, 2))
                guard number(0, 2) == 10, length >= 16 else {
                    collector.fault("no message")
                    return context.close(promise: nil)
                }
                if octets.count - place < length { break }
                if met.insert(number(12, 4)).inserted && number(8, 4) != 0 { collector.fault("first number \(number(8, 4))") }
                collector.take(Array(octets[place..<place + length]), self.number)
                place += length
                messages += 1
                if messages == limit { return context.close(promise: nil) }
            }
            octets.removeFirst(place)
        }

        func channelInactive(context: ChannelHandlerContext) { collector.end(context.channel, number) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
