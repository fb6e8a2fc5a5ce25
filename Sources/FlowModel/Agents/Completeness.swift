/// How much of what was asked for was seen: kept ÷ offered over the stages (design section 6).
package struct Completeness: Sendable, Equatable {
    package struct Stage: Sendable, Equatable {
        /// `kernel-ring`, `eviction`, …
        package var stage: String
        /// `packets` or `records`.
        package var unit: String
        package var kept: UInt64
        package var offered: UInt64
        package init(stage: String, unit: String, kept: UInt64, offered: UInt64) {
            self.stage = stage
            self.unit = unit
            self.kept = kept
            self.offered = offered
        }
    }
    package var stages: [Stage]
    /// Plain sentences: why the value is below 1, or why it is not known.
    package var reasons: [String]
    /// End of the oldest and of the newest record held, milliseconds since 1970 UTC; nil with an empty store.
    package var oldestMilliseconds: Int64?
    package var newestMilliseconds: Int64?

    package init(
        stages: [Stage] = [], reasons: [String] = [], oldestMilliseconds: Int64? = nil, newestMilliseconds: Int64? = nil
    ) {
        self.stages = stages
        self.reasons = reasons
        self.oldestMilliseconds = oldestMilliseconds
        self.newestMilliseconds = newestMilliseconds
    }

    /// The product over the stages; nil, never 1, where no account exists.
    package var value: Double? {
        let accounted = stages.filter { $0.offered > 0 }
        guard !accounted.isEmpty else { return nil }
        return accounted.reduce(1) { $0 * Double($1.kept) / Double($1.offered) }
    }
}
