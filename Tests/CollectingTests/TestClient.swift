import Foundation
import TestSupport

/// A connection to a port of this machine, as an exporter has it. Blocks its thread.
final class TestClient: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        // The structure is as long as is said, and ours for the length of both calls.
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                let status = unsafe connect(descriptor, name, length)
                return status == 0 ? unsafe getsockname(descriptor, name, &length) : status
            }
        }
        guard status == 0 else { throw Command.Failure(description: "no connection to port \(port)") }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { Foundation.close(descriptor) }

    /// Sends all, some octets at a time; nothing more when the other side has gone.
    func send(_ octets: [UInt8], pieces: Int) {
        var rest = octets[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces)
            // The memory is that of the array, for the length of the call.
            let sent = unsafe piece.withUnsafeBytes { unsafe Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends as much as is taken, until nothing has been for a second.
    ///
    /// - Returns: how many octets.
    func sendUntilStalled(_ octets: [UInt8]) -> Int {
        var sent = 0
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // The structure is ours for the length of the call.
        while sent < octets.count, unsafe poll(&room, 1, 1000) == 1 {
            let piece = octets[sent..<min(sent + 65_536, octets.count)]
            // The memory is that of the array, for the length of the call.
            let count = unsafe piece.withUnsafeBytes {
                unsafe Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Waits for the other side to close.
    func isClosedByPeer() -> Bool {
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var octets = [UInt8](repeating: 0, count: 4096)
        while true {
            let received = unsafe recv(descriptor, &octets, octets.count, 0)
            if received > 0 { continue }
            return received == 0 || errno == ECONNRESET
        }
    }
}

/// A CA with a certificate for a server and one for a client, made for one test.
struct TestCertificates {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder("certificates")
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        _ = try Command.check(
            ["openssl", "req", "-x509"] + key + ["-keyout", path("ca.key"), "-out", path("ca.pem"), "-days", "2", "-subj", "/CN=test CA"])
        for name in ["server", "client"] {
            _ = try Command.check(
                ["openssl", "req"] + key + ["-keyout", path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=\(name)"])
            _ = try Command.check(
                [
                    "openssl", "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
                    "-CAcreateserial", "-days", "2", "-out", path("\(name).pem"),
                ])
        }
    }

    func path(_ name: String) -> String { folder.path(name) }
}
