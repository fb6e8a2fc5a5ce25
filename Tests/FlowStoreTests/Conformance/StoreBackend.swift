import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

/// A back end that runs the suite of this folder. A further one adds itself to `all` (docs/backend.md).
struct StoreBackend: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// An empty store with partitions of an hour, whose wall clock a test sets.
    let make: @Sendable () throws -> OpenStore

    static let all = [
        StoreBackend(testDescription: "SQLite") {
            let test = try TestStore { $0.limits.rowsPerBlock = 500 }
            return OpenStore(store: test.store, clock: test.clock, owner: test)
        },
        StoreBackend(testDescription: "naive") {
            let clock = TestClock(hour14 + hour)
            return OpenStore(store: NaiveFlowStore(now: { clock.now }), clock: clock, owner: nil)
        },
    ]
}

/// A store under test, with what it needs to live.
struct OpenStore {
    let store: any FlowStoring
    let clock: TestClock
    let owner: Any?

    @discardableResult
    func append(_ batch: FlowBatch, _ sequence: UInt64? = nil, agent: String = "a", epoch: UInt64 = 7) throws -> AppendOutcome {
        try store.append(
            batch, identity: sequence.map { .sequence(agent: agent, epoch: epoch, sequence: $0) },
            exportMilliseconds: clock.now)
    }

    func rows(
        _ fields: [Field]? = nil, _ filter: String = "", range: TimeRange = .always, witnesses: Bool = true,
        overlap: Bool = false
    ) throws -> [[FieldValue]] {
        try store.query(
            FlowRequest(
                filter: FlowFilter(filter), range: range, includeWitnesses: witnesses, overlap: overlap,
                kind: .flows(fields: fields, limit: 1_000_000, cursor: nil))
        ).table.rows
    }

    /// Lines of text: values with a blank between.
    func lines(
        _ kind: FlowRequest.Kind, _ filter: String = "", range: TimeRange = .always, limits: QueryLimits = QueryLimits()
    ) throws -> [String] {
        try store.query(
            FlowRequest(filter: FlowFilter(filter), range: range, kind: kind), limits: limits, isCancelled: { false }
        ).table.rows.map { row in row.map { $0 == .absent ? "-" : $0.text }.joined(separator: " ") }
    }

    /// The code of the error that a call throws; nil for none.
    func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }
}

/// Flows in few words: who, to whom, how much, when.
struct Sample {
    var batch = FlowBatch()

    /// - Parameters:
    ///   - end: milliseconds from 14:00.
    ///   - begin: of the flow, milliseconds from 14:00; its end without it.
    @discardableResult
    mutating func add(
        _ source: String, _ port: UInt16, bytes: UInt64 = 100, end: Int64 = 0, begin: Int64? = nil,
        change: (inout FlowRecord) -> Void = { _ in }
    ) throws -> Sample {
        var record = FlowRecord()
        record.sourceAddress = try #require(IPAddress(source))
        record.destinationAddress = IPAddress(ipv4: 0x0A00_00FE)
        record.protocolIdentifier = 6
        record.sourceTransportPort = 40_000
        record.destinationTransportPort = port
        record.octetDeltaCount = bytes
        record.packetDeltaCount = 1
        record.flowEndMilliseconds = hour14 + end
        record.flowStartMilliseconds = hour14 + (begin ?? end)
        record.initialStartMilliseconds = hour14 + (begin ?? end)
        record.counted = true
        record.agent = batch.index(ofName: "hv-1")
        change(&record)
        batch.append(record)
        return self
    }

    /// One flow a port, all else the same.
    static func ports(_ ports: some Sequence<UInt16>, end: Int64 = 0) throws -> FlowBatch {
        var sample = Sample()
        for port in ports { try sample.add("10.0.0.1", port, end: end) }
        return sample.batch
    }
}
