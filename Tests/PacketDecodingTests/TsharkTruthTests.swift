import Capture
import FlowModel
import PacketDecoding
import TestSupport
import Testing

/// What tshark sees in the shared captures, against what the decoder sees: packets and IP octets of every one-way flow.
@Suite("tshark's view of real captures")
struct TsharkTruthTests {
    struct OneWay: Hashable {
        var source: String
        var destination: String
        var proto: String
        var first: String
        var second: String
    }
    struct Sum: Equatable {
        var packets: UInt64 = 0
        var octets: UInt64 = 0
    }

    /// Captures of the kinds that this version reads: no overlay but VXLAN, no fragments (they have no ports), whole
    /// frames, a readable link type.
    static let files: [String] = {
        guard let path = SharedFolder.path("captures/truth.csv"), let rows = try? CSVTable(path: path) else { return [] }
        let readable: Set<String> = ["ether", "linux-sll", "linux-sll2", "null", "loop", "rawip", "rawip4", "rawip6"]
        return rows.rows.filter { row in
            let tunnels = row["tunnels"].split(separator: ";")
            return tunnels.allSatisfy { $0.hasPrefix("vxlan=") } && row["fragments"] == "0" && row["tshark_error"].isEmpty
                && row["tshark_options"].isEmpty && row["cut_packets"] == "0" && readable.contains(row["link_types"])
        }.map { $0["file"] }
    }()

    /// Where tshark and the decoder differ for a reason, and which.
    static let different: [String: String] = [
        "packets/malformed/suricata-firewall-tcp-session-decode-malformed-ipv4.pcap":
            "tshark gives up at a malformed IP option; the header's length is enough to go on",
        "packets/malformed/libpcap-pcap-invalid-version-2.pcap": "libpcap refuses the version of the file",
        "packets/overlay/tcpdump-bigtcp-ipv4-vxlan-ipv4.pcap": "tshark stops at a total length of 0 (BIG TCP)",
        "packets/overlay/tcpdump-bigtcp-ipv4-vxlan-ipv6.pcap": "tshark stops at a payload length of 0 (BIG TCP)",
        "packets/overlay/tcpdump-bigtcp-ipv6-vxlan-ipv4.pcap": "tshark stops at a payload length of 0 (BIG TCP)",
        "packets/overlay/tcpdump-bigtcp-ipv6-geneve-ipv6.pcap": "tshark stops at a payload length of 0 (BIG TCP)",
        "packets/ipv6/tcpdump-bigtcp-ipv6.pcap": "tshark stops at a payload length of 0 (BIG TCP)",
        "packets/ipv6/tcpdump-bigtcp-ipv6-hbh.pcap": "tshark does not read the jumbo payload option's length",
        "packets/ipv6/tcpdump-ipv6_jumbogram_1.pcap": "tshark does not read the jumbo payload option's length",
        "packets/ipv6/zeek-ipv6-mobility-dst-opts.pcap": "the truth takes a destination options header for the transport",
        "packets/overlay/tcpdump-espudp1.pcap": "ESP in UDP is a UDP flow to us",
        "packets/overlay/tcpdump-macsec-short-valid.pcap": "MACsec is not looked through",
        "packets/overlay/tcpdump-macsec-integonly.pcap": "MACsec is not looked through",
        "packets/malformed/tcpdump-macsec-short-shorter.pcap": "MACsec is not looked through",
        "packets/l2/suricata-decode-etag-01.pcap": "802.1BR tags are not looked through",
        "packets/l2/zeek-snap-tcp.pcap": "IP over LLC/SNAP is not read",
        "packets/malformed/tcpdump-icmp-rfc8335-missing-bytes.pcap": "cut before the ICMP header: counted as truncated-icmp",
    ]
    /// Protocols whose ports or types both sides read; others are compared by hand only, tshark names them as it likes.
    static let compared: Set<String> = ["tcp", "udp", "icmp", "icmpv6", "sctp"]

    @Test("packets and IP octets agree flow by flow", .enabled(if: !files.isEmpty, "needs the shared captures"))
    func agree() throws {
        let path = try #require(SharedFolder.path("captures/truth-flows.csv"))
        let truth = try truthByFile(path)
        var compared = 0
        for file in Self.files where Self.different[file] == nil {
            guard let expected = truth[file], let capture = SharedFolder.path("captures/" + file) else { continue }
            let seen = try sums(capture)
            compared += 1
            for (flow, sum) in expected where Self.compared.contains(flow.proto) && seen[flow] != sum {
                Issue.record("\(file): \(flow) is \(String(describing: seen[flow])), tshark has \(sum)")
            }
            for flow in seen.keys where Self.compared.contains(flow.proto) && expected[flow] == nil {
                Issue.record("\(file): \(flow) \(String(describing: seen[flow])) is not in tshark's view")
            }
        }
        #expect(compared > 300)
    }

    private func truthByFile(_ path: String) throws -> [String: [OneWay: Sum]] {
        var result: [String: [OneWay: Sum]] = [:]
        for row in try CSVTable(path: path).rows {
            guard let packets = UInt64(row["packets"]), let octets = UInt64(row["inner_ip_bytes"]) else { continue }
            let flow = OneWay(
                source: row["inner_src"], destination: row["inner_dst"], proto: row["proto"], first: row["src_port_or_type"],
                second: row["dst_port_or_code"])
            result[row["file"], default: [:]][flow, default: Sum()].packets += packets
            result[row["file"], default: [:]][flow, default: Sum()].octets += octets
        }
        return result
    }

    private func sums(_ path: String) throws -> [OneWay: Sum] {
        var file = try CaptureFile(path: path)
        let decoder = PacketDecoder(linkType: try #require(LinkType(number: file.linkType)))
        var observation = PacketObservation()
        var result: [OneWay: Sum] = [:]
        while try file.read(
            limit: 1000,
            { octets, wireLength, _ in
                guard decoder.decode(octets, wireLength: wireLength, into: &observation) == .observed else { return }
                let isICMP = observation.icmpType != .max
                let key = observation.key
                let flow = OneWay(
                    source: key.sourceAddress.description, destination: key.destinationAddress.description,
                    proto: Self.name(key.protocolIdentifier),
                    first: String(isICMP ? UInt16(observation.icmpType) : key.sourceTransportPort),
                    second: String(isICMP ? UInt16(observation.icmpCode) : key.destinationTransportPort))
                result[flow, default: Sum()].packets += 1
                result[flow, default: Sum()].octets += UInt64(observation.octets)
            })
        {}
        return result
    }

    private static func name(_ number: UInt8) -> String {
        switch number {
        case 1: "icmp"
        case 6: "tcp"
        case 17: "udp"
        case 58: "icmpv6"
        case 132: "sctp"
        default: String(number)
        }
    }
}
