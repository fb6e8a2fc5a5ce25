import Glibc

/// A NETLINK_ROUTE socket that asks the kernel for dumps (rtnetlink(7)).
struct NetlinkSocket: ~Copyable {
    private let descriptor: Int32

    init(in namespace: NetworkNamespace? = nil) throws(CaptureError) {
        let opened = try NetworkNamespace.openSocket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, in: namespace)
        switch opened {
        case .success(let socket): descriptor = socket
        case .failure(let failure): throw Self.failure("socket", failure)
        }
        // The kernel answers at once; a deadline keeps a fault from hanging the agent.
        var deadline = timeval(tv_sec: 5, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { _ = close(descriptor) }

    /// What to list.
    struct Request {
        /// RTM_GETLINK (18) or RTM_GETADDR (22).
        var type: UInt16
        /// AF_BRIDGE (7) lists ports of bridges; 0 all families.
        var family: UInt8 = 0
        /// IFLA_EXT_MASK: what to list besides; nil sends none.
        var extensions: UInt32?

        static let links = Request(type: 18)
        static let addresses = Request(type: 22)
        /// RTEXT_FILTER_BRVLAN (2): with their VLANs.
        static let bridgePorts = Request(type: 18, family: 7, extensions: 2)

        /// nlmsghdr: length 4, type 2, flags 2, sequence 4, port 4; then ifinfomsg of 16 octets, and attributes.
        var octets: [UInt8] {
            var octets = [UInt8](repeating: 0, count: 32)
            octets[4] = UInt8(truncatingIfNeeded: type)
            octets[5] = UInt8(truncatingIfNeeded: type >> 8)
            octets[6] = 0x01  // NLM_F_REQUEST
            octets[7] = 0x03  // NLM_F_DUMP
            octets[8] = 1
            octets[16] = family
            if let extensions {
                octets += [8, 0, 29, 0] + (0..<4).map { UInt8(truncatingIfNeeded: extensions >> ($0 * 8)) }  // IFLA_EXT_MASK
            }
            octets[0] = UInt8(octets.count)
            return octets
        }
    }

    /// Asks for all objects of a kind.
    ///
    /// - Returns: each answer's payload behind the message header, and whether the list is whole.
    func dump(_ request: Request) throws(CaptureError) -> (messages: [ArraySlice<UInt8>], isWhole: Bool) {
        // A list that changes while it is made may miss what was there all the time: the kernel says so, and is asked
        // again; not for ever, since the next look is not far.
        for _ in 0..<4 {
            let answer = try ask(request)
            if answer.isWhole { return answer }
        }
        return try ask(request)
    }

    private func ask(_ request: Request) throws(CaptureError) -> (messages: [ArraySlice<UInt8>], isWhole: Bool) {
        let octets = request.octets
        let sent = unsafe octets.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, 0) }
        guard sent == octets.count else { throw Self.failure("request", .last) }
        var reply = NetlinkReply()
        while true {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            // With MSG_TRUNC the length is that of the message, also where the buffer is shorter.
            let received = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_TRUNC)) }
            if received < 0, errno == EINTR { continue }
            if received < 0 { throw Self.failure("answer", .last) }
            guard received > 0, received <= buffer.count else {
                throw CaptureError(.netlink, place: "netlink", "an answer of \(received) octets cannot be read")
            }
            if try reply.take(buffer[0..<received]) { return (reply.messages, !reply.isInterrupted) }
        }
    }

    private static func failure(_ what: String, _ failure: SystemFailure) -> CaptureError {
        CaptureError(.netlink, place: "netlink", "\(what) failed: \(failure.text)")
    }
}

/// The answers to one request, as they come in (netlink(7)).
struct NetlinkReply {
    private(set) var messages: [ArraySlice<UInt8>] = []
    /// What is listed changed while it was.
    private(set) var isInterrupted = false

    /// - Returns: true when the list is done.
    /// - Throws: `netlink` when the kernel refuses, or the answer does not fit its own lengths.
    mutating func take(_ octets: ArraySlice<UInt8>) throws(CaptureError) -> Bool {
        var rest = octets
        while rest.count >= 16 {
            let length = Int(NetlinkAttributes.uint32(rest, 0))
            guard length >= 16, length <= rest.count else { throw Self.misfit }
            let type = NetlinkAttributes.uint16(rest, 4)
            if NetlinkAttributes.uint16(rest, 6) & 0x10 != 0 { isInterrupted = true }  // NLM_F_DUMP_INTR
            if type == 3 { return true }  // NLMSG_DONE
            if type == 2 {  // NLMSG_ERROR
                let code = Int32(bitPattern: NetlinkAttributes.uint32(rest, 16))
                throw CaptureError(.netlink, place: "netlink", "the kernel refused to list interfaces (error \(0 &- code))")
            }
            messages.append(rest.dropFirst(16).prefix(length - 16))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        guard rest.isEmpty else { throw Self.misfit }
        return false
    }

    private static var misfit: CaptureError {
        CaptureError(.netlink, place: "netlink", "the list of interfaces does not fit its own lengths")
    }
}
