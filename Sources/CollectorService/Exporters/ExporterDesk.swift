import Collecting
import Dispatch
import FlowModel
import FlowStore
import Foundation
import IPFIX
import Logging
import Synchronization
import Telemetry

/// Other people's exporters: what they send is received, decoded, stored, judged, and accounted for.
///
/// None of their protocols acknowledges. So nothing here throws away what came: while the store fails, decoding waits, then the
/// queue, then connections are not read on and the sockets' buffers fill, and what the kernel drops then is counted by it.
final class ExporterDesk: Sendable {
    let configuration: ExporterConfiguration
    private let listeners: ExporterListeners
    private let receiver: BatchReceiver
    private let memoryPath: String
    private let metrics: MetricRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    /// As it was at most a second ago.
    private let standing = Mutex(ExporterStanding())
    private let isStopping = Flag()
    private let hasEnded = Flag()
    private let isStarted = Flag()
    private let epoch = UInt64.random(in: 1 ... .max)
    /// Writes down what is known of templates: of thousands of exporters that takes longer than decoding may stop for.
    private let keeper = DispatchQueue(label: "exporter-memory")
    private let isKeeping = Atomic(false)
    /// Milliseconds of the last time.
    private let keepingTook = Atomic(Int64(0))

    /// Nothing is read before `start`.
    ///
    /// - Parameters:
    ///   - listeners: the sockets, opened.
    ///   - folder: what is known of templates is kept there over a restart.
    init(
        configuration: ExporterConfiguration, listeners: ExporterListeners, folder: String, receiver: BatchReceiver,
        metrics: MetricRegistry, logger: Logger, clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.receiver = receiver
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
        memoryPath = folder + "/exporters.json"
        self.listeners = listeners
    }

    /// Where exporters are listened to, HOST:PORT each.
    var places: [String] { listeners.places }

    /// What is known of each exporter, by address.
    var rows: [ExporterRow] { standing.withLock { $0.exporters }.sorted { $0.address < $1.address } }

    func start() {
        guard !configuration.isEmpty, !isStarted.isSet else { return }
        isStarted.set()
        for socket in listeners.datagramSockets {
            logger.info(
                "Exporters are listened to.",
                metadata: [
                    LogKey.listenAddress: "\(socket.place)", LogKey.receiveBufferBytes: "\(socket.receiveBuffer)",
                ])
        }
        for socket in listeners.streamSockets {
            logger.info("Exporters are listened to.", metadata: [LogKey.listenAddress: "\(socket.place)"])
        }
        let thread = Thread { [self] in
            // From inside, or the kernel does not know it.
            Thread.current.name = "exporters"
            decode()
            hasEnded.set()
        }
        thread.stackSize = 8 << 20
        thread.start()
        listeners.start()
    }

    /// Takes no more, and waits until what came is stored.
    func stop() async {
        isStopping.set()
        // Also what was never started has sockets.
        await listeners.stop()
        while isStarted.isSet, !hasEnded.isSet { try? await Task.sleep(for: .milliseconds(5)) }
        await listeners.finish()
    }

    /// Brings the metrics up to date.
    func measure() {
        ExporterMetrics.measure(
            standing.withLock { $0 }, datagrams: listeners.datagramSockets, streams: listeners.streamSockets, into: metrics)
    }

    // MARK: - The decoder's thread

    private func decode() {
        var reader = ExporterReader(configuration, memory: ExporterMemoryFile.read(memoryPath, logger: logger))
        var pace = ExporterPace(now: Self.steady())
        // Of the batches that are stored: a number for each, so that a second attempt stores nothing twice.
        var batches: UInt64 = 0
        while true {
            let isLast = listeners.hasEnded
            if let input = listeners.queue.take(within: 200) {
                reader.read(input) { reader in
                    if reader.rowCount >= configuration.batchRecords { store(&reader, &batches) }
                }
                if case .datagrams(let block) = input { listeners.queue.recycle(block) }
            } else if isLast {
                break
            }
            let now = Self.steady()
            // Soon after each new template, so that it is known also to a collector that was killed; before the rows that it reads.
            if !isKeeping.load(ordering: .acquiring), pace.isKeepDue(now, reader.templateChanges, lastTook: keepingTook.load(ordering: .relaxed)) {
                keep(reader.memory)
            }
            if pace.isStoreDue(now, hasRows: reader.hasRows) { store(&reader, &batches) }
            if pace.isAccountDue(now) { show(reader.standing) }
            if pace.isUpkeepDue(now) { reader.expire(atMilliseconds: clock()) }
        }
        store(&reader, &batches, isLast: true)
        show(reader.standing)
        keep(reader.memory)
        keeper.sync {}
    }

    private func keep(_ memory: ExporterMemory) {
        isKeeping.store(true, ordering: .releasing)
        keeper.async { [self] in
            let began = Self.steady()
            ExporterMemoryFile.write(memory, to: memoryPath, logger: logger)
            keepingTook.store(Self.steady() - began, ordering: .relaxed)
            isKeeping.store(false, ordering: .releasing)
        }
    }

    /// Milliseconds of a clock that nobody sets.
    private static func steady() -> Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    /// Stores what has been decoded. While the store fails it waits, so that what comes meanwhile is held, and what cannot be
    /// held is counted by the kernel; after the stop it gives up, and counts.
    private func store(_ reader: inout ExporterReader, _ batches: inout UInt64, isLast: Bool = false) {
        for flows in reader.takeFlows(atMilliseconds: Self.steady(), isLast: isLast) {
            batches += 1
            let identity = BatchIdentity.sequence(agent: "exporters", epoch: epoch, sequence: batches)
            while true {
                do throws(Problem) {
                    try receiver.take(foreign: flows, identity: identity)
                    break
                } catch {
                    // Below 500 it is the records' own fault, and a repeat does not help.
                    if isStopping.isSet || error.status < 500 {
                        metrics.add(CollectorMetrics.recordsLeftOut, flows.count, labels: ["not-stored"])
                        break
                    }
                    // What is lost meanwhile is to be seen.
                    show(reader.standing)
                    Thread.sleep(forTimeInterval: 1)
                }
            }
            reader.reuse(flows)
        }
    }

    private func show(_ now: ExporterStanding) { standing.withLock { $0 = now } }
}

/// When the decoder's thread is to do what is done now and then.
private struct ExporterPace {
    private var stored: Int64
    private var shown: Int64
    private var tidied: Int64
    private var kept: Int64
    private var keptChanges: UInt64 = 0

    init(now: Int64) { (stored, shown, tidied, kept) = (now, now, now, now - 2000) }

    private static func isDue(_ last: inout Int64, _ now: Int64, after period: Int64) -> Bool {
        guard now - last >= period else { return false }
        last = now
        return true
    }

    mutating func isStoreDue(_ now: Int64, hasRows: Bool) -> Bool { Self.isDue(&stored, now, after: 1000) && hasRows }
    mutating func isAccountDue(_ now: Int64) -> Bool { Self.isDue(&shown, now, after: 500) }
    mutating func isUpkeepDue(_ now: Int64) -> Bool { Self.isDue(&tidied, now, after: 60_000) }

    /// Some seconds after templates have changed, and every minute for what else there is to know; never so often that it is
    /// more than a fiftieth of the time.
    mutating func isKeepDue(_ now: Int64, _ changes: UInt64, lastTook: Int64) -> Bool {
        guard Self.isDue(&kept, now, after: changes == keptChanges ? 60_000 : min(60_000, max(2_000, 50 * lastTook))) else { return false }
        keptChanges = changes
        return true
    }
}
