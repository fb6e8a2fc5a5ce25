import Foundation
import Glibc
import NIOCore
import Synchronization

/// Finds the address of a host on a thread of its own: `getaddrinfo` blocks for as long as the name servers are silent, and
/// the threads that run tasks are as few as the cores.
///
/// One lookup runs at a time; who asks while an earlier one still hangs waits for that one. For one caller at a time.
final class NameResolver: Sendable {
    /// Blocks. Empty where nothing is found.
    typealias LookUp = @Sendable (_ host: String, _ port: Int) -> [SocketAddress]

    private struct State {
        var isLooking = false
        var waiter: CheckedContinuation<[SocketAddress], Never>?
    }
    /// More addresses of one name are not tried.
    private static let limit = 16

    private let host: String
    private let port: Int
    private let lookUp: LookUp
    private let state = Mutex(State())

    init(host: String, port: UInt16, lookUp: @escaping LookUp) {
        self.host = host
        self.port = Int(port)
        self.lookUp = lookUp
    }

    /// The addresses of the host, at least one; one that is an address already is not looked up.
    func addresses(within limit: Duration) async throws(LinkFault) -> [SocketAddress] {
        if let literal = try? SocketAddress(ipAddress: host, port: port) { return [literal] }
        var timer: Task<Void, Never>?
        let addresses: [SocketAddress] = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let starts = state.withLock { state in
                    state.waiter = continuation
                    defer { state.isLooking = true }
                    return !state.isLooking
                }
                if starts { look() }
                if Task.isCancelled { return resume([]) }
                timer = Task {
                    if (try? await Task.sleep(for: limit)) != nil { self.resume([]) }
                }
            }
        } onCancel: {
            resume([])
        }
        timer?.cancel()
        guard !addresses.isEmpty else {
            throw LinkFault(.name, "the address of \(host) cannot be found: mend the name, or name the collector by its address")
        }
        return addresses
    }

    private func look() {
        Thread { [self] in
            let addresses = lookUp(host, port)
            state.withLock { $0.isLooking = false }
            resume(addresses)
        }.start()
    }

    /// The resolver's addresses for UDP, in its order (RFC 6724), of the families that this machine has.
    static let lookUp: LookUp = { host, port in
        // SAFETY: all addresses are valid for the length of the call, those of hints are none; the list that it makes is given
        // back below.
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next, addresses.count < limit {
            // SAFETY: an entry's address is of its family, and lives as long as the list.
            if let address = unsafe entry.pointee.ai_addr {
                switch unsafe entry.pointee.ai_family {
                case AF_INET: addresses.append(unsafe SocketAddress(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self), host: host))
                case AF_INET6:
                    addresses.append(unsafe SocketAddress(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self), host: host))
                default: break
                }
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }

    private func resume(_ addresses: [SocketAddress]) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: addresses)
    }
}
