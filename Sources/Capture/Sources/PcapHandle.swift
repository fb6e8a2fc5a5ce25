import CPcap
import Glibc

/// One open libpcap handle: it has one owner, and the end of its life closes it.
///
/// With `PcapText` the only file that holds libpcap's pointers. A frame's octets are lent to the caller as a span for
/// the length of the call, which is how long libpcap keeps them.
@safe struct PcapHandle: ~Copyable {
    private let pcap: OpaquePointer

    /// Takes over `pcap`, which nobody else closes.
    init(taking pcap: OpaquePointer) { unsafe self.pcap = pcap }

    deinit { unsafe pcap_close(pcap) }

    /// LINKTYPE/DLT number of the frames.
    var linkType: Int32 { unsafe pcap_datalink(pcap) }

    /// libpcap's name for the link type, or its number.
    var linkTypeName: String {
        guard let name = unsafe pcap_datalink_val_to_name(linkType) else { return String(linkType) }
        return unsafe String(cString: name)
    }

    var lastError: String {
        guard let text = unsafe pcap_geterr(pcap) else { return "unknown error" }
        return unsafe String(cString: text)
    }

    /// Snapshot length that frames are cut to.
    var snapshot: Int32 { unsafe pcap_snapshot(pcap) }

    /// Of the file behind an offline handle; nil for a live one.
    var fileDescriptor: Int32? {
        guard let file = unsafe pcap_file(pcap) else { return nil }
        return unsafe fileno(file)
    }

    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        unsafe body(pcap)
    }

    /// What a pass over waiting packets came to.
    enum Pass {
        case packets(Int)
        /// `delivered` frames were handed over before.
        case failed(code: Int32, delivered: Int)
    }

    /// Hands up to `limit` frames to `body`: captured octets, length on the wire, nanoseconds since 1970.
    func dispatch(limit: Int32, _ body: (borrowing RawSpan, Int, Int64) -> Void) -> Pass {
        withoutActuallyEscaping(body) { body in
            var sink = Sink(body: body)
            let code = unsafe withUnsafeMutablePointer(to: &sink) { pointer in
                unsafe pcap_dispatch(
                    pcap, limit,
                    { user, header, octets in
                        // libpcap passes back the pointer given below, and a header and octets that live until return.
                        guard let user = unsafe user, let header = unsafe header, let octets = unsafe octets else { return }
                        let sink = unsafe UnsafeMutableRawPointer(user).assumingMemoryBound(to: Sink.self)
                        let captured = Int(unsafe header.pointee.caplen)
                        let span = unsafe RawSpan(_unsafeStart: octets, byteCount: captured)
                        let stamp = unsafe header.pointee.ts
                        // Seconds in a pcap file are 32 bits without a sign (they last until 2106); libpcap reads a sign.
                        let isWrapped = stamp.tv_sec < 0 && stamp.tv_sec >= Int(Int32.min)
                        let seconds = Int64(stamp.tv_sec) &+ (isWrapped ? 1 << 32 : 0)
                        // Nanosecond precision was asked for: the field named microseconds holds nanoseconds.
                        let time = seconds &* 1_000_000_000 &+ Int64(stamp.tv_usec)
                        unsafe sink.pointee.delivered += 1
                        unsafe sink.pointee.body(span, Int(header.pointee.len), time)
                    }, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self))
            }
            return code >= 0 ? .packets(Int(code)) : .failed(code: code, delivered: sink.delivered)
        }
    }

    private struct Sink {
        let body: (borrowing RawSpan, Int, Int64) -> Void
        /// libpcap does not tell how many frames came before a failure.
        var delivered = 0
    }
}
