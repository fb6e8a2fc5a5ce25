import Glibc

/// A NETLINK_ROUTE socket that asks the kernel for dumps.
struct NetlinkSocket: ~Copyable {
    private let descriptor: Int32

    init() throws(CaptureError) {
        descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        // The kernel answers at once; a deadline keeps a fault from hanging the agent.
        var deadline = timeval(tv_sec: 5, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { _ = close(descriptor) }

    /// Asks for all objects of a kind, and hands over each answer's payload behind the message header.
    ///
    /// - Parameter type: RTM_GETLINK (18) or RTM_GETADDR (22).
    func dump(_ type: UInt16, _ body: (ArraySlice<UInt8>) -> Void) throws(CaptureError) {
        // nlmsghdr: length 4, type 2, flags 2, sequence 4, port 4; then a generic message of 16 octets, all 0.
        var request = [UInt8](repeating: 0, count: 32)
        request[0] = 32
        request[4] = UInt8(truncatingIfNeeded: type)
        request[5] = UInt8(truncatingIfNeeded: type >> 8)
        request[6] = 0x01  // NLM_F_REQUEST
        request[7] = 0x03  // NLM_F_DUMP
        request[8] = 1
        let sent = unsafe request.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, 0) }
        guard sent == request.count else { throw Self.failure("request") }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let received = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard received > 0 else { throw Self.failure("answer") }
            if try Self.walk(buffer[0..<received], body) { return }
        }
    }

    /// - Returns: true when the dump is done.
    private static func walk(
        _ octets: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) -> Void
    ) throws(CaptureError) -> Bool {
        var rest = octets
        while rest.count >= 16 {
            let length = Int(NetlinkAttributes.uint32(rest, 0))
            guard length >= 16, length <= rest.count else { return true }
            let type = NetlinkAttributes.uint16(rest, 4)
            if type == 3 { return true }  // NLMSG_DONE
            if type == 2 {  // NLMSG_ERROR
                let code = Int32(bitPattern: NetlinkAttributes.uint32(rest, 16))
                throw CaptureError(.netlink, place: "netlink", "the kernel refused to list interfaces (error \(0 &- code))")
            }
            body(rest.dropFirst(16).prefix(length - 16))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return false
    }

    private static func failure(_ what: String) -> CaptureError {
        CaptureError(.netlink, place: "netlink", "\(what) failed: \(unsafe String(cString: strerror(errno)))")
    }
}
