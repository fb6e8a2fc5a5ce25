import Foundation
import Glibc
import Synchronization

/// A connection whose client decides when it takes how much of an answer; the kernel keeps little on its behalf. Blocks its thread.
final class SlowConnection: Sendable {
    private let descriptor: Int32
    private let lengths = Mutex((body: 0, received: 0))

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        var buffer: Int32 = 65_536
        // The structures are ours for the length of each call.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// Octets of the body that the head of the answer announced, and those that have come.
    var length: Int { lengths.withLock { $0.body } }
    var received: Int { lengths.withLock { $0.received } }

    func send(_ text: String) throws {
        let octets = Array(text.utf8)
        let sent = unsafe octets.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent == octets.count else { throw POSIXError(.EPIPE) }
    }

    /// Reads the head of the answer, octet by octet, and no more.
    func readHead() throws {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            let octet = receive(atMost: 1)
            guard !octet.isEmpty else { throw POSIXError(.ECONNRESET) }
            head += octet
        }
        let lines = String(decoding: head, as: UTF8.self).lowercased().split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("content-length:") }?.split(separator: ":").last
        let body = length.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 0
        lengths.withLock { $0.body = body }
    }

    /// - Returns: false at the end of the connection.
    @discardableResult
    func read(atMost count: Int) -> Bool {
        let octets = receive(atMost: count)
        lengths.withLock { $0.received += octets.count }
        return !octets.isEmpty
    }

    /// Reads until the whole body is there, or the connection ends.
    func readToEnd() {
        while received < length, read(atMost: 65_536) {}
    }

    /// True when the collector has closed the connection; waits so long for that, or for an octet. What else comes is thrown away.
    func hasEnded(withinMilliseconds limit: Int32) -> Bool {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&event, 1, limit) > 0 else { return false }
        return receive(atMost: 65_536).isEmpty
    }

    private func receive(atMost count: Int) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        return Array(buffer.prefix(max(0, received)))
    }
}
