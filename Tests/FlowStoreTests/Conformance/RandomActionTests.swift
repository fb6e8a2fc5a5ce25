import FlowModel
import FlowQuery
import TestSupport
import Testing

@testable import FlowStore

/// `ZONAL_RANDOM_ACTIONS` says how many rows of actions.
@Suite("Random actions")
struct RandomActionTests {
    /// The real store, closed and opened again now and then, beside the naive one.
    private final class Pair {
        let scratch: ScratchFolder
        let clock = TestClock(hour14 + hour)
        var folder: DataFolder
        let naive: NaiveFlowStore
        /// What the stores before the last opening have counted.
        var before = StoreCounters()
        var generator: SeededGenerator
        var flows: RandomFlows
        var sent: [(batch: FlowBatch, identity: BatchIdentity, export: Int64)] = []

        init(seed: UInt64) throws {
            scratch = try ScratchFolder("zonal-actions")
            generator = SeededGenerator(seed: seed)
            flows = RandomFlows(seed: seed &+ 99, ends: hour14..<(hour14 + hour))
            folder = try DataFolder.openForWriting(scratch.path("data"), configuration: Self.configuration(clock))
            let clock = clock
            naive = NaiveFlowStore(now: { clock.now })
        }

        static func configuration(_ clock: TestClock) -> SQLiteFlowStore.Configuration {
            TestStore.configuration(clock) {
                $0.limits.rowsPerBlock = 100
                $0.limits.addresses = 60
                $0.openForWriting = 2
                $0.openForReading = 3
            }
        }

        func reopen() throws {
            before.add(folder.store.counters())
            folder.close()
            folder = try DataFolder.openForWriting(scratch.path("data"), configuration: Self.configuration(clock))
        }

        func number(_ range: Range<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }

        func newBatch() -> (batch: FlowBatch, identity: BatchIdentity, export: Int64) {
            let first = hour14 + number(-4..<1) * hour
            flows.ends = first..<(first + [1, 1_000, 3 * hour][Int(number(0..<3))])
            var batch = flows.ordinary(Int(number(1..<60)))
            if number(0..<6) == 0 { batch.flowEndMilliseconds[0] = [0, -1, hour14 + 1_000 * hour][Int(number(0..<3))] }
            let identity: BatchIdentity =
                number(0..<4) == 0
                ? .digest("\(sent.count)")
                : .sequence(agent: ["a", "b"][Int(number(0..<2))], epoch: 1, sequence: UInt64(number(1..<40)))
            return (batch, identity, clock.now)
        }
    }

    @Test("in any order leave both back ends with the same flows, identities and counts", arguments: 0..<KillTests.number("ZONAL_RANDOM_ACTIONS", 3))
    func actions(seed: UInt64) throws {
        let pair = try Pair(seed: seed)
        for step in 0..<40 {
            let place: Comment = "seed \(seed), step \(step)"
            switch pair.number(0..<10) {
            case 0...3:
                // Some identities come again with other flows: of partitions that have the identity, nothing is stored.
                let new = pair.newBatch()
                pair.sent.append(new)
                try append(new, pair, place)
            case 4:
                let old = pair.sent.randomElement(using: &pair.generator)
                if let old { try append(old, pair, place) }
            case 5:
                let batch = pair.newBatch().batch
                for store in [pair.folder.store, pair.naive] as [any FlowStoring] {
                    _ = try store.append(batch, identity: nil, exportMilliseconds: pair.clock.now)
                }
            case 6: try pair.folder.store.compact(everything: pair.number(0..<2) == 0)
            case 7:
                let age = Duration.seconds(pair.number(0..<30_000))
                let dryRun = pair.number(0..<2) == 0
                let (now, stores) = (pair.clock.now, [pair.folder.store, pair.naive] as [any FlowStoring])
                let retired = try stores.map { try $0.retain(now: now, maximumAge: age, dryRun: dryRun).compactMap(\.lastWrite).sorted() }
                #expect(retired[0] == retired[1], place)
            case 8: try pair.reopen()
            default: pair.clock.now += pair.number(0..<7_200_000)
            }
            try compare(pair, place)
        }
        #expect(pair.naive.counters().duplicates > 0)
    }

    private func append(
        _ new: (batch: FlowBatch, identity: BatchIdentity, export: Int64), _ pair: Pair, _ place: Comment
    ) throws {
        let stores = [pair.folder.store, pair.naive] as [any FlowStoring]
        func holds() throws -> [Bool] {
            try stores.map { try $0.holds(new.batch, identity: new.identity, exportMilliseconds: new.export) }
        }
        let before = try holds()
        #expect(before[0] == before[1], place)
        let outcomes = try stores.map {
            try $0.append(new.batch, identity: new.identity, exportMilliseconds: new.export)
        }
        #expect(outcomes[0] == outcomes[1], place)
        #expect(try holds() == [true, true], place)
    }

    private func compare(_ pair: Pair, _ place: Comment) throws {
        let (real, naive) = (try pair.folder.store.held(), try pair.naive.held())
        #expect(real.records == naive.records && real.partitions == naive.partitions, place)
        #expect(real.oldest == naive.oldest && real.newest == naive.newest, place)
        #expect(real.outOfRangeRecords == naive.outOfRangeRecords, place)
        var counted = pair.before
        counted.add(pair.folder.store.counters())
        let wanted = pair.naive.counters()
        #expect(
            counted.records == wanted.records && counted.duplicates == wanted.duplicates
                && counted.outOfRange == wanted.outOfRange, place)
        // The order has the identity of every row in it.
        let request = FlowRequest(
            includeWitnesses: true,
            kind: .flows(fields: [.end, .flowID, .src, .srcPort, .bytes, .agent], limit: 1_000_000, cursor: nil))
        let rows = try [pair.folder.store, pair.naive].map { (store: any FlowStoring) in try store.query(request).table.rows }
        #expect(rows[0] == rows[1], place)
    }
}

extension StoreCounters {
    fileprivate mutating func add(_ other: StoreCounters) {
        records += other.records
        duplicates += other.duplicates
        outOfRange += other.outOfRange
    }
}
