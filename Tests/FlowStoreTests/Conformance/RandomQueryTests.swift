import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// `ZONAL_RANDOM_QUERIES` says how many requests; a few hundred without it.
@Suite("Random queries")
struct RandomQueryTests {
    static let perStore = 50
    static let seeds: Range<UInt64> = {
        let wanted = ProcessInfo.processInfo.environment["ZONAL_RANDOM_QUERIES"].flatMap { UInt64($0) } ?? 400
        let first = ProcessInfo.processInfo.environment["ZONAL_RANDOM_SEED"].flatMap { UInt64($0) } ?? 1
        return first..<(first + max(1, wanted / UInt64(perStore)))
    }()

    /// The same records in both back ends. Of the real one's partitions some are compacted, some have small blocks only.
    struct Pair {
        let real: TestStore
        let naive: NaiveFlowStore
        let records: [NamedRecord]

        init(seed: UInt64) throws {
            var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
            let rowsPerBlock = flows.pick([16, 100, 300, 65_536])
            // Past the limit, addresses stand in their blocks.
            let addresses = flows.pick([3, 40, 4_000_000])
            real = try TestStore {
                $0.limits.rowsPerBlock = rowsPerBlock
                $0.limits.addresses = addresses
            }
            let clock = real.clock
            naive = NaiveFlowStore(now: { clock.now })
            flows.hosts = flows.pick([5, 50, 1_000])
            var records: [NamedRecord] = []
            let batches = Int.random(in: 4...10, using: &flows.generator)
            for index in 0..<batches {
                let first = hour14 - hour * Int64.random(in: 0..<3, using: &flows.generator)
                flows.ends = first..<(first + flows.pick([1, 1_000, hour, 2 * hour]))
                let batch = Self.batch(&flows)
                for store in [real.store, naive] as [any FlowStoring] {
                    _ = try store.append(
                        batch, identity: .sequence(agent: "a", epoch: 1, sequence: UInt64(index + 1)),
                        exportMilliseconds: clock.now)
                }
                records += batch.namedRecords
                if flows.pick([true, false, false, false]) { try real.store.compact(everything: flows.pick([true, false])) }
            }
            self.records = records
        }

        /// Mostly ordinary numbers, so that not every sum is past 64 bits; a few records of no time that there could be.
        private static func batch(_ flows: inout RandomFlows) -> FlowBatch {
            var batch = flows.batch(Int.random(in: 1...200, using: &flows.generator))
            let isExtreme = flows.pick([true, false, false, false])
            for row in 0..<batch.count {
                if !isExtreme || row % 50 != 0 {
                    batch.packetDeltaCount[row] %= 1_000
                    batch.octetDeltaCount[row] %= 1_000_000
                    batch.reversePacketDeltaCount[row] %= 1_000
                    batch.reverseOctetDeltaCount[row] %= 1_000_000
                    batch.part[row] %= 3
                }
                if Int.random(in: 0..<150, using: &flows.generator) == 0 {
                    batch.flowEndMilliseconds[row] = flows.pick([0, -1, 1, 4_102_444_800_000, .max, .min, -86_400_001])
                    batch.flowStartMilliseconds[row] = flows.pick([0, .min, .max, hour14])
                    batch.initialStartMilliseconds[row] = flows.pick([0, .min, .max, hour14])
                }
            }
            return batch
        }
    }

    @Test("are answered as by a naive evaluator: tables, their order, and every page", arguments: Self.seeds)
    func equal(seed: UInt64) throws {
        let pair = try Pair(seed: seed)
        var requests = RandomRequests(seed: seed &+ 1 << 32, records: pair.records)
        var answered = 0
        for number in 0..<Self.perStore {
            let request = try requests.request()
            var limits = QueryLimits(threads: requests.pick([1, 2]))
            if requests.chance(10) { limits.groups = requests.pick([1, 10, 100]) }
            if requests.chance(15) { limits.memory = requests.pick([1, 30_000, 300_000]) }
            let place: Comment =
                """
                seed \(seed), request \(number): \(String(describing: request.kind)) of '\(request.filter.text)', \
                \(String(describing: request.range)), witnesses \(request.includeWitnesses), overlap \(request.overlap), \
                groups \(limits.groups), memory \(limits.memory), threads \(limits.threads ?? 0)
                """
            if try compare(request, limits, pair, place) { answered += 1 }
        }
        // Answers without a row are right too easily.
        #expect(answered > Self.perStore / 4, "seed \(seed)")
        print("random queries: seed \(seed), \(Self.perStore) requests, \(answered) with rows")
    }

    /// - Returns: whether the answer had rows.
    private func compare(_ request: FlowRequest, _ limits: QueryLimits, _ pair: Pair, _ place: Comment) throws -> Bool {
        var real = request
        var naive = request
        for page in 0..<20 {
            let seen = Self.answer(pair.real.store, real, limits)
            var plenty = limits
            plenty.memory = .max
            let wanted = Self.answer(pair.naive, naive, plenty)
            guard case .success(let seen) = seen, case .success(let wanted) = wanted else {
                // How much memory an answer needs is the back end's own affair.
                let isTooSmall = limits.memory < QueryLimits().memory && Self.code(seen) == StoreError.Code.tooLarge.rawValue
                #expect(isTooSmall || Self.code(seen) == Self.code(wanted), place)
                return false
            }
            let isEqual =
                seen.table == wanted.table && (seen.cursor == nil) == (wanted.cursor == nil)
                && seen.records?.namedRecords == wanted.records?.namedRecords
            if !isEqual { Issue.record(Comment(rawValue: "\(place)\n\(Self.difference(seen, wanted))")) }
            guard isEqual, case .flows(let fields, let limit, _) = request.kind, let one = seen.cursor,
                let other = wanted.cursor
            else { return page > 0 || wanted.statistics.rowsMatched > 0 }
            // Each back end has cursors of its own.
            real.kind = .flows(fields: fields, limit: limit, cursor: FlowCursor(text: one))
            naive.kind = .flows(fields: fields, limit: limit, cursor: FlowCursor(text: other))
        }
        return true
    }

    private static func answer(
        _ store: any FlowStoring, _ request: FlowRequest, _ limits: QueryLimits
    ) -> Result<QueryAnswer, StoreError> {
        Result { () throws(StoreError) in try store.query(request, limits: limits, isCancelled: { false }) }
    }

    private static func code(_ result: Result<QueryAnswer, StoreError>) -> String {
        switch result {
        case .success: "an answer"
        case .failure(let error): error.code.rawValue
        }
    }

    /// The first lines that differ.
    private static func difference(_ seen: QueryAnswer, _ wanted: QueryAnswer) -> String {
        let (a, b) = (seen.table.rows, wanted.table.rows)
        var text = "\(a.count) rows, \(b.count) wanted; cursor \(seen.cursor != nil), \(wanted.cursor != nil) wanted"
        if seen.table.columns != wanted.table.columns { text += "; other columns" }
        if let row = zip(a, b).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
            text += "\nrow \(row): \(a[row].map(\.text))\nwanted  \(b[row].map(\.text))"
        }
        return text
    }
}
