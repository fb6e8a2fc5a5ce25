@testable import Capture
import Foundation
import TestSupport

/// The kernel did not do what the traffic takes.
private struct TrafficFailure: Error {
    let description: String
}

// Arrays and variables are lent to the system calls for their length.
extension Namespace {
    /// Sends whole frames, as they are.
    func sendRaw(_ frames: [[UInt8]], fromFar: Bool) throws {
        let socket = try PacketSocket(interface: fromFar ? far : near, in: fromFar ? NetworkNamespace(named: name) : nil)
        try socket.begin(isPromiscuous: false)
        for frame in frames {
            let sent = unsafe Glibc.send(socket.descriptor, frame, frame.count, 0)
            guard sent == frame.count else { throw TrafficFailure(description: "a frame was not sent: error \(errno)") }
        }
    }

    /// Sends octets over TCP from the far end to the near one, and waits until they are there.
    func transfer(_ octets: Int) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        _ = unsafe inet_pton(AF_INET, nearAddress, &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe bind(listener, name, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, name, &length) == 0
            }
        }
        guard isListening else { throw TrafficFailure(description: "no listener: error \(errno)") }
        let port = UInt16(bigEndian: address.sin_port)
        let command = ["ip", "netns", "exec", name, "bash", "-c", "head -c \(octets) /dev/zero > /dev/tcp/\(nearAddress)/\(port)"]
        let sender = Thread { _ = try? Command.run(command) }
        sender.start()
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while case let received = unsafe read(connection, &buffer, buffer.count), received > 0 { total += received }
        guard total == octets else { throw TrafficFailure(description: "\(total) octets arrived instead of \(octets)") }
    }
}

/// A tun device whose other end is held here.
final class Tun {
    let name: String
    private let descriptor: Int32

    init(mark: String) throws {
        name = "ztu\(mark)"
        descriptor = unsafe open("/dev/net/tun", O_RDWR | O_CLOEXEC)
        // struct ifreq: the name, then IFF_TUN (1) and IFF_NO_PI (0x1000); TUNSETIFF.
        var request = [UInt8](repeating: 0, count: 40)
        for (place, octet) in name.utf8.enumerated() { request[place] = octet }
        request[16...17] = [0x01, 0x10]
        guard descriptor >= 0, unsafe ioctl(descriptor, 0x4004_54CA, &request) == 0 else {
            throw TrafficFailure(description: "no tun device: error \(errno)")
        }
    }

    deinit { close(descriptor) }

    func write(_ packet: [UInt8]) { _ = unsafe Glibc.write(descriptor, packet, packet.count) }
}
