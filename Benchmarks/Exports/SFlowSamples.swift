/// What an sFlow agent sends, in memory: six samples a datagram, each with 128 octets of a TCP packet's frame, or of such a
/// packet in VXLAN.
struct SFlowSamples {
    private(set) var octets: [UInt8] = []
    private(set) var datagrams: [Range<Int>] = []
    private(set) var samples = 0

    init(_ count: Int, isOverlay: Bool) {
        while samples < count {
            let start = octets.count
            append(5, 1, 0x0A00_0001, 0, UInt32(truncatingIfNeeded: datagrams.count), 1_000_000, 6)
            for _ in 0..<6 { appendSample(isOverlay: isOverlay) }
            datagrams.append(start..<octets.count)
        }
    }

    private mutating func appendSample(isOverlay: Bool) {
        let number = UInt32(truncatingIfNeeded: samples)
        let interface = number % 48 + 1
        append(1, 32 + 8 + 16 + 8 + 16 + 128, number / 48, interface, 1000, number, 0, interface, 49, 2)
        append(1001, 16, 10, 0, 20, 0)
        append(1, 16 + 128, 1, 1518, 4, 128)
        let end = octets.count + 128
        appendEthernet()
        if isOverlay {
            appendIP(length: 1500, proto: 17, number)
            append(UInt32(49_152 + number % 1024) << 16 | 4789, 1480 << 16)
            append(0x0800_0000, (number % 500 + 1) << 8)
            appendEthernet()
        }
        appendIP(length: isOverlay ? 1450 : 1500, proto: 6, number)
        append((number % 60_000 + 1024) << 16 | 443, number, number, 0x5010_FFFF, 0)
        octets += repeatElement(0, count: end - octets.count)
        samples += 1
    }

    private mutating func appendEthernet() {
        append(0x0200_0000, 0x0002_0200, 0x0000_0001)
        octets += [8, 0]
    }

    private mutating func appendIP(length: UInt32, proto: UInt32, _ number: UInt32) {
        append(0x4500_0000 | length, number << 16, 64 << 24 | proto << 16, 0x0A00_0000 | number & 0xFFFF, 0x0A01_0000 | number >> 4 & 0xFFFF)
    }

    private mutating func append(_ words: UInt32...) {
        for word in words { for place in 0..<4 { octets.append(UInt8(truncatingIfNeeded: word >> UInt32(24 - place * 8))) } }
    }
}
