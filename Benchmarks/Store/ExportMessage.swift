import FlowModel

/// An IPFIX message in the making (RFC 7011), with the records of the model: 20 fields, the other direction in reverse elements
/// (RFC 5103). Two templates, of IPv4 and of IPv6.
struct ExportMessage {
    private static let longest = 1440
    private static let longestRecord = 120
    private static let reverse: UInt32 = 29_305
    /// Element, octets, and whether it is the reverse one.
    private static let behindAddresses: [(UInt16, UInt16, Bool)] = [
        (7, 2, false), (11, 2, false), (4, 1, false), (6, 1, false), (2, 8, false), (1, 8, false), (10, 4, false), (14, 4, false),
        (58, 2, false), (136, 1, false), (351, 8, false), (2, 8, true), (1, 8, true), (6, 1, true),
    ]

    private(set) var octets: [UInt8] = []
    private(set) var records = 0
    private let domain: UInt32
    private var set = 0
    private var setID: UInt16 = 0
    private var seconds: UInt32 = 0
    /// Records before this message.
    private var sequence: UInt32 = 0

    init(domain: UInt32) {
        self.domain = domain
        begin()
    }

    var isFull: Bool { octets.count + Self.longestRecord > Self.longest }

    /// Throws the message away that was sent, and begins the next one.
    mutating func begin() {
        octets.removeAll(keepingCapacity: true)
        octets += repeatElement(0, count: 16)
        sequence &+= UInt32(truncatingIfNeeded: records)
        records = 0
        setID = 0
    }

    mutating func appendTemplates() {
        endSet()
        beginSet(2)
        for isIPv6 in [false, true] {
            append(templateID(isIPv6), UInt16(Self.behindAddresses.count + 4))
            append(UInt16(152), UInt16(8), UInt16(153), UInt16(8))
            append(UInt16(isIPv6 ? 27 : 8), UInt16(isIPv6 ? 16 : 4), UInt16(isIPv6 ? 28 : 12), UInt16(isIPv6 ? 16 : 4))
            for (element, length, isReverse) in Self.behindAddresses {
                append(isReverse ? 0x8000 | element : element, length)
                if isReverse { append(Self.reverse) }
            }
        }
    }

    mutating func append(_ flow: ModelFlow) {
        let isIPv6 = flow.source.isIPv6
        if setID != templateID(isIPv6) {
            endSet()
            beginSet(templateID(isIPv6))
        }
        append(UInt64(flow.start), UInt64(flow.end))
        if isIPv6 {
            append(flow.source.high, flow.source.low, flow.destination.high, flow.destination.low)
        } else {
            append(UInt32(truncatingIfNeeded: flow.source.low), UInt32(truncatingIfNeeded: flow.destination.low))
        }
        append(flow.sourcePort, flow.destinationPort)
        octets.append(flow.proto)
        octets.append(flow.flags)
        append(flow.packets, flow.bytes)
        append(flow.input, flow.output)
        append(flow.vlan)
        octets.append(flow.endReason)
        append(UInt64(flow.vni), flow.reversePackets, flow.reverseBytes)
        octets.append(flow.reverseFlags)
        records += 1
        seconds = UInt32(truncatingIfNeeded: flow.end / 1000)
    }

    mutating func finish() {
        endSet()
        put(UInt16(10), at: 0)
        put(UInt16(truncatingIfNeeded: octets.count), at: 2)
        put(seconds, at: 4)
        put(sequence, at: 8)
        put(domain, at: 12)
    }

    private func templateID(_ isIPv6: Bool) -> UInt16 { isIPv6 ? 257 : 256 }

    private mutating func beginSet(_ id: UInt16) {
        set = octets.count
        setID = id
        append(id, UInt16(0))
    }

    private mutating func endSet() {
        if setID != 0 { put(UInt16(truncatingIfNeeded: octets.count - set), at: set + 2) }
        setID = 0
    }

    private mutating func append<T: FixedWidthInteger>(_ values: T...) {
        for value in values {
            for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) { octets.append(UInt8(truncatingIfNeeded: value >> T(shift))) }
        }
    }

    private mutating func put<T: FixedWidthInteger>(_ value: T, at place: Int) {
        let last = T.bitWidth / 8 - 1
        for octet in 0...last { octets[place + octet] = UInt8(truncatingIfNeeded: value >> T((last - octet) * 8)) }
    }
}
