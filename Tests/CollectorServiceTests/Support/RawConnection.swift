import Foundation
import Glibc

/// A TCP connection over which exactly these octets go, for requests that no HTTP client would send.
enum RawConnection {
    static func exchange(_ collector: TestCollector, _ text: String) async throws -> String {
        try await exchange(collector, Array(text.utf8))
    }

    /// Sends, ends its side of the connection unless told not to, and reads until the collector closes or two minutes are
    /// over.
    static func exchange(
        _ collector: TestCollector, _ octets: [UInt8], closesInput: Bool = true
    ) async throws -> String {
        let port = collector.port
        return try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try blocking(port: port, octets, closesInput) }) }.start()
        }
    }

    private static func blocking(port: Int, _ octets: [UInt8], _ closesInput: Bool) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        // The structures are ours for the length of each call.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
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
        var rest = octets[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { break }
            rest = rest.dropFirst(sent)
        }
        if closesInput { shutdown(descriptor, Int32(SHUT_WR)) }
        var reply: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { break }
            reply += buffer[..<count]
            // Without an end of the connection, the head of the answer is all that is waited for.
            if !closesInput { break }
        }
        return String(decoding: reply, as: UTF8.self)
    }
}
