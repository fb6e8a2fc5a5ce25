package import FlowModel

/// Joins the two directions of a flow, which exporters of uniflows send as two records, into one biflow (RFC 5103).
///
/// Rows wait for their other half, for a window at most, then go on as they came. Joined are two rows of one exporter with one
/// key (`JoinKey`), opposite directions, equal sampling and equal part, whose times overlap or follow each other within the
/// window; of several that wait, one of the same VLAN, then of the same observed direction (ingress, egress), then the one whose
/// start is nearest, then the oldest: so the records that an active timeout makes of a flow find each other in their order, each
/// with one, and two of one direction are never added up. `JoinInitiator` says which of the two is the source.
///
/// The other half's name of the flow, interface, MAC addresses, VLAN and DSCP are not in the biflow. A row does not tell whether
/// its counters are deltas or, of exporters that have nothing else, totals; as nothing is added up, each direction's stay what they
/// were.
///
/// One owner, no locks, no clock. Every row that comes in goes out once, by itself or joined; the limits hold whatever is sent.
package struct BiflowJoiner: Sendable {
    package struct Configuration: Sendable, Hashable {
        /// How long a row waits, and how far the times of two halves may be apart. Exporters that end both halves of a flow
        /// together send them in one datagram or the next.
        package var windowMilliseconds: Int64 = 10_000
        /// Rows that wait at most.
        package var rows = 262_144
        /// Memory of the rows that wait and of their names.
        package var bytes = 134_217_728
        /// Rows of one key that wait at most: looking through them takes time.
        package var rowsPerKey = 16
        /// Halves of two VLANs are not joined: for networks in which one address means another host in each VLAN.
        package var keysVLAN = false

        package init() {}
    }

    package let configuration: Configuration
    private(set) var table: WaitingRows
    private var counters = JoinStatistics()
    private var names = JoinNames()
    private let hash: JoinHash
    private let rowLimit: Int
    private let window: Int64
    private var latest = Int64.min
    /// Rows that go on, with the numbers of `names`, before they are put into columns.
    private var ready: [FlowRecord] = []
    private var output = FlowBatch()
    /// Of a batch's names, and of `names` in the batch that goes out, the numbers; `.max` where not asked yet.
    private var incoming: [UInt32] = []
    private var outgoing: [UInt32] = []

    private static let readyRows = 1024

    /// - Parameter seed: of the hash, from a random source; tests give a fixed one.
    package init(configuration: Configuration = Configuration(), seed: UInt64 = .random(in: .min ... .max)) {
        self.configuration = configuration
        rowLimit = max(1, min(configuration.rows, configuration.bytes / WaitingRows.bytesPerRow, 1 << 24))
        window = max(0, configuration.windowMilliseconds)
        table = WaitingRows(capacity: rowLimit + 1)
        hash = JoinHash(seed: seed)
        ready.reserveCapacity(Self.readyRows)
    }

    package var statistics: JoinStatistics {
        var statistics = counters
        statistics.waiting = table.count
        return statistics
    }

    /// Memory of the rows that wait and of their names.
    package var bytes: Int { table.count * WaitingRows.bytesPerRow + names.bytes }

    /// Takes the rows of a batch, and gives those that go on: biflows, rows that cannot be half of one, rows that have waited
    /// for the window. In no order.
    ///
    /// - Parameters:
    ///   - flows: as `ExportDecoder.takeFlows()` gives them. What that keeps beside the rows names them by their number, which
    ///     is another afterwards: who asks for kept elements does not join.
    ///   - milliseconds: when they were received, by a steady clock.
    /// - Precondition: every column holds `count` values, and there are no witness records: exporters send none.
    /// - Complexity: O(rows × `rowsPerKey`).
    package mutating func join(_ flows: borrowing FlowBatch, atMilliseconds milliseconds: Int64) -> FlowBatch {
        precondition(flows.witnessRecords.isEmpty, "witness records of exporters' rows")
        begin(milliseconds)
        incoming.removeAll(keepingCapacity: true)
        incoming.append(contentsOf: repeatElement(.max, count: flows.names.count))
        for row in 0..<flows.count {
            var record = flows[row]
            record.agent = number(of: record.agent, flows)
            record.interface = number(of: record.interface, flows)
            counters.rows += 1
            if let refusal = JoinRefusal(flows, row: row, exporter: record.agent) {
                pass(record, refusal)
                continue
            }
            var isTurned = false
            let key = JoinKey(
                flows, row: row, exporter: record.agent, keysVLAN: configuration.keysVLAN, isTurned: &isTurned)
            take(record, key, isTurned: isTurned)
        }
        return finish()
    }

    /// The rows that have waited for the window. To be called about every second while nothing comes: a row waits no longer
    /// than the next call.
    package mutating func expire(atMilliseconds milliseconds: Int64) -> FlowBatch {
        begin(milliseconds)
        return finish()
    }

    /// All rows that wait: the end of the exporters, or of the joining.
    package mutating func flush() -> FlowBatch {
        names.sweep()
        while let slot = table.oldest { release(slot, .flushed) }
        return finish()
    }

    /// Gives a batch back whose rows have gone where they belong: its memory serves for the next one.
    ///
    /// - Precondition: every column holds `count` values.
    package mutating func reuse(_ flows: consuming FlowBatch) {
        flows.removeLastRows(flows.count)
        flows.names = [""]
        flows.witnessRecords = []
        output = flows
    }

    // MARK: One row

    private mutating func begin(_ milliseconds: Int64) {
        latest = max(latest, milliseconds)
        names.sweep()
        while let slot = table.oldest, latest &- table.entries[slot].arrivalMilliseconds >= window {
            release(slot, table.entries[slot].refusal)
        }
    }

    /// Joins a row with one that waits, or lets it wait.
    private mutating func take(_ record: FlowRecord, _ key: JoinKey, isTurned: Bool) {
        let hashed = hash(key)
        var (best, bestRank, bestDistance) = (-1, UInt8.max, UInt64.max)
        var (ofKey, oldestOfKey) = (0, -1)
        var refusal = JoinRefusal.windowPassed
        var next = table.first(hashed)
        while next >= 0 {
            let slot = Int(next)
            next = table.entries[slot].next
            guard table.entries[slot].hash == hashed, table.entries[slot].key == key else { continue }
            (ofKey, oldestOfKey) = (ofKey + 1, slot)
            if table.entries[slot].isTurned == isTurned { continue }
            if let found = mismatch(record, slot) {
                if refusal == .windowPassed { refusal = found }
                if table.entries[slot].refusal == .windowPassed { table.entries[slot].refusal = found }
                continue
            }
            // From the newest to the oldest: of equal ones the last found is the oldest.
            let rank = rank(record, slot)
            let distance = (record.flowStartMilliseconds &- table.records[slot].flowStartMilliseconds).magnitude
            if (rank, distance) <= (bestRank, bestDistance) { (best, bestRank, bestDistance) = (slot, rank, distance) }
        }
        if best >= 0 { return join(best, record) }
        if ofKey >= max(1, configuration.rowsPerKey) { release(oldestOfKey, .crowded) }
        names.retain(record.agent)
        names.retain(record.interface)
        table.insert(record, key, hashed, isTurned: isTurned, refusal: refusal, at: latest)
        while table.count > 1, table.count > rowLimit || bytes > configuration.bytes, let slot = table.oldest {
            release(slot, .noRoom)
        }
    }

    /// What keeps a row from being the other half of one that waits.
    @inline(__always)
    private func mismatch(_ record: FlowRecord, _ slot: Int) -> JoinRefusal? {
        if table.records[slot].samplingInterval != record.samplingInterval { return .samplingDiffers }
        if table.records[slot].part != record.part { return .partDiffers }
        let isAfter = record.flowStartMilliseconds > FlowTime.saturating(table.records[slot].flowEndMilliseconds, plus: window)
        let isBefore = table.records[slot].flowStartMilliseconds > FlowTime.saturating(record.flowEndMilliseconds, plus: window)
        return isAfter || isBefore ? .timesApart : nil
    }

    /// How little a row that waits is like another: VLAN, then the direction in which it was seen.
    @inline(__always)
    private func rank(_ record: FlowRecord, _ slot: Int) -> UInt8 {
        (table.records[slot].vlan == record.vlan ? 0 : 2)
            | (table.records[slot].direction.rawValue == record.direction.rawValue ? 0 : 1)
    }

    private mutating func join(_ slot: Int, _ record: FlowRecord) {
        names.release(table.records[slot].agent)
        names.release(table.records[slot].interface)
        table.remove(slot)
        counters.pairs += 1
        let initiator = JoinInitiator(table.records[slot], record)
        if initiator.isFirst {
            append(.biflow(table.records[slot], record, initiator.basis))
        } else {
            append(.biflow(record, table.records[slot], initiator.basis))
        }
    }

    /// A row that waited goes on as it came.
    private mutating func release(_ slot: Int, _ refusal: JoinRefusal) {
        names.release(table.records[slot].agent)
        names.release(table.records[slot].interface)
        table.remove(slot)
        pass(table.records[slot], refusal)
    }

    private mutating func pass(_ record: FlowRecord, _ refusal: JoinRefusal) {
        counters.count(refusal)
        append(record)
    }

    // MARK: Batches

    private mutating func number(of index: UInt32, _ flows: borrowing FlowBatch) -> UInt32 {
        guard Int(index) < incoming.count else { return 0 }
        if incoming[Int(index)] == .max { incoming[Int(index)] = names.index(of: flows.names[Int(index)]) }
        return incoming[Int(index)]
    }

    private mutating func append(_ record: FlowRecord) {
        ready.append(record)
        if ready.count == Self.readyRows { putIntoColumns() }
    }

    /// Column by column, which costs half of record by record.
    private mutating func putIntoColumns() {
        output.append(rows: ready)
        ready.removeAll(keepingCapacity: true)
    }

    /// The batch of the rows that go on, with their names.
    private mutating func finish() -> FlowBatch {
        putIntoColumns()
        var batch = FlowBatch()
        swap(&batch, &output)
        outgoing.removeAll(keepingCapacity: true)
        outgoing.append(contentsOf: repeatElement(.max, count: names.texts.count))
        outgoing[0] = 0
        spell(&batch.agent, into: &batch.names)
        spell(&batch.interface, into: &batch.names)
        return batch
    }

    private mutating func spell(_ column: inout [UInt32], into texts: inout [String]) {
        for row in column.indices {
            let number = Int(column[row])
            if outgoing[number] == .max {
                outgoing[number] = UInt32(truncatingIfNeeded: texts.count)
                texts.append(names.texts[number])
            }
            column[row] = outgoing[number]
        }
    }
}

extension FlowBatch {
    fileprivate mutating func append(rows: [FlowRecord]) { append(contentsOf: rows.span) }
}
