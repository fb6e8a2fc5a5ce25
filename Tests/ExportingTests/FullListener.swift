import Foundation
import Glibc
import NIOCore
import Testing

/// A port of 127.0.0.1 that listens, and whose queue of connections is full: attempts get no answer.
@safe final class FullListener: Sendable {
    let port: UInt16
    private let descriptors: [Int32]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // The port is in octets 2 and 3 of an address of IPv4.
        var bound = [UInt8](repeating: 0, count: 16)
        var length = socklen_t(bound.count)
        let wanted = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        // SAFETY: the addresses are as long as is said, and outlive the calls.
        let isBound = unsafe wanted.withSockAddr { pointer, length in unsafe bind(listener, pointer, socklen_t(length)) == 0 }
        let isTold = unsafe bound.withUnsafeMutableBytes { bytes in
            unsafe getsockname(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length) == 0
        }
        try #require(listener >= 0 && isBound && isTold && listen(listener, 0) == 0)
        let port = UInt16(bound[2]) << 8 | UInt16(bound[3])
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
        // The queue has room for one: when that stands in it, the kernel passes over all that ask.
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var waits = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        // SAFETY: as above.
        let isConnected = unsafe address.withSockAddr { pointer, length in unsafe connect(other, pointer, socklen_t(length)) == 0 }
        let isFull = unsafe poll(&waits, 1, 60_000) == 1
        try #require(isConnected && isFull)
        descriptors = [listener, other]
        self.port = port
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// Somebody asks for a connection (state SYN_SENT in the kernel's table).
    var isAsked: Bool {
        let text = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").contains { line in
            let cells = line.split(separator: " ")
            return cells.count > 3 && cells[3] == "02" && cells[2].hasSuffix(":" + String(format: "%04X", Int(port)))
        }
    }
}
