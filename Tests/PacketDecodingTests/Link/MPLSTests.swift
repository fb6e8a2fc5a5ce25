import FlowModel
import PacketDecoding
import Testing

@Suite("MPLS and PPPoE")
struct MPLSTests {
    @Test("IP below a stack of labels", arguments: [0x8847, 0x8848])
    func stacks(type: Int) {
        for labels in [[16], [3000, 17], [0], Array(16..<32)] {
            let seen = Decoded(Frame.ethernet(type, tags: [(0x8100, 4)], Frame.mpls(labels, Frame.innerPacket)))
            #expect(seen.flow == Decoded.inner)
            #expect(seen.observation.encapsulation == .mpls)
            #expect(seen.observation.depth == 1)
            // No Ethernet header of its own: the tag and the MAC addresses are those of the frame.
            #expect(seen.key.tenant == Tenant(.vlan, 4))
            #expect(seen.observation.destinationMAC.description == "02:00:00:00:00:01")
            #expect(seen.observation.outerSource == .zero)
        }
        #expect(Decoded(Frame.ethernet(type, Frame.mpls([16], Frame.innerPacket6))).flow == Decoded.inner6)
    }

    @Test("a stack without bottom is cut or has too many labels")
    func endless() {
        let label: [UInt8] = [0, 1, 0, 64]
        #expect(Decoded(Frame.ethernet(0x8847, label + label)).outcome == .truncatedMPLS)
        let endless = Array(repeating: label, count: 17).flatMap { $0 }
        #expect(Decoded(Frame.ethernet(0x8847, endless)).outcome == .tooManyLabels)
    }

    @Test("a pseudowire with and without control word, tagged and not")
    func pseudowires() {
        for inner in [Frame.innerFrame, Frame.ethernet(0x0800, tags: [(0x8100, 30)], host: 9, Frame.innerPacket)] {
            for control: [UInt8] in [[], [0, 0, 0, 0], [0, 0, 0x12, 0x34]] {
                let seen = Decoded(Frame.ethernet(0x8847, tags: [(0x8100, 4)], Frame.mpls([16, 17], control + inner)))
                #expect(seen.flow == Decoded.inner)
                #expect(seen.observation.destinationMAC.description == "02:00:00:00:00:09")
                #expect(seen.observation.vlan == (inner.count == Frame.innerFrame.count ? .max : 30))
            }
        }
    }

    @Test("a pseudowire to a MAC address that begins like an IP header")
    func misleadingAddress() {
        for first: UInt8 in [0x45, 0x60] {
            var inner = Frame.innerFrame
            inner[0] = first
            #expect(Decoded(Frame.ethernet(0x8847, Frame.mpls([16], inner))).flow == Decoded.inner)
        }
    }

    @Test("what is neither IP nor a frame with IP is not guessed at")
    func neither() {
        let arp = Frame.ethernet(0x0806, [UInt8](repeating: 0, count: 28))
        #expect(Decoded(Frame.ethernet(0x8847, Frame.mpls([16], [0, 0, 0, 0] + arp))).outcome == .notIP)
        // An associated channel (RFC 4385) begins with 0001.
        #expect(
            Decoded(Frame.ethernet(0x8847, Frame.mpls([13], [0x10, 0, 0, 7] + [UInt8](repeating: 0, count: 20)))).outcome == .notIP)
    }

    @Test("MPLS in UDP, in GRE and in IP")
    func carriers() {
        let stack = Frame.mpls([16, 17], Frame.innerPacket)
        let carriers: [([UInt8], UInt8)] = [
            (Frame.ipv4(17, Frame.udp(50_000, 6635, stack)), 1), (Frame.ipv4(47, Frame.gre(0x8847, stack)), 2),
            (Frame.ipv6(47, Frame.gre(0x8848, flags: 0x2000, words: [0, 0, 0, 1], stack)), 2), (Frame.ipv4(137, stack), 1),
        ]
        for (packet, depth) in carriers {
            let seen = Decoded(Frame.ethernet(packet[0] >> 4 == 4 ? 0x0800 : 0x86DD, packet))
            #expect(seen.flow == Decoded.inner)
            #expect(seen.observation.encapsulation == .mpls)
            #expect(seen.observation.depth == depth)
            #expect(
                seen.observation.outerSource
                    == (packet[0] >> 4 == 4 ? IPAddress(ipv4: 0x0A00_0001) : IPAddress(high: 0xFD00_0000_0000_0000, low: 1)))
        }
        var configuration = PacketDecoder.Configuration()
        configuration.mplsPorts = [51_234]
        let other = Frame.ethernet(0x0800, Frame.ipv4(17, Frame.udp(50_000, 51_234, stack)))
        #expect(Decoded(other).key.destinationTransportPort == 51_234)
        #expect(Decoded(other, configuration).flow == Decoded.inner)
    }

    @Test("PPPoE with IPv4 and IPv6, padded; discovery and control are no IP")
    func pppoe() {
        let padding = [UInt8](repeating: 0, count: 12)
        let seen = Decoded(Frame.ethernet(0x8864, tags: [(0x8100, 9)], Frame.pppoe(0x0021, Frame.innerPacket) + padding))
        #expect(seen.flow == Decoded.inner)
        #expect(seen.observation.encapsulation == .pppoe)
        #expect(seen.key.tenant == Tenant(.vlan, 9))
        #expect(Decoded(Frame.ethernet(0x8864, Frame.pppoe(0x0057, Frame.innerPacket6))).flow == Decoded.inner6)
        #expect(Decoded(Frame.ethernet(0x8864, Frame.pppoe(0xC021, [1, 1, 0, 4]))).outcome == .notIP)
        #expect(Decoded(Frame.ethernet(0x8863, [0x11, 9, 0, 0, 0, 0])).outcome == .notIP)
        #expect(Decoded(Frame.ethernet(0x8864, [0x11, 0, 0])).outcome == .truncatedPPPoE)
    }

    @Test("what is not to be looked through is no IP packet")
    func configured() {
        var configuration = PacketDecoder.Configuration()
        configuration.layers = PacketDecoder.Layers.all.subtracting([.mpls, .pppoe])
        #expect(Decoded(Frame.ethernet(0x8847, Frame.mpls([16], Frame.innerPacket)), configuration).outcome == .notIP)
        #expect(Decoded(Frame.ethernet(0x8864, Frame.pppoe(0x0021, Frame.innerPacket)), configuration).outcome == .notIP)
        configuration.layers = .all
        configuration.maximumDepth = 0
        #expect(Decoded(Frame.ethernet(0x8847, Frame.mpls([16], Frame.innerPacket)), configuration).outcome == .tunnelsTooDeep)
        #expect(Decoded(Frame.ethernet(0x8864, Frame.pppoe(0x0021, Frame.innerPacket)), configuration).outcome == .tunnelsTooDeep)
    }
}
