extension DetectionEngine {
    /// Thresholds, exclusions and bounds. The defaults are those of docs/alerts.md.
    package struct Configuration: Sendable {
        /// So many distinct targets within so many seconds.
        package struct Limit: Sendable, Equatable {
            /// At least 2: one target is no scan.
            package var targets: Int
            package var windowSeconds: UInt32
            package init(targets: Int, windowSeconds: UInt32) {
                self.targets = targets
                self.windowSeconds = windowSeconds
            }
            var windowMilliseconds: Int64 { Int64(windowSeconds) * 1000 }
        }

        /// D1: distinct hosts per source, port and protocol. Any one limit is enough; the first one reached is named.
        package var horizontalScan: [Limit] = [
            Limit(targets: 8, windowSeconds: 300), Limit(targets: 16, windowSeconds: 3600),
        ]
        /// D2: distinct ports per source and host.
        package var verticalScan: [Limit] = [Limit(targets: 15, windowSeconds: 300)]
        /// D20: seconds without a batch; three times the interval in which an idle agent sends.
        package var silenceSeconds: UInt32 = 60
        /// D20: seconds between two ticks that count at most. What is longer was a machine that slept or a clock that was
        /// set: nobody could be heard in it.
        package var longestTickSeconds: UInt32 = 5
        /// D20: an agent that has been silent for so long is forgotten, and its alert closes. Default: 7 days.
        package var silenceForgottenSeconds: UInt32 = 604_800
        /// Rules that do not run.
        package var disabledRules: Set<DetectionRule> = []
        package var exclusions = Exclusions()

        /// Sources (D1), or pairs of source and host (D2), that are counted at one time; the least recently seen goes first.
        package var keyLimit = 65_536
        /// A key that has fired counts exactly up to so many targets; other keys up to their highest limit + 2.
        package var targetLimit = 2048
        /// So many keys at one time may count up to `targetLimit`.
        package var wideKeyLimit = 128
        /// Answered contacts that are remembered, rounded up to a power of two; 16 bytes each. 0 remembers none, and then
        /// every failure is taken for a first contact.
        package var answeredContactLimit = 131_072
        /// How long an answered contact is remembered. Default: 24 h.
        package var answeredContactSeconds: UInt32 = 86_400
        /// Agents whose silence is watched; more are not watched, and counted.
        package var agentLimit = 4096

        package init() {}
    }
}
