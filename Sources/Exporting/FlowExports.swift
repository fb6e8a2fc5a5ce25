package import FlowModel
package import IPFIX
package import Logging

/// Sends flows to other people's collectors: several targets at once, each with its own format, queue and connection, so that
/// one that is down or slow holds up no other.
///
/// `offer` may be called from a plain thread and never waits; `send` waits for room. `run` does the sending, and is called
/// once. Nothing is acknowledged: what is lost before the network is counted by its reason, what is lost behind it the
/// collector sees from the sequence numbers.
package final class FlowExports: Sendable {
    package struct Settings: Sendable {
        /// Memory that flows may take while they wait for one target; flows are shared between targets.
        package var queueByteLimit = 256 << 20
        package var connectTimeout: Duration = .seconds(10)
        /// A collector that takes nothing for so long has gone.
        package var writeTimeout: Duration = .seconds(30)
        package var backoff = Backoff()
        /// A connection that breaks before is a failure like one that was not made: the next attempt waits longer, and the log
        /// is silent.
        package var steadyTime: Duration = .seconds(10)
        /// A UDP socket whose datagrams are refused is kept for so long: then the name is looked up anew, as the collector may
        /// have moved. Where the name has several addresses, one that has never held is left at once for the next.
        package var refusedTime: Duration = .seconds(60)
        /// `send` waits so long for room at a target that makes no way, and then as long as it makes none no more: the oldest
        /// flows go.
        package var patience: Duration = .seconds(30)
        package var enterpriseNumber = InformationElement.documentationEnterpriseNumber
        /// Finds the addresses of a name.
        var lookUp: NameResolver.LookUp = NameResolver.lookUp

        package init() {}
    }

    private let senders: [ExportSender]

    /// - Throws: for files of TLS that cannot be used.
    package init(targets: [ExportTarget], settings: Settings = Settings(), logger: Logger) throws(ExportTargetError) {
        var senders: [ExportSender] = []
        for target in targets { senders.append(try ExportSender(target, settings, logger)) }
        self.senders = senders
    }

    /// One of each target, in their order.
    package var statistics: [ExportStatistics] { senders.map(\.statistics) }

    /// Queues flows for every target and returns at once. Where a queue is full, its oldest flows go. Without flows the account
    /// alone is taken: it goes out with the next statistics.
    package func offer(flows: FlowBatch, account: ExporterAccount) {
        for sender in senders { sender.offer(flows, account, isBulk: false) }
    }

    /// Queues flows for every target, and waits where a queue is full. For flows that come as fast as they are taken, from
    /// files: over UDP they are sent at 20,000 records a second unless the target says another rate.
    ///
    /// - Throws: `CancellationError`; then some targets may lack the flows.
    package func send(flows: FlowBatch, account: ExporterAccount) async throws {
        for sender in senders {
            await sender.waitForRoom(for: flows)
            try Task.checkCancellation()
            sender.offer(flows, account, isBulk: true)
        }
    }

    /// Sends until the task is cancelled. Called once.
    package func run() async throws {
        await withTaskGroup { group in
            for sender in senders { group.addTask { await sender.run() } }
        }
    }

    /// Waits until everything that was offered is sent or lost, but not longer than `deadline`.
    ///
    /// - Returns: true when nothing waits at any target any more.
    package func drain(deadline: Duration) async -> Bool {
        let end = ContinuousClock.now + deadline
        for sender in senders { sender.hurry(true) }
        defer { for sender in senders { sender.hurry(false) } }
        var isDrained = true
        for sender in senders where await !sender.waitUntilEmpty(until: end) { isDrained = false }
        return isDrained
    }

    /// Waits until everything that was offered is sent or lost, as long as that takes; but for a target that makes no way,
    /// `patience` and no longer. Messages that the pace holds back are way.
    ///
    /// - Returns: true when nothing waits at any target any more.
    package func drain(patience: Duration) async -> Bool {
        for sender in senders { sender.hurry(true) }
        defer { for sender in senders { sender.hurry(false) } }
        await withTaskGroup { group in
            for sender in senders { group.addTask { _ = await sender.waitUntilEmpty(patience: patience) } }
        }
        // One that was given up may have come back while others were waited for.
        return senders.allSatisfy(\.isEmpty)
    }
}
