import FlowStore
import Logging
import Synchronization
import Telemetry

/// What a store needs from time to time: merging small blocks, retention, and a look at its size. On a thread of its own,
/// one thing at a time; detection's clock has another, so that no merge holds it up.
final class Upkeep: Sendable {
    private let store: any FlowStoring
    private let retention: RetentionPolicy
    private let metrics: MetricRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    /// Set when the service stops: a merge then ends after its step.
    private let isStopping: Flag
    /// Ticks so far.
    private let seconds = Atomic(0)
    private let isAgeDue = Atomic(false)
    private let worker = WorkerThreads(name: "upkeep", width: 1, waitingLimit: 3)
    private let ticker = WorkerThreads(name: "ticker", width: 1, waitingLimit: 0)

    /// Seconds between one merge of small blocks and the next, while nothing comes in; and at the latest.
    private static let mergePeriod = 10
    private static let mergePeriodWhenBusy = 60
    /// An age is asked of each partition; for the bytes a look at the folder does. Appends keep to the bound by
    /// themselves: here it is what merges, rollups and files set aside have added.
    private static let agePeriod = 3600
    private static let bytesPeriod = 10
    private static let measurePeriod = 30

    init(
        store: any FlowStoring, retention: RetentionPolicy, metrics: MetricRegistry, logger: Logger,
        clock: @escaping @Sendable () -> Int64, isStopping: Flag
    ) {
        self.store = store
        self.retention = retention
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
        self.isStopping = isStopping
    }

    /// Runs `judge` on its thread, and begins the upkeep that is due.
    func tick(isIdle: () -> Bool, _ judge: @escaping @Sendable () -> Void) async {
        let second = seconds.wrappingAdd(1, ordering: .relaxed).oldValue
        if retention.age != nil, second % Self.agePeriod == 0 { isAgeDue.store(true, ordering: .relaxed) }
        if isAgeDue.load(ordering: .relaxed) {
            // Once an hour: where there is no room for it now, the next second asks again.
            if start({ $0.retain($0.retention) }) { isAgeDue.store(false, ordering: .relaxed) }
        } else if let bytes = retention.bytes, second % Self.bytesPeriod == 0 {
            start { $0.retain(RetentionPolicy(bytes: bytes)) }
        }
        if second % Self.measurePeriod == 0 { start { $0.measure() } }
        let isMergeDue = second % Self.mergePeriod == Self.mergePeriod - 1 && isIdle()
        if isMergeDue || second % Self.mergePeriodWhenBusy == Self.mergePeriodWhenBusy - 1 {
            start {
                $0.merge()
                $0.rollUp()
                // At once: what they have past their share is taken from the flows.
                $0.retainRollups()
            }
        }
        try? await ticker.run(judge)
    }

    /// Returns when nothing is under way any more.
    func stop() async {
        worker.stop()
        ticker.stop()
        while worker.isBusy || ticker.isBusy { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Begins the work when the thread has done what waits already. What finds no room there waits for its next time.
    @discardableResult
    private func start(_ work: @escaping @Sendable (Upkeep) -> Void) -> Bool {
        worker.submit { [self] in work(self) }
    }

    private func merge() {
        do {
            try store.compact(everything: false) { [isStopping] in isStopping.isSet }
        } catch where error.code != .closed {
            logger.error("Small blocks of the store could not be merged.", metadata: [LogKey.errorCause: "\(error)"])
        } catch {}
    }

    /// What merging has left as it stays.
    private func rollUp() {
        do {
            try store.buildRollups(everything: false) { [isStopping] in isStopping.isSet }
        } catch where error.code != .closed {
            logger.error("Rollups could not be made.", metadata: [LogKey.errorCause: "\(error)"])
        } catch {}
    }

    private func retainRollups() {
        guard retention.rollupAge != nil || retention.bytes != nil else { return }
        do {
            for file in try store.retainRollups(retention, now: clock(), dryRun: false) { Self.tell(file, metrics, logger) }
        } catch where error.code != .closed {
            logger.error("Old rollups could not be deleted.", metadata: [LogKey.errorCause: "\(error)"])
        } catch {}
    }

    private func retain(_ policy: RetentionPolicy) {
        do {
            // What goes is told of as it goes, as it is when an append has to make room.
            _ = try store.retain(policy, now: clock(), dryRun: false)
        } catch where error.code != .closed {
            logger.error("Old partitions could not be deleted.", metadata: [LogKey.errorCause: "\(error)"])
        } catch {}
    }

    /// Counts and logs a file that retention has deleted.
    static func tell(_ retired: RetiredPartition, _ metrics: MetricRegistry, _ logger: Logger) {
        metrics.add(CollectorMetrics.partitionsExpired, labels: [retired.reason.rawValue])
        logger.info(
            "A partition was deleted by retention.",
            metadata: [
                LogKey.partitionName: "\(retired.name)", LogKey.storeBytes: "\(retired.bytes)",
                LogKey.retentionReason: "\(retired.reason.rawValue)",
            ])
    }

    private func measure() {
        guard let held = try? store.held() else { return }
        metrics.set(CollectorMetrics.storePartitions, to: Double(held.partitions))
        metrics.set(CollectorMetrics.storeBytes, to: Double(held.bytes))
        metrics.set(CollectorMetrics.rollupBytes, to: Double(held.rollupBytes))
    }
}
