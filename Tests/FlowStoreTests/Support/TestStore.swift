import FlowModel
import FlowQuery
import Synchronization
import TestSupport

@testable import FlowStore

/// 2026-11-22T14:00:00Z.
let hour14: Int64 = 1_795_356_000_000
let hour: Int64 = 3_600_000

/// A clock that a test sets.
final class TestClock: Sendable {
    private let time: Mutex<Int64>
    init(_ time: Int64) { self.time = Mutex(time) }
    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}

/// A data folder of its own, gone with the test.
struct TestStore {
    let scratch: ScratchFolder
    let clock: TestClock
    let folder: DataFolder
    var store: SQLiteFlowStore { folder.store }
    var path: String { scratch.path("data") }
    var flows: String { path + "/flows" }

    init(_ change: (inout SQLiteFlowStore.Configuration) -> Void = { _ in }) throws {
        scratch = try ScratchFolder("zonal-store")
        let clock = TestClock(hour14 + hour)
        self.clock = clock
        folder = try DataFolder.openForWriting(scratch.path("data"), configuration: Self.configuration(clock, change))
    }

    static func configuration(
        _ clock: TestClock, _ change: (inout SQLiteFlowStore.Configuration) -> Void = { _ in }
    ) -> SQLiteFlowStore.Configuration {
        var configuration = SQLiteFlowStore.Configuration()
        configuration.now = { clock.now }
        change(&configuration)
        return configuration
    }

    @discardableResult
    func append(_ batch: FlowBatch, sequence: UInt64? = nil, export: Int64? = nil) throws -> AppendOutcome {
        try store.append(
            batch, identity: sequence.map { .sequence(agent: "a", epoch: 7, sequence: $0) },
            exportMilliseconds: export ?? clock.now)
    }

    /// Every record that the partitions hold, read below the level of queries.
    func records() throws -> [NamedRecord] { try Self.records(flows) }

    static func records(_ flows: String) throws -> [NamedRecord] {
        let folder = PartitionFolder(path: flows)
        var decoder = try BlockDecoder()
        var records: [NamedRecord] = []
        for name in try folder.list().partitions {
            let reader = try PartitionReader(folder: folder, name: name)
            try reader.begin()
            try reader.readAddresses()
            for var header in try reader.blocks.headers(.always, overlap: false) {
                try reader.blocks.load(.all, into: &header)
                records += try decoder.decode(header, .all, addresses: reader.addresses).namedRecords
            }
            reader.end()
        }
        return records
    }

    func partitionFiles() throws -> [String] {
        try PartitionFolder(path: flows).list().partitions.map(\.file)
    }

    func count(_ filter: String = "", witnesses: Bool = true) throws -> UInt64 {
        let answer = try store.query(
            FlowRequest(
                filter: FlowFilter(filter), includeWitnesses: witnesses,
                kind: .aggregate(by: [], measures: [.records], order: .records, descending: true, limit: 1)))
        guard case .integer(let count)? = answer.table.rows.first?.first else { return 0 }
        return count
    }
}
