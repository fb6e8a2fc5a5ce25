import Collecting
import FlowModel
import Logging
import Synchronization

/// All sockets that other people's exporters are listened to on, and the one queue that they fill.
final class ExporterListeners: Sendable {
    let queue = ExportQueue()
    private let datagrams: DatagramReceiver
    private let streams: StreamListener
    private let isStopped = Flag()

    /// - Throws: the first place that cannot be listened on.
    init(
        _ configuration: ExporterConfiguration, logger: Logger, clock: @escaping @Sendable () -> Int64
    ) throws(ListenerError) {
        datagrams = try DatagramReceiver(
            endpoints: configuration.endpoints.map { ($0.host, $0.port, .netflow) }
                + configuration.sflowEndpoints.map { ($0.host, $0.port, .sflow) },
            socketsPerEndpoint: configuration.socketsPerEndpoint, receiveBuffer: configuration.receiveBuffer, logger: logger,
            queue: queue, clock: clock)
        var streaming = StreamListener.Configuration()
        streaming.endpoints = configuration.tcpEndpoints.map { ($0.host, $0.port, false) }
            + configuration.tlsEndpoints.map { ($0.host, $0.port, true) }
        streaming.tls = configuration.tls
        streaming.allowed = configuration.allowed
        streams = try StreamListener(configuration: streaming, queue: queue, logger: logger, clock: clock)
    }

    var datagramSockets: [DatagramReceiver.Account] { datagrams.sockets }
    var streamSockets: [StreamAccount] { streams.sockets }

    /// HOST:PORT of each, with the ports that were given: those of UDP first.
    var places: [String] { datagramSockets.map(\.place) + streamSockets.map(\.place) }

    func start() {
        datagrams.start()
        streams.start()
    }

    /// Takes no more. What had come is in the queue when `hasEnded`.
    func stop() async {
        datagrams.stop()
        await streams.stop()
        isStopped.set()
    }

    /// Lets go of the threads: after all that was in the queue has been decoded.
    func finish() async { await streams.finish() }

    /// True when nothing more comes into the queue.
    var hasEnded: Bool { isStopped.isSet && datagrams.hasEnded }
}
