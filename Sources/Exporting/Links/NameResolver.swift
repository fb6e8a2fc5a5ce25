import Foundation
import NIOCore
import Synchronization

/// Finds the address of a host on a thread of its own: `getaddrinfo` blocks for as long as the name servers are silent, and
/// the threads that run tasks are as few as the cores.
///
/// One lookup runs at a time; who asks while an earlier one still hangs waits for that one. For one caller at a time.
final class NameResolver: Sendable {
    private struct State {
        var isLooking = false
        var waiter: CheckedContinuation<SocketAddress?, Never>?
    }
    private let host: String
    private let port: Int
    private let state = Mutex(State())

    init(host: String, port: UInt16) {
        self.host = host
        self.port = Int(port)
    }

    /// The first address of the host; one that is an address already is not looked up.
    func address(within limit: Duration) async throws(LinkFault) -> SocketAddress {
        if let literal = try? SocketAddress(ipAddress: host, port: port) { return literal }
        var timer: Task<Void, Never>?
        let address: SocketAddress? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let starts = state.withLock { state in
                    state.waiter = continuation
                    defer { state.isLooking = true }
                    return !state.isLooking
                }
                if starts { look() }
                if Task.isCancelled { return resume(nil) }
                timer = Task {
                    if (try? await Task.sleep(for: limit)) != nil { self.resume(nil) }
                }
            }
        } onCancel: {
            resume(nil)
        }
        timer?.cancel()
        guard let address else {
            throw LinkFault(.name, "the address of \(host) cannot be found: mend the name, or name the collector by its address")
        }
        return address
    }

    private func look() {
        Thread { [self] in
            let address = try? SocketAddress.makeAddressResolvingHost(host, port: port)
            state.withLock { $0.isLooking = false }
            resume(address)
        }.start()
    }

    private func resume(_ address: SocketAddress?) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: address)
    }
}
