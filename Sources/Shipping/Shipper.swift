import Compression
package import FlowModel
import IPFIX
package import Logging
import Synchronization
import Telemetry

/// Makes batches and brings them to the collector, in order, until each is acknowledged.
///
/// `offer` may be called from a plain thread: it packs and queues, and never waits for the network. `run` uploads; it is
/// called once. Batches wait in memory, within bounds; what is lost is counted, and named in a later batch.
package final class Shipper: Sendable {
    package let configuration: Configuration
    private let url: String
    private let logger: Logger
    private let maker: Mutex<BatchMaker>
    private let state: Mutex<State>
    private let hasWork = WakeUp()
    private let isDrained = WakeUp()

    /// What offering and uploading share. Held for moments only.
    fileprivate struct State {
        var queue: BatchQueue
        var machine: ExportStateMachine
        var missing = SequenceRanges()
        var statistics = ShippingStatistics()
        var warnings = WarningLimit()
        var isRunning = false
    }

    /// - Throws: `ShippingError` for an address or a name that cannot be used.
    package init(configuration: Configuration, logger: Logger) throws(ShippingError) {
        try configuration.check()
        url = try configuration.batchesURL()
        self.configuration = configuration
        self.logger = logger
        maker = Mutex(BatchMaker(configuration: configuration))
        state = Mutex(
            State(
                queue: BatchQueue(byteLimit: configuration.queueByteLimit, batchLimit: configuration.queueBatchLimit),
                machine: ExportStateMachine(backoff: configuration.backoff)))
    }

    /// The epoch as headers carry it: 16 hexadecimal digits.
    package static func text(epoch: UInt64) -> String { FlowBatch.hex(epoch) }

    package var statistics: ShippingStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.unexplainedBatches = state.missing.forgotten
            statistics.waitingBatches = UInt64(state.queue.count)
            statistics.waitingRecords = UInt64(state.queue.records)
            statistics.waitingBytes = UInt64(state.queue.bytes)
            return statistics
        }
    }

    /// Packs records and the report as the next batch, or as several, and queues them. No flows is a heartbeat, or with
    /// `report.isGoodbye` a farewell.
    ///
    /// The report's agent, epoch and dropped records are filled in here. Blocks while another offer is packed.
    package func offer(flows: FlowBatch, report: AgentReport) {
        // The maker's lock covers the queueing too: sequence numbers enter the queue in their order.
        maker.withLock { maker in
            for part in maker.parts(of: flows) {
                let (missing, dropped) = state.withLock { ($0.missing.runs, $0.statistics.droppedRecords) }
                do throws(ShippingError) {
                    let batch = try maker.make(flows: part, report: report, missing: missing, recordsDropped: dropped)
                    enqueue(batch)
                } catch {
                    lose(part, sequence: maker.sequence, error)
                }
            }
        }
        hasWork.set()
    }

    private func enqueue(_ batch: QueuedBatch) {
        let dropped = state.withLock { state in
            state.statistics.offeredBatches += 1
            state.statistics.offeredRecords += UInt64(batch.records)
            let dropped = state.queue.append(batch)
            for batch in dropped { state.drop(batch) }
            return dropped
        }
        tell(dropped.filter { !$0.mayBeStored }, "the shipping queue is full: the oldest batches were dropped")
        tell(
            dropped.filter(\.mayBeStored),
            "the shipping queue is full: a batch was given up that the collector may have, since it did not answer")
    }

    private func tell(_ dropped: [QueuedBatch], _ sentence: String) {
        guard let first = dropped.first else { return }
        warn(
            sentence,
            [
                LogKey.batchSequence: "\(first.sequence)", LogKey.batchRecords: "\(dropped.reduce(0) { $0 + $1.records })",
                LogKey.queueLimit: "\(configuration.queueByteLimit)",
            ])
    }

    private func lose(_ flows: FlowBatch, sequence: UInt64, _ error: ShippingError) {
        state.withLock { state in
            state.statistics.offeredBatches += 1
            state.statistics.offeredRecords += UInt64(flows.count)
            state.statistics.droppedBatches += 1
            state.statistics.droppedRecords += UInt64(flows.count)
            state.missing.insert(sequence)
        }
        warn(
            "a batch could not be packed and is lost",
            [LogKey.batchSequence: "\(sequence)", LogKey.batchRecords: "\(flows.count)", LogKey.errorCause: "\(error)"])
    }

    /// Uploads until the task is cancelled. Called once.
    package func run() async throws {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        precondition(isFirst, "a shipper runs once")
        let uploader = Uploader(configuration: configuration, url: url)
        while !Task.isCancelled {
            switch state.withLock({ state in state.machine.next(hasBatch: !state.queue.isEmpty) }) {
            case .idle: await hasWork.wait(atMost: nil)
            case .wait(let time): await pause(time)
            case .send: await sendFirst(uploader)
            }
        }
        await uploader.shutdown()
    }

    /// Waits until every batch that was offered is acknowledged or refused, but not longer than `deadline`. Meanwhile what
    /// fails is tried again after the shortest wait.
    ///
    /// - Returns: true when nothing waits any more.
    package func drain(deadline: Duration) async -> Bool {
        let end = ContinuousClock.now + deadline
        state.withLock { $0.machine.hurry() }
        defer { state.withLock { $0.machine.relax() } }
        hasWork.set()
        while !state.withLock({ $0.queue.isEmpty }) {
            let left = end - ContinuousClock.now
            if left <= .zero || Task.isCancelled { return false }
            await isDrained.wait(atMost: left)
        }
        return true
    }

    /// Waits out a backoff. New batches do not cut it short, `drain` does.
    private func pause(_ time: Duration) async {
        let end = ContinuousClock.now + time
        while !Task.isCancelled {
            let left = end - ContinuousClock.now
            if left <= .zero { break }
            await hasWork.wait(atMost: left)
            if state.withLock({ $0.machine.next(hasBatch: false) }) == .idle { return }
        }
        state.withLock { $0.machine.waited() }
    }

    private func sendFirst(_ uploader: Uploader) async {
        guard let batch = state.withLock({ $0.queue.takeFirst() }) else { return }
        let answer = await uploader.deliver(batch)
        var generator = SystemRandomNumberGenerator()
        let (outcome, isEmpty) = state.withLock { state in
            let outcome = state.machine.answered(answer, using: &generator)
            state.settle(outcome, answer, batch)
            return (outcome, state.queue.isEmpty)
        }
        report(outcome, answer, batch)
        if isEmpty { isDrained.set() }
    }

    private func report(_ outcome: ExportStateMachine.Outcome, _ answer: DeliveryAnswer, _ batch: QueuedBatch) {
        var metadata: Logger.Metadata = [
            LogKey.batchSequence: "\(batch.sequence)", LogKey.batchRecords: "\(batch.records)",
            LogKey.collectorURL: "\(url)",
        ]
        switch outcome {
        case .done(let isDuplicate):
            state.withLock { $0.warnings.reset() }
            logger.debug(isDuplicate ? "batch was stored before" : "batch stored", metadata: metadata)
        case .reject(let status):
            metadata[LogKey.requestStatus] = "\(status)"
            logger.error("the collector rejected a batch for good: its records are lost", metadata: metadata)
        case .keep:
            guard !Task.isCancelled else { return }
            metadata[LogKey.reason] = "\(answer.label)"
            if case .refused(let status) = answer {
                metadata[LogKey.requestStatus] = "\(status)"
                warn(
                    status < 300
                        ? "what answers is no collector, and the batch is not stored: check its address"
                        : "the collector does not let this agent deliver: check its address and the agent's token", metadata)
            } else {
                warn("a batch could not be delivered and is tried again", metadata)
            }
        }
    }

    /// One line a minute for each sentence, with the number of those held back.
    private func warn(_ sentence: String, _ metadata: Logger.Metadata) {
        let now = ContinuousClock.now
        guard let suppressed = state.withLock({ $0.warnings.admit(sentence, at: now) }) else { return }
        var metadata = metadata
        if suppressed > 0 { metadata[LogKey.suppressedCount] = "\(suppressed)" }
        logger.warning("\(sentence)", metadata: metadata)
    }
}

extension Shipper.State {
    /// Books a batch that the full queue threw out.
    fileprivate mutating func drop(_ batch: QueuedBatch) {
        guard !batch.mayBeStored else {
            // It is not named as missing: «will never come» could be untrue.
            statistics.uncertainBatches += 1
            statistics.uncertainRecords += UInt64(batch.records)
            return
        }
        statistics.droppedBatches += 1
        statistics.droppedRecords += UInt64(batch.records)
        missing.insert(batch.sequence)
    }

    /// Books the outcome of the attempt under way.
    fileprivate mutating func settle(
        _ outcome: ExportStateMachine.Outcome, _ answer: DeliveryAnswer, _ batch: QueuedBatch
    ) {
        switch outcome {
        case .done(let isDuplicate):
            _ = queue.finishFirst()
            statistics.storedBatches += 1
            statistics.storedRecords += UInt64(batch.records)
            statistics.sentBytes += UInt64(batch.octets.count)
            if isDuplicate { statistics.duplicateBatches += 1 }
            missing.remove(batch.missing)
        case .reject(let status):
            _ = queue.finishFirst()
            statistics.rejectedBatches[status, default: 0] += 1
            statistics.rejectedRecords += UInt64(batch.records)
            missing.insert(batch.sequence)
        case .keep:
            queue.keepFirst(mayBeStored: answer.isUncertain)
            // An attempt that was cut off because the shipper stops is made again by nobody.
            if answer != .failed(reason: "cancelled") { statistics.retries[answer.label, default: 0] += 1 }
        }
    }
}
