import CPcap
package import FlowModel
import Glibc

/// A capture ring on one interface, for the frames of one direction.
///
/// Two rings an interface, split by the kernel's packet type in the filter, because libpcap does not tell the
/// direction of an Ethernet frame, and who owns an address hangs on it (frames that a workload sent *in*).
package struct LiveHandle: ~Copyable {
    package struct Options: Sendable {
        /// Octets kept of a frame: enough for two overlays' headers.
        package var snapLength: Int32 = 320
        /// Size of the ring in bytes.
        package var ringBytes: Int32 = 8 * 1024 * 1024
        /// How long the kernel keeps an unfilled block of the ring back.
        package var blockTimeoutMilliseconds: Int32 = 50
        package var isPromiscuous = true

        package init() {}
    }

    package let interface: String
    package let direction: FlowDirection
    private let handle: PcapHandle
    /// Nanoseconds since 1970: frames before this moment may be of the other direction, and are left out.
    private let began: Int64
    package var linkType: Int32 { handle.linkType }
    package var linkTypeName: String { handle.linkTypeName }
    package var descriptor: Int32 { handle.descriptor }
    /// Packets dropped for want of room in the ring, since it was opened.
    package var dropped: UInt64? { handle.dropped }

    /// - Throws: `noSuchInterface`, `permission`, `interfaceDown`, `activation`.
    package init(interface: String, direction: FlowDirection, options: Options) throws(CaptureError) {
        let opened = try Self.open(interface, options)
        try Self.attachDirectionFilter(opened, interface, direction, options.snapLength)
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        began = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        self.interface = interface
        self.direction = direction
        handle = opened
    }

    private static func open(_ interface: String, _ options: Options) throws(CaptureError) -> PcapHandle {
        var text = PcapText()
        guard let created = unsafe text.withBuffer({ unsafe pcap_create(interface, $0) }) else {
            throw CaptureError(.activation, place: interface, "cannot be opened: \(text.string)")
        }
        let handle = unsafe PcapHandle(taking: created)
        let status = unsafe handle.withPointer { pcap in
            unsafe pcap_set_snaplen(pcap, options.snapLength)
            unsafe pcap_set_promisc(pcap, options.isPromiscuous ? 1 : 0)
            unsafe pcap_set_timeout(pcap, options.blockTimeoutMilliseconds)
            unsafe pcap_set_buffer_size(pcap, options.ringBytes)
            unsafe pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO)
            return unsafe pcap_activate(pcap)
        }
        guard status >= 0 else { throw failure(status, interface, handle.lastError) }
        let nonBlocking = unsafe text.withBuffer { buffer in
            unsafe handle.withPointer { pcap in unsafe pcap_setnonblock(pcap, 1, buffer) }
        }
        guard nonBlocking == 0 else {
            throw CaptureError(.activation, place: interface, "cannot be read without blocking: \(text.string)")
        }
        return handle
    }

    /// Lets the kernel keep the frames of one direction, by the packet type that it gives each frame.
    ///
    /// Not by `pcap_setfilter`: libpcap filters the first block of the ring once more by itself, knows no packet types
    /// there, and throws the block's frames away, uncounted. What came into the ring before the filter was attached is
    /// left out by its time stamp instead (`began`).
    private static func attachDirectionFilter(
        _ handle: borrowing PcapHandle, _ interface: String, _ direction: FlowDirection, _ snapLength: Int32
    ) throws(CaptureError) {
        let keep = UInt32(bitPattern: snapLength)
        let isEgress = direction == .egress
        // linux/filter.h: ld [SKF_AD_OFF + SKF_AD_PKTTYPE]; jeq #PACKET_OUTGOING; ret #keep; ret #0
        var instructions = [
            bpf_insn(code: 0x30, jt: 0, jf: 0, k: 0xFFFF_F004),
            bpf_insn(code: 0x15, jt: isEgress ? 0 : 1, jf: isEgress ? 1 : 0, k: 4),
            bpf_insn(code: 0x06, jt: 0, jf: 0, k: keep),
            bpf_insn(code: 0x06, jt: 0, jf: 0, k: 0),
        ]
        let status = unsafe instructions.withUnsafeMutableBufferPointer { buffer in
            // `sock_fprog` has a length of two octets where `bpf_program` has four: the same on little-endian hosts.
            var program = unsafe bpf_program(bf_len: UInt32(buffer.count), bf_insns: buffer.baseAddress)
            return unsafe handle.withPointer { pcap in
                // SO_ATTACH_FILTER is 26.
                unsafe setsockopt(pcap_fileno(pcap), SOL_SOCKET, 26, &program, socklen_t(MemoryLayout<bpf_program>.size))
            }
        }
        guard status == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw CaptureError(.filter, place: interface, "the kernel takes no filter for \(direction.name) frames: \(reason)")
        }
    }

    private static func failure(_ status: Int32, _ interface: String, _ detail: String) -> CaptureError {
        switch status {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            CaptureError(.noSuchInterface, place: interface, "there is no such interface; `ip -br link` lists those there are")
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            CaptureError(
                .permission, place: interface,
                "no permission to capture; run as root, or once: sudo setcap cap_net_raw,cap_net_admin+ep <the program>")
        case PCAP_ERROR_IFACE_NOT_UP:
            CaptureError(.interfaceDown, place: interface, "the interface is down; ip link set \(interface) up")
        default:
            CaptureError(.activation, place: interface, "cannot capture: \(detail) (libpcap status \(status))")
        }
    }

    /// Hands waiting frames, up to `limit`, to `body`.
    ///
    /// - Returns: how many; 0 when none waited.
    /// - Throws: `interfaceGone` when the interface has vanished; `interfaceDown` when it went down, with a libpcap
    ///   before 1.10 (later ones wait in silence until it is up again).
    package func read(limit: Int, _ body: (borrowing RawSpan, Int, Int64) -> Void) throws(CaptureError) -> Int {
        var count = 0
        let pass = handle.dispatch(limit: Int32(clamping: limit)) { octets, wireLength, time in
            guard time >= began else { return }
            count += 1
            body(octets, wireLength, time)
        }
        switch pass {
        case .packets: return count
        case .failed(_, let delivered) where delivered > 0:
            // They are to be counted; what is wrong shows again in the next call.
            return delivered
        case .failed(let code, _):
            let detail = handle.lastError
            if code == PCAP_ERROR_IFACE_NOT_UP || detail.contains("went down") {
                throw CaptureError(.interfaceDown, place: interface, "the interface went down")
            }
            throw CaptureError(.interfaceGone, place: interface, "capture ended: \(detail)")
        }
    }
}
