import FlowModel
import PacketDecoding
import TestSupport
import Testing

@Suite("Fragments")
struct FragmentTests {
    /// One decoder and its table, over frames with a time in milliseconds.
    private struct Meter: ~Copyable {
        var table: FragmentTable
        var observation = PacketObservation()
        let decoder = PacketDecoder(linkType: .ethernet)

        init(capacity: Int = 4096) { table = FragmentTable(capacity: capacity, seed: 7) }

        /// Source port, destination port, protocol.
        mutating func take(_ frame: [UInt8], at milliseconds: Int64 = 0) -> [Int] {
            observation.timestampNanoseconds = 1_700_000_000_000_000_000 + milliseconds * 1_000_000
            // The span does not outlive the array.
            let outcome = unsafe decoder.decode(frame.span.bytes, wireLength: frame.count, into: &observation, fragments: &table)
            #expect(outcome == .observed)
            let key = observation.key
            return [Int(key.sourceTransportPort), Int(key.destinationTransportPort), Int(key.protocolIdentifier)]
        }
    }

    /// Fragments of a UDP datagram from port 1000 to 2000 with 40 octets of payload: 16, 16 and 16 octets.
    private static func fragment4(_ index: Int, identification: Int = 5, net: UInt8 = 0) -> [UInt8] {
        let datagram = Frame.udp(1000, 2000, [UInt8](repeating: 1, count: 40))
        let part = Array(datagram[(index * 16)..<(index * 16 + 16)])
        return Frame.ipv4(17, net: net, identification: identification, offset: index * 16, more: index < 2, part)
    }
    private static func fragment6(_ index: Int, identification: Int = 5, net: UInt8 = 0) -> [UInt8] {
        // The fragmentable part begins with destination options.
        let datagram = [17, 0, 1, 4, 0, 0, 0, 0] + Frame.udp(1000, 2000, [UInt8](repeating: 1, count: 32))
        let part = Array(datagram[(index * 16)..<(index * 16 + 16)])
        return Frame.ipv6(
            44, net: net, Frame.fragment6(60, identification: identification, offset: index * 16, more: index < 2, part))
    }
    private static func frame(_ packet: [UInt8], tags: [(Int, Int)] = []) -> [UInt8] {
        Frame.ethernet(packet[0] >> 4 == 4 ? 0x0800 : 0x86DD, tags: tags, packet)
    }

    @Test("later fragments count for the flow of the first, of either version, in and out of tunnels")
    func charged() {
        for make in [Self.fragment4, Self.fragment6] {
            for wrap: ([UInt8]) -> [UInt8] in [
                { Self.frame($0) }, { Self.frame($0, tags: [(0x8100, 7)]) },
                { Self.frame(Frame.ipv4(17, net: 50, Frame.vxlan(9, Self.frame($0)))) },
                { Self.frame(Frame.ipv6(17, net: 50, Frame.geneve(9, Self.frame($0, tags: [(0x8100, 3)])))) },
                { Self.frame(Frame.ipv4(47, net: 50, Frame.gre($0[0] >> 4 == 4 ? 0x0800 : 0x86DD, $0))) },
            ] {
                var meter = Meter()
                #expect(meter.take(wrap(make(0, 5, 0))) == [1000, 2000, 17])
                let key = meter.observation.key
                #expect(meter.take(wrap(make(2, 5, 0))) == [1000, 2000, 17])
                #expect(meter.take(wrap(make(1, 5, 0))) == [1000, 2000, 17])
                #expect(meter.observation.key == key)
                #expect(meter.observation.octets == (key.sourceAddress.isIPv6 ? 64 : 36))
                var expected = FragmentTable.Counters()
                expected.first = 1
                expected.charged = 2
                #expect(meter.table.counters == expected)
                #expect(meter.table.count == 1)
            }
        }
    }

    @Test("fragments of another identification, protocol, address, tenant or interface are another datagram's")
    func apart() {
        var meter = Meter()
        #expect(meter.take(Self.frame(Self.fragment4(0))) == [1000, 2000, 17])
        #expect(meter.take(Self.frame(Self.fragment4(1, identification: 6))) == [0, 0, 17])
        #expect(meter.take(Self.frame(Self.fragment4(1, net: 1))) == [0, 0, 17])
        #expect(meter.take(Self.frame(Self.fragment4(1), tags: [(0x8100, 7)])) == [0, 0, 17])
        #expect(meter.take(Self.frame(Frame.ipv4(17, net: 50, Frame.vxlan(7, Self.frame(Self.fragment4(1)))))) == [0, 0, 17])
        #expect(meter.take(Self.frame(Frame.ipv4(6, identification: 5, offset: 16, [1, 2, 3, 4]))) == [0, 0, 6])
        meter.observation.interface = 3
        #expect(meter.take(Self.frame(Self.fragment4(1))) == [0, 0, 17])
        meter.observation.interface = 0
        #expect(meter.take(Self.frame(Self.fragment4(1))) == [1000, 2000, 17])
        #expect(meter.table.counters.withoutFirst == 6)
        #expect(meter.table.counters.charged == 1)
    }

    @Test("a later fragment before its first counts for ports 0, one after it for the flow")
    func disorder() {
        var meter = Meter()
        #expect(meter.take(Self.frame(Self.fragment4(2))) == [0, 0, 17])
        #expect(meter.take(Self.frame(Self.fragment6(1))) == [0, 0, 60])
        #expect(meter.take(Self.frame(Self.fragment4(0))) == [1000, 2000, 17])
        #expect(meter.take(Self.frame(Self.fragment4(1))) == [1000, 2000, 17])
        #expect(meter.table.counters.withoutFirst == 2)
        #expect(meter.table.counters.byLabel["fragment-without-first"] == 2)
        #expect(meter.table.counters.byLabel["fragment-charged"] == 1)
    }

    @Test("an ICMP message in fragments is one flow")
    func icmp() {
        var meter = Meter()
        let message: [UInt8] = [8, 0, 0, 0, 0, 1, 0, 1]
        _ = meter.take(Self.frame(Frame.ipv4(1, identification: 9, more: true, message)))
        let first = meter.observation
        _ = meter.take(Self.frame(Frame.ipv4(1, identification: 9, offset: 8, message)))
        #expect(meter.observation.key == first.key)
        #expect(meter.observation.icmpType == 8)
        #expect(meter.observation.icmpCode == 0)
        #expect(meter.observation.isICMPRequest)
    }

    @Test("an atomic fragment is an ordinary packet; a small first fragment of TCP tells its ports")
    func atomic() {
        var meter = Meter()
        let packet = Frame.ipv6(44, Frame.fragment6(6, identification: 1, offset: 0, more: false, Frame.tcp(1000, 80, flags: 2)))
        #expect(meter.take(Self.frame(packet)) == [1000, 80, 6])
        #expect(meter.observation.tcpFlags == .syn)
        #expect(meter.table.counters == FragmentTable.Counters())
        let small = Frame.ipv4(6, identification: 1, more: true, Array(Frame.tcp(1000, 80).prefix(8)))
        // Padding to the Ethernet minimum is no header.
        #expect(meter.take(Self.frame(small) + [UInt8](repeating: 0xFF, count: 18)) == [1000, 80, 6])
        #expect(meter.observation.tcpFlags == [])
        #expect(
            meter.take(Self.frame(Frame.ipv4(6, identification: 1, offset: 8, Array(Frame.tcp(1000, 80).dropFirst(8))))) == [
                1000, 80, 6,
            ])
    }

    @Test("after 30 s, and after a clock that jumps back, a first fragment is forgotten")
    func timeout() {
        for (later, isCharged) in [
            (29_999, true), (30_000, false), (90_000, false), (-29_999, true), (-30_000, false), (-9_000_000_000, false),
        ] as [(Int64, Bool)] {
            var meter = Meter()
            _ = meter.take(Self.frame(Self.fragment4(0)))
            #expect(
                meter.take(Self.frame(Self.fragment4(1)), at: later) == (isCharged ? [1000, 2000, 17] : [0, 0, 17]), "\(later) ms")
        }
        // One that came again in time begins anew.
        var meter = Meter()
        _ = meter.take(Self.frame(Self.fragment4(0)))
        _ = meter.take(Self.frame(Self.fragment4(0)), at: 40_000)
        #expect(meter.take(Self.frame(Self.fragment4(1)), at: 60_000) == [1000, 2000, 17])
        #expect(meter.table.counters.duplicate == 0)
    }

    @Test("duplicates and overlaps are counted, an identification used again is neither")
    func overlaps() {
        var meter = Meter()
        for make in [Self.fragment4, Self.fragment6] {
            meter = Meter()
            for index in [0, 1, 1, 2] { _ = meter.take(Self.frame(make(index, 5, 0))) }
            #expect(meter.table.counters.duplicate == 1)
            // The datagram is whole: the same identification is another one's.
            for index in [0, 2, 1] { _ = meter.take(Self.frame(make(index, 5, 0))) }
            #expect(meter.table.counters.duplicate == 1)
            #expect(meter.table.counters.overlapping == 0)
            #expect(meter.table.counters.first == 2)
        }
        meter = Meter()
        // 16 octets at 0; then 16 at 8 (half of them new), 8 at 24, and 32 at 0.
        for (offset, count) in [(0, 16), (8, 16), (24, 8), (0, 32)] {
            let part = Array(Frame.udp(1, 2, [UInt8](repeating: 1, count: 56)).prefix(count))
            _ = meter.take(Self.frame(Frame.ipv4(17, identification: 8, offset: offset, more: true, part)))
        }
        #expect(meter.table.counters.overlapping == 1)
        #expect(meter.table.counters.duplicate == 1)
    }

    @Test("fragments in any order: what is new, a duplicate or an overlap, as a list of octets has it", arguments: 0..<20)
    func coverageAgainstModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<50 {
            var meter = Meter()
            var seen = Set<Int>(0..<2)
            var expected = FragmentTable.Counters()
            let first = Frame.udp(1, 2, [UInt8](repeating: 0, count: 8))
            _ = meter.take(Self.frame(Frame.ipv4(17, identification: round, more: true, first)))
            // Few enough stretches for the table to hold them all.
            for _ in 0..<3 {
                let (start, count) = (Int.random(in: 1..<20, using: &random), Int.random(in: 1..<6, using: &random))
                let units = Set(start..<(start + count))
                let known = units.intersection(seen).count
                if known == units.count { expected.duplicate += 1 } else if known > 0 { expected.overlapping += 1 }
                seen.formUnion(units)
                let part = [UInt8](repeating: 0, count: count * 8)
                _ = meter.take(Self.frame(Frame.ipv4(17, identification: round, offset: start * 8, more: true, part)))
            }
            #expect(meter.table.counters.duplicate == expected.duplicate)
            #expect(meter.table.counters.overlapping == expected.overlapping)
        }
    }

    @Test("first fragments that never end: the table keeps its size, the counters balance, the newest are found")
    func flood() {
        var meter = Meter(capacity: 64)
        for datagram in 0..<20_000 {
            let net = UInt8(datagram % 200)
            #expect(
                meter.take(Self.frame(Self.fragment4(0, identification: datagram / 200, net: net)), at: Int64(datagram)) == [
                    1000, 2000, 17,
                ])
            #expect(
                meter.take(Self.frame(Self.fragment4(1, identification: datagram / 200, net: net)), at: Int64(datagram)) == [
                    1000, 2000, 17,
                ])
        }
        #expect(meter.table.count <= 64)
        #expect(meter.table.counters.first == 20_000)
        #expect(meter.table.counters.charged == 20_000)
        #expect(meter.table.counters.evicted == 20_000 - UInt64(meter.table.count))
    }

    @Test("first fragments past their time make room uncounted")
    func room() {
        var meter = Meter(capacity: 4)
        for round in 0..<3 {
            for net in 0..<4 {
                _ = meter.take(Self.frame(Self.fragment4(0, net: UInt8(4 * round + net))), at: Int64(round) * 30_000)
            }
        }
        #expect(meter.table.count == 4)
        #expect(meter.table.counters.evicted == 0)
        _ = meter.take(Self.frame(Self.fragment4(0, net: 99)), at: 60_001)
        #expect(meter.table.counters.evicted == 1)
    }

    @Test("without fragments the table takes no memory")
    func unused() {
        var meter = Meter()
        _ = meter.take(Frame.innerFrame)
        _ = meter.take(Self.frame(Self.fragment4(1)))
        #expect(meter.table.count == 0)
    }

    @Test("later fragments of an IPv4 datagram behind an authentication header are the first's")
    func authenticated() {
        // Next header, length in words minus 2, reserved, SPI, sequence number, 12 octets of check value.
        let header: [UInt8] = [17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1] + [UInt8](repeating: 9, count: 12)
        let datagram = header + Frame.udp(1000, 2000, [UInt8](repeating: 1, count: 40))
        var meter = Meter()
        #expect(meter.take(Self.frame(Frame.ipv4(51, identification: 5, more: true, Array(datagram[..<40])))) == [1000, 2000, 17])
        #expect(meter.take(Self.frame(Frame.ipv4(51, identification: 5, offset: 40, Array(datagram[40...])))) == [1000, 2000, 17])
        #expect(meter.table.counters.charged == 1)
        // UDP of the same identification without the header is another datagram.
        #expect(meter.take(Self.frame(Frame.ipv4(17, identification: 5, offset: 40, Array(datagram[40...])))) == [0, 0, 17])
    }

    /// The outer packet of a tunnel in fragments of so many octets.
    private static func pieces(_ proto: Int, _ payload: [UInt8], of size: Int, isIPv6: Bool = false) -> [[UInt8]] {
        stride(from: 0, to: payload.count, by: size).map { start in
            let part = Array(payload[start..<min(start + size, payload.count)])
            let more = start + size < payload.count
            return frame(
                isIPv6
                    ? Frame.ipv6(44, net: 50, Frame.fragment6(proto, identification: 77, offset: start, more: more, part))
                    : Frame.ipv4(proto, net: 50, identification: 77, offset: start, more: more, part))
        }
    }

    @Test("a tunnel's packet in fragments is the inner flow's: its octets are counted with the first, the others add none")
    func tunnel() {
        let inner = Frame.ethernet(0x0800, host: 9, Frame.ipv4(6, net: 9, Frame.tcp(1000, 80, payload: 200)))
        let packet = Array(inner.dropFirst(14))
        for (proto, payload) in [
            (17, Frame.vxlan(5001, inner)), (17, Frame.geneve(5001, options: [1, 2, 3, 4], inner)), (47, Frame.gre(0x0800, packet)), (4, packet),
        ] {
            for isIPv6 in [false, true] {
                var meter = Meter()
                var expected: PacketObservation?
                let frames = Self.pieces(proto, payload, of: 120, isIPv6: isIPv6)
                #expect(frames.count >= 2)
                for (number, frame) in frames.enumerated() {
                    #expect(meter.take(frame, at: Int64(number)) == [1000, 80, 6])
                    let seen = meter.observation
                    #expect(seen.octets == (number == 0 ? 240 : 0))
                    #expect(seen.timestampNanoseconds == 1_700_000_000_000_000_000 + Int64(number) * 1_000_000)
                    if number > 0 {
                        #expect(seen.tcpFlags == [] && seen.tcpPayloadLength == 0)
                        #expect(seen.key == expected?.key)
                        #expect(seen.vni == expected?.vni)
                        #expect(seen.encapsulation == expected?.encapsulation && seen.encapsulation != .none)
                        #expect(seen.depth == expected?.depth)
                        #expect(seen.outerSource == expected?.outerSource && seen.outerDestination == expected?.outerDestination)
                    }
                    expected = expected ?? seen
                }
                #expect(meter.table.counters.charged == UInt64(frames.count - 1))
                #expect(meter.table.counters.first == 1)
            }
        }
    }

    @Test("fragments within fragments: each level's later fragments go where its first went")
    func nestedTunnels() {
        // An inner datagram in two fragments, the first of which is tunnelled in two.
        let first = Self.frame(Frame.ipv4(17, net: 9, identification: 3, more: true, Frame.udp(1000, 2000, [UInt8](repeating: 1, count: 152))))
        let second = Self.frame(Frame.ipv4(17, net: 9, identification: 3, offset: 160, [UInt8](repeating: 1, count: 40)))
        var meter = Meter()
        let frames = Self.pieces(17, Frame.vxlan(7, first), of: 120)
        #expect(frames.count == 2)
        #expect(meter.take(frames[0]) == [1000, 2000, 17])
        #expect(meter.observation.octets == 180)
        #expect(meter.take(frames[1]) == [1000, 2000, 17])
        #expect(meter.observation.octets == 0)
        #expect(meter.take(Self.frame(Frame.ipv4(17, net: 50, identification: 78, Frame.vxlan(7, second)))) == [1000, 2000, 17])
        #expect(meter.observation.octets == 60)
        #expect(meter.table.counters.charged == 2)
        // An identification that is used again, for a packet that is no tunnel's.
        let plain = Frame.udp(5, 6, [UInt8](repeating: 1, count: 200))
        for part in Self.pieces(17, plain, of: 120) { #expect(meter.take(part) == [5, 6, 17]) }
        #expect(meter.observation.octets == 108)
        #expect(meter.observation.depth == 0)
    }
}
