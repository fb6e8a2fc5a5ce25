import Glibc
import Synchronization

/// Waits for conditions in the world outside, with a deadline.
enum Eventually {
    /// - Returns: whether the condition came true within two minutes: the limit is for what hangs, and other tests may
    ///   hold all cores.
    static func holds(_ condition: () throws -> Bool) async rethrows -> Bool {
        let end = ContinuousClock.now + .seconds(120)
        while try !condition() {
            if ContinuousClock.now > end { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}

/// Plain sockets on loopback, for receivers of the tests' own.
enum Loopback {
    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// A bound socket, or -1; port 0 is any free one.
    static func bound(type: __socket_type, port: UInt16 = 0) -> Int32 {
        let socket = socket(AF_INET, Int32(type.rawValue), 0)
        var on: Int32 = 1
        var address = address(port: port)
        // Both calls read structures that live until they return.
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(socket)
            return -1
        }
        return socket
    }

    static func port(of socket: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // The kernel writes at most `length` octets, the size of the structure.
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// What one read gives; empty at the end, nil when there is nothing now.
    static func read(_ socket: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Writes at most `count` octets into the buffer, without waiting.
        let count = unsafe recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(buffer.prefix(count))
    }
}

/// A TCP receiver that may begin to listen later: until then its port is its own and refuses connections.
final class TCPReceiver {
    let port: UInt16
    private var listener: Int32
    private var connection: Int32 = -1
    private(set) var received: [UInt8] = []

    init(listening: Bool = true) {
        listener = Loopback.bound(type: SOCK_STREAM)
        precondition(listener >= 0, "loopback has no free port")
        port = Loopback.port(of: listener)
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        if listening { listen() }
    }

    /// Takes connections from now on.
    func listen() { Glibc.listen(listener, 8) }

    deinit { stop() }

    /// Takes a connection and what has come over it.
    func poll() {
        if connection < 0 {
            connection = accept(listener, nil, nil)
        }
        while connection >= 0, let octets = Loopback.read(connection) {
            if octets.isEmpty { drop() } else { received += octets }
        }
    }

    /// Closes the connection and goes on listening.
    func drop() {
        if connection >= 0 { close(connection) }
        connection = -1
    }

    func stop() {
        drop()
        if listener >= 0 { close(listener) }
        listener = -1
    }

    var lines: [[UInt8]] { received.split(separator: UInt8(ascii: "\n")).map(Array.init) }
}
