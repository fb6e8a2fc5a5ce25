import CSockets
import Glibc

/// A UDP socket that other people's exporters send to.
package struct DatagramSocket: ~Copyable {
    /// What receiving needs besides: how often the thread looks up without a datagram.
    private static let timeout = timeval(tv_sec: 0, tv_usec: 200_000)

    private let descriptor: Int32
    /// HOST:PORT with the port that it got.
    package let place: String
    package let port: UInt16
    /// The receive buffer that the kernel gave, octets of its own bookkeeping included.
    package let receiveBuffer: Int
    private var lastDrops: UInt32 = 0

    /// - Parameters:
    ///   - host: an address, or a name of this machine; `0.0.0.0` and `::` for all.
    ///   - port: 0 lets the kernel choose.
    ///   - receiveBuffer: octets to ask for; past `net.core.rmem_max` only root is given them.
    ///   - isShared: other sockets of this process take a part of the same port's datagrams (SO_REUSEPORT).
    package init(host: String, port: UInt16, receiveBuffer: Int, isShared: Bool = false) throws(ListenerError) {
        let asked = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        // The pointers in it stay nil; what the list holds is copied by the kernel within `bind`.
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>? = nil
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard status == 0, let found = unsafe list else {
            throw ListenerError(place: asked, text: unsafe "no such address (\(String(cString: gai_strerror(status))))")
        }
        defer { unsafe freeaddrinfo(found) }
        let opened = unsafe socket(found.pointee.ai_family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw ListenerError(place: asked, text: SocketFailure(number: errno).text) }
        Self.prepare(opened, receiveBuffer: receiveBuffer, isShared: isShared)
        guard unsafe bind(opened, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            let number = errno
            close(opened)
            throw ListenerError(place: asked, number: number, isDatagram: true)
        }
        var given: Int32 = 0
        var length = socklen_t(4)
        _ = unsafe getsockopt(opened, SOL_SOCKET, SO_RCVBUF, &given, &length)
        descriptor = opened
        self.receiveBuffer = Int(given)
        self.port = Self.boundPort(opened)
        place = "\(host.contains(":") ? "[\(host)]" : host):\(self.port)"
    }

    /// Sets what must stand before the socket is bound; what the kernel refuses is done without.
    private static func prepare(_ descriptor: Int32, receiveBuffer: Int, isShared: Bool) {
        var one: Int32 = 1
        var timeout = Self.timeout
        var size = Int32(clamping: receiveBuffer)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, 40, &one, 4)  // SO_RXQ_OVFL
        if isShared { _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, 4) }
        // SO_RCVBUFFORCE (33) needs CAP_NET_ADMIN; without it the kernel gives up to net.core.rmem_max.
        if unsafe setsockopt(descriptor, SOL_SOCKET, 33, &size, 4) != 0 {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
    }

    deinit { close(descriptor) }

    private static func boundPort(_ descriptor: Int32) -> UInt16 {
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            // Large enough for both families; their ports lie at the same place.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
        }
        return status == 0 ? UInt16(bigEndian: name.sin6_port) : 0
    }

    /// Fills a block with what waits, waiting a fifth of a second for the first datagram.
    ///
    /// - Returns: datagrams received, and those that the socket has dropped since the last call: its buffer was full.
    package mutating func receive(
        into block: DatagramBlock, at milliseconds: () -> Int64
    ) -> Result<(received: Int, dropped: UInt64), SocketFailure> {
        var drops = lastDrops
        switch block.receive(from: descriptor, drops: &drops, at: milliseconds) {
        case .failure(let failure): return .failure(failure)
        case .success(let count):
            // The kernel's counter is of 32 bits, and wraps.
            let dropped = UInt64(drops &- lastDrops)
            lastDrops = drops
            return .success((count, dropped))
        }
    }
}
