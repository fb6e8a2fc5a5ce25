import Foundation
import NIOCore
import Synchronization

/// Finds the address of one host on a thread of its own: `getaddrinfo` blocks for as long as the name servers are silent,
/// and on a thread that others share it would hold them up.
///
/// One lookup runs at a time: who asks while an earlier one still hangs waits for that one. For one caller at a time.
final class NameResolver: Sendable {
    typealias Lookup = @Sendable (_ host: String, _ port: Int) throws -> SocketAddress

    struct Overdue: Error, CustomStringConvertible {
        let host: String
        let limit: Duration
        var description: String { "the name \(host) was not resolved within \(limit)" }
    }

    private struct State {
        var isLooking = false
        var waiter: CheckedContinuation<SocketAddress, any Error>?
    }
    private let host: String
    private let port: Int
    private let lookup: Lookup
    private let state = Mutex(State())

    init(host: String, port: Int, lookup: @escaping Lookup = { try SocketAddress.makeAddressResolvingHost($0, port: $1) }) {
        self.host = host
        self.port = port
        self.lookup = lookup
    }

    /// The first address of the host; one that is an address already is not looked up.
    func address(within limit: Duration) async throws -> SocketAddress {
        if let literal = try? SocketAddress(ipAddress: host, port: port) { return literal }
        let overdue = Overdue(host: host, limit: limit)
        let timer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            self.resume(.failure(overdue))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let starts = state.withLock { state in
                    state.waiter = continuation
                    defer { state.isLooking = true }
                    return !state.isLooking
                }
                if starts { look() }
                if Task.isCancelled { resume(.failure(CancellationError())) }
            }
        } onCancel: {
            resume(.failure(CancellationError()))
        }
    }

    private func look() {
        Thread { [self] in
            let result = Result { try lookup(host, port) }
            state.withLock { $0.isLooking = false }
            resume(result)
        }.start()
    }

    private func resume(_ result: Result<SocketAddress, any Error>) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: result)
    }
}
