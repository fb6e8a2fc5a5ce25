import ExportFiles
import Foundation
import TestSupport
import Testing

/// The dump of sFlow beside tshark's: every value of each field, in the order of the capture.
@Suite(
    "a dump of sFlow beside tshark's",
    .enabled(if: SharedFolder.path("captures/exporters/sflow") != nil && Command.exists("tshark"), "the shared captures or tshark are not there"))
struct DumpSFlowTests {
    /// Our name of a field, with its record's; tshark's.
    private static let fields: [(record: String, name: String, theirs: String)] =
        [
            ("sampled_header", "header_protocol", "header_protocol"), ("extended_gateway", "as", "as"),
            ("extended_gateway", "src_as", "srcAS"), ("extended_gateway", "src_peer_as", "peerAS"),
            ("extended_gateway", "localpref", "localpref"), ("extended_switch", "src_vlan", "vlan.in"),
            ("extended_switch", "dst_vlan", "vlan.out"), ("extended_switch", "src_priority", "pri.in"),
            ("extended_router", "src_mask_len", "nexthop.src_mask"), ("extended_router", "dst_mask_len", "nexthop.dst_mask"),
            ("if_counters", "ifIndex", "ifindex"), ("if_counters", "ifType", "iftype"), ("if_counters", "ifSpeed", "ifspeed"),
            ("if_counters", "ifDirection", "ifdirection"), ("if_counters", "ifInOctets", "ifinoct"),
            ("if_counters", "ifInUcastPkts", "ifinpkt"), ("if_counters", "ifInMulticastPkts", "ifinmcast"),
            ("if_counters", "ifInBroadcastPkts", "ifinbcast"), ("if_counters", "ifInDiscards", "ifindisc"),
            ("if_counters", "ifInErrors", "ifinerr"), ("if_counters", "ifInUnknownProtos", "ifinunk"),
            ("if_counters", "ifOutOctets", "ifoutoct"), ("if_counters", "ifOutUcastPkts", "ifoutpkt"),
            ("if_counters", "ifOutMulticastPkts", "ifoutmcast"), ("if_counters", "ifOutBroadcastPkts", "ifoutbcast"),
            ("if_counters", "ifOutDiscards", "ifoutdisc"), ("if_counters", "ifOutErrors", "ifouterr"),
            ("if_counters", "ifPromiscuousMode", "ifpromisc"),
        ]
        + [
            "AlignmentErrors", "FCSErrors", "SingleCollisionFrames", "MultipleCollisionFrames", "SQETestErrors",
            "DeferredTransmissions", "LateCollisions", "ExcessiveCollisions", "InternalMacTransmitErrors", "CarrierSenseErrors",
            "FrameTooLongs", "InternalMacReceiveErrors", "SymbolErrors",
        ].map { ("ethernet_counters", "dot3Stats" + $0, "dot3Stats" + $0) }

    /// How many values are compared.
    private static let table = [
        "akvorado-data-1140.pcap": 32, "akvorado-data-sflow-expanded-sample.pcap": 7, "akvorado-data-sflow-ipv4-data.pcap": 4,
        "ndpi-sflow.pcap": 145, "tcpdump-sflow_multiple_counter_30_pdus.pcap": 4402,
    ]

    /// A frame that tshark misreads: it does not pass over host adapters (2001) by their length, and takes what is behind them for
    /// counters of Ethernet, which the frame has none of.
    private static let misread = ["tcpdump-sflow_multiple_counter_30_pdus.pcap": 18]

    @Test("every value", arguments: table.keys.sorted())
    func values(file: String) throws {
        let path = try #require(SharedFolder.path("captures/exporters/sflow/" + file))
        let text = try Command.check(
            ["tshark", "-n", "-r", path, "-d", "udp.port==6343,sflow", "-Y", "sflow_245.version==5 && frame.number != \(Self.misread[file] ?? 0)", "-T", "fields", "-E", "separator=;", "-E", "aggregator=,"]
                + Self.fields.flatMap { ["-e", "sflow_245." + $0.theirs] })
        var theirs: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            for (field, cell) in zip(Self.fields, line.split(separator: ";", omittingEmptySubsequences: false)) {
                theirs[field.theirs, default: []] += cell.split(separator: ",").map(String.init)
            }
        }
        var ours: [String: [String]] = [:]
        for line in String(decoding: try DumpTester.file(path), as: UTF8.self).split(separator: "\n") where line.hasPrefix("    ") {
            let words = line.split(separator: " ")
            for field in Self.fields where words.first.map(String.init) == field.record {
                for word in words where word.hasPrefix(field.name + "=") { ours[field.theirs, default: []].append(String(word.dropFirst(field.name.count + 1))) }
            }
        }
        var compared = 0
        for field in Self.fields {
            #expect(ours[field.theirs] ?? [] == theirs[field.theirs] ?? [], "\(field)")
            compared += ours[field.theirs]?.count ?? 0
        }
        #expect(compared == Self.table[file])
    }
}
