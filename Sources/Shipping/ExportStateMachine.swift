/// Decides what the exporting process does next. Knows no socket, no queue, no clock.
///
/// One batch is under way at a time, so batches arrive in their order.
package struct ExportStateMachine: Sendable {
    package enum Action: Equatable, Sendable {
        /// Deliver the oldest batch.
        case send
        /// Nothing until the time is over, or until `hurry`.
        case wait(Duration)
        /// Nothing until there is a batch.
        case idle
    }

    /// What becomes of the batch that was under way.
    package enum Outcome: Equatable, Sendable {
        case done(isDuplicate: Bool)
        case reject(status: Int)
        case keep
    }

    private enum Phase: Equatable {
        case ready
        case sending
        case waiting(Duration)
    }

    private var phase = Phase.ready
    private var isHurrying = false
    private var backoff: Backoff

    package init(backoff: Backoff = Backoff()) { self.backoff = backoff }

    package mutating func next(hasBatch: Bool) -> Action {
        switch phase {
        case .waiting(let time):
            return .wait(time)
        case .sending:
            return .idle
        case .ready:
            guard hasBatch else { return .idle }
            phase = .sending
            return .send
        }
    }

    /// The attempt under way came to this.
    package mutating func answered(
        _ answer: DeliveryAnswer, using generator: inout some RandomNumberGenerator
    ) -> Outcome {
        switch answer {
        case .stored(let isDuplicate):
            backoff.reset()
            phase = .ready
            return .done(isDuplicate: isDuplicate)
        case .rejected(let status):
            // The collector is well: it is the batch that is not.
            backoff.reset()
            phase = .ready
            return .reject(status: status)
        case .refused:
            wait(backoff.slow(using: &generator))
        case .busy(_, let retryAfter, _):
            // The server's own time counts where it is longer, since it knows better. Jitter is on top of it: many agents
            // were told the same.
            let drawn = backoff.next(using: &generator)
            let told = retryAfter.map { $0 + drawn * Double.random(in: 0...1, using: &generator) } ?? .zero
            wait(max(drawn, told))
        case .failed:
            wait(backoff.next(using: &generator))
        }
        return .keep
    }

    /// The time that `wait` named is over.
    package mutating func waited() {
        if case .waiting = phase { phase = .ready }
    }

    /// There is little time left: what waits is tried at once, and until `relax` no wait is longer than the shortest.
    package mutating func hurry() {
        isHurrying = true
        waited()
    }

    /// There is time again.
    package mutating func relax() { isHurrying = false }

    private mutating func wait(_ time: Duration) {
        phase = .waiting(isHurrying ? min(time, backoff.shortest) : time)
    }
}
