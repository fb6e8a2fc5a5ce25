import ServiceLifecycle
import Synchronization

/// Where the server listens, for those who wait for it, and the way to stop it.
final class Listener: Sendable {
    private enum Phase {
        case starting
        case listening(host: String, port: Int)
        case ended(any Error)
    }
    private struct State {
        var phase = Phase.starting
        var server: ServiceGroup?
        var isStopped = false
        var waiting: [CheckedContinuation<(host: String, port: Int), any Error>] = []
    }
    /// `run` has ended, so nothing will ever listen.
    struct Ended: Error, CustomStringConvertible {
        var description: String { "the collector has stopped" }
    }
    private let state = Mutex(State())

    func serves(with server: ServiceGroup) { state.withLock { $0.server = server } }

    /// True once the address was bound.
    var hasListened: Bool {
        state.withLock { if case .listening = $0.phase { true } else { false } }
    }

    func listens(host: String, port: Int) {
        let (waiting, toStop) = state.withLock { state in
            state.phase = .listening(host: host, port: port)
            defer { state.waiting = [] }
            return (state.waiting, state.isStopped ? state.server : nil)
        }
        for one in waiting { one.resume(returning: (host, port)) }
        if let toStop { Task { await toStop.triggerGracefulShutdown() } }
    }

    func ended(_ error: (any Error)?) {
        let failure = error ?? Ended()
        let waiting = state.withLock { state in
            state.phase = .ended(failure)
            state.server = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume(throwing: failure) }
    }

    func wait() async throws -> (host: String, port: Int) {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<(host: String, port: Int), any Error>? = state.withLock { state in
                switch state.phase {
                case .listening(let host, let port): return .success((host, port))
                case .ended(let error): return .failure(error)
                case .starting:
                    state.waiting.append(continuation)
                    return nil
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// A server that is still starting is stopped as soon as it listens.
    func stop() async {
        let server: ServiceGroup? = state.withLock { state in
            state.isStopped = true
            guard case .listening = state.phase else { return nil }
            return state.server
        }
        await server?.triggerGracefulShutdown()
    }
}
