import FlowModel
import PacketDecoding
import Testing

@Suite("Transport")
struct TransportTests {
    @Test("a segment's numbers and its payload by the IP header, in cut and padded frames", arguments: [0, 1, 5, 1400])
    func segments(payload: Int) {
        for packet in [Frame.ipv4(6, Frame.tcp(1000, 80, payload: payload)), Frame.ipv6(6, Frame.tcp(1000, 80, payload: payload))] {
            let frame = Frame.ethernet(packet[0] >> 4 == 4 ? 0x0800 : 0x86DD, packet)
            let headers = frame.count - payload
            for octets in [frame, Array(frame.prefix(headers)), frame + [UInt8](repeating: 0xEE, count: 10)] {
                let seen = Decoded(octets, wireLength: max(frame.count, octets.count))
                #expect(seen.observation.tcpSequence == 7)
                #expect(seen.observation.tcpAcknowledgement == 9)
                #expect(seen.observation.tcpPayloadLength == UInt32(payload))
                #expect(seen.observation.tcpFlags == [.psh, .ack])
                #expect(seen.observation.octets == UInt32(packet.count))
            }
        }
    }

    @Test("TCP and IP options are no payload")
    func options() {
        var segment = Frame.tcp(1000, 80, flags: 2, payload: 12 + 30)
        segment[12] = 0x80
        let seen = Decoded(Frame.ethernet(0x0800, Frame.ipv4(6, options: [1, 1, 1, 1, 1, 1, 1, 0], segment)))
        #expect(seen.observation.tcpPayloadLength == 30)
        #expect(seen.observation.tcpFlags == .syn)
        #expect(
            Decoded(Frame.ethernet(0x86DD, Frame.ipv6(0, [6, 0, 1, 4, 0, 0, 0, 0] + segment))).observation.tcpPayloadLength == 30)
    }

    @Test("ports of protocols that have them, none of the others", arguments: [17, 33, 132, 136, 2, 50, 89, 253])
    func ports(proto: Int) {
        let hasPorts = [17, 33, 132, 136].contains(proto)
        let payload = Frame.bytes16(1000) + Frame.bytes16(2000) + [UInt8](repeating: 0, count: 16)
        for frame in [Frame.ethernet(0x0800, Frame.ipv4(proto, payload)), Frame.ethernet(0x86DD, Frame.ipv6(proto, payload))] {
            let seen = Decoded(frame)
            #expect(seen.key.protocolIdentifier == UInt8(proto))
            #expect(seen.key.sourceTransportPort == (hasPorts ? 1000 : 0))
            #expect(seen.key.destinationTransportPort == (hasPorts ? 2000 : 0))
            #expect(seen.observation.tcpFlags == [])
        }
    }

    @Test("behind an authentication header, of either version, it is the protocol inside")
    func authentication() {
        let header: [UInt8] = [6, 4, 0, 0] + [UInt8](repeating: 3, count: 20)
        for packet in [Frame.ipv4(51, net: 9, header + Frame.tcp(1000, 80)), Frame.ipv6(51, net: 9, header + Frame.tcp(1000, 80))] {
            let seen = Decoded(Frame.ethernet(packet[0] >> 4 == 4 ? 0x0800 : 0x86DD, packet))
            #expect(seen.flow == (packet[0] >> 4 == 4 ? Decoded.inner : Decoded.inner6))
            #expect(seen.observation.tcpPayloadLength == 0)
        }
    }

    @Test("traffic class and DSCP")
    func dscp() {
        var four = Frame.innerFrame
        four[15] = 46 << 2 | 1
        #expect(Decoded(four).observation.dscp == 46)
        var six = Frame.ethernet(0x86DD, Frame.innerPacket6)
        (six[14], six[15]) = (0x6B, 0x90)
        #expect(Decoded(six).observation.dscp == 46)
    }

    @Test("nothing of the frame before stays")
    func leftovers() {
        let overlay = Decoded(Frame.ethernet(0x0800, tags: [(0x8100, 3)], Frame.ipv4(17, Frame.vxlan(5, Frame.innerFrame))))
        let ping = Decoded(Frame.ethernet(0x0800, tags: [(0x88A8, 3), (0x8100, 4)], Frame.ipv4(1, [3, 1, 0, 0])))
        let nested = Decoded(
            Frame.ethernet(0x0800, Frame.ipv4(47, Frame.gre(0x6558, flags: 0x2000, words: [0, 0, 9, 0], Frame.innerFrame))))
        let frames = [
            Frame.innerFrame, Frame.ethernet(0x86DD, Frame.ipv6(17, Frame.udp(1, 2))),
            Frame.ethernet(0x0800, Frame.ipv4(1, [8, 0, 0, 0])),
            Frame.ethernet(0x0800, Frame.ipv4(89, [1, 2, 3, 4])),
            Frame.ethernet(0x0800, Frame.ipv4(47, Frame.gre(0x0800, Frame.innerPacket))),
        ]
        for before in [overlay, ping, nested] {
            for frame in frames {
                let (fresh, used) = (Decoded(frame), Decoded(frame, after: before.observation))
                #expect("\(used.observation)" == "\(fresh.observation)")
            }
        }
    }
}
