import FlowModel
import IPFIX
import Testing

/// Rows by hand, and what a joiner gives for them, its account looked at after every call.
struct JoinTester {
    var joiner: BiflowJoiner

    init(_ change: (inout BiflowJoiner.Configuration) -> Void = { _ in }) {
        var configuration = BiflowJoiner.Configuration()
        change(&configuration)
        joiner = BiflowJoiner(configuration: configuration, seed: 1)
    }

    var statistics: JoinStatistics { joiner.statistics }

    mutating func join(_ rows: [SpelledRecord], at milliseconds: Int64 = 0) -> [SpelledRecord] {
        finish(joiner.join(Self.batch(rows), atMilliseconds: milliseconds))
    }

    mutating func expire(at milliseconds: Int64) -> [SpelledRecord] { finish(joiner.expire(atMilliseconds: milliseconds)) }
    mutating func flush() -> [SpelledRecord] { finish(joiner.flush()) }

    private func finish(_ batch: FlowBatch) -> [SpelledRecord] {
        let account = statistics
        #expect(account.rows == account.unjoined + 2 * account.pairs + UInt64(account.waiting))
        return Self.spelled(batch)
    }

    /// A batch with each name once, and one that no row has.
    static func batch(_ rows: [SpelledRecord]) -> FlowBatch {
        var batch = FlowBatch()
        batch.names.append("nobody")
        for row in rows {
            var record = row.record
            record.agent = batch.index(ofName: row.agent)
            record.interface = batch.index(ofName: row.interface)
            batch.append(record)
        }
        return batch
    }

    static func spelled(_ batch: FlowBatch) -> [SpelledRecord] {
        #expect(Set(batch.names).count == batch.names.count && batch.names.first == "")
        return (0..<batch.count).map { row in
            var record = batch[row]
            let names = (batch.name(record.agent), batch.name(record.interface))
            (record.agent, record.interface) = (0, 0)
            return SpelledRecord(agent: names.0, interface: names.1, record: record)
        }
    }

    /// Half of a TCP flow between 10.0.0.1 port 40000 and 10.0.0.2 port 80, there or back, of the exporter r1.
    static func half(_ isBack: Bool = false, from start: Int64 = 1000, to end: Int64 = 2000, _ change: (inout FlowRecord) -> Void = { _ in }) -> SpelledRecord {
        var record = FlowRecord()
        record.protocolIdentifier = 6
        record.sourceAddress = IPAddress(ipv4: isBack ? 0x0A00_0002 : 0x0A00_0001)
        record.destinationAddress = IPAddress(ipv4: isBack ? 0x0A00_0001 : 0x0A00_0002)
        record.sourceTransportPort = isBack ? 80 : 40_000
        record.destinationTransportPort = isBack ? 40_000 : 80
        record.packetDeltaCount = isBack ? 7 : 5
        record.octetDeltaCount = isBack ? 7000 : 500
        record.flowStartMilliseconds = start
        record.flowEndMilliseconds = end
        record.initialStartMilliseconds = start
        change(&record)
        return SpelledRecord(agent: "r1", interface: isBack ? "inside" : "outside", record: record)
    }

    /// The same with ports of neither side below 1024.
    static func high(_ isBack: Bool = false, from start: Int64 = 1000, _ change: (inout FlowRecord) -> Void = { _ in }) -> SpelledRecord {
        half(isBack, from: start) { record in
            if isBack { record.sourceTransportPort = 30_000 } else { record.destinationTransportPort = 30_000 }
            change(&record)
        }
    }
}

extension JoinStatistics {
    /// Rows that went on unjoined, by reason.
    var reasons: [JoinRefusal: UInt64] {
        JoinRefusal.allCases.reduce(into: [:]) { if self[$1] > 0 { $0[$1] = self[$1] } }
    }
}
