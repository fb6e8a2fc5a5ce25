import FlowModel
import PacketDecoding

/// Hand-made headers around a payload, from the inside out.
enum Frame {
    static func bytes16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    static func bytes24(_ value: Int) -> [UInt8] { [UInt8(value >> 16 & 0xFF)] + bytes16(value) }
    static func bytes32(_ value: Int) -> [UInt8] { bytes16(value >> 16) + bytes16(value) }

    /// - Parameter tags: TPID and VLAN, outermost first.
    static func ethernet(_ type: Int, tags: [(Int, Int)] = [], host: UInt8 = 1, _ payload: [UInt8]) -> [UInt8] {
        [2, 0, 0, 0, 0, host, 2, 0, 0, 0, 0, host + 1] + tags.flatMap { bytes16($0.0) + bytes16($0.1) } + bytes16(type) + payload
    }

    /// From 10.0.`net`.1 to 10.0.`net`.2.
    static func ipv4(
        _ proto: Int, net: UInt8 = 0, identification: Int = 0, offset: Int = 0, more: Bool = false, length: Int? = nil,
        options: [UInt8] = [], _ payload: [UInt8]
    ) -> [UInt8] {
        let words = 5 + options.count / 4
        return [0x40 | UInt8(words), 0] + bytes16(length ?? words * 4 + payload.count) + bytes16(identification)
            + bytes16(offset / 8 | (more ? 0x2000 : 0)) + [64, UInt8(proto), 0, 0, 10, 0, net, 1, 10, 0, net, 2] + options + payload
    }

    /// From fd00:0:0:`net`::1 to ::2 of it.
    static func ipv6(_ next: Int, net: UInt8 = 0, length: Int? = nil, _ payload: [UInt8]) -> [UInt8] {
        let prefix: [UInt8] = [0xFD, 0, 0, 0, 0, 0, 0, net, 0, 0, 0, 0, 0, 0, 0]
        return [0x60, 0, 0, 0] + bytes16(length ?? payload.count) + [UInt8(next), 64] + prefix + [1] + prefix + [2] + payload
    }

    /// The fragment header of IPv6 before `payload`.
    static func fragment6(_ next: Int, identification: Int, offset: Int, more: Bool, _ payload: [UInt8]) -> [UInt8] {
        [UInt8(next), 0] + bytes16(offset | (more ? 1 : 0)) + bytes32(identification) + payload
    }

    static func udp(_ from: Int, _ to: Int, _ payload: [UInt8] = []) -> [UInt8] {
        bytes16(from) + bytes16(to) + bytes16(8 + payload.count) + [0, 0] + payload
    }

    /// Sequence number 7, acknowledgement 9.
    static func tcp(_ from: Int, _ to: Int, flags: UInt8 = 0x18, payload: Int = 0) -> [UInt8] {
        bytes16(from) + bytes16(to) + bytes32(7) + bytes32(9) + [0x50, flags, 0, 0, 0, 0, 0, 0]
            + [UInt8](repeating: 0, count: payload)
    }

    /// The packet that the tests look for inside: TCP 10.0.9.1:1000 to 10.0.9.2:80 with 5 octets of payload.
    static let innerPacket = ipv4(6, net: 9, tcp(1000, 80, payload: 5))
    static let innerPacket6 = ipv6(6, net: 9, tcp(1000, 80, payload: 5))
    static let innerFrame = ethernet(0x0800, host: 9, innerPacket)

    static func vxlan(_ vni: Int, flags: UInt8 = 8, _ payload: [UInt8]) -> [UInt8] {
        udp(50_000, 4789, [flags, 0, 0, 0] + bytes24(vni) + [0] + payload)
    }
    static func vxlanGPE(_ vni: Int, next: UInt8, flags: UInt8 = 0x0C, _ payload: [UInt8]) -> [UInt8] {
        udp(50_000, 4790, [flags, 0, 0, next] + bytes24(vni) + [0] + payload)
    }
    static func geneve(_ vni: Int, type: Int = 0x6558, options: [UInt8] = [], first: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
        udp(50_000, 6081, [first | UInt8(options.count / 4), 0] + bytes16(type) + bytes24(vni) + [0] + options + payload)
    }
    /// - Parameter words: the optional words that `flags` says are there.
    static func gre(_ type: Int, flags: Int = 0, words: [UInt8] = [], _ payload: [UInt8]) -> [UInt8] {
        bytes16(flags) + bytes16(type) + words + payload
    }
    static func mpls(_ labels: [Int], _ payload: [UInt8]) -> [UInt8] {
        labels.enumerated().flatMap { index, label in
            bytes32(label << 12 | (index == labels.count - 1 ? 0x100 : 0) | 64)
        } + payload
    }
    static func pppoe(_ proto: Int = 0x0021, _ payload: [UInt8]) -> [UInt8] {
        [0x11, 0, 0, 1] + bytes16(payload.count + 2) + bytes16(proto) + payload
    }
}

/// What one frame is decoded to.
struct Decoded {
    var outcome: DecodeOutcome
    var observation: PacketObservation

    /// - Parameter observation: as the frame before left it.
    init(
        _ frame: [UInt8], wireLength: Int? = nil, linkType: LinkType = .ethernet,
        _ configuration: PacketDecoder.Configuration = PacketDecoder.Configuration(),
        after observation: PacketObservation = PacketObservation()
    ) {
        var fragments = FragmentTable(seed: 1)
        var observation = observation
        let decoder = PacketDecoder(linkType: linkType, configuration: configuration)
        // The span does not outlive the array.
        outcome = unsafe decoder.decode(
            frame.span.bytes, wireLength: wireLength ?? frame.count, into: &observation, fragments: &fragments)
        self.observation = observation
    }

    var key: FlowKey { observation.key }
    /// `10.0.9.1:1000 > 10.0.9.2:80`, as of `Frame.innerPacket`.
    var flow: String {
        "\(key.sourceAddress):\(key.sourceTransportPort) > \(key.destinationAddress):\(key.destinationTransportPort)"
    }
    static let inner = "10.0.9.1:1000 > 10.0.9.2:80"
    static let inner6 = "fd00:0:0:9::1:1000 > fd00:0:0:9::2:80"
}
