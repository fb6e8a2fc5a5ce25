import FlowStore
import Logging
import Synchronization
import Telemetry

/// What a store needs from time to time: merging small blocks, retention, and a look at its size. On a thread of its own,
/// one thing at a time; detection's clock has another, so that no merge holds it up.
final class Upkeep: Sendable {
    private let store: any FlowStoring
    private let retentionAge: Duration?
    private let rollupAge: Duration?
    private let metrics: MetricRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    /// Set when the service stops: a merge then ends after its step.
    private let isStopping: Flag
    /// Ticks so far.
    private let seconds = Atomic(0)
    private let worker = WorkerThreads(name: "upkeep", width: 1, waitingLimit: 3)
    private let ticker = WorkerThreads(name: "ticker", width: 1, waitingLimit: 0)

    /// Seconds between one merge of small blocks and the next, while nothing comes in; and at the latest.
    private static let mergePeriod = 10
    private static let mergePeriodWhenBusy = 60
    private static let retentionPeriod = 3600
    private static let measurePeriod = 30

    init(
        store: any FlowStoring, retentionAge: Duration?, rollupAge: Duration?, metrics: MetricRegistry, logger: Logger,
        clock: @escaping @Sendable () -> Int64, isStopping: Flag
    ) {
        self.store = store
        self.retentionAge = retentionAge
        self.rollupAge = rollupAge
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
        self.isStopping = isStopping
    }

    /// Runs `judge` on its thread, and begins the upkeep that is due.
    func tick(isIdle: () -> Bool, _ judge: @escaping @Sendable () -> Void) async {
        let second = seconds.wrappingAdd(1, ordering: .relaxed).oldValue
        if let retentionAge, second % Self.retentionPeriod == 0 { start { $0.retain(retentionAge) } }
        if let rollupAge, second % Self.retentionPeriod == 0 { start { $0.retainRollups(rollupAge) } }
        if second % Self.measurePeriod == 0 { start { $0.measure() } }
        let isMergeDue = second % Self.mergePeriod == Self.mergePeriod - 1 && isIdle()
        if isMergeDue || second % Self.mergePeriodWhenBusy == Self.mergePeriodWhenBusy - 1 {
            start {
                $0.merge()
                $0.rollUp()
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
    private func start(_ work: @escaping @Sendable (Upkeep) -> Void) {
        _ = worker.submit { [self] in work(self) }
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

    private func retainRollups(_ age: Duration) {
        do {
            for file in try store.retainRollups(now: clock(), maximumAge: age, dryRun: false) {
                logger.info(
                    "Rollups past their retention age were deleted.",
                    metadata: [LogKey.partitionName: "\(file.name)", LogKey.storeBytes: "\(file.bytes)"])
            }
        } catch where error.code != .closed {
            logger.error("Old rollups could not be deleted.", metadata: [LogKey.errorCause: "\(error)"])
        } catch {}
    }

    private func retain(_ age: Duration) {
        do {
            tell(retired: try store.retain(now: clock(), maximumAge: age, dryRun: false))
        } catch where error.code != .closed {
            tell(retired: error.retired)
            logger.error("Old partitions could not be deleted.", metadata: [LogKey.errorCause: "\(error)"])
        } catch {}
    }

    private func tell(retired: [RetiredPartition]) {
        metrics.add(CollectorMetrics.partitionsExpired, retired.count)
        for partition in retired {
            logger.info(
                "A partition past the retention age was deleted.",
                metadata: [LogKey.partitionName: "\(partition.name)", LogKey.storeBytes: "\(partition.bytes)"])
        }
    }

    private func measure() {
        guard let held = try? store.held() else { return }
        metrics.set(CollectorMetrics.storePartitions, to: Double(held.partitions))
        metrics.set(CollectorMetrics.storeBytes, to: Double(held.bytes))
        metrics.set(CollectorMetrics.rollupBytes, to: Double(held.rollupBytes))
    }
}
