import Alerting
import Detection
import FlowModel
import FlowQuery
import FlowStore
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import CollectorService

/// The way of a batch before a store that does what a test says.
@Suite("the way of a batch")
struct BatchReceiverTests {
    private let scratch: ScratchFolder
    private let folder: DataFolder
    private let store = ScriptedStore()
    private let metrics = MetricRegistry(CollectorMetrics.all)
    private let lines = LineLog()
    private let receiver: BatchReceiver

    init() throws {
        scratch = try ScratchFolder()
        folder = try DataFolder.openForWriting(scratch.path("data"))
        let log = lines
        let logger = Logger(label: "test") { _ in log }
        let clock: @Sendable () -> Int64 = { TestBatch.now }
        receiver = BatchReceiver(
            counting: try CountingDesk(
                agents: [], catalog: folder.catalog, store: store, metrics: metrics, logger: logger,
                nowMilliseconds: TestBatch.now),
            store: store, catalog: folder.catalog,
            detection: try DetectionDesk(
                engine: DetectionEngine(configuration: .init()), lifecycle: AlertLifecycle(configuration: .init()), catalog: folder.catalog,
                dispatcher: AlertDispatcher(destinations: [], hostname: "test", logger: logger), metrics: metrics,
                logger: logger, nowMilliseconds: TestBatch.now),
            ledger: AgentLedger(agents: [], localAddresses: [:], metrics: metrics, logger: logger, clock: clock),
            bodyByteLimit: 1 << 20, unpackedByteLimit: 8 << 20, metrics: metrics, logger: logger, clock: clock)
    }

    private func send(_ flows: FlowBatch, _ report: AgentReport, sequence: UInt64 = 1) throws -> BatchOutcome {
        try receiver.take(
            BatchDelivery(
                body: TestBatch.body(flows, report: report), agent: report.agent, epoch: FlowBatch.hex(report.epoch),
                sequence: String(sequence), contentType: nil, contentEncoding: nil))
    }

    private func records(_ agent: String) throws -> UInt64? {
        try folder.catalog.agents().first { $0.report.agent == agent }?.records
    }

    @Test("a batch that is stored in two attempts is noted with all of its records, once")
    func inTwoAttempts() throws {
        let flows = TestBatch.flows((1...5).map { TestBatch.record(port: $0) })
        var problem = StoreError(.diskFull, place: "", "no room")
        problem.storedRecords = 3
        store.answer(.failure(problem))
        #expect(throws: Problem.self) { try send(flows, TestBatch.report()) }
        store.answer(.success(.stored(records: 2)))
        #expect(try send(flows, TestBatch.report()).accepted == 2)
        #expect(try records("host-a") == 5)
        store.answer(.success(.duplicate))
        #expect(try send(flows, TestBatch.report()).isDuplicate)
        #expect(try records("host-a") == 5)
    }

    @Test("a batch that is stored already decides nothing")
    func stored() throws {
        let flows = TestBatch.flows([TestBatch.record("172.16.0.1", "172.16.0.2")])
        store.holds(true)
        #expect(try send(flows, TestBatch.report("host-a")).isDuplicate)
        store.holds(false)
        store.answer(.success(.stored(records: 1)))
        // Were the flow host-a's, this one would be a witness.
        _ = try send(flows, TestBatch.report("host-b", epoch: 2, local: []))
        #expect(store.appended.map(\.counted) == [[true]])
    }

    @Test("a batch that the store refuses for good is told of")
    func refused() throws {
        store.answer(.failure(StoreError(.invalid, place: "", "too many hours")))
        let problem = #expect(throws: Problem.self) { try send(TestBatch.flows([TestBatch.record()]), TestBatch.report()) }
        #expect(problem?.status == 400)
        #expect(lines.all.contains { $0.contains("A batch was refused.") && $0.contains("too many hours") && $0.contains("host-a") })
    }

    @Test("one batch that comes many times at once is noted once")
    func atOnce() async throws {
        let flows = TestBatch.flows((1...5).map { TestBatch.record(port: $0) })
        let threads = WorkerThreads(name: "test", width: 8, waitingLimit: 8)
        defer { threads.stop() }
        store.remembers()
        let receiver = receiver
        let delivery = BatchDelivery(
            body: try TestBatch.body(flows, report: TestBatch.report()), agent: "host-a",
            epoch: FlowBatch.hex(TestBatch.report().epoch), sequence: "1", contentType: nil, contentEncoding: nil)
        let outcomes = try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
            for _ in 0..<8 { group.addTask { try await threads.run { try receiver.take(delivery) } } }
            var outcomes: [BatchOutcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.filter { !$0.isDuplicate }.count == 1)
        #expect(try records("host-a") == 5)
    }
}

/// Answers as it is told.
private final class ScriptedStore: FlowStoring {
    private struct State {
        var answer: Result<AppendOutcome, StoreError> = .success(.duplicate)
        var holds = false
        var remembers = false
        var known: Set<BatchIdentity> = []
        var appended: [FlowBatch] = []
    }
    private let state = Mutex(State())

    func answer(_ answer: Result<AppendOutcome, StoreError>) { state.withLock { $0.answer = answer } }
    func holds(_ holds: Bool) { state.withLock { $0.holds = holds } }
    /// Knows what it has, from now on.
    func remembers() { state.withLock { $0.remembers = true } }
    var appended: [FlowBatch] { state.withLock { $0.appended } }

    func holds(_ flows: FlowBatch, identity: BatchIdentity, exportMilliseconds: Int64) throws(StoreError) -> Bool {
        state.withLock { $0.remembers ? $0.known.contains(identity) : $0.holds }
    }

    func append(_ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64) throws(StoreError) -> AppendOutcome {
        let answer: Result<AppendOutcome, StoreError> = state.withLock { state in
            state.appended.append(flows)
            guard state.remembers, let identity else { return state.answer }
            return .success(state.known.insert(identity).inserted ? .stored(records: flows.count) : .duplicate)
        }
        return try answer.get()
    }

    func query(
        _ request: FlowRequest, limits: QueryLimits, isCancelled: @Sendable @escaping () -> Bool
    ) throws(StoreError) -> QueryAnswer {
        throw StoreError(.closed, place: "", "asked nothing in these tests")
    }

    func readLatest(
        _ limit: Int, endingSince since: Int64, fields: [Field], _ body: (FlowBatch) -> Void
    ) throws(StoreError) {}
    func held() throws(StoreError) -> HeldFlows { HeldFlows() }
    func retain(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition] { [] }
    func compact(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {}
    func buildRollups(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {}
    func retainRollups(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition] { [] }
    func counters() -> StoreCounters { StoreCounters() }
    func close() {}
}

/// Keeps the lines that are logged.
private final class LineLog: LogHandler {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let metadata = event.metadata?.description ?? ""
        lines.withLock { $0.append("\(event.level) \(event.message) \(metadata)") }
    }
}
