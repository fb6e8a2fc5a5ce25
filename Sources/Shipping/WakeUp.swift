import Synchronization

/// A flag that one task waits for and anybody sets, from a plain thread too. Set twice before the wait counts once.
final class WakeUp: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func set() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isSet = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits until the flag is set (and takes it down), the time is over or the task is cancelled. One task at a time: a
    /// second one sends the first one on.
    func wait(atMost time: Duration?) async {
        guard let time else { return await wait() }
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let done = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                    if state.isSet {
                        state.isSet = false
                        return [continuation]
                    }
                    if Task.isCancelled { return [continuation] }
                    let old = state.waiter
                    state.waiter = continuation
                    return old.map { [$0] } ?? []
                }
                for continuation in done { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state.waiter = nil }
                return state.waiter
            }?.resume()
        }
    }
}
