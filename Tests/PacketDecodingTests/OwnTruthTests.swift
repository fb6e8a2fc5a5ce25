import Capture
import FlowModel
import PacketDecoding
import TestSupport
import Testing

/// Captures that tshark reads wrongly, by what their frames hold.
@Suite("Captures beyond tshark", .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
struct OwnTruthTests {
    private static func view(
        _ name: String, _ configuration: PacketDecoder.Configuration = PacketDecoder.Configuration()
    ) throws -> CaptureView {
        CaptureView(path: try #require(SharedFolder.path("captures/packets/" + name)), configuration: configuration)
    }

    /// Flow, length of the frame (of the truth table) and octets before the innermost IP header.
    static let bigFrames: [(String, String, UInt64, UInt64)] = [
        ("overlay/tcpdump-bigtcp-ipv4-vxlan-ipv4.pcap", "192.168.1.2:36875 > 192.168.1.1:36449 protocol 6", 80_116, 64),
        ("overlay/tcpdump-bigtcp-ipv4-vxlan-ipv6.pcap", "fd00::2:33673 > fd00::1:36425 protocol 6", 80_060, 64),
        ("overlay/tcpdump-bigtcp-ipv6-vxlan-ipv4.pcap", "192.168.1.1:41873 > 192.168.1.2:38131 protocol 6", 80_136, 84),
        ("overlay/tcpdump-bigtcp-ipv4-geneve-ipv4.pcap", "192.168.1.2:35663 > 192.168.1.1:38005 protocol 6", 80_116, 64),
        ("overlay/tcpdump-bigtcp-ipv6-geneve-ipv6.pcap", "fd00::1:38339 > fd00::2:43997 protocol 6", 80_156, 84),
        (
            "ipv6/tcpdump-bigtcp-ipv6.pcap",
            "2604:1380:4091:ce00::b:43267 > 2604:1380:4091:ce00::d:41219 protocol 6", 80_054, 14
        ),
        (
            "ipv6/tcpdump-bigtcp-ipv6-hbh.pcap",
            "2604:1380:4091:ce00::d:41851 > 2604:1380:4091:ce00::b:43913 protocol 6", 80_094, 14
        ),
    ]

    @Test("super-packets count what was on the wire", arguments: bigFrames)
    func superPackets(name: String, flow: String, frame: UInt64, before: UInt64) throws {
        let view = try Self.view(name)
        #expect(view.flows.map(\.key.description) == [flow])
        #expect(view.flows.values.map(\.octets) == [frame - before])
    }

    @Test("an Ethernet pseudowire with control word")
    func pseudowire() throws {
        let view = try Self.view("overlay/akvorado-mpls-eompls-cw.pcap")
        #expect(view.flows.map(\.key.description) == ["10.31.0.1:11001 > 10.34.0.1:23 protocol 6"])
        #expect(view.octets == 40)
    }

    /// tshark, told the port, finds the IP packet but not the Ethernet frame.
    @Test("MPLS in UDP on a port of its own: an Ethernet frame and an IP packet")
    func configuredPort() throws {
        var configuration = PacketDecoder.Configuration()
        configuration.mplsPorts = [51_234]
        let view = try Self.view("overlay/skydive-contrail-udp-mpls-eth-and-ipv4.pcap", configuration)
        #expect(
            Set(view.flows.keys.map(\.description)) == [
                "10.65.65.4:52477 > 10.65.65.5:80 protocol 6", "10.65.65.5:0 > 10.35.35.3:0 protocol 1",
            ])
        #expect(view.octets == 60 + 104)
    }
}
