package import Capture
package import Exporting
import Foundation
import FlowModel
import IPFIX
package import Logging
import Metering
import ServiceLifecycle
package import Shipping
import Synchronization
import Telemetry

/// An agent as a service: the capture thread, and the uploader that its batches go through.
package final class AgentRunner: Service {
    private let loop: Handover
    /// nil where flows go to other people's collectors alone.
    private let shipper: Shipper?
    private let exports: FlowExports?
    private let logger: Logger
    private let isStopped = StopMark()
    /// How long a stopping agent waits for its last batches to be acknowledged.
    private let drainDeadline: Duration
    /// Ends when there is somebody to upload to.
    private let untilReachable: @Sendable () async -> Void

    /// What is captured at the start.
    package let interfaceNames: [String]
    /// True when there is no virtual interface and others were taken instead.
    package let isFallback: Bool

    /// The loop goes from the maker to the capture thread and is used by that thread alone from then on.
    private final class Handover: @unchecked Sendable {
        // Safe: `run()` hands `loop` to one thread, once (`begin` exchanges the mark), and nobody else touches it after `init`.
        let loop: CaptureLoop
        private let hasBegun = Mutex(false)

        init(loop: CaptureLoop) { self.loop = loop }

        func begin() -> Bool {
            hasBegun.withLock { begun in
                defer { begun = true }
                return !begun
            }
        }
    }

    private final class StopMark: Sendable {
        private let mark = Atomic<Bool>(false)
        func set() { mark.store(true, ordering: .releasing) }
        var isSet: Bool { mark.load(ordering: .acquiring) }
    }

    /// Opens the interfaces, so that what is wrong with them is known before anything runs.
    ///
    /// - Parameters:
    ///   - shipper: to our own collector; nil for none.
    ///   - exports: to other people's.
    ///   - untilReachable: waited for before the first upload; capture does not wait. For a collector that starts in the same
    ///     process.
    /// - Throws: `CaptureError`.
    package init(
        configuration: AgentConfiguration, shipper: Shipper?, exports: FlowExports? = nil, logger: Logger, drainDeadline: Duration = .seconds(10),
        untilReachable: @escaping @Sendable () async -> Void = {}
    ) throws(CaptureError) {
        let sampling = configuration.cache.sampling
        let loop = CaptureLoop(configuration: configuration, logger: logger) { flows, report in
            if let exports { Self.offer(flows, report, sampling: sampling, to: exports) }
            shipper?.offer(flows: flows, report: report)
        }
        if let shipper { loop.recordsDropped = { shipper.statistics.droppedRecords } }
        try loop.open()
        interfaceNames = loop.interfaceNames
        isFallback = loop.isFallback
        self.loop = Handover(loop: loop)
        self.shipper = shipper
        self.exports = exports
        self.logger = logger
        self.drainDeadline = drainDeadline
        self.untilReachable = untilReachable
    }

    /// Captures until the service group shuts down; then ends all records, sends them, and says goodbye.
    package func run() async throws {
        guard loop.begin() else { preconditionFailure("an agent runs once") }
        let uploading = Task { [shipper, untilReachable] in
            await untilReachable()
            try await shipper?.run()
        }
        let exporting = Task { [exports] in try await exports?.run() }
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await capture()
            } onCancel: {
                isStopped.set()
            }
        } onGracefulShutdown: {
            self.isStopped.set()
        }
        async let isExported = exports?.drain(deadline: drainDeadline) ?? true
        if let shipper, await !shipper.drain(deadline: drainDeadline) {
            let waiting = shipper.statistics.waitingBatches
            logger.error(
                "the collector did not take the last batches in time; they are lost",
                metadata: [LogKey.queueDepth: "\(waiting)"])
        }
        if await !isExported {
            logger.error("not all of the last flows could be exported in time; they are lost")
        }
        uploading.cancel()
        exporting.cancel()
        _ = await uploading.result
        _ = await exporting.result
        tellExports()
    }

    /// What others are told: not what only our own collector has a use for.
    private static func offer(_ flows: FlowBatch, _ report: AgentReport, sampling: PacketSampling, to exports: FlowExports) {
        var (flows, report) = (flows, report)
        flows.witnessRecords = []
        report.localAddresses = []
        let isRandom = if case .uniform = sampling { true } else { false }
        exports.offer(
            flows: flows, account: ExporterAccount(report: report, samplingInterval: sampling.interval, isRandomSampling: isRandom))
    }

    /// What went to other people's collectors, and what did not.
    private func tellExports() {
        for target in exports?.statistics ?? [] {
            var metadata: Logger.Metadata = [
                LogKey.destinationAddress: "\(target.target)", LogKey.flowCount: "\(target.sentFlows)",
            ]
            guard target.dropped + target.waitingFlows + target.refusedDatagrams > 0 else {
                logger.notice("flows were exported", metadata: metadata)
                continue
            }
            metadata[LogKey.flowsDropped] = "\(target.dropped + target.waitingFlows)"
            var reasons = target.droppedFlows.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
            if target.refusedDatagrams > 0 { reasons.append("datagrams refused \(target.refusedDatagrams)") }
            metadata[LogKey.reason] = "\(reasons.joined(separator: ", "))"
            logger.warning("flows were exported, not all of them", metadata: metadata)
        }
    }

    /// Runs the loop on a plain thread of its own, since it blocks in `poll`.
    private func capture() async {
        let loop = self.loop
        let isStopped = self.isStopped
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let thread = Thread {
                loop.loop.run { isStopped.isSet }
                done.resume()
            }
            thread.name = "zonal-capture"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }
}
