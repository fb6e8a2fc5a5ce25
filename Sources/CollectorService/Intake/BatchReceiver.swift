import Collecting
import FlowModel
import FlowQuery
import FlowStore
import Logging
import Synchronization
import Telemetry

/// A batch as it came over HTTP.
struct BatchDelivery: Sendable {
    var body: [UInt8]
    var agent: String?
    var epoch: String?
    var sequence: String?
    var contentType: String?
    var contentEncoding: String?
}

/// What became of a batch.
struct BatchOutcome: Sendable, Equatable {
    /// Records newly stored.
    var accepted: Int
    var isDuplicate: Bool

    /// `{"accepted": n, "duplicate": false}`
    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("accepted", accepted)
            writer.member("duplicate", isDuplicate)
        }
        writer.newline()
        return writer.octets
    }
}

/// The way of a batch: read, counted once, committed, then noted, judged and told. Blocks its thread.
///
/// What comes after the commit does not undo it: a failure there is logged, and the batch stays accepted.
final class BatchReceiver: Sendable {
    private let intake: BatchIntake
    private let counting: CountingDesk
    private let store: any FlowStoring
    private let catalog: Catalog
    private let detection: DetectionDesk
    private let ledger: AgentLedger
    private let metrics: MetricRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private let turns = IdentityTurns()
    private let heartbeats = Mutex(RecentBatches(limit: 4096))
    private let problem = Mutex<(text: String, since: Int64)?>(nil)
    private let refusals = Mutex(RepeatLimit())
    private let failures = Mutex(RepeatLimit())

    init(
        counting: CountingDesk, store: any FlowStoring, catalog: Catalog, detection: DetectionDesk, ledger: AgentLedger,
        bodyByteLimit: Int, unpackedByteLimit: Int, metrics: MetricRegistry, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        var configuration = BatchIntake.Configuration()
        configuration.bodyLimit = bodyByteLimit
        configuration.unpackedLimit = unpackedByteLimit
        intake = BatchIntake(configuration: configuration)
        self.counting = counting
        self.store = store
        self.catalog = catalog
        self.detection = detection
        self.ledger = ledger
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
    }

    /// Why the last batch could not be stored; nil when it could, and half a minute later: what asks before it sends would
    /// else never send the batch that finds the store well again.
    var storeProblem: String? {
        let now = clock()
        return problem.withLock { problem in
            // A clock that was set back does not make anything wait for longer.
            guard let problem, (0..<Self.problemLifeMilliseconds).contains(now - problem.since) else { return nil }
            return problem.text
        }
    }

    private static let problemLifeMilliseconds: Int64 = 30_000

    func take(_ delivery: BatchDelivery) throws(Problem) -> BatchOutcome {
        var batch: IntakeBatch
        do throws(IntakeError) {
            batch = try intake.decode(
                agent: delivery.agent, epoch: delivery.epoch, sequence: delivery.sequence,
                contentType: delivery.contentType, contentEncoding: delivery.contentEncoding, body: delivery.body)
        } catch {
            metrics.add(CollectorMetrics.batchesRejected, labels: [error.code])
            tellOfRefusal(
                agent: delivery.agent ?? "", sequence: delivery.sequence ?? "", code: error.code, message: error.message)
            throw Problem(refused: error)
        }
        // Two requests with one id wait for each other: the second finds stored and noted what the first was about.
        return try turns.take(batch.identity) { () throws(Problem) in try take(&batch) }
    }

    private func take(_ batch: inout IntakeBatch) throws(Problem) -> BatchOutcome {
        let now = clock()
        // Without the rows that witnesses become: the agent's account of evicted flows is of its records.
        let records = batch.flows.count
        var witnesses = 0
        let outcome: BatchOutcome
        if isStored(batch) {
            // Whose record counts was decided when it came first.
            if let report = batch.report { counting.note(report, now: now) }
            outcome = BatchOutcome(accepted: 0, isDuplicate: true)
        } else {
            let decision = decide(&batch, now: now)
            witnesses = (decision?.witnesses ?? 0) + expandWitnesses(of: &batch)
            do throws(Problem) {
                outcome = try store(batch, decision)
            } catch {
                // That it cannot be stored is no silence of its agent.
                if let report = batch.report { detection.heard(report, now: now) }
                throw error
            }
        }
        note(batch, outcome, records: records, witnesses: witnesses, now: now)
        return outcome
    }

    /// A store that cannot tell says why when the batch is stored.
    private func isStored(_ batch: IntakeBatch) -> Bool {
        guard !batch.flows.isEmpty else { return false }
        let isHeld = try? store.holds(batch.flows, identity: batch.identity, exportMilliseconds: batch.exportMilliseconds)
        return isHeld ?? false
    }

    private func tellOfRefusal(agent: String, sequence: String, code: String, message: String) {
        guard let suppressed = refusals.withLock({ $0.admit(nowMilliseconds: clock()) }) else { return }
        logger.warning(
            "A batch was refused.",
            metadata: [
                LogKey.agentName: "\(agent.prefix(64))", LogKey.batchSequence: "\(sequence.prefix(32))",
                LogKey.reason: "\(code)", LogKey.errorCause: "\(message)", LogKey.suppressedCount: "\(suppressed)",
            ])
    }

    /// Decides which of an agent's records count. Those of others all do.
    private func decide(_ batch: inout IntakeBatch, now: Int64) -> Decision? {
        guard let report = batch.report else { return nil }
        var flows = batch.flows
        batch.flows = FlowBatch()
        defer { batch.flows = flows }
        return counting.decide(&flows, report: report, now: now)
    }

    /// - Returns: how many rows witnesses became.
    private func expandWitnesses(of batch: inout IntakeBatch) -> Int {
        var flows = batch.flows
        batch.flows = FlowBatch()
        let expansion = flows.expandWitnesses(limit: Self.witnessLimit)
        batch.flows = flows
        metrics.add(CollectorMetrics.recordsLeftOut, expansion.withoutFlow, labels: ["witness-without-flow"])
        metrics.add(CollectorMetrics.recordsLeftOut, expansion.pastLimit, labels: ["witness-past-limit"])
        return expansion.rows
    }

    /// Rows that the witnesses of one batch may become.
    private static let witnessLimit = 4_000_000

    /// Records of other people's exporters: nothing says whether they came before, so each counts as it is.
    ///
    /// - Parameter identity: made up by the caller; a repeat after a failure does not store again what was stored.
    func take(foreign flows: FlowBatch, identity: BatchIdentity) throws(Problem) {
        let now = clock()
        let outcome = try commit(flows, identity, exportMilliseconds: now, agent: "")
        metrics.add(CollectorMetrics.recordsStored, outcome.accepted)
        metrics.add(CollectorMetrics.exportRecords, outcome.accepted)
        detection.consume(flows, report: nil, now: now)
    }

    private func store(_ batch: IntakeBatch, _ decision: Decision?) throws(Problem) -> BatchOutcome {
        if batch.flows.isEmpty {
            // Nothing to commit; the store keeps no ids of empty batches.
            let isKnown = heartbeats.withLock { $0.insert(batch.identity) == false }
            return BatchOutcome(accepted: 0, isDuplicate: isKnown)
        }
        return try commit(
            batch.flows, batch.identity, exportMilliseconds: batch.exportMilliseconds, agent: batch.report?.agent ?? "", decision)
    }

    private func commit(
        _ flows: FlowBatch, _ identity: BatchIdentity, exportMilliseconds: Int64, agent: String, _ decision: Decision? = nil
    ) throws(Problem) -> BatchOutcome {
        do throws(StoreError) {
            let outcome: AppendOutcome
            if let decision {
                outcome = try decision.commit { () throws(StoreError) in
                    try append(flows, identity, exportMilliseconds: exportMilliseconds)
                }
            } else {
                outcome = try append(flows, identity, exportMilliseconds: exportMilliseconds)
            }
            problem.withLock { $0 = nil }
            switch outcome {
            case .stored(let records): return BatchOutcome(accepted: records, isDuplicate: false)
            case .duplicate: return BatchOutcome(accepted: 0, isDuplicate: true)
            }
        } catch {
            metrics.add(CollectorMetrics.batchesRejected, labels: [error.code.rawValue])
            // Partitions that came before the one that failed have their part, and a repeat does not store it again.
            metrics.add(CollectorMetrics.recordsStored, error.storedRecords)
            if error.code == .invalid {
                let (agent, sequence) = identity.agentAndSequence ?? (agent, 0)
                tellOfRefusal(
                    agent: agent, sequence: "\(sequence)", code: error.code.rawValue, message: error.description)
                throw Problem(storing: error)
            }
            let now = clock()
            problem.withLock { $0 = (error.description, now) }
            if let suppressed = failures.withLock({ $0.admit(nowMilliseconds: now) }) {
                logger.error(
                    "A batch could not be stored.",
                    metadata: [
                        LogKey.reason: "\(error.code.rawValue)", LogKey.errorCause: "\(error)",
                        LogKey.suppressedCount: "\(suppressed)",
                    ])
            }
            throw Problem(storing: error)
        }
    }

    private func append(
        _ flows: FlowBatch, _ identity: BatchIdentity, exportMilliseconds: Int64
    ) throws(StoreError) -> AppendOutcome {
        let began = ContinuousClock.now
        let outcome = try store.append(flows, identity: identity, exportMilliseconds: exportMilliseconds)
        metrics.add(CollectorMetrics.commits)
        metrics.add(CollectorMetrics.commitSeconds, seconds: (ContinuousClock.now - began) / .seconds(1))
        return outcome
    }

    // MARK: - After the commit

    private func note(_ batch: IntakeBatch, _ outcome: BatchOutcome, records: Int, witnesses: Int, now: Int64) {
        guard !outcome.isDuplicate else {
            metrics.add(CollectorMetrics.batchesDuplicate)
            if let report = batch.report {
                // A collector that died between the commit and the note has the flows, and not the sequence.
                note(report, of: batch, records: records, isRepeat: true, now: now)
                detection.heard(report, now: now)
            }
            return
        }
        metrics.add(CollectorMetrics.batchesReceived)
        metrics.add(CollectorMetrics.recordsStored, outcome.accepted)
        metrics.add(CollectorMetrics.recordsNotCounted, witnesses)
        metrics.add(CollectorMetrics.recordsLeftOut, batch.otherRecords, labels: ["no-flow"])
        metrics.add(CollectorMetrics.recordsLeftOut, batch.unknownOptions, labels: ["unknown-options"])
        metrics.add(CollectorMetrics.recordsMended, batch.recordsWithoutTime, labels: ["without-time"])
        metrics.add(CollectorMetrics.recordsMended, batch.recordsBefore1970, labels: ["before-1970"])
        metrics.add(CollectorMetrics.fieldsLeftOut, batch.unknownFields)
        if let report = batch.report {
            ledger.note(report)
            // A batch that was stored in two attempts was noted in none before. Without a sequence nobody knows.
            let isNumbered = batch.identity.agentAndSequence != nil
            note(
                report, of: batch, records: isNumbered ? records : min(records, outcome.accepted), isRepeat: false, now: now)
        }
        detection.consume(batch.flows, report: batch.report, now: now)
        logger.debug(
            "A batch was stored.",
            metadata: [
                LogKey.agentName: "\(batch.report?.agent ?? "")", LogKey.batchRecords: "\(outcome.accepted)",
                LogKey.batchBytes: "\(batch.unpackedLength)",
            ])
    }

    private func note(_ report: AgentReport, of batch: IntakeBatch, records: Int, isRepeat: Bool, now: Int64) {
        do throws(StoreError) {
            try catalog.note(
                report: report, sequence: batch.identity.agentAndSequence?.sequence, receivedMilliseconds: now, records: records, isRepeat: isRepeat,
                missing: batch.missingBatches)
        } catch {
            logger.error(
                "What an agent tells of itself could not be stored.",
                metadata: [LogKey.agentName: "\(report.agent)", LogKey.errorCause: "\(error)"])
        }
    }
}

extension BatchIdentity {
    /// nil for a batch that is known by its content.
    fileprivate var agentAndSequence: (agent: String, sequence: UInt64)? {
        if case .sequence(let agent, _, let sequence) = self { (agent, sequence) } else { nil }
    }
}
