/// How long to wait before the next attempt: twice as long after each failure, up to a limit, and never at the same moment as
/// others that failed at the same moment.
package struct Backoff: Sendable, Hashable {
    package var first: Duration
    package var limit: Duration
    private var failures = 0

    package init(first: Duration = .seconds(1), limit: Duration = .seconds(60)) {
        self.first = first
        self.limit = limit
    }

    /// - Returns: three quarters to five quarters of the nominal wait.
    mutating func failed(using generator: inout some RandomNumberGenerator) -> Duration {
        let nominal = min(first * (1 << min(failures, 16)), limit)
        failures += 1
        return nominal * Double.random(in: 0.75...1.25, using: &generator)
    }

    mutating func succeeded() { failures = 0 }
}
