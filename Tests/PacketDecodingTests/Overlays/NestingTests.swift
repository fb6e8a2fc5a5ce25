import FlowModel
import PacketDecoding
import Testing

@Suite("Tunnels in tunnels")
struct NestingTests {
    @Test("the innermost VNI is the tenant, the innermost tunnel's addresses are told")
    func tenants() {
        let geneve = Frame.ipv4(17, net: 2, Frame.geneve(20, Frame.innerFrame))
        let inVXLAN = Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, net: 1, Frame.vxlan(10, Frame.ethernet(0x0800, geneve)))))
        #expect(inVXLAN.flow == Decoded.inner)
        #expect(inVXLAN.key.tenant == Tenant(.virtualNetwork, 20))
        #expect(inVXLAN.observation.encapsulation == .geneve)
        #expect(inVXLAN.observation.depth == 2)
        #expect(inVXLAN.observation.outerSource.description == "10.0.2.1")
        // A tunnel without a VNI of its own, in one with: still that tenant; a tag inside is told beside it.
        let ipip = Frame.ethernet(0x0800, tags: [(0x8100, 30)], Frame.ipv4(4, net: 2, Frame.innerPacket))
        let plain = Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, net: 1, Frame.vxlan(10, ipip))))
        #expect(plain.flow == Decoded.inner)
        #expect(plain.key.tenant == Tenant(.virtualNetwork, 10))
        #expect(plain.observation.vlan == 30)
        #expect(plain.observation.encapsulation == .ipip)
        #expect(plain.observation.outerSource.description == "10.0.2.1")
    }

    @Test("equal inner packets of two VNIs, of a VLAN of that number and of none have four keys")
    func apart() {
        let keys = [
            Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, Frame.vxlan(100, Frame.innerFrame)))),
            Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, Frame.geneve(101, Frame.innerFrame)))),
            Decoded(Frame.ethernet(0x0800, tags: [(0x8100, 100)], Frame.innerPacket)), Decoded(Frame.innerFrame),
        ].map(\.key)
        #expect(Set(keys).count == 4)
    }

    @Test("a hundred tunnels in each other are looked through to the bound, and count there", arguments: [0, 1, 4, 10, 32, 200])
    func deep(bound: Int) {
        var configuration = PacketDecoder.Configuration()
        configuration.maximumDepth = bound
        let reached = min(bound, 32)
        var packet = Frame.innerPacket
        for level in (0..<100).reversed() { packet = Frame.ipv4(4, net: UInt8(100 + level), packet) }
        let seen = Decoded(Frame.ethernet(0x0800, packet), configuration)
        #expect(seen.outcome == .observed)
        #expect(Int(seen.observation.depth) == reached)
        #expect(seen.key.sourceAddress.description == "10.0.\(100 + reached).1")
        #expect(seen.key.protocolIdentifier == 4)
        #expect(seen.observation.octets == UInt32(packet.count - 20 * reached))

        var overlay = Frame.innerFrame
        for level in (0..<100).reversed() { overlay = Frame.ethernet(0x0800, Frame.ipv4(17, Frame.vxlan(level, overlay))) }
        let tenth = Decoded(overlay, configuration)
        #expect(Int(tenth.observation.depth) == reached)
        #expect(tenth.key.destinationTransportPort == 4789)
        #expect(tenth.observation.vni == (reached == 0 ? .max : UInt32(reached - 1)))
    }

    @Test("super-packets count what is on the wire, outside and in overlays")
    func superPackets() {
        // A total length of 0, a payload length of 0: BIG TCP; cut after the headers, 100,000 octets of payload.
        let four = Frame.ipv4(6, net: 9, length: 0, Frame.tcp(1000, 80))
        let six = Frame.ipv6(6, net: 9, length: 0, Frame.tcp(1000, 80))
        let jumbo = Frame.ipv6(0, net: 9, length: 0, [6, 0, 0xC2, 4] + Frame.bytes32(100_028) + Frame.tcp(1000, 80))
        for (type, packet, flow) in [(0x0800, four, Decoded.inner), (0x86DD, six, Decoded.inner6), (0x86DD, jumbo, Decoded.inner6)]
        {
            let plain = Frame.ethernet(type, packet)
            let geneve = Frame.ethernet(0x0800, Frame.ipv4(17, length: 0, Frame.geneve(3, options: [1, 2, 3, 4], plain)))
            let gre = Frame.ethernet(0x86DD, Frame.ipv6(47, length: 0, Frame.gre(type, packet)))
            for frame in [plain, Frame.ethernet(0x0800, Frame.ipv4(17, length: 0, Frame.vxlan(3, plain))), geneve, gre] {
                let seen = Decoded(frame, wireLength: frame.count + 100_000)
                #expect(seen.flow == flow)
                #expect(seen.observation.octets == UInt32(packet.count + 100_000))
                #expect(seen.observation.tcpPayloadLength == 100_000)
            }
        }
        // No payload is legal with no next header.
        let none = Decoded(Frame.ethernet(0x86DD, Frame.ipv6(59, [])), wireLength: 60)
        #expect(none.observation.octets == 40)
        #expect(none.key.protocolIdentifier == 59)
    }
}
