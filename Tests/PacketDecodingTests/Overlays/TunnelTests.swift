import FlowModel
import PacketDecoding
import Testing

/// One tunnel of each kind around the same inner packet.
@Suite("Tunnels")
struct TunnelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// An IPv4 packet.
        let packet: [UInt8]
        let encapsulation: Encapsulation
        var vni: UInt32 = .max
        /// True where an Ethernet frame is inside, with MAC addresses and tags of its own.
        var hasFrame = true
        let layer: PacketDecoder.Layers
        var testDescription: String { name }
    }

    private static func gre(
        _ name: String, _ type: Int, flags: Int = 0, words: [UInt8] = [], _ payload: [UInt8], _ encapsulation: Encapsulation = .gre,
        vni: UInt32 = .max, hasFrame: Bool = false, layer: PacketDecoder.Layers = .gre
    ) -> Case {
        Case(
            name: name, packet: Frame.ipv4(47, Frame.gre(type, flags: flags, words: words, payload)), encapsulation: encapsulation,
            vni: vni, hasFrame: hasFrame, layer: layer)
    }

    static let cases: [Case] = {
        let (packet, frame) = (Frame.innerPacket, Frame.innerFrame)
        let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        func udp(_ datagram: [UInt8]) -> [UInt8] { Frame.ipv4(17, datagram) }
        var cases = [
            Case(name: "VXLAN", packet: udp(Frame.vxlan(5001, frame)), encapsulation: .vxlan, vni: 5001, layer: .vxlan),
            Case(
                name: "VXLAN of VNI 0 with reserved bits", packet: udp(Frame.vxlan(0, flags: 0xFF, frame)), encapsulation: .vxlan,
                vni: 0, layer: .vxlan),
            Case(
                name: "VXLAN-GPE, Ethernet", packet: udp(Frame.vxlanGPE(77, next: 3, frame)), encapsulation: .vxlanGPE, vni: 77,
                layer: .vxlanGPE),
            Case(
                name: "VXLAN-GPE without next protocol", packet: udp(Frame.vxlanGPE(77, next: 0, flags: 8, frame)),
                encapsulation: .vxlanGPE, vni: 77, layer: .vxlanGPE),
            Case(
                name: "VXLAN-GPE, IPv4", packet: udp(Frame.vxlanGPE(77, next: 1, packet)), encapsulation: .vxlanGPE, vni: 77,
                hasFrame: false, layer: .vxlanGPE),
            Case(
                name: "VXLAN-GPE, MPLS", packet: udp(Frame.vxlanGPE(77, next: 5, Frame.mpls([9], packet))), encapsulation: .mpls,
                vni: 77, hasFrame: false, layer: .vxlanGPE),
        ]
        for (next, payload) in [(1, packet), (3, frame)] {
            // RFC 8300: MD type 2 without metadata (8 octets), MD type 1 (24 octets).
            for header: [UInt8] in [
                [0, 2, 2, UInt8(next), 0, 0, 1, 255], [0x0F, 0xC6, 1, UInt8(next)] + [UInt8](repeating: 7, count: 20),
            ] {
                cases.append(
                    Case(
                        name: "VXLAN-GPE, service header of \(header.count), \(next)",
                        packet: udp(Frame.vxlanGPE(77, next: 4, header + payload)),
                        encapsulation: .vxlanGPE, vni: 77, hasFrame: next == 3, layer: .vxlanGPE))
            }
        }
        for count in [0, 4, 8, 252] {
            let options = [UInt8](repeating: 0x81, count: count)
            cases.append(
                Case(
                    name: "Geneve, \(count) octets of options", packet: udp(Frame.geneve(0xABCDEF, options: options, frame)),
                    encapsulation: .geneve, vni: 0xABCDEF, layer: .geneve))
        }
        cases.append(
            Case(
                name: "Geneve, IPv4", packet: udp(Frame.geneve(6, type: 0x0800, options: key, packet)), encapsulation: .geneve,
                vni: 6, hasFrame: false, layer: .geneve))
        // Every combination of checksum, routing, key and sequence number.
        for bits in 0..<16 {
            let flags = bits << 12
            var words: [UInt8] = []
            if flags & 0xC000 != 0 { words += [0xFF, 0xFF, 0, 0] }
            if flags & 0x2000 != 0 { words += key }
            if flags & 0x1000 != 0 { words += [0, 0, 0, 9] }
            // One source route of an address, then the end.
            if flags & 0x4000 != 0 { words += [8, 0, 0, 4, 10, 1, 1, 1, 0, 0, 0, 0] }
            let name = "flags \(String(flags, radix: 16))"
            cases.append(gre("GRE IPv4, \(name)", 0x0800, flags: flags, words: words, packet))
            let isKeyed = flags & 0x2000 != 0
            cases.append(
                gre(
                    "GRE Ethernet, \(name)", 0x6558, flags: flags, words: words, frame, isKeyed ? .nvgre : .gre,
                    vni: isKeyed ? 0x123456 : .max, hasFrame: true))
        }
        // RFC 1701's recursion and strict source route bits are not looked at.
        cases.append(gre("GRE, reserved bits", 0x0800, flags: 0x0FF8, packet))
        cases.append(gre("GRE, PPP", 0x880B, [0xFF, 0x03, 0x00, 0x21] + packet))
        cases.append(
            gre(
                "PPTP with sequence number", 0x880B, flags: 0x3001, words: [0, 49, 0, 1, 0, 0, 0, 1],
                [0xFF, 0x03, 0x00, 0x21] + packet))
        cases.append(
            gre(
                "PPTP with acknowledgement, short protocol", 0x880B, flags: 0x3081, words: [0, 46, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
                [0x21] + packet))
        cases.append(gre("WCCP version 1", 0x883E, packet))
        cases.append(gre("WCCP version 2", 0x883E, [0, 0, 1, 2] + packet))
        cases.append(gre("ERSPAN I", 0x88BE, frame, .erspan, hasFrame: true, layer: .erspan))
        cases.append(
            gre(
                "ERSPAN II", 0x88BE, flags: 0x1000, words: [0, 0, 0, 1], [0x10, 23, 0, 1, 0, 0, 0, 1] + frame, .erspan,
                hasFrame: true, layer: .erspan))
        let third: [UInt8] = [0x20, 23, 0, 1, 1, 2, 3, 4, 0, 0]
        cases.append(
            gre(
                "ERSPAN III", 0x22EB, flags: 0x1000, words: [0, 0, 0, 1], third + [0x00, 0x04] + frame, .erspan, hasFrame: true,
                layer: .erspan))
        cases.append(
            gre(
                "ERSPAN III with platform header", 0x22EB, flags: 0x1000, words: [0, 0, 0, 1],
                third + [0x00, 0x05] + [UInt8](repeating: 1, count: 8) + frame, .erspan, hasFrame: true, layer: .erspan))
        cases.append(
            gre(
                "ERSPAN III of an IP packet", 0x22EB, flags: 0x1000, words: [0, 0, 0, 1], third + [0x08, 0x04] + packet, .erspan,
                layer: .erspan))
        cases.append(
            Case(
                name: "GRE in UDP", packet: udp(Frame.udp(50_000, 4754, Frame.gre(0x0800, packet))), encapsulation: .gre,
                hasFrame: false, layer: .gre))
        cases.append(Case(name: "IPv4 in IPv4", packet: Frame.ipv4(4, packet), encapsulation: .ipip, hasFrame: false, layer: .ipip))
        return cases
    }()

    @Test("the inner packet is the flow, the outer addresses are told", arguments: cases)
    func lookedThrough(_ tunnel: Case) {
        let seen = Decoded(Frame.ethernet(0x0800, tags: [(0x8100, 4)], tunnel.packet))
        #expect(seen.outcome == .observed)
        #expect(seen.flow == Decoded.inner)
        #expect(seen.observation.octets == 45)
        #expect(seen.observation.tcpFlags == [.psh, .ack])
        #expect(seen.observation.tcpSequence == 7)
        #expect(seen.observation.tcpAcknowledgement == 9)
        #expect(seen.observation.tcpPayloadLength == 5)
        #expect(seen.observation.encapsulation == tunnel.encapsulation)
        #expect(seen.observation.depth == (tunnel.name == "VXLAN-GPE, MPLS" ? 2 : 1))
        #expect(seen.observation.vni == tunnel.vni)
        #expect(seen.observation.outerSource.description == "10.0.0.1")
        #expect(seen.observation.outerDestination.description == "10.0.0.2")
        // The frame that carries the flow is the inner one, where there is one.
        #expect(seen.observation.vlan == (tunnel.hasFrame ? .max : 4))
        #expect(seen.observation.destinationMAC.description == (tunnel.hasFrame ? "02:00:00:00:00:09" : "02:00:00:00:00:01"))
        #expect(seen.key.tenant == Tenant(vni: tunnel.vni, vlan: tunnel.hasFrame ? .max : 4))
    }

    @Test("over IPv6 it is the same", arguments: cases)
    func overIPv6(_ tunnel: Case) {
        let seen = Decoded(Frame.ethernet(0x86DD, Frame.ipv6(Int(tunnel.packet[9]), Array(tunnel.packet.dropFirst(20)))))
        #expect(seen.flow == Decoded.inner)
        #expect(seen.observation.vni == tunnel.vni)
        #expect(seen.observation.outerDestination.description == "fd00::2")
    }

    @Test("a kind that is not to be looked through is a flow of the outer packet", arguments: cases)
    func configured(_ tunnel: Case) {
        var configuration = PacketDecoder.Configuration()
        configuration.layers = PacketDecoder.Layers.all.subtracting(tunnel.layer)
        let seen = Decoded(Frame.ethernet(0x0800, tunnel.packet), configuration)
        #expect(seen.outcome == .observed)
        #expect(seen.key.sourceAddress.description == "10.0.0.1")
        #expect(seen.observation.octets == UInt32(tunnel.packet.count))
        #expect(seen.observation.depth == 0)
        #expect(seen.observation.encapsulation == .none)
        configuration.layers = tunnel.encapsulation == .mpls ? [tunnel.layer, .mpls] : tunnel.layer
        #expect(Decoded(Frame.ethernet(0x0800, tunnel.packet), configuration).flow == Decoded.inner)
    }

    @Test("cut anywhere it is the outer flow until the inner headers are whole", arguments: cases)
    func cut(_ tunnel: Case) {
        let frame = Frame.ethernet(0x0800, tunnel.packet)
        let headers = frame.count - 5
        for length in 42...frame.count {
            let seen = Decoded(Array(frame.prefix(length)), wireLength: frame.count)
            #expect(seen.outcome == .observed)
            // Of the inner TCP header the first 14 octets are enough.
            #expect((seen.observation.depth > 0) == (length >= headers - 6), "\(length) of \(frame.count)")
            if seen.observation.depth == 0 { #expect(seen.observation.octets == UInt32(tunnel.packet.count)) }
        }
    }

    @Test("6in4, 4in6 and 6in6")
    func mixedVersions() {
        let sixInFour = Decoded(Frame.ethernet(0x0800, Frame.ipv4(41, Frame.innerPacket6)))
        #expect(sixInFour.flow == Decoded.inner6)
        #expect(sixInFour.observation.outerSource.description == "10.0.0.1")
        #expect(sixInFour.observation.encapsulation == .ipip)
        #expect(Decoded(Frame.ethernet(0x86DD, Frame.ipv6(4, Frame.innerPacket))).flow == Decoded.inner)
        let sixInSix = Decoded(Frame.ethernet(0x86DD, Frame.ipv6(41, Frame.innerPacket6)))
        #expect(sixInSix.flow == Decoded.inner6)
        #expect(sixInSix.observation.outerSource.description == "fd00::1")
        // A destination options header before the inner packet (RFC 2473 §4.1.1: tunnel encapsulation limit).
        let limited = Frame.ipv6(60, [41, 0, 4, 1, 4, 1, 0, 0] + Frame.innerPacket6)
        #expect(Decoded(Frame.ethernet(0x86DD, limited)).flow == Decoded.inner6)
    }

    @Test("what carries no data, or is of another version, is an outer flow")
    func refused() {
        let outer = [
            Frame.vxlan(1, flags: 0xF7, Frame.innerFrame),
            Frame.vxlanGPE(1, next: 3, flags: 0x0D, Frame.innerFrame),
            Frame.vxlanGPE(1, next: 3, flags: 0x1C, Frame.innerFrame),
            Frame.vxlanGPE(1, next: 3, flags: 0x04, Frame.innerFrame),
            Frame.vxlanGPE(1, next: 9, Frame.innerFrame),
            Frame.vxlanGPE(1, next: 4, [0, 1, 2, 1, 0, 0, 1, 255] + Frame.innerPacket),
            Frame.geneve(1, first: 0x40, Frame.innerFrame),
            Frame.geneve(1, type: 0x0806, Frame.innerFrame),
            Frame.vxlan(1, Frame.ethernet(0x0806, [UInt8](repeating: 0, count: 28))),
            Frame.geneve(1, type: 0x0800, Frame.innerPacket6),
        ]
        for datagram in outer {
            let seen = Decoded(Frame.ethernet(0x0800, tags: [(0x8100, 4)], Frame.ipv4(17, datagram)))
            #expect(seen.key.sourceTransportPort == 50_000)
            #expect(seen.observation.depth == 0)
            #expect(seen.key.tenant == Tenant(.vlan, 4))
        }
        for packet in [
            Frame.gre(0x0800, flags: 2, Frame.innerPacket),
            Frame.gre(0x880B, flags: 1, words: [0, 0, 0, 0], [0, 0x21] + Frame.innerPacket),
            Frame.gre(0x2001, Frame.innerPacket),
            Frame.gre(0x0800, flags: 0x4000, words: [0, 0, 0, 0], [8, 0, 0, 255] + Frame.innerPacket),
            Frame.gre(0x22EB, flags: 0x1000, words: [0, 0, 0, 1], [0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + Frame.innerFrame),
        ] {
            let seen = Decoded(Frame.ethernet(0x0800, Frame.ipv4(47, packet)))
            #expect(seen.key.protocolIdentifier == 47)
            #expect(seen.observation.depth == 0)
        }
    }

    @Test("Geneve options that look like a frame are passed by their whole length")
    func misleadingOptions() {
        let other = Frame.ethernet(0x0800, Frame.ipv4(6, net: 77, Frame.tcp(5, 6)))
        for place in [0, 60, 124] {
            var options = [UInt8](repeating: 0, count: 252)
            options.replaceSubrange(place..<(place + other.count), with: other)
            let seen = Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, Frame.geneve(8, options: options, Frame.innerFrame))))
            #expect(seen.flow == Decoded.inner)
            #expect(seen.observation.vni == 8)
        }
    }

    @Test("ports are as configured; a tunnel's port as source is none")
    func configuredPorts() {
        let datagram = Frame.udp(4789, 9999, [8, 0, 0, 0, 0, 0, 5, 0] + Frame.innerFrame)
        let frame = Frame.ethernet(0x0800, Frame.ipv4(17, datagram))
        #expect(Decoded(frame).observation.depth == 0)
        var configuration = PacketDecoder.Configuration()
        configuration.vxlanPorts = [9998, 9997, 9999]
        #expect(Decoded(frame, configuration).observation.vni == 5)
        configuration.genevePorts = [9999]
        #expect(Decoded(frame, configuration).observation.encapsulation == .vxlan)
    }
}
