import ExportFiles
import Foundation
import IPFIX
import TestSupport
import Testing

/// The payloads of UDP datagrams in captures, beside tshark's.
@Suite("datagrams of captures", .enabled(if: SharedFolder.path("captures/exporters") != nil && Command.exists("tshark"), "the shared captures or tshark are not there"))
struct ExportPacketsTests {
    static func captures(_ folder: String) -> [String] {
        guard let root = SharedFolder.path("captures/" + folder), let all = FileManager.default.enumerator(atPath: root) else { return [] }
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Link types that are read, with VLAN tags and without.
    private static let links = [
        "pcapplusplus-sll.pcap", "pcapplusplus-sll2.pcap", "pcapplusplus-null_loopback.pcap", "pcapplusplus-linktype_ipv4.pcap",
        "pcapplusplus-linktype_ipv6.pcap", "tcpdump-LINKTYPE_RAW_ipv4.pcap", "tcpdump-LINKTYPE_RAW_ipv6.pcap", "suricata-linktype-228.pcap",
        "zeek-linux_dlt_sll2.pcap", "tcpdump-loopback.pcap", "arkime-padded-udp.pcap", "pcapplusplus-VlanPackets.pcap",
        "tcpdump-802.1ad_QinQ.pcap", "zeek-vlan-qinqinq.pcap", "suricata-eve-flow-vlan.pcap", "ipfixprobe-vlan.pcap",
    ].map { "packets/l2/" + $0 }

    /// Frames that say no kind of packet beside them (PPP): no link type that is read.
    static let all = captures("exporters") + captures("packets/fragments").filter { !$0.contains("ppp") } + links

    /// Files where tshark says otherwise: by how many octets its payloads are longer, or what we lose.
    private static let longer = [
        // It shows what a datagram has behind its UDP length.
        "packets/fragments/pcapplusplus-ip6_fragments.pcap": 4
    ]
    private static let refused = [
        // A first fragment of 18 octets, which is no whole number of units, and others that lie over each other: an attack of old.
        "packets/fragments/zeek-fragmented-1.pcap": 1
    ]

    @Test("every payload, its addresses and ports", arguments: all)
    func payloads(file: String) throws {
        let path = try #require(SharedFolder.path("captures/" + file))
        let truth = try UDPTruth.read(path)
        let (packets, statistics, _) = try UDPTruth.ours(path, ports: Set(0...65_535))
        let ours = packets.filter { $0.transport == .datagram }.map { UDPTruth($0) }
        if let lost = Self.refused[file] {
            #expect(ours.isEmpty && statistics.datagramsLost == [.contradictory: UInt64(lost)])
            return
        }
        #expect(ours.count == truth.count, "\(statistics)")
        for (ours, var truth) in zip(ours, truth) {
            if let more = Self.longer[file] { truth.payload.removeLast(more * 2) }
            if ours == truth { continue }
            Issue.record("frame \(ours.frame) \(ours.source) \(ours.payload.count / 2) octets, and tshark has \(truth.frame) \(truth.source) \(truth.payload.count / 2)")
        }
        #expect(statistics.datagramsTaken == UInt64(ours.count))
        let read = statistics.fragments + statistics.datagrams + statistics.segments + statistics.otherProtocols
        #expect(statistics.frames + statistics.datagramsAssembled == read + statistics.framesNotReadInAll, "\(statistics)")
    }

    @Test("without ports: exports are taken by their content, and the rest is counted")
    func content() throws {
        var taken: UInt64 = 0
        for file in Self.captures("exporters") {
            let path = try #require(SharedFolder.path("captures/" + file))
            let (packets, statistics, _) = try UDPTruth.ours(path)
            #expect(statistics.datagrams == statistics.datagramsTaken + statistics.datagramsOther, "\(file)")
            #expect(statistics.datagramsTaken > 0, "\(file)")
            #expect(packets.allSatisfy { $0.transport == .datagram }, "\(file)")
            taken += statistics.datagramsTaken
        }
        #expect(taken > 1000)
    }

    @Test("what is no export is taken for none, in all other captures; and every frame is accounted for")
    func others() throws {
        var (datagrams, segments) = (UInt64(0), UInt64(0))
        for file in Self.captures("packets") {
            let path = try #require(SharedFolder.path("captures/" + file))
            // Some are of link types that are not read, and some no captures any more.
            guard let (packets, statistics, _) = try? UDPTruth.ours(path) else { continue }
            // One holds a datagram of sFlow.
            #expect(packets.count == (file.hasSuffix("sflow_print-segv.pcap") ? 1 : 0), "\(file) \(statistics)")
            let read = statistics.fragments + statistics.datagrams + statistics.segments + statistics.otherProtocols
            #expect(statistics.frames + statistics.datagramsAssembled == read + statistics.framesNotReadInAll, "\(file)")
            datagrams += statistics.datagrams
            segments += statistics.segmentsWithContent
        }
        #expect(datagrams > 10_000 && segments > 50_000)
    }
}
