import CPcap

/// The buffer in which libpcap leaves an error text.
struct PcapText {
    private var octets = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))

    mutating func withBuffer<Result>(_ body: (UnsafeMutablePointer<CChar>) -> Result) -> Result {
        unsafe octets.withUnsafeMutableBufferPointer { buffer in
            // The array is never empty, so its buffer has an address.
            guard let base = buffer.baseAddress else { preconditionFailure("an empty error buffer") }
            return unsafe body(base)
        }
    }

    var string: String {
        String(decoding: octets.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
