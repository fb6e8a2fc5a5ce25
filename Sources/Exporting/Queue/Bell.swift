import Synchronization

/// Tells those who wait that something has changed. Who waits says what it has seen, so that no ring is lost between a look
/// and the wait.
final class Bell: Sendable {
    private struct State {
        var rings: UInt64 = 0
        var lastWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }
    private let state = Mutex(State())

    /// How often it has rung.
    var rings: UInt64 { state.withLock { $0.rings } }

    func ring() {
        let waiters = state.withLock { state in
            state.rings += 1
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns when it has rung more often than `rings`, when `limit` is over, and when the task is cancelled.
    func wait(past rings: UInt64, atMost limit: Duration? = nil) async {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        var timer: Task<Void, Never>?
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.rings != rings || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { return continuation.resume() }
                guard let limit else { return }
                timer = Task {
                    if (try? await Task.sleep(for: limit)) != nil { self.leave(id) }
                }
            }
        } onCancel: {
            leave(id)
        }
        timer?.cancel()
    }

    private func leave(_ id: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
}
