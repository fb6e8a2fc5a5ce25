import Capture
import FlowModel
import Foundation
import Metering
import PacketDecoding
import TestSupport
import Testing

/// Captures that lie, are cut or have clocks that leap, decoded and metered: nothing traps, and the account balances.
@Suite("Hostile captures are metered")
struct HostileCaptureTests {
    /// A decoder and a small cache, and the sums of what went in and came out.
    private struct Way: ~Copyable {
        var cache: FlowCache
        var fragments = FragmentTable(capacity: 64, seed: 1)
        var observation = PacketObservation()
        var account = MeterAccount()

        init(_ sampling: PacketSampling = .everyPacket) {
            var configuration = FlowCacheConfiguration()
            configuration.flowLimit = 64
            configuration.sampling = sampling
            cache = FlowCache(configuration: configuration, seed: (1, 2), epoch: 3)
        }

        /// - Parameter point: stands for interface and direction.
        mutating func take(_ octets: borrowing RawSpan, _ wireLength: Int, _ linkType: LinkType, at time: Int64, point: UInt16 = 0) {
            observation.timestampNanoseconds = time
            observation.interface = point >> 1
            observation.direction = point & 1 == 0 ? .ingress : .egress
            account.captured += 1
            let outcome = PacketDecoder(linkType: linkType).decode(
                octets, wireLength: wireLength, into: &observation, fragments: &fragments)
            if outcome.isObserved { cache.meter(observation) } else { account.notMetered += 1 }
            if account.captured % 16 == 0 {
                cache.advance(to: time)
                account.add(cache.drain())
            }
        }

        /// What is wrong; nil for nothing.
        mutating func end() -> String? {
            cache.flush()
            account.add(cache.drain())
            return account.fault(of: cache.counters, unsettled: cache.unsettledPackets, left: cache.count)
        }
    }

    private static let types: [LinkType] = [.ethernet, .linuxCooked, .linuxCooked2, .rawIP, .loopback]

    private func frames(_ path: String) throws -> (linkType: LinkType, frames: [(octets: [UInt8], wireLength: Int, time: Int64)]) {
        var file = try CaptureFile(path: path)
        var frames: [(octets: [UInt8], wireLength: Int, time: Int64)] = []
        while try file.read(
            limit: 1000,
            { octets, wireLength, time in
                // The capture lends the octets for the call.
                frames.append((unsafe octets.withUnsafeBytes { unsafe [UInt8]($0) }, wireLength, time))
            })
        {}
        return (LinkType(number: file.linkType) ?? .ethernet, frames)
    }

    @Test(
        "every malformed capture, and its octets as one frame, read as any link type",
        .enabled(if: SharedFolder.url != nil, "needs the shared captures"),
        arguments: [PacketSampling.everyPacket, .systematic(interval: 3)])
    func malformed(sampling: PacketSampling) throws {
        let folder = try #require(SharedFolder.path("captures/packets/malformed"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count > 150)
        for name in names {
            var way = Way(sampling)
            let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            for type in Self.types {
                // The span does not outlive the array.
                unsafe way.take(octets.span.bytes, octets.count, type, at: 0)
            }
            if var file = try? CaptureFile(path: "\(folder)/\(name)") {
                var number: UInt16 = 0
                while (try? file.read(
                    limit: 1000,
                    { octets, wireLength, time in
                        number = number &+ 1 & 7
                        for type in Self.types { way.take(octets, wireLength, type, at: time, point: number) }
                    })) == true
                {}
            }
            let fault = way.end()
            #expect(fault == nil, "\(name)")
        }
    }

    /// Kinds of traffic on which the meter keeps more than sums: TCP that is lost and sent again, fragments, tunnels, ICMP.
    static let selection = [
        "tcp/ppa3-tcp_retransmissions.pcapng", "tcp/pcapplusplus-one_http_stream_rst.pcap", "tcp/arkime-wireshark-retrans.pcap",
        "fragments/zeek-ipv6-fragmented-dns.pcap", "fragments/pcapplusplus-frag_with_padding.pcap", "overlay/flowtest-vxlan.pcap",
        "overlay/zeek-vxlan-triple-v2.pcap", "overlay/zeek-geneve-many-options.pcap", "overlay/zeek-pppoe-over-qinq.pcap",
        "overlay/arkime-ah-esp.pcap", "icmp/tcpdump-dccp_partial_csum_v4_simple.pcap",
    ]

    @Test(
        "each frame of the small captures of a kind, cut at every octet", .enabled(if: SharedFolder.url != nil, "needs the shared captures"),
        arguments: ["tcp", "fragments", "overlay", "icmp", "ipv6", "l2"])
    func cut(kind: String) throws {
        let folder = URL(fileURLWithPath: try #require(SharedFolder.path("captures/packets/" + kind)))
        var captures = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let url = folder.appendingPathComponent(name)
            guard url.pathExtension == "pcap" || url.pathExtension == "pcapng",
                try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? .max <= 65_536, let (linkType, frames) = try? frames(url.path)
            else { continue }
            captures += 1
            var way = Way()
            for frame in frames {
                for length in 0...frame.octets.count {
                    // The span does not outlive the array.
                    unsafe way.take(
                        frame.octets.span.bytes.extracting(0..<length), frame.wireLength, linkType, at: frame.time, point: UInt16(length & 3))
                }
            }
            // What has no octet of a header is no packet.
            let notMetered = way.account.notMetered
            #expect(notMetered >= frames.count, "\(name)")
            let fault = way.end()
            #expect(fault == nil, "\(name)")
        }
        #expect(captures > 5)
    }

    @Test(
        "clocks that leap to and fro, by milliseconds to years", .enabled(if: SharedFolder.url != nil, "needs the shared captures"),
        arguments: selection, UInt64(1)...3)
    func leaps(name: String, seed: UInt64) throws {
        let (linkType, frames) = try frames(try #require(SharedFolder.path("captures/packets/" + name)))
        var random = SeededGenerator(seed: seed)
        var way = Way(seed == 3 ? .uniform(interval: 2) : .everyPacket)
        var offset: Int64 = 0
        for _ in 0..<20 {
            for frame in frames {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    let leap = Int64(1) << Int64.random(in: 20...55, using: &random)
                    offset &+= Bool.random(using: &random) ? leap : -leap
                }
                // The span does not outlive the array.
                unsafe way.take(
                    frame.octets.span.bytes, frame.wireLength, linkType, at: frame.time &+ offset, point: UInt16.random(in: 0..<4, using: &random))
            }
        }
        let fault = way.end()
        #expect(fault == nil)
    }
}
