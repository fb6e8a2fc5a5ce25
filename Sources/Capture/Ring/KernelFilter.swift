import CLinux
import CPcap

/// What a packet socket keeps: a classic BPF program whose answer is the number of octets to keep.
struct KernelFilter {
    private(set) var instructions: [sock_filter]

    /// Keeps no frame.
    static var nothing: KernelFilter { KernelFilter(instructions: [sock_filter(code: 0x06, jt: 0, jf: 0, k: 0)]) }

    private init(instructions: [sock_filter]) { self.instructions = instructions }

    /// - Parameter expression: in tcpdump's words; empty keeps all frames.
    /// - Throws: `filter`, with libpcap's words.
    init(
        _ expression: String, interface: String, in namespace: NetworkNamespace?, linkType: Int32, octetsKept: UInt32, isLoopback: Bool
    ) throws(CaptureError) {
        var program: [sock_filter]
        if expression.allSatisfy(\.isWhitespace) {
            program = [sock_filter(code: 0x06, jt: 0, jf: 0, k: octetsKept)]  // ret #octetsKept
        } else {
            let place = namespace.map { "\($0.name)/\(interface)" } ?? interface
            let compile = { @Sendable in Self.compile(expression, interface, place, linkType, octetsKept) }
            let compiled = try namespace.map { (there) throws(CaptureError) in try there.inside(compile) } ?? compile()
            program = try compiled.get()
        }
        if isLoopback {
            // Every frame passes the loopback twice, going out and coming in: once is enough.
            // ld [SKF_AD_OFF + SKF_AD_PKTTYPE]; jeq #PACKET_OUTGOING; ret #0 (linux/filter.h). Jumps are relative.
            program =
                [
                    sock_filter(code: 0x30, jt: 0, jf: 0, k: 0xFFFF_F004), sock_filter(code: 0x15, jt: 0, jf: 1, k: 4),
                    sock_filter(code: 0x06, jt: 0, jf: 0, k: 0),
                ] + program
        }
        instructions = program
    }

    /// Compiles through a live handle: only then libpcap asks the kernel for the VLAN tags that it takes out of the frames.
    private static func compile(
        _ expression: String, _ interface: String, _ place: String, _ linkType: Int32, _ octetsKept: UInt32
    ) -> Result<[sock_filter], CaptureError> {
        func failed(_ reason: String) -> Result<[sock_filter], CaptureError> {
            .failure(CaptureError(.filter, place: place, "the filter \"\(expression)\" cannot be used: \(reason)"))
        }
        var text = PcapText()
        guard let created = unsafe text.withBuffer({ unsafe pcap_create(interface, $0) }) else { return failed(text.string) }
        let handle = unsafe PcapHandle(taking: created)
        let status = unsafe handle.withPointer { pcap in
            unsafe pcap_set_snaplen(pcap, Int32(octetsKept))
            unsafe pcap_set_buffer_size(pcap, 1)
            return unsafe pcap_activate(pcap)
        }
        guard status >= 0 else { return failed(handle.lastError) }
        guard handle.linkType == linkType else { return failed("frames of \(place) are read as bare IP packets") }
        var program = unsafe bpf_program()
        let compiled = unsafe handle.withPointer { pcap in
            unsafe pcap_compile(pcap, &program, expression, 1, bpf_u_int32(PCAP_NETMASK_UNKNOWN))
        }
        guard compiled == 0 else { return failed(handle.lastError) }
        defer { unsafe pcap_freecode(&program) }
        // libpcap owns the instructions until `pcap_freecode`.
        let instructions = unsafe UnsafeBufferPointer(start: program.bf_insns, count: Int(program.bf_len)).map {
            sock_filter(code: $0.code, jt: $0.jt, jf: $0.jf, k: $0.k)
        }
        return .success(instructions)
    }

    /// Compiles an expression without an interface, for Ethernet frames: what is wrong with the words shows.
    ///
    /// - Parameter place: where it was given, for the message.
    /// - Throws: `filter`, with libpcap's words.
    static func check(_ expression: String, place: String) throws(CaptureError) {
        guard !expression.allSatisfy(\.isWhitespace) else { return }
        // DLT_EN10MB is 1.
        guard let opened = unsafe pcap_open_dead(1, 65_535) else { return }
        let handle = unsafe PcapHandle(taking: opened)
        var program = unsafe bpf_program()
        let compiled = unsafe handle.withPointer { pcap in
            unsafe pcap_compile(pcap, &program, expression, 1, bpf_u_int32(PCAP_NETMASK_UNKNOWN))
        }
        guard compiled == 0 else {
            throw CaptureError(.filter, place: place, "the filter \"\(expression)\" cannot be used: \(handle.lastError)")
        }
        unsafe pcap_freecode(&program)
    }
}

extension PacketRing {
    /// Says what is wrong with a filter, before there is an interface for it.
    ///
    /// - Parameter place: where it was given, for the message.
    /// - Throws: `filter`, with libpcap's words.
    package static func check(filter: String, place: String) throws(CaptureError) {
        try KernelFilter.check(filter, place: place)
    }
}
