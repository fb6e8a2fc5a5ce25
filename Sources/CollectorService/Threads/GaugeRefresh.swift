import Synchronization

/// Brings gauges up to date on a thread of its own: the locks that this takes may be held over a whole batch, and neither event
/// loops nor the threads of Swift's tasks wait for them.
final class GaugeRefresh: Sendable {
    /// A measure that has just woken who waited for it may still be under way when the next one comes.
    private let worker = WorkerThreads(name: "gauges", width: 1, waitingLimit: 1)
    private let patience: Duration
    private let measure: @Sendable () -> Void

    /// - Parameter patience: who asks waits so long; then gauges are as they were.
    init(patience: Duration = .seconds(1), measure: @escaping @Sendable () -> Void) {
        self.patience = patience
        self.measure = measure
    }

    /// Returns when the gauges are fresh, or its patience is at its end, or at once while somebody else's measure waits.
    func refresh() async {
        let end = Once()
        let patience = patience
        let timer = Task {
            // Cancelled when the gauges are fresh: then there is nobody to wake.
            try? await Task.sleep(for: patience)
            end.reach()
        }
        await withCheckedContinuation { continuation in
            end.wake(continuation)
            let measure = measure
            let isTaken = worker.submit {
                measure()
                end.reach()
            }
            if !isTaken { end.reach() }
        }
        timer.cancel()
    }

    /// Wakes one who waits, once, whoever comes first.
    private final class Once: Sendable {
        private enum State {
            case idle, reached
            case waiting(CheckedContinuation<Void, Never>)
        }
        private let state = Mutex(State.idle)

        func wake(_ continuation: CheckedContinuation<Void, Never>) {
            let isReached = state.withLock { state in
                if case .reached = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isReached { continuation.resume() }
        }

        func reach() {
            let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state = .reached }
                if case .waiting(let continuation) = state { return continuation }
                return nil
            }
            waiting?.resume()
        }
    }
}
