/// How long to wait before the next attempt: twice as long after each failure, with jitter, up to a limit.
package struct Backoff: Sendable {
    package var first: Duration
    package var limit: Duration
    private var failures = 0

    package init(first: Duration = .seconds(1), limit: Duration = .seconds(60)) {
        self.first = first
        self.limit = limit
    }

    /// - Parameter jitter: a random number in 0..<1; the wait is 0.75 to 1.25 times its nominal length.
    package mutating func failed(jitter: Double) -> Duration {
        let nominal = min(first * (1 << min(failures, 16)), limit)
        failures += 1
        return nominal * (0.75 + min(max(jitter, 0), 1) / 2)
    }

    package mutating func succeeded() { failures = 0 }
}
