import Foundation

/// A capture written by hand: Ethernet frames of UDP and TCP over IPv4, cut into fragments where they are longer than the MTU.
struct PcapBuilder {
    private(set) var octets: [UInt8] = []
    private var identification: UInt16 = 1
    /// Milliseconds since 1970 of the next frame.
    var milliseconds: Int64 = 1_700_000_000_000
    var source: [UInt8] = [192, 0, 2, 1]
    var destination: [UInt8] = [192, 0, 2, 9]
    var mtu = 1500
    /// Frames are captured up to here.
    var snapLength = 65_535

    init() {
        // Magic, version 2.4, zone, accuracy, snap length, Ethernet: in this machine's order of octets, little-endian.
        octets = Self.little(0xA1B2_C3D4) + [2, 0, 4, 0] + Self.little(0) + Self.little(0) + Self.little(262_144) + Self.little(1)
    }

    static func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) } }
    static func big(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    /// The frames of a datagram.
    func udpFrames(_ payload: [UInt8], from sourcePort: Int = 40_000, to port: Int = 2055, identification: UInt16) -> [[UInt8]] {
        let udp = Self.big(sourcePort, 2) + Self.big(port, 2) + Self.big(8 + payload.count, 2) + [0, 0] + payload
        return frames(udp, proto: 17, identification: identification)
    }

    mutating func addUDP(_ payload: [UInt8], from sourcePort: Int = 40_000, to port: Int = 2055) {
        for frame in udpFrames(payload, from: sourcePort, to: port, identification: nextIdentification()) { add(frame) }
    }

    mutating func nextIdentification() -> UInt16 {
        defer { identification &+= 1 }
        return identification
    }

    /// - Parameter flags: 2 SYN, 1 FIN, 4 RST, 16 ACK.
    mutating func addTCP(
        _ payload: [UInt8], sequence: UInt32, flags: UInt8 = 16, from sourcePort: Int = 40_000, to port: Int = 4739
    ) {
        let tcp =
            Self.big(sourcePort, 2) + Self.big(port, 2) + Self.big(Int(sequence), 4) + Self.big(1, 4)
            + [0x50, flags] + Self.big(65_535, 2) + [0, 0, 0, 0] + payload
        for frame in frames(tcp, proto: 6, identification: nextIdentification()) { add(frame) }
    }

    private func frames(_ payload: [UInt8], proto: UInt8, identification: UInt16) -> [[UInt8]] {
        let room = (mtu - 20) / 8 * 8
        var frames: [[UInt8]] = []
        var start = 0
        repeat {
            let isLast = payload.count - start <= mtu - 20
            let part = payload[start..<(isLast ? payload.count : start + room)]
            var header: [UInt8] =
                [0x45, 0] + Self.big(20 + part.count, 2) + Self.big(Int(identification), 2)
                + Self.big((isLast ? 0 : 0x2000) | start / 8, 2) + [64, proto, 0, 0] + source + destination
            let checksum = Self.checksum(header)
            header[10] = UInt8(checksum >> 8)
            header[11] = UInt8(checksum & 0xFF)
            frames.append([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0] + header + part)
            start += part.count
        } while start < payload.count
        return frames
    }

    private static func checksum(_ header: [UInt8]) -> Int {
        var sum = 0
        for place in stride(from: 0, to: header.count, by: 2) { sum += Int(header[place]) << 8 | Int(header[place + 1]) }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~sum & 0xFFFF
    }

    mutating func add(_ frame: [UInt8]) {
        let captured = frame.prefix(snapLength)
        octets += Self.little(UInt32(milliseconds / 1000)) + Self.little(UInt32(milliseconds % 1000 * 1000))
        octets += Self.little(UInt32(captured.count)) + Self.little(UInt32(frame.count)) + captured
        milliseconds += 1
    }

    func write(_ path: String) throws { try Data(octets).write(to: URL(fileURLWithPath: path)) }
}

/// IPFIX messages by hand.
enum Messages {
    static func ipfix(_ sets: [[UInt8]], sequence: UInt32 = 0, domain: UInt32 = 1, export: UInt32 = 1_700_000_000) -> [UInt8] {
        let content = sets.flatMap { $0 }
        return PcapBuilder.big(10, 2) + PcapBuilder.big(16 + content.count, 2) + PcapBuilder.big(Int(export), 4)
            + PcapBuilder.big(Int(sequence), 4) + PcapBuilder.big(Int(domain), 4) + content
    }

    static func set(_ id: Int, _ content: [UInt8]) -> [UInt8] {
        PcapBuilder.big(id, 2) + PcapBuilder.big(4 + content.count, 2) + content
    }

    static func template(_ id: Int, _ fields: [(number: Int, length: Int)], scopes: Int? = nil) -> [UInt8] {
        set(
            scopes == nil ? 2 : 3,
            PcapBuilder.big(id, 2) + PcapBuilder.big(fields.count, 2) + (scopes.map { PcapBuilder.big($0, 2) } ?? [])
                + fields.flatMap { PcapBuilder.big($0.number, 2) + PcapBuilder.big($0.length, 2) })
    }

    /// Addresses and two counters.
    static let flowTemplate = template(256, [(8, 4), (12, 4), (1, 8), (2, 8)])

    static func flow(_ number: Int) -> [UInt8] {
        [10, 0, UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number), 10, 9, 9, 9]
            + PcapBuilder.big(number * 100, 8) + PcapBuilder.big(number, 8)
    }

    static func flows(_ numbers: Range<Int>) -> [UInt8] { set(256, numbers.flatMap { flow($0) }) }
}
