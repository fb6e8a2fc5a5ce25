import Capture
import FlowModel
import Foundation
import PacketDecoding
import TestSupport
import Testing

/// Input that lies: an outcome for every frame, and bounded memory.
@Suite("Malformed input")
struct MalformedTests {
    private static let types: [LinkType] = [.ethernet, .linuxCooked, .linuxCooked2, .rawIP, .loopback]

    /// Decodes a frame by each link type and tells how many outcomes there were.
    private static func decodeAll(
        _ octets: borrowing RawSpan, _ wireLength: Int, _ observation: inout PacketObservation, _ fragments: inout FragmentTable,
        _ counters: inout DecodeCounters
    ) {
        for type in types {
            let outcome = PacketDecoder(linkType: type).decode(
                octets, wireLength: wireLength, into: &observation, fragments: &fragments)
            counters.count(outcome)
            guard outcome.isObserved else { continue }
            #expect(observation.octets > 0)
            #expect(observation.depth <= 4)
        }
    }

    @Test(
        "every frame of the malformed captures has an outcome, read as any link type",
        .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
    func malformedCaptures() throws {
        let folder = try #require(SharedFolder.path("captures/packets/malformed"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count > 150)
        for name in names {
            guard var file = try? CaptureFile(path: "\(folder)/\(name)") else { continue }
            var frames: UInt64 = 0
            var counters = DecodeCounters()
            var fragments = FragmentTable(capacity: 64, seed: 1)
            var observation = PacketObservation()
            while (try? file.read(
                limit: 1000,
                { octets, wireLength, time in
                    frames += 1
                    observation.timestampNanoseconds = time
                    Self.decodeAll(octets, wireLength, &observation, &fragments, &counters)
                })) == true
            {}
            let outcomes = DecodeOutcome.allCases.reduce(0) { $0 + counters[$1] }
            #expect(outcomes == 5 * frames, "\(name)")
            #expect(fragments.count <= 64)
        }
    }

    /// One capture or more of each kind of header.
    static let representative = [
        "overlay/flowtest-vxlan.pcap", "overlay/zeek-vxlan-triple-v2.pcap", "overlay/zeek-geneve-many-options.pcap",
        "overlay/zeek-geneve-ipv6.pcap", "overlay/zeek-gre-pptp.pcap", "overlay/suricata-bug-2576-02.pcap",
        "overlay/zeek-erspanI.pcap", "overlay/zeek-erspanII.pcap", "overlay/zeek-erspanIII.pcap",
        "overlay/skydive-gre-mpls-icmpv4.pcap", "overlay/akvorado-mpls-eompls-cw.pcap", "overlay/tcpdump-mpls-over-udp.pcap",
        "overlay/zeek-6in6in6.pcap", "overlay/zeek-4in6.pcap", "overlay/arkime-pppoe.pcap", "overlay/zeek-pppoe-over-qinq.pcap",
        "overlay/arkime-ah-esp.pcap", "overlay/tcpdump-wccp_redirect_gre.pcap", "l2/flowtest-802.1Q_tunneling.pcap",
        "ipv6/flowtest-ipv6-auth-header.pcap", "ipv6/libpcap-ipv6_ext_headers.pcap", "ipv6/tcpdump-bigtcp-ipv6-hbh.pcap",
        "fragments/zeek-ipv6-fragmented-dns.pcap", "fragments/pcapplusplus-frag_with_padding.pcap",
        "icmp/tcpdump-dccp_partial_csum_v4_simple.pcap",
    ]

    @Test(
        "captures of each kind, cut at every octet: once more cut never tells more",
        .enabled(if: SharedFolder.url != nil, "needs the shared captures"), arguments: representative)
    func cutEverywhere(name: String) throws {
        var file = try CaptureFile(path: try #require(SharedFolder.path("captures/packets/" + name)))
        let linkType = LinkType(number: file.linkType) ?? .ethernet
        let decoder = PacketDecoder(linkType: linkType)
        var frames: [([UInt8], Int)] = []
        while try file.read(
            limit: 1000,
            { octets, wireLength, _ in
                frames.append(((0..<octets.byteCount).map { octets.byte(at: $0) }, wireLength))
            })
        {}
        #expect(!frames.isEmpty)
        for (frame, wireLength) in frames {
            var wasObserved = false
            var depth = 0
            for length in 0...frame.count {
                var fragments = FragmentTable(seed: 1)
                var observation = PacketObservation()
                // The span does not outlive the array.
                let outcome = unsafe decoder.decode(
                    Array(frame.prefix(length)).span.bytes, wireLength: wireLength, into: &observation, fragments: &fragments)
                // A longer part is never refused where a shorter one was read, and never read less deeply.
                #expect(!wasObserved || outcome.isObserved, "\(length) of \(frame.count)")
                guard outcome.isObserved else { continue }
                #expect(Int(observation.depth) >= depth, "\(length) of \(frame.count)")
                (wasObserved, depth) = (true, Int(observation.depth))
            }
        }
    }

    @Test("header lengths that lie are told by reason")
    func lengths() {
        func four(_ change: (inout [UInt8]) -> Void) -> DecodeOutcome {
            var packet = Frame.innerPacket
            change(&packet)
            return Decoded(Frame.ethernet(0x0800, packet)).outcome
        }
        #expect(four { $0[0] = 0x55 } == .badIPVersion)
        #expect(four { $0[0] = 0x44 } == .badIPv4HeaderLength)
        // A header of 60 octets that reaches past the total length, and a total length below the header.
        #expect(four { $0[0] = 0x4F } == .badIPv4TotalLength)
        #expect(four { ($0[2], $0[3]) = (0, 19) } == .badIPv4TotalLength)
        // Too short for a TCP header, and a TCP header longer than the packet.
        #expect(four { ($0[2], $0[3]) = (0, 33) } == .truncatedTCP)
        #expect(four { ($0[2], $0[3]) = (0, 39) } == .badTCPHeaderLength)
        #expect(four { $0[32] = 0x40 } == .badTCPHeaderLength)
        #expect(four { $0[32] = 0xF0 } == .badTCPHeaderLength)
        #expect(four { $0[32] = 0x70 } == .badTCPHeaderLength)
        #expect(four { $0[32] = 0x60 } == .observed)
        #expect(Decoded(Frame.ethernet(0x86DD, [0x50] + Frame.innerPacket6.dropFirst())).outcome == .badIPVersion)
        #expect(Decoded(Frame.ethernet(0x86DD, Frame.ipv6(6, length: 10, Frame.tcp(1, 2)))).outcome == .truncatedTCP)
        #expect(Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, length: 27, Frame.udp(1, 2)))).outcome == .truncatedUDP)
        #expect(Decoded(Frame.ethernet(0x0800, Frame.ipv4(1, length: 21, [8, 0, 0, 0]))).outcome == .truncatedICMP)
        // An extension header that reaches past the packet, and one that lies in the padding behind it.
        #expect(Decoded(Frame.ethernet(0x86DD, Frame.ipv6(60, length: 4, [6, 0, 1, 4, 0, 0, 0, 0]))).outcome == .truncatedIPv6)
        #expect(
            Decoded(Frame.ethernet(0x86DD, Frame.ipv6(60, [6, 3, 1, 0, 0, 0, 0, 0] + Frame.tcp(1, 2)))).outcome == .truncatedTCP)
        #expect(Decoded(Frame.ethernet(0x86DD, Frame.ipv6(0, [60, 255, 0, 0, 0, 0, 0, 0]))).outcome == .truncatedIPv6)
        #expect(Decoded(Frame.ethernet(0x0800, Frame.ipv4(51, [6, 255, 0, 0, 0, 0, 0, 0]))).outcome == .truncatedTCP)
    }

    @Test("in tunnels they cost the packet its inner flow alone")
    func lengthsInTunnels() {
        for (index, value) in [(0, 0x55), (0, 0x44), (0, 0x4F), (3, 19), (3, 33), (32, 0xF0)] as [(Int, UInt8)] {
            var inner = Frame.innerPacket
            inner[index] = value
            for packet in [
                Frame.ipv4(17, Frame.vxlan(1, Frame.ethernet(0x0800, inner))), Frame.ipv4(47, Frame.gre(0x0800, inner)),
                Frame.ipv4(4, inner),
            ] {
                let seen = Decoded(Frame.ethernet(0x0800, packet))
                #expect(seen.outcome == .observed)
                #expect(seen.observation.depth == 0)
                #expect(seen.observation.vni == .max)
                #expect(seen.observation.outerSource == .zero)
                #expect(seen.key.sourceAddress.description == "10.0.0.1")
            }
        }
    }

    @Test("what was captured past the outer packet's end is no inner header")
    func pastTheEnd() {
        for frame in [Frame.innerFrame, Frame.ethernet(0x86DD, tags: [(0x8100, 3)], Frame.innerPacket6)] {
            let isIPv6 = frame.count > Frame.innerFrame.count
            let inner = isIPv6 ? 18 + 40 : 14 + 20
            for datagram in [Frame.vxlan(1, frame), Frame.geneve(1, options: [1, 2, 3, 4], frame)] {
                let before = datagram.count - frame.count
                for length in 8...datagram.count {
                    let seen = Decoded(Frame.ethernet(0x0800, Frame.ipv4(17, length: 20 + length, datagram)))
                    #expect(seen.outcome == .observed)
                    #expect(seen.observation.depth == (length >= before + inner ? 1 : 0), "\(length)")
                }
            }
        }
    }

    @Test("chains of extension headers end at the bound", arguments: [0, 43, 44, 51, 60])
    func extensionHeaders(kind: UInt8) {
        // An authentication header of 8 octets has length 0.
        func chain(_ count: Int, last: UInt8) -> [UInt8] {
            (0..<count).flatMap { [$0 == count - 1 ? last : kind, 0, 0, 0, 0, 0, 0, 0] as [UInt8] }
        }
        for count in 1...8 {
            let seen = Decoded(Frame.ethernet(0x86DD, Frame.ipv6(Int(kind), net: 9, chain(count, last: 6) + Frame.tcp(1000, 80))))
            #expect(seen.flow == Decoded.inner6)
            #expect(seen.observation.tcpPayloadLength == 0)
        }
        for count in [9, 100] {
            #expect(
                Decoded(Frame.ethernet(0x86DD, Frame.ipv6(Int(kind), chain(count, last: 6) + Frame.tcp(1, 2)))).outcome
                    == .tooManyExtensionHeaders)
        }
        #expect(Decoded(Frame.ethernet(0x86DD, Frame.ipv6(Int(kind), chain(3, last: kind)))).outcome == .truncatedIPv6)
    }

    @Test("frames of random octets", arguments: 0..<8)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var counters = DecodeCounters()
        var fragments = FragmentTable(capacity: 16, seed: seed)
        var observation = PacketObservation()
        let frames = 3000
        for _ in 0..<frames {
            var frame = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            // Half of them get as far as an IP header.
            if frame.count > 34, Bool.random(using: &random) { frame.replaceSubrange(12..<15, with: [8, 0, 0x45]) }
            let wireLength = Int.random(in: -10...300, using: &random)
            // The span does not outlive the array.
            unsafe Self.decodeAll(frame.span.bytes, wireLength, &observation, &fragments, &counters)
        }
        #expect(DecodeOutcome.allCases.reduce(0) { $0 + counters[$1] } == UInt64(5 * frames))
        #expect(counters[.observed] > 0)
        #expect(fragments.count <= 16)
    }

    @Test("each outcome has a label of its own, and is counted under it")
    func labels() {
        #expect(Set(DecodeOutcome.allCases.map(\.label)).count == DecodeOutcome.allCases.count)
        var counters = DecodeCounters()
        for (index, outcome) in DecodeOutcome.allCases.enumerated() {
            for _ in 0...index { counters.count(outcome) }
            #expect(counters[outcome] == UInt64(index + 1))
            #expect(outcome.isObserved == (outcome == .observed))
        }
        #expect(counters.notMetered.count == DecodeOutcome.allCases.count - 1)
        #expect(counters.notMetered["tunnels-too-deep"] == counters[.tunnelsTooDeep])
    }
}

extension RawSpan {
    fileprivate func byte(at offset: Int) -> UInt8 {
        // Every octet is a valid integer, and the read is checked.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
