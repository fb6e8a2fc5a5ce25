import Foundation

/// A TCP server on loopback that is no collector: it answers every connection with the same octets, or never.
final class OtherServer: Sendable {
    let port: Int
    private let listener: Int32

    /// - Parameter answer: sent and the connection closed when the first octets of a request are there; nil leaves it open.
    init(answer: String?) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = listener
        // The structures are ours for the length of the calls, and as long as they say.
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(socket, address, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        Thread {
            while true {
                let connection = accept(socket, nil, nil)
                if connection < 0 { return }
                guard let answer else { continue }
                var request = [UInt8](repeating: 0, count: 4096)
                // The array has so many octets.
                _ = unsafe read(connection, &request, request.count)
                let octets = Array(answer.utf8)
                _ = unsafe write(connection, octets, octets.count)
                shutdown(connection, Int32(SHUT_WR))
                close(connection)
            }
        }.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// An answer with a body of that type.
    static func http(_ body: String, type: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }
}
