/// A pcap file written by hand (draft-ietf-opsawg-pcap): the magic number tells byte order and resolution.
struct PcapBytes {
    enum Form: String, CaseIterable, Sendable {
        case microseconds, nanoseconds, microsecondsBigEndian, nanosecondsBigEndian

        var isNano: Bool { self == .nanoseconds || self == .nanosecondsBigEndian }
        var isBigEndian: Bool { self == .microsecondsBigEndian || self == .nanosecondsBigEndian }
    }

    struct Frame: Equatable {
        var octets: [UInt8]
        var wireLength: Int
        var nanoseconds: Int64

        init(octets: [UInt8], wireLength: Int, nanoseconds: Int64) {
            self.octets = octets
            self.wireLength = wireLength
            self.nanoseconds = nanoseconds
        }

        init(_ span: borrowing RawSpan, wireLength: Int, nanoseconds: Int64) {
            var octets: [UInt8] = []
            for offset in 0..<span.byteCount { octets.append(unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
            self.init(octets: octets, wireLength: wireLength, nanoseconds: nanoseconds)
        }

        /// What is left of the time in a file of that form.
        func rounded(to form: Form) -> Frame {
            Frame(octets: octets, wireLength: wireLength, nanoseconds: form.isNano ? nanoseconds : nanoseconds / 1000 * 1000)
        }
    }

    static let three = [
        Frame(octets: Array(0..<60), wireLength: 60, nanoseconds: 1_700_000_000_123_456_789),
        Frame(octets: [1, 2, 3, 4], wireLength: 1514, nanoseconds: 1_700_000_000_999_999_999),
        Frame(octets: [UInt8](repeating: 0xAB, count: 300), wireLength: 65_000, nanoseconds: 1_699_999_999_000_000_001),
    ]

    private(set) var octets: [UInt8] = []
    private let form: Form

    init(form: Form, linkType: UInt32, frames: [Frame]) {
        self.form = form
        append(form.isNano ? 0xA1B2_3C4D : 0xA1B2_C3D4)
        append(form.isBigEndian ? 0x0002_0004 : 0x0004_0002)  // version 2.4 as two numbers of 16 bits
        append(0)
        append(0)
        append(262_144)
        append(linkType)
        for frame in frames {
            append(UInt32(frame.nanoseconds / 1_000_000_000))
            append(UInt32(frame.nanoseconds % 1_000_000_000 / (form.isNano ? 1 : 1000)))
            append(UInt32(frame.octets.count))
            append(UInt32(frame.wireLength))
            octets += frame.octets
        }
    }

    private mutating func append(_ value: UInt32) {
        let value = form.isBigEndian ? value.bigEndian : value.littleEndian
        for shift in stride(from: 0, to: 32, by: 8) { octets.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    /// How many of `three` are whole in a file of that many octets, and whether it ends behind one of them.
    static func completeFrames(in length: Int) -> (number: Int, isEnd: Bool) {
        var end = 24
        for (index, frame) in three.enumerated() {
            if length == end { return (index, true) }
            end += 16 + frame.octets.count
            if length < end { return (index, false) }
        }
        return (three.count, length == end)
    }
}
