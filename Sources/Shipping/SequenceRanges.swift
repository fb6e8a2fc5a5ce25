/// Sequence numbers as runs: those of batches that will never arrive, until a batch that names them has.
package struct SequenceRanges: Sendable, Equatable {
    /// So many runs at most; past them the oldest are forgotten, and their hole stays unexplained.
    package static let limit = 256

    /// Numbers that were forgotten for want of room.
    package private(set) var forgotten: UInt64 = 0

    /// In order, apart from each other by at least one number.
    package private(set) var runs: [ClosedRange<UInt64>] = []

    package init() {}

    package var isEmpty: Bool { runs.isEmpty }

    package mutating func insert(_ number: UInt64) {
        var merged = number...number
        var rest: [ClosedRange<UInt64>] = []
        for run in runs {
            // Sequence numbers are far below the end of the number range; saturation keeps the arithmetic total.
            let after = run.upperBound == .max ? run.upperBound : run.upperBound + 1
            let before = run.lowerBound == 0 ? 0 : run.lowerBound - 1
            if merged.upperBound < before || merged.lowerBound > after {
                rest.append(run)
            } else {
                merged = min(run.lowerBound, merged.lowerBound)...max(run.upperBound, merged.upperBound)
            }
        }
        rest.append(merged)
        runs = rest.sorted { $0.lowerBound < $1.lowerBound }
        while runs.count > Self.limit {
            let run = runs.removeFirst()
            forgotten &+= run.upperBound &- run.lowerBound &+ 1
        }
    }

    /// Takes out what has been told.
    package mutating func remove(_ told: [ClosedRange<UInt64>]) {
        for gone in told {
            runs = runs.flatMap { run -> [ClosedRange<UInt64>] in
                guard run.overlaps(gone) else { return [run] }
                var left: [ClosedRange<UInt64>] = []
                if run.lowerBound < gone.lowerBound { left.append(run.lowerBound...gone.lowerBound - 1) }
                if run.upperBound > gone.upperBound { left.append(gone.upperBound + 1...run.upperBound) }
                return left
            }
        }
    }
}
