import FlowModel
import FlowQuery
import Synchronization

@testable import FlowStore

/// The plainest back end that there can be: records in memory, answers by going through all of them. It passes the same
/// suite as the real one, so that its answers to random queries may be taken for the truth.
final class NaiveFlowStore: FlowStoring {
    private struct Partition {
        var rows: [NaiveRow] = []
        var identities: Set<BatchIdentity> = []
        var lastWrite: Int64 = 0
    }

    private struct State {
        /// By the start of their time; nil is out of range.
        var partitions: [Int64?: Partition] = [:]
        var arrived: [NaiveRow] = []
        var counters = StoreCounters()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let span: Int64
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - span: length of a partition, milliseconds.
    ///   - now: the wall clock, milliseconds since 1970 UTC.
    init(span: Int64 = 3_600_000, now: @escaping @Sendable () -> Int64) {
        self.span = span
        self.now = now
    }

    private func using<Result>(_ body: (inout State) throws(StoreError) -> Result) throws(StoreError) -> Result {
        // `withLock` keeps the type of the error only where it is told.
        try state.withLock { (state) throws(StoreError) -> Result in
            if state.isClosed { throw StoreError(.closed, place: "", "the store is closed") }
            return try body(&state)
        }
    }

    /// The records of a batch by partition, in their order.
    private func split(_ flows: FlowBatch, _ exportMilliseconds: Int64) -> [Int64?: [NamedRecord]] {
        let year2000: Int64 = 946_684_800_000
        let day: Int64 = 86_400_000
        var parts: [Int64?: [NamedRecord]] = [:]
        for named in flows.namedRecords {
            let end = named.record.flowEndMilliseconds
            let isInRange = end >= year2000 && end <= exportMilliseconds + day
            parts[isInRange ? end / span * span : nil, default: []].append(named)
        }
        return parts
    }

    func append(
        _ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64
    ) throws(StoreError) -> AppendOutcome {
        if case .sequence(_, _, let sequence) = identity, sequence < 1 || sequence > UInt64(Int64.max) - 1 {
            throw StoreError(.invalid, place: "", "sequence \(sequence) is no sequence")
        }
        return try using { (state) throws(StoreError) in
            if flows.isEmpty { return .stored(records: 0) }
            var stored = 0
            for (slot, records) in split(flows, exportMilliseconds) {
                var partition = state.partitions[slot] ?? Partition()
                if let identity, !partition.identities.insert(identity).inserted { continue }
                for named in records {
                    let row = NaiveRow(partition: slot ?? .min, serial: Int64(partition.rows.count), named: named)
                    partition.rows.append(row)
                    if slot != nil { state.arrived.append(row) }
                }
                partition.lastWrite = now()
                state.partitions[slot] = partition
                stored += records.count
                if slot == nil { state.counters.outOfRange += UInt64(records.count) }
            }
            state.counters.records += UInt64(stored)
            if stored == 0 { state.counters.duplicates += 1 }
            return stored == 0 ? .duplicate : .stored(records: stored)
        }
    }

    func holds(_ flows: FlowBatch, identity: BatchIdentity, exportMilliseconds: Int64) throws(StoreError) -> Bool {
        try using { (state) throws(StoreError) in
            !flows.isEmpty
                && split(flows, exportMilliseconds).keys.allSatisfy {
                    state.partitions[$0]?.identities.contains(identity) == true
                }
        }
    }

    func query(
        _ request: FlowRequest, limits: QueryLimits, isCancelled: @Sendable @escaping () -> Bool
    ) throws(StoreError) -> QueryAnswer {
        if let fault = request.faults.first { throw StoreError(.invalid, place: fault.parameter, fault.message) }
        let partitions = try using { (state) throws(StoreError) in state.partitions }
        if isCancelled() { throw StoreError(.cancelled, place: "", "the query was cancelled") }
        if limits.time <= .zero { throw StoreError(.timeBudget, place: "", "the query took longer than its budget") }
        // Memory is counted by groups: 32 octets each.
        let groups = min(limits.groups, limits.memory / 32)
        var answer = try NaiveQuery(request: request, groupLimit: groups).answer(partitions.values.flatMap(\.rows))
        let held = try held()
        answer.completeness.oldestMilliseconds = held.oldest
        answer.completeness.newestMilliseconds = held.newest
        return answer
    }

    func readLatest(
        _ limit: Int, endingSince since: Int64, fields: [Field], _ body: (FlowBatch) -> Void
    ) throws(StoreError) {
        let rows = try using { (state) throws(StoreError) in
            state.arrived.filter { $0.named.record.flowEndMilliseconds >= since }.suffix(max(0, limit))
        }
        var batch = FlowBatch()
        for row in rows {
            var record = row.named.record
            record.agent = batch.index(ofName: row.named.agent)
            record.interface = batch.index(ofName: row.named.interface)
            batch.append(record)
        }
        if !batch.isEmpty { body(batch) }
    }

    func held() throws(StoreError) -> HeldFlows {
        try using { (state) throws(StoreError) in
            var held = HeldFlows()
            let ends = state.partitions.values.flatMap { $0.rows.map(\.named.record.flowEndMilliseconds) }
            held.oldest = ends.min()
            held.newest = ends.max()
            held.records = ends.count
            held.partitions = state.partitions.count
            held.blocks = state.partitions.count
            held.outOfRangeRecords = state.partitions[nil]?.rows.count ?? 0
            return held
        }
    }

    /// A bound on bytes says nothing to a store without files.
    func retain(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition] {
        let limit = policy.age.map { now - $0.components.seconds * 1000 } ?? .min
        return try using { (state) throws(StoreError) in
            let old = state.partitions.filter { $0.value.lastWrite < limit }
            if !dryRun {
                for slot in old.keys {
                    state.partitions[slot] = nil
                    state.arrived.removeAll { $0.partition == slot }
                }
            }
            return old.map { slot, partition in
                RetiredPartition(name: slot.map { "\($0)" } ?? "out of range", bytes: 0, lastWrite: partition.lastWrite, reason: .age)
            }
        }
    }

    func compact(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {
        try using { (state) throws(StoreError) in }
    }

    func buildRollups(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {}
    func retainRollups(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition] { [] }

    func counters() -> StoreCounters { state.withLock { $0.counters } }

    func close() { state.withLock { $0.isClosed = true } }
}
