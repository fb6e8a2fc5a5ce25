import Glibc
import NIOCore
import Synchronization

/// A UDP socket that is connected to one collector, so that the kernel tells of a port where nobody listens.
@safe final class DatagramLink: ExportLink {
    private let descriptor: Int32
    /// What the kernel told of datagrams that had gone.
    private struct Told {
        var refusals: UInt64 = 0
        var otherError: Int32 = 0
    }
    private let told = Mutex(Told())

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = Glibc.close(descriptor) }

    static func open(to address: SocketAddress) throws(LinkFault) -> DatagramLink {
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw LinkFault(.connect, "no UDP socket could be made: \(Self.text(errno))") }
        let link = DatagramLink(descriptor)
        // SAFETY: the address is valid, and as long as is said, for the length of the call.
        let result = unsafe address.withSockAddr { pointer, length in
            unsafe connect(descriptor, pointer, socklen_t(length))
        }
        guard result == 0 else { throw LinkFault(.connect, "the way to the collector is not known: \(Self.text(errno))") }
        return link
    }

    var isOpen: Bool { true }
    var fault: LinkFault? { nil }

    /// Datagrams of which the collector's host said that nobody listens at the port, since the last call.
    func takeRefusals() -> UInt64 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // What waits to be told with the next datagram, which may be a long time. SAFETY: the addresses of locals, of the
        // length that is said, for the length of the call.
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return told.withLock { told in
            if result == 0 && code == ECONNREFUSED { told.refusals += 1 } else if result == 0 && code != 0 { told.otherError = code }
            defer { told.refusals = 0 }
            return told.refusals
        }
    }

    func send(_ octets: ArraySlice<UInt8>) async throws(LinkFault) {
        let earlier = told.withLock { told in
            defer { told.otherError = 0 }
            return told.otherError
        }
        if earlier != 0 { throw LinkFault(.send, "a datagram could not be sent: \(Self.text(earlier))") }
        var refused = 0
        var waits = 0
        while true {
            // SAFETY: the octets are valid, and as many as are said, for the length of the call.
            let sent = unsafe octets.withUnsafeBytes { bytes in unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0) }
            if sent == octets.count { return }
            let code = errno
            switch code {
            case ECONNREFUSED where refused < 4:
                // It is about an earlier datagram; this one has not gone yet.
                refused += 1
                told.withLock { $0.refusals += 1 }
            case EINTR:
                continue
            case EAGAIN where waits < 1000, ENOBUFS where waits < 1000:
                waits += 1
                do { try await Task.sleep(for: .milliseconds(1)) } catch {
                    throw LinkFault(.cancelled, "the exporter was stopped")
                }
            default:
                throw LinkFault(.send, "a datagram could not be sent: \(Self.text(code))")
            }
        }
    }

    /// The socket is closed with the last reference to it.
    func close() async {}

    private static func text(_ code: Int32) -> String {
        // SAFETY: strerror gives a text that ends with 0, and it is copied at once.
        unsafe String(cString: strerror(code))
    }
}
