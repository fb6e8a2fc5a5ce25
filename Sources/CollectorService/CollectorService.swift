import Alerting
import Collecting
import Detection
import FlowStore
import Foundation
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import Telemetry

/// The collector: a data folder, its intake, its answers, detection and alerting, behind one HTTP server.
///
/// Made with `init`, which opens the data folder; run once with `run`, which ends by graceful shutdown (of a `ServiceGroup`
/// or by `stop`) or by cancellation. Batches that were accepted are finished; the folder is closed at the end.
package final class CollectorService: Service {
    package let configuration: CollectorConfiguration
    /// What `/metrics` shows; an agent in the same process may count here too.
    package let metrics: MetricRegistry

    private let folder: DataFolder
    private let clock: @Sendable () -> Int64
    private let logger: Logger
    private let detection: DetectionDesk
    private let counting: CountingDesk
    private let dispatcher: AlertDispatcher
    private let desk: AnswerDesk
    private let receiver: BatchReceiver
    private let intakeThreads: WorkerThreads
    private let answerThreads: WorkerThreads
    private let upkeep: Upkeep
    private let exporters: ExporterDesk
    private let listener = Listener()
    private let isStopping = Flag()

    /// Opens the data folder and restores what the last run left.
    ///
    /// - Parameters:
    ///   - metrics: has `CollectorMetrics.all` among its definitions.
    ///   - clock: milliseconds since 1970 UTC.
    /// - Throws: one sentence with the mend: the folder cannot be made or written, another process writes it, it is of a
    ///   newer format.
    package init(
        configuration: CollectorConfiguration, logger: Logger,
        metrics: MetricRegistry = MetricRegistry(CollectorMetrics.all),
        clock: @escaping @Sendable () -> Int64 = { WallClock.milliseconds() }
    ) throws(CollectorError) {
        self.configuration = configuration
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        let listeners = try Self.listeners(configuration.exporters, logger, clock)
        do throws(StoreError) {
            var store = SQLiteFlowStore.Configuration()
            store.now = clock
            store.byteBound = configuration.byteBound
            store.retired = { [metrics, logger] in Upkeep.tell($0, metrics, logger) }
            store.rollups = configuration.rollups
            let folder = try DataFolder.openForWriting(configuration.dataFolder, configuration: store)
            let agents = try folder.catalog.agents()
            let ledger = AgentLedger(
                agents: agents, localAddresses: try folder.catalog.localAddresses().mapValues(\.count), metrics: metrics,
                logger: logger, clock: clock)
            dispatcher = AlertDispatcher(
                destinations: configuration.destinations, hostname: ProcessInfo.processInfo.hostName, logger: logger)
            detection = try DetectionDesk(
                engine: DetectionEngine(configuration: configuration.detection),
                lifecycle: AlertLifecycle(configuration: configuration.alertLifecycle), catalog: folder.catalog,
                dispatcher: dispatcher, metrics: metrics, logger: logger, nowMilliseconds: clock())
            let counting = try CountingDesk(
                agents: agents, catalog: folder.catalog, store: folder.store, metrics: metrics, logger: logger,
                nowMilliseconds: clock())
            self.counting = counting
            let receiver = BatchReceiver(
                counting: counting, store: folder.store, catalog: folder.catalog, detection: detection, ledger: ledger,
                bodyByteLimit: configuration.bodyByteLimit, unpackedByteLimit: configuration.unpackedByteLimit,
                metrics: metrics, logger: logger, clock: clock)
            self.receiver = receiver
            let exporters = ExporterDesk(
                configuration: configuration.exporters, listeners: listeners, folder: configuration.dataFolder, receiver: receiver,
                metrics: metrics, logger: logger, clock: clock)
            self.exporters = exporters
            desk = AnswerDesk(
                store: folder.store, catalog: folder.catalog,
                silenceMilliseconds: Int64(configuration.detection.silenceSeconds) * 1000,
                localAddresses: { ledger.localAddresses }, missingWitnesses: { counting.missingWitnesses },
                exporters: { exporters.rows })
            let bound: Int64? =
                switch configuration.byteBound {
                case .none: nil
                case .usual: folder.usualByteBound
                case .bytes(let bytes): bytes
                }
            metrics.set(CollectorMetrics.storeByteBound, to: Double(bound ?? 0))
            upkeep = Upkeep(
                store: folder.store, 
                retention: RetentionPolicy(
                    age: configuration.retentionAge, bytes: bound, rollupAge: configuration.rollups.maximumAge), metrics: metrics, logger: logger, clock: clock, isStopping: isStopping)
            self.folder = folder
        } catch {
            throw CollectorError(dataFolder: error)
        }
        intakeThreads = WorkerThreads(
            name: "intake", width: configuration.batchesAtOnce, waitingLimit: configuration.batchesWaiting)
        answerThreads = WorkerThreads(
            name: "answer", width: configuration.queriesAtOnce, waitingLimit: configuration.queriesWaiting)
    }

    /// The sockets for other people's exporters: what cannot be listened on is said before anything else is done.
    private static func listeners(
        _ configuration: ExporterConfiguration, _ logger: Logger, _ clock: @escaping @Sendable () -> Int64
    ) throws(CollectorError) -> ExporterListeners {
        do throws(ListenerError) {
            return try ExporterListeners(configuration, logger: logger, clock: clock)
        } catch {
            throw CollectorError(exporters: error)
        }
    }

    /// Where exporters are listened to, HOST:PORT each, with the ports that were given.
    package var exporterPlaces: [String] { exporters.places }

    /// Where it listens; waits until it does.
    ///
    /// - Throws: why it never will: what `run` throws.
    package func listening() async throws -> (host: String, port: Int) { try await listener.wait() }

    /// Begins the graceful shutdown, as a `ServiceGroup` would.
    package func stop() async { await listener.stop() }

    /// Serves until the shutdown. To be called once.
    ///
    /// - Throws: `CollectorError` when the address cannot be listened on.
    package func run() async throws {
        let server = ServiceGroup(configuration: .init(services: [application()], logger: quietLogger))
        listener.serves(with: server)
        exporters.start()
        let dispatching = Task { await dispatcher.run() }
        let ticking = Task { await tick() }
        var failure: (any Error)?
        do {
            try await withGracefulShutdownHandler {
                try await server.run()
            } onGracefulShutdown: { [isStopping] in
                isStopping.set()
            }
        } catch is CancellationError {
            // The task of `run` was cancelled: that too is an end.
        } catch {
            failure = listener.hasListened ? error : listeningError(error)
        }
        isStopping.set()
        listener.ended(failure)
        ticking.cancel()
        await ticking.value
        // In a task of its own: the waits in there are none in a cancelled task.
        await Task { await finish(dispatching) }.value
        if let failure { throw failure }
    }

    /// Waits for what was accepted, gives alerts a moment to leave, and closes the folder.
    private func finish(_ dispatching: Task<Void, Never>) async {
        await exporters.stop()
        intakeThreads.stop()
        answerThreads.stop()
        while intakeThreads.isBusy || answerThreads.isBusy { try? await Task.sleep(for: .milliseconds(5)) }
        dispatcher.close()
        let patience = Task {
            guard (try? await Task.sleep(for: .seconds(5))) != nil else { return }
            dispatching.cancel()
        }
        await dispatching.value
        patience.cancel()
        detection.finish(now: clock())
        await upkeep.stop()
        folder.close()
    }

    /// Once a second: detection, and now and then the upkeep of the store.
    private func tick() async {
        while !Task.isCancelled {
            await upkeep.tick(isIdle: { [intakeThreads] in !intakeThreads.isBusy }) { [detection, counting, clock] in
                detection.tick(now: clock())
                counting.lookForMissingWitnesses(now: clock())
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    // MARK: - HTTP

    /// Hummingbird tells of its start at `info`, which is for us to say.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }

    private func application() -> some ApplicationProtocol {
        let responder = CollectorResponder(
            answers: AnswerRoutes(
                desk: desk, threads: answerThreads,
                limits: QueryLimits(
                    time: configuration.queryTimeLimit, groups: configuration.queryGroupLimit, memory: configuration.queryMemoryLimit),
                valueLimit: configuration.answerValueLimit, metrics: metrics, clock: clock, isStopping: isStopping),
            intake: BatchRoute(
                receiver: receiver, threads: intakeThreads, budget: ByteBudget(limit: configuration.bodiesByteLimit),
                byteLimit: configuration.bodyByteLimit, timeLimit: configuration.bodyTimeLimit, metrics: metrics),
            readiness: { [isStopping, receiver] in
                if isStopping.isSet { return Problem(503, .stopping, "the collector is stopping", retryAfterSeconds: 5) }
                return receiver.storeProblem.map { Problem(503, .store, $0, retryAfterSeconds: 5) }
            },
            gauges: GaugeRefresh { [detection, counting, exporters, answerThreads, metrics, folder] in
                detection.measure()
                counting.measure()
                exporters.measure()
                let counters = folder.store.counters()
                metrics.raise(CollectorMetrics.recordsOutOfRange, to: counters.outOfRange)
                metrics.raise(CollectorMetrics.partitionsDamaged, to: counters.damagedPartitions)
                metrics.raise(CollectorMetrics.partitionsMissing, to: counters.missingPartitions)
                metrics.set(CollectorMetrics.queriesRunning, to: Double(answerThreads.load.running))
            }, metrics: metrics, logger: logger)
        let idleLimit = TimeAmount.seconds(configuration.idleTimeLimitSeconds)
        return Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        DepartureWatch(), StallWatch(patience: idleLimit),
                    ], idleTimeout: idleLimit,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: CollectorConfiguration.headByteLimit,
                        maxHeaderListSize: CollectorConfiguration.headByteLimit))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.listenHost, port: configuration.listenPort), serverName: "zonal",
                availableConnectionsDelegate: .maximum(configuration.connectionLimit, logger: quietLogger)),
            onServerRunning: { [listener, configuration, logger] channel in
                let port = channel.localAddress?.port ?? configuration.listenPort
                logger.info(
                    "The collector listens.",
                    metadata: [LogKey.listenAddress: "\(configuration.listenHost):\(port)"])
                listener.listens(host: configuration.listenHost, port: port)
            }, logger: quietLogger)
    }

    private func listeningError(_ error: any Error) -> CollectorError {
        CollectorError(listening: error, host: configuration.listenHost, port: configuration.listenPort)
    }
}
