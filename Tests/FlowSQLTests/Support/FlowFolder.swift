import FlowModel
import FlowQuery
import FlowSQL
import FlowStore
import TestSupport

/// 2026-11-22T14:00:00Z.
let hour14: Int64 = 1_795_356_000_000
let hour: Int64 = 3_600_000

/// A data folder of its own, gone with the test.
struct FlowFolder {
    let scratch: ScratchFolder
    let folder: DataFolder
    var store: SQLiteFlowStore { folder.store }
    var path: String { scratch.path("data") }

    /// - Parameter batches: stored one after the other, so that each is at least a block.
    init(_ batches: [FlowBatch] = []) throws {
        scratch = try ScratchFolder("zonal-sql")
        var configuration = SQLiteFlowStore.Configuration()
        configuration.now = { hour14 + hour }
        folder = try DataFolder.openForWriting(scratch.path("data"), configuration: configuration)
        for batch in batches { try append(batch) }
    }

    func append(_ batch: FlowBatch) throws {
        _ = try folder.store.append(batch, identity: nil, exportMilliseconds: hour14 + hour)
    }

    func session(_ limits: SQLLimits = SQLLimits(), isCancelled: @escaping @Sendable () -> Bool = { false }) throws -> SQLSession {
        try SQLSession(store: store, limits: limits, now: { hour14 + hour }, isCancelled: isCancelled)
    }

    /// All rows of a question.
    func rows(_ sql: String) throws -> [[SQLValue]] { try session().rows(sql) }
}

extension SQLSession {
    func rows(_ sql: String) throws -> [[SQLValue]] {
        let answer = try query(sql)
        var rows: [[SQLValue]] = []
        while let row = try answer.next() { rows.append(row) }
        return rows
    }

    /// What is wrong with a question; nil where it is answered.
    func fault(_ sql: String) -> SQLFault? {
        do {
            _ = try rows(sql)
            return nil
        } catch {
            return error as? SQLFault
        }
    }
}

extension Sequence where Element: Hashable {
    /// How often each element occurs.
    var tally: [Element: Int] { reduce(into: [:]) { $0[$1, default: 0] += 1 } }
}
