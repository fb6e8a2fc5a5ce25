import CLinux
import Glibc

/// Says when the interfaces of a network namespace, or the addresses on them, have changed.
///
/// The kernel's notifications say that something is new, not what: a message may be lost when many come at once, so
/// whoever asks looks at the whole list again (`InterfaceList`). Waiting on the descriptor costs nothing while nothing
/// happens.
package struct LinkMonitor: ~Copyable, @unchecked Sendable {
    // Safe to send: one owner, and a socket belongs to no thread.

    /// Becomes readable when there is news.
    package let descriptor: Int32

    /// - Throws: `netlink`; `namespace` and `permission` for a namespace that cannot be entered.
    package init(in namespace: NetworkNamespace? = nil) throws(CaptureError) {
        let opened = try NetworkNamespace.openSocket(
            AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, in: namespace)
        let socket: Int32
        switch opened {
        case .success(let descriptor): socket = descriptor
        case .failure(let failure): throw Self.failure(failure)
        }
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        // RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR, linux/rtnetlink.h.
        address.nl_groups = 0x1 | 0x10 | 0x100
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            // A socket address of the netlink family, as long as the kernel expects.
            unsafe bind(socket, UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_nl>.size))
        }
        guard status == 0 else {
            let failure = SystemFailure.last
            close(socket)
            throw Self.failure(failure)
        }
        descriptor = socket
    }

    deinit { close(descriptor) }

    private static func failure(_ failure: SystemFailure) -> CaptureError {
        CaptureError(.netlink, place: "netlink", "changes of interfaces cannot be followed: \(failure.text)")
    }

    /// Takes all news that waits. Never waits itself.
    ///
    /// - Returns: true when there was any, or when some was lost; a list made afterwards shows it.
    package mutating func takeNews() -> Bool {
        var isNew = false
        // The contents do not matter, so a short buffer will do: the rest of a message is thrown away.
        var buffer = [UInt8](repeating: 0, count: 64)
        // Bounded, so that a storm of changes does not keep the caller; the descriptor stays readable then.
        for _ in 0..<65_536 {
            let received = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if received > 0 {
                isNew = true
            } else if received < 0, errno == ENOBUFS {
                // The kernel had no room for messages: what they said is in the list.
                isNew = true
            } else if received < 0, errno == EINTR {
                continue
            } else {
                break
            }
        }
        return isNew
    }
}
