import Capture
import FlowModel
import TestSupport
import Testing

@testable import PacketDecoding

/// The straight way for usual frames tells the same as the way that reads layer by layer.
@Suite("The common path")
struct CommonPathTests {
    /// The usual frames, and what stands next to each of them.
    static let frames: [[UInt8]] = {
        var packets: [(Int, [UInt8])] = []
        for transport in [
            (6, Frame.tcp(1000, 80, payload: 5)), (6, Frame.tcp(1000, 80)), (17, Frame.udp(1000, 53, [1, 2])),
            (17, Frame.udp(53, 4790)),
            (1, [8, 0, 0, 0, 0, 1, 0, 1]), (132, Frame.bytes32(0x0001_0002) + [UInt8](repeating: 0, count: 20)),
            (47, Frame.gre(0x0800, Frame.innerPacket)),
            (4, Frame.innerPacket),
        ] {
            packets.append((0x0800, Frame.ipv4(transport.0, transport.1)))
            packets.append((0x0800, Frame.ipv4(transport.0, options: [1, 1, 1, 1], transport.1)))
            packets.append((0x0800, Frame.ipv4(transport.0, identification: 7, offset: 0, more: true, transport.1)))
            packets.append((0x0800, Frame.ipv4(transport.0, identification: 7, offset: 8, transport.1)))
            packets.append((0x86DD, Frame.ipv6(transport.0 == 1 ? 58 : transport.0, transport.1)))
            packets.append((0x86DD, Frame.ipv6(0, [UInt8(transport.0), 0, 1, 4, 0, 0, 0, 0] + transport.1)))
        }
        var frames: [[UInt8]] = []
        for (type, packet) in packets {
            for tags in [[], [(0x8100, 5)], [(0x8100, 0)], [(0x88A8, 6), (0x8100, 7)]] {
                let frame = Frame.ethernet(type, tags: tags, packet)
                frames.append(frame)
                frames.append(Frame.ethernet(0x0800, Frame.ipv4(17, net: 3, Frame.vxlan(9, frame))))
                frames.append(Frame.ethernet(0x86DD, tags: [(0x8100, 8)], Frame.ipv6(17, net: 3, Frame.vxlan(9, frame))))
                frames.append(Frame.ethernet(0x0800, Frame.ipv4(17, net: 3, Frame.geneve(10, options: [1, 2, 3, 4], frame))))
                frames.append(
                    Frame.ethernet(
                        0x0800,
                        Frame.ipv4(
                            17, net: 4, Frame.vxlan(11, Frame.ethernet(0x0800, Frame.ipv4(17, net: 3, Frame.vxlan(9, frame)))))))
            }
        }
        return frames
    }()

    /// Both ways, after the same frame before.
    private struct Both: ~Copyable {
        let decoder: PacketDecoder
        var one = PacketObservation()
        var other = PacketObservation()
        var firstFragments = FragmentTable(seed: 1)
        var secondFragments = FragmentTable(seed: 1)
        var differences = 0

        mutating func compare(_ octets: borrowing RawSpan, _ wireLength: Int, at time: Int64) {
            one.timestampNanoseconds = time
            other.timestampNanoseconds = time
            let outcome = decoder.decode(octets, wireLength: wireLength, into: &one, fragments: &firstFragments)
            let expected = decoder.decodeAny(octets, wireLength, &other, &secondFragments)
            if outcome == expected, outcome != .observed || Self.describe(one) == Self.describe(other) { return }
            differences += 1
            if differences < 5 { Issue.record("\(outcome) \(one) instead of \(expected) \(other)") }
        }

        /// Every field.
        private static func describe(_ o: PacketObservation) -> [UInt64] {
            func words(_ address: IPAddress) -> [UInt64] { [address.high, address.low, address.isIPv6 ? 1 : 0] }
            var all =
                words(o.key.sourceAddress) + words(o.key.destinationAddress) + words(o.outerSource) + words(o.outerDestination)
            all += [UInt64(o.key.tenant.kind.rawValue), UInt64(o.key.tenant.number), UInt64(o.key.protocolIdentifier)]
            all += [UInt64(o.key.sourceTransportPort), UInt64(o.key.destinationTransportPort), UInt64(o.octets)]
            all += [UInt64(o.tcpFlags.rawValue), UInt64(o.tcpSequence), UInt64(o.tcpAcknowledgement), UInt64(o.tcpPayloadLength)]
            all += [UInt64(o.icmpType), UInt64(o.icmpCode), o.isOneWay ? 1 : 0, o.isICMPRequest ? 1 : 0, UInt64(o.dscp)]
            all += [UInt64(o.vlan), UInt64(o.innerVLAN), UInt64(o.vni), UInt64(o.encapsulation.rawValue), UInt64(o.depth)]
            return all + [
                o.sourceMAC.value, o.destinationMAC.value, UInt64(bitPattern: o.timestampNanoseconds), UInt64(o.interface),
            ]
        }
    }

    @Test("usual frames and their neighbours, whole, cut and changed at random", arguments: 0..<4)
    func handMade(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var configuration = PacketDecoder.Configuration()
        if seed == 3 { configuration.maximumDepth = 1 }
        var both = Both(decoder: PacketDecoder(linkType: .ethernet, configuration: configuration))
        for _ in 0..<10 {
            for whole in Self.frames.shuffled(using: &random) {
                var frame = whole
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random) { frame = Array(frame.prefix(Int.random(in: 0...frame.count, using: &random))) }
                // The span does not outlive the array.
                unsafe both.compare(frame.span.bytes, max(whole.count, frame.count), at: Int64(random.next() >> 32))
            }
        }
        #expect(both.differences == 0)
    }

    @Test("every shared capture", .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
    func captures() throws {
        let rows = try CSVTable(path: try #require(SharedFolder.path("captures/truth.csv"))).rows
        var frames = 0
        for row in rows {
            guard let path = SharedFolder.path("captures/" + row["file"]), var file = try? CaptureFile(path: path) else { continue }
            var both = Both(decoder: PacketDecoder(linkType: .ethernet))
            while (try? file.read(
                limit: 10_000,
                { octets, wireLength, time in
                    frames += 1
                    both.compare(octets, wireLength, at: time)
                })) == true
            {}
            #expect(both.differences == 0, "\(row["file"])")
        }
        #expect(frames > 30_000)
    }
}
