import Collecting
import Dispatch
import FlowModel
import FlowStore
import Foundation
import IPFIX
import Logging
import Synchronization
import Telemetry

/// Other people's exporters: their datagrams are received, decoded, stored, judged, and accounted for.
///
/// UDP cannot be acknowledged. So nothing here throws away what came: while the store fails, decoding waits, then the queue,
/// then the sockets' buffers fill, and what the kernel drops then is counted by it.
final class ExporterDesk: Sendable {
    /// What is known of all exporters, some fraction of a second ago.
    struct Standing: Sendable {
        var exporters: [(address: IPAddress, statistics: ExporterStatistics)] = []
        var exportersEvicted: UInt64 = 0
        /// Datagrams from addresses that are not allowed, and those longer than any that UDP has.
        var refused: UInt64 = 0
        var cut: UInt64 = 0
    }

    let configuration: ExporterConfiguration
    private let datagrams: DatagramReceiver
    private let receiver: BatchReceiver
    private let memoryPath: String
    private let metrics: MetricRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private let standing = Mutex(Standing())
    private let isStopping = Flag()
    private let hasEnded = Flag()
    private let isStarted = Flag()
    private let epoch = UInt64.random(in: 1 ... .max)

    /// Nothing is read before `start`.
    ///
    /// - Parameters:
    ///   - datagrams: the sockets, opened.
    ///   - folder: what is known of templates is kept there over a restart.
    init(
        configuration: ExporterConfiguration, datagrams: DatagramReceiver, folder: String, receiver: BatchReceiver,
        metrics: MetricRegistry, logger: Logger, clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.receiver = receiver
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
        memoryPath = folder + "/exporters.json"
        self.datagrams = datagrams
    }

    var sockets: [DatagramReceiver.Account] { datagrams.sockets }

    /// What is known of the exporters, as it was at most a second ago.
    var known: Standing { standing.withLock { $0 } }

    /// The same for an answer, by address.
    var rows: [ExporterRow] {
        known.exporters.map { ExporterRow(address: $0.address, statistics: $0.statistics) }.sorted { $0.address < $1.address }
    }

    func start() {
        guard !configuration.endpoints.isEmpty, !isStarted.isSet else { return }
        isStarted.set()
        for socket in datagrams.sockets {
            logger.info(
                "Exporters are listened to.",
                metadata: [
                    LogKey.listenAddress: "\(socket.place)", LogKey.receiveBufferBytes: "\(socket.receiveBuffer)",
                ])
        }
        let thread = Thread { [self] in
            decode()
            hasEnded.set()
        }
        thread.name = "exporters"
        thread.stackSize = 8 << 20
        thread.start()
        datagrams.start()
    }

    /// Takes no more, and waits until what came is stored.
    func stop() async {
        guard isStarted.isSet else { return }
        isStopping.set()
        datagrams.stop()
        while !hasEnded.isSet { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Brings the metrics up to date.
    func measure() {
        let sockets = datagrams.sockets
        metrics.raise(CollectorMetrics.exportDatagrams, to: sockets.reduce(0) { $0 &+ $1.received })
        metrics.raise(CollectorMetrics.exportDatagramsDropped, to: sockets.reduce(0) { $0 &+ $1.dropped })
        let known = known
        metrics.raise(CollectorMetrics.exportDatagramsRefused, to: known.refused)
        metrics.raise(CollectorMetrics.exportDatagramsCut, to: known.cut)
        metrics.raise(CollectorMetrics.exportersForgotten, to: known.exportersEvicted)
        metrics.set(CollectorMetrics.exportersKnown, to: Double(known.exporters.count))
    }

    // MARK: - The decoder's thread

    private func decode() {
        var options = ExportDecoder.Configuration()
        options.defaultSampling = configuration.defaultSampling
        var decoder = ExportDecoder(configuration: options)
        ExporterMemoryFile.read(memoryPath, logger: logger).map { decoder.restore($0) }
        var pace = ExporterPace(now: Self.steady())
        var account = Standing()
        // Of the batches that are stored: a number for each, so that a second attempt stores nothing twice.
        var batches: UInt64 = 0
        while true {
            let isLast = datagrams.hasEnded
            if let block = datagrams.queue.take(within: 200) {
                read(block, &decoder, &account, &batches)
                datagrams.queue.recycle(block)
            } else if isLast {
                break
            }
            let now = Self.steady()
            if decoder.rowCount >= configuration.batchRecords || pace.isStoreDue(now, rows: decoder.rowCount) {
                store(&decoder, &batches)
            }
            if pace.isAccountDue(now) { show(decoder, account) }
            if pace.isUpkeepDue(now) {
                decoder.expire(atMilliseconds: clock())
                ExporterMemoryFile.write(decoder.memory, to: memoryPath, logger: logger)
            }
        }
        store(&decoder, &batches)
        show(decoder, account)
        ExporterMemoryFile.write(decoder.memory, to: memoryPath, logger: logger)
    }

    /// Milliseconds of a clock that nobody sets.
    private static func steady() -> Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    private func read(
        _ block: DatagramBlock, _ decoder: inout ExportDecoder, _ account: inout Standing, _ batches: inout UInt64
    ) {
        for index in 0..<block.count {
            let source = block.source(of: index)
            if !configuration.allowed.isEmpty, !configuration.allowed.contains(where: { $0.contains(source.address) }) {
                account.refused &+= 1
                continue
            }
            if block.isCut(index) { account.cut &+= 1 }
            block.withOctets(of: index) { octets in
                _ = decoder.decode(
                    octets, from: ExporterSource(source.address, port: source.port), over: .datagram,
                    receivedMilliseconds: block.receivedMilliseconds)
            }
            if decoder.rowCount >= configuration.batchRecords { store(&decoder, &batches) }
        }
    }

    /// Stores what has been decoded. While the store fails it waits, so that what comes meanwhile is held, and what cannot be
    /// held is counted by the kernel; after the stop it gives up, and counts.
    private func store(_ decoder: inout ExportDecoder, _ batches: inout UInt64) {
        guard decoder.rowCount > 0 else { return }
        let (flows, _) = decoder.takeFlows()
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
                Thread.sleep(forTimeInterval: 1)
            }
        }
        decoder.reuse(flows)
    }

    private func show(_ decoder: ExportDecoder, _ account: Standing) {
        var account = account
        account.exporters = decoder.exporters.compactMap { address in
            decoder.statistics(of: address).map { (address, $0) }
        }
        account.exportersEvicted = decoder.exportersEvicted
        standing.withLock { $0 = account }
    }
}

/// When the decoder's thread is to do what is done now and then.
private struct ExporterPace {
    private var stored: Int64
    private var shown: Int64
    private var kept: Int64

    init(now: Int64) { (stored, shown, kept) = (now, now, now) }

    private static func isDue(_ last: inout Int64, _ now: Int64, after period: Int64) -> Bool {
        guard now - last >= period else { return false }
        last = now
        return true
    }

    mutating func isStoreDue(_ now: Int64, rows: Int) -> Bool { Self.isDue(&stored, now, after: 1000) && rows > 0 }
    mutating func isAccountDue(_ now: Int64) -> Bool { Self.isDue(&shown, now, after: 500) }
    mutating func isUpkeepDue(_ now: Int64) -> Bool { Self.isDue(&kept, now, after: 60_000) }
}
