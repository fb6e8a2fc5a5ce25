import FlowModel

@testable import FlowStore

/// What the writer that gets killed does: numbered batches, each of which can be made again from its number alone.
enum KillScript {
    static let partition: Int64 = 60_000
    /// Of the simulated clock, between two batches.
    static let step: Int64 = 10_000
    static let maximumAge = Duration.seconds(240)

    /// When a batch is appended by the simulated clock.
    static func now(_ number: UInt64) -> Int64 { hour14 + Int64(number) * step }

    static func identity(_ number: UInt64) -> BatchIdentity { .sequence(agent: "a", epoch: 7, sequence: number) }

    /// Every fifth has flows of partitions before its own.
    static func batch(_ number: UInt64) -> FlowBatch {
        var flows = RandomFlows(seed: number, ends: (now(number) - step)..<now(number))
        let count = Int.random(in: 10...150, using: &flows.generator)
        var batch = flows.ordinary(count)
        for row in 0..<count {
            batch.flowId[row] = number
            if number % 5 == 0, row % 3 == 0 { batch.flowEndMilliseconds[row] -= Int64(row % 2 + 1) * 45_000 }
        }
        return batch
    }

    static func slot(_ end: Int64) -> Int64 { end / partition * partition }

    static func configuration(_ clock: TestClock) -> SQLiteFlowStore.Configuration {
        TestStore.configuration(clock) {
            $0.partitionMilliseconds = partition
            $0.limits.rowsPerBlock = 300
            // Some addresses stand in their blocks.
            $0.limits.addresses = 150
            $0.openForWriting = 3
        }
    }
}

/// What a batch puts into each partition.
struct KillParts {
    struct Part: Equatable {
        var records: UInt64 = 0
        var bytes: UInt64 = 0
    }

    let batch: FlowBatch
    /// By the start of the partition.
    private(set) var parts: [Int64: Part] = [:]

    init(_ number: UInt64) {
        batch = KillScript.batch(number)
        for row in 0..<batch.count {
            let slot = KillScript.slot(batch.flowEndMilliseconds[row])
            parts[slot, default: Part()].records += 1
            parts[slot, default: Part()].bytes += batch.octetDeltaCount[row]
        }
    }
}
