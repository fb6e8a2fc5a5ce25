import CLinux
import Glibc

/// A packet socket for one interface (packet(7)).
struct PacketSocket: ~Copyable {
    let descriptor: Int32
    let interface: String
    /// The interface for messages: with the name of its namespace in front when that is another one.
    let place: String
    let index: Int32
    let linkType: Int32
    let isLoopback: Bool

    /// Opens it without capturing anything yet.
    init(interface: String, in namespace: NetworkNamespace?) throws(CaptureError) {
        self.interface = interface
        place = namespace.map { "\($0.name)/\(interface)" } ?? interface
        // What is not Ethernet is taken without its link header: IP packets are what is left then. The kind of an
        // interface is known only by asking through a socket in its namespace, so a first one may go at once.
        let first = try Self.open(SOCK_RAW, interface, namespace)
        let asked = Result { () throws(CaptureError) in try Self.ask(first, interface, namespace) }
        guard case .success(let found) = asked, !found.isEthernet else {
            do throws(CaptureError) {
                let found = try asked.get()
                (descriptor, index, linkType, isLoopback) = (first, found.index, 1, found.isLoopback)
                return
            } catch {
                close(first)
                throw error
            }
        }
        close(first)
        descriptor = try Self.open(SOCK_DGRAM, interface, namespace)
        (index, linkType, isLoopback) = (found.index, 12, found.isLoopback)
    }

    deinit { close(descriptor) }

    private static func open(
        _ type: __socket_type, _ interface: String, _ namespace: NetworkNamespace?
    ) throws(CaptureError) -> Int32 {
        // Protocol 0 receives nothing until the socket is bound.
        let opened = try NetworkNamespace.openSocket(
            AF_PACKET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, in: namespace)
        switch opened {
        case .success(let descriptor): return descriptor
        case .failure(let failure):
            let place = namespace.map { "\($0.name)/\(interface)" } ?? interface
            guard failure.number == EPERM || failure.number == EACCES else {
                throw CaptureError(.activation, place: place, "cannot capture: \(failure.text)")
            }
            throw CaptureError(
                .permission, place: place,
                "no permission to capture; run as root, or once: sudo setcap cap_net_raw,cap_net_admin+ep <the program>")
        }
    }

    /// Asks the kernel for an interface's index, flags and kind of hardware (netdevice(7)).
    private static func ask(
        _ descriptor: Int32, _ interface: String, _ namespace: NetworkNamespace?
    ) throws(CaptureError) -> (index: Int32, isEthernet: Bool, isLoopback: Bool) {
        let place = namespace.map { "\($0.name)/\(interface)" } ?? interface
        let ip = namespace?.ipCommand ?? "ip"
        let missing = CaptureError(
            .noSuchInterface, place: place, "there is no such interface; `\(ip) -br link` lists those there are")
        guard var request = InterfaceRequest(name: interface), request.run(descriptor, 0x8933) == 0 else { throw missing }
        let index = Int32(bitPattern: request.value)  // SIOCGIFINDEX
        guard request.run(descriptor, 0x8913) == 0 else { throw missing }
        let flags = request.value  // SIOCGIFFLAGS: IFF_UP 1, IFF_LOOPBACK 8
        guard flags & 1 != 0 else {
            throw CaptureError(.interfaceDown, place: place, "the interface is down; \(ip) link set \(interface) up")
        }
        guard request.run(descriptor, 0x8927) == 0 else { throw missing }
        let hardware = request.value & 0xFFFF  // SIOCGIFHWADDR: ARPHRD_ETHER 1, ARPHRD_LOOPBACK 772
        return (index, hardware == 1 || hardware == 772, flags & 8 != 0)
    }

    func attach(_ filter: KernelFilter) throws(CaptureError) {
        var instructions = filter.instructions
        let status = unsafe instructions.withUnsafeMutableBufferPointer { buffer in
            // The kernel copies the program within the call.
            var program = unsafe sock_fprog(len: UInt16(clamping: buffer.count), filter: buffer.baseAddress)
            return unsafe setsockopt(descriptor, SOL_SOCKET, 26, &program, socklen_t(MemoryLayout<sock_fprog>.size))  // SO_ATTACH_FILTER
        }
        guard status == 0 else {
            throw CaptureError(.filter, place: place, "the kernel does not take the filter: \(SystemFailure.last.text)")
        }
    }

    func makeRing(blockBytes: Int, blockCount: Int, timeout: Int32) throws(CaptureError) -> RingMemory {
        var version = Int32(bitPattern: TPACKET_V3.rawValue)
        // Room in front of each frame for the tag that the kernel took out.
        var reserve: UInt32 = 4
        var request = tpacket_req3()
        request.tp_block_size = UInt32(blockBytes)
        request.tp_block_nr = UInt32(blockCount)
        // Frames of version 3 have no fixed size; the kernel wants this to divide the blocks.
        request.tp_frame_size = 2048
        request.tp_frame_nr = UInt32(blockBytes / 2048 * blockCount)
        request.tp_retire_blk_tov = UInt32(clamping: timeout)
        guard set(PACKET_VERSION, &version), set(PACKET_RESERVE, &reserve), set(PACKET_RX_RING, &request),
            let memory = RingMemory(descriptor: descriptor, blockBytes: blockBytes, blockCount: blockCount)
        else {
            throw CaptureError(
                .activation, place: place,
                "no ring of \(blockBytes * blockCount) bytes to be had: \(SystemFailure.last.text); a smaller ring may do")
        }
        return memory
    }

    /// Binds the socket to the interface: frames come from now on.
    func begin(isPromiscuous: Bool) throws(CaptureError) {
        if isPromiscuous {
            var membership = packet_mreq()
            membership.mr_ifindex = index
            membership.mr_type = UInt16(PACKET_MR_PROMISC)
            guard set(PACKET_ADD_MEMBERSHIP, &membership) else {
                throw CaptureError(.activation, place: place, "cannot become promiscuous: \(SystemFailure.last.text)")
            }
        }
        var address = sockaddr_ll()
        address.sll_family = UInt16(AF_PACKET)
        address.sll_protocol = UInt16(ETH_P_ALL).bigEndian
        address.sll_ifindex = index
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            // A socket address of the packet family, as long as the kernel expects.
            let name = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return unsafe bind(descriptor, name, socklen_t(MemoryLayout<sockaddr_ll>.size))
        }
        guard status == 0 else {
            throw CaptureError(.activation, place: place, "cannot capture: \(SystemFailure.last.text)")
        }
    }

    private func set<Value>(_ option: Int32, _ value: inout Value) -> Bool {
        // SOL_PACKET is 263; the kernel reads as many octets as the value has.
        unsafe withUnsafePointer(to: &value) { pointer in
            unsafe setsockopt(descriptor, 263, option, pointer, socklen_t(MemoryLayout<Value>.size)) == 0
        }
    }

    /// Takes the error that the kernel left when the interface went down or away; it keeps `poll` from waiting.
    func takeError() -> Bool {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error != 0
    }

    /// True when the socket has lost its interface for good: it vanished, or left the namespace, and if it came back.
    var isGone: Bool {
        var address = sockaddr_ll()
        var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            // A socket address of the packet family fits in there.
            unsafe getsockname(descriptor, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
        }
        return status != 0 || address.sll_ifindex != index
    }

    /// What was counted since the last call; the kernel begins again at 0.
    func statistics() -> PacketRing.Counters? {
        var found = tpacket_stats_v3()
        var length = socklen_t(MemoryLayout<tpacket_stats_v3>.size)
        guard unsafe getsockopt(descriptor, 263, PACKET_STATISTICS, &found, &length) == 0 else { return nil }
        return PacketRing.Counters(
            seen: UInt64(found.tp_packets), dropped: UInt64(found.tp_drops), freezes: UInt64(found.tp_freeze_q_cnt))
    }
}

/// `struct ifreq`: a name of 16 octets, and what is asked for behind it.
struct InterfaceRequest {
    private var octets = [UInt8](repeating: 0, count: 40)

    /// - Returns: nil for what cannot be a name.
    init?(name: String) {
        guard !name.isEmpty, name.utf8.count < 16, !name.utf8.contains(0) else { return nil }
        for (place, octet) in name.utf8.enumerated() { octets[place] = octet }
    }

    var value: UInt32 { (0..<4).reduce(0) { $0 | UInt32(octets[16 + $1]) << ($1 * 8) } }

    /// - Returns: what `ioctl` returns.
    mutating func run(_ descriptor: Int32, _ request: UInt) -> Int32 {
        // The array is as long as `struct ifreq`, and the kernel writes within it.
        unsafe octets.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return -1 }
            return unsafe ioctl(descriptor, request, base)
        }
    }
}
