/// How long to wait before a failed delivery is tried again: longer after each failure, and never at the same moment as
/// other agents that failed at the same moment.
///
/// The wait is drawn between one half and the whole of a span that doubles from twice `shortest` up to `longest`.
package struct Backoff: Sendable, Equatable {
    package var shortest: Duration
    package var longest: Duration
    private var failures = 0

    package init(shortest: Duration = .milliseconds(500), longest: Duration = .seconds(30)) {
        self.shortest = max(shortest, .zero)
        self.longest = max(longest, self.shortest)
    }

    /// The wait after one more failure.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        failures += 1
        var span = shortest
        // Doubling stops at `longest`, so it cannot overflow, however often a delivery has failed.
        for _ in 0..<failures where span < longest { span *= 2 }
        return Self.draw(min(span, longest), using: &generator)
    }

    /// The wait for what will not mend itself soon: from the longest span.
    package mutating func slow(using generator: inout some RandomNumberGenerator) -> Duration {
        failures += 1
        return Self.draw(longest, using: &generator)
    }

    /// After a success.
    package mutating func reset() { failures = 0 }

    private static func draw(_ span: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        span * Double.random(in: 0.5...1, using: &generator)
    }
}
