import CPcap
package import FlowModel

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
    package var linkType: Int32 { handle.linkType }
    package var linkTypeName: String { handle.linkTypeName }
    package var descriptor: Int32 { handle.descriptor }
    /// Packets dropped for want of room in the ring, since it was opened.
    package var dropped: UInt64? { handle.dropped }

    /// - Throws: `noSuchInterface`, `permission`, `interfaceDown`, `activation`.
    package init(interface: String, direction: FlowDirection, options: Options) throws(CaptureError) {
        let opened = try Self.open(interface, options)
        try Self.setDirectionFilter(opened, interface, direction)
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

    private static func setDirectionFilter(
        _ handle: borrowing PcapHandle, _ interface: String, _ direction: FlowDirection
    ) throws(CaptureError) {
        let expression = direction == .egress ? "outbound" : "inbound"
        let status = unsafe handle.withPointer { pcap in
            var program = unsafe bpf_program()
            guard unsafe pcap_compile(pcap, &program, expression, 1, UInt32(PCAP_NETMASK_UNKNOWN)) == 0 else { return Int32(-1) }
            defer { unsafe pcap_freecode(&program) }
            return unsafe pcap_setfilter(pcap, &program)
        }
        guard status == 0 else {
            throw CaptureError(.filter, place: interface, "no filter for \(expression) frames: \(handle.lastError)")
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
    /// - Throws: `interfaceGone` when the interface has vanished, `interfaceDown` when it went down.
    package func read(limit: Int, _ body: (borrowing RawSpan, Int, Int64) -> Void) throws(CaptureError) -> Int {
        switch handle.dispatch(limit: Int32(clamping: limit), body) {
        case .packets(let count): return count
        case .failed(let code):
            let detail = handle.lastError
            if code == PCAP_ERROR_IFACE_NOT_UP || detail.contains("went down") {
                throw CaptureError(.interfaceDown, place: interface, "the interface went down")
            }
            throw CaptureError(.interfaceGone, place: interface, "capture ended: \(detail)")
        }
    }
}
