import ExportFiles
import Foundation
import TestSupport
import Testing

/// The dump of sFlow beside tshark's and telegraf's: every value of each field that they have, in the order of the capture.
@Suite(
    "a dump of sFlow beside tshark's and telegraf's",
    .enabled(if: !ExporterSequence.all.isEmpty && Command.exists("tshark"), "the shared captures or tshark are not there"))
struct DumpSFlowTests {
    struct Field {
        /// Of our record, sample, or message.
        var record: String
        var name: String
        var theirs: String
    }

    /// Words of our names and tshark's, by record.
    private static let words: [(record: String, words: String)] = [
        ("message", "agent=sflow_245.agent subAgent=sflow_245.sub_agent_id sequence=sflow_245.sequence_number uptime=sflow_245.sysuptime samples=sflow_245.numsamples"),
        (
            "flow_sample flow_sample_expanded",
            """
            sequence_number=sflow.flow_sample.sequence_number sampling_rate=sflow.flow_sample.sampling_rate \
            sample_pool=sflow.flow_sample.sample_pool drops=sflow.flow_sample.dropped_packets output=sflow.flow_sample.output_interface_value
            """
        ),
        (
            "flow_sample",
            """
            source_id=sflow.flow_sample.index source_id.format=sflow.flow_sample.source_id_class \
            input=sflow.flow_sample.input_interface output.format=sflow.flow_sample.output_interface_format
            """
        ),
        (
            "flow_sample_expanded",
            """
            source_id=sflow.flow_sample.source_id_index source_id.format=sflow.flow_sample.source_id_type \
            input=sflow.flow_sample.input_interface_value input.format=sflow.flow_sample.input_interface_format \
            output.format=sflow.flow_sample.output_interface.format
            """
        ),
        (
            "counters_sample counters_sample_expanded",
            """
            sequence_number=sflow.counters_sample.sequence_number source_id=sflow.counters_sample.source_id_index \
            source_id.format=sflow.counters_sample.source_id_type
            """
        ),
        (
            "sampled_header",
            """
            header_protocol=sflow_245.header_protocol frame_length=sflow_245.header.frame_length \
            stripped=sflow_245.header.payload_stripped header=sflow_245.header
            """
        ),
        (
            "sampled_ethernet",
            """
            length=sflow_245.ethernet.length src_mac=sflow_245.ethernet.source_mac_address \
            dst_mac=sflow_245.ethernet.destination_mac_address type=sflow_245.ethernet.packet_type
            """
        ),
        (
            "sampled_ipv4",
            """
            length=sflow_245.ip.length protocol=sflow.ip_protocol src_ip=sflow_245.ipv4_src dst_ip=sflow_245.ipv4_dst \
            src_port=sflow_245.ip.source_port dst_port=sflow.ip.destination_port
            """
        ),
        // tshark has communities among the systems of the path.
        (
            "extended_gateway",
            """
            nexthop=sflow_245.nexthop as=sflow_245.as src_as=sflow_245.srcAS src_peer_as=sflow_245.peerAS \
            dst_as_path=sflow_245.dstAS communities=sflow_245.dstAS localpref=sflow_245.localpref
            """
        ),
        (
            "extended_switch",
            """
            src_vlan=sflow_245.vlan.in dst_vlan=sflow_245.vlan.out src_priority=sflow_245.pri.in dst_priority=sflow_245.pri.out
            """
        ),
        (
            "extended_router",
            "nexthop=sflow_245.nexthop src_mask_len=sflow_245.nexthop.src_mask dst_mask_len=sflow_245.nexthop.dst_mask"
        ),
        (
            "if_counters",
            """
            ifIndex=sflow_245.ifindex ifType=sflow_245.iftype ifSpeed=sflow_245.ifspeed ifDirection=sflow_245.ifdirection \
            ifStatus.admin=sflow_245.ifadmin_status ifStatus.oper=sflow_245.ifoper_status \
            ifInOctets=sflow_245.ifinoct ifInUcastPkts=sflow_245.ifinpkt ifInMulticastPkts=sflow_245.ifinmcast \
            ifInBroadcastPkts=sflow_245.ifinbcast ifInDiscards=sflow_245.ifindisc ifInErrors=sflow_245.ifinerr \
            ifInUnknownProtos=sflow_245.ifinunk ifOutOctets=sflow_245.ifoutoct ifOutUcastPkts=sflow_245.ifoutpkt \
            ifOutMulticastPkts=sflow_245.ifoutmcast ifOutBroadcastPkts=sflow_245.ifoutbcast \
            ifOutDiscards=sflow_245.ifoutdisc ifOutErrors=sflow_245.ifouterr ifPromiscuousMode=sflow_245.ifpromisc
            """
        ),
        (
            "ethernet_counters",
            [
                "AlignmentErrors", "FCSErrors", "SingleCollisionFrames", "MultipleCollisionFrames", "SQETestErrors",
                "DeferredTransmissions", "LateCollisions", "ExcessiveCollisions", "InternalMacTransmitErrors",
                "CarrierSenseErrors", "FrameTooLongs", "InternalMacReceiveErrors", "SymbolErrors",
            ].map { "dot3Stats\($0)=sflow_245.dot3Stats\($0)" }.joined(separator: " ")
        ),
    ]

    private static let fields: [Field] = words.flatMap { row in
        row.record.split(separator: " ").flatMap { record in
            row.words.split(separator: " ").map { word in
                let names = word.split(separator: "=").map(String.init)
                return Field(record: String(record), name: names[0], theirs: names[1])
            }
        }
    }

    /// A frame that tshark misreads: it does not pass over host adapters (2001) by their length, and takes what is behind them for
    /// counters of Ethernet, which the frame has none of.
    private static let misread = ["sflow/sflow_multiple_counter_30_pdus.pcap": 18]

    /// The values of a dump in its order, with the record, sample or message that they are of.
    private static func values(_ path: String, without frame: Int = 0) throws -> [(record: String, name: String, value: String)] {
        var values: [(String, String, String)] = []
        var isTaken = false
        for line in String(decoding: try DumpTester.file(path), as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("message=") { isTaken = line.contains(" sFlow v5 ") && !line.contains(" frame=\(frame) ") }
            guard isTaken, !line.hasPrefix("total ") else { continue }
            let fields = TsharkComparison.fields(line)
            let record = fields.first { $0.name == "sample" }?.value ?? (line.hasPrefix("    ") ? line.split(separator: " ").first.map(String.init) : "message") ?? ""
            for (name, value) in fields {
                switch name {
                case "input", "output", "source_id":
                    let parts = value.split(separator: ":").map(String.init)
                    values.append((record, name, parts.last ?? ""))
                    values.append((record, name + ".format", parts.count == 2 ? parts[0] : "0"))
                case "ifStatus":
                    let bits = UInt32(value.dropFirst(2), radix: 16) ?? 0
                    values.append((record, "ifStatus.admin", String(bits & 1)))
                    values.append((record, "ifStatus.oper", String(bits >> 1 & 1)))
                case "header": values.append((record, name, String(value.dropFirst(2))))
                default:
                    guard value.hasPrefix("[") else { values.append((record, name, value)); continue }
                    for word in value.split(whereSeparator: { "[], ".contains($0) }) { values.append((record, name, String(word))) }
                }
            }
        }
        return values
    }

    @Test("tshark: every value", arguments: ExporterSequence.all.filter { ExporterTruth.sFlow[$0.name]?.tshark ?? 0 > 0 })
    func tshark(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        let path = try sequence.path(in: folder)
        let frame = Self.misread[sequence.name] ?? 0
        let names = Set(Self.fields.map(\.theirs)).sorted()
        let text = try Command.check(
            ["tshark", "-n", "-r", path, "-d", "udp.port==6343,sflow", "-Y", "sflow_245.version==5 && frame.number != \(frame)", "-T", "fields", "-E", "separator=;", "-E", "aggregator=,"]
                + names.flatMap { ["-e", $0] })
        var theirs: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            for (name, cell) in zip(names, line.split(separator: ";", omittingEmptySubsequences: false)) {
                theirs[name, default: []] += cell.split(separator: ",").map(String.init)
            }
        }
        var ours: [String: [String]] = [:]
        for value in try Self.values(path, without: frame) {
            for field in Self.fields where field.record == value.record && field.name == value.name { ours[field.theirs, default: []].append(value.value) }
        }
        var compared = 0
        for name in names {
            var read = theirs[name] ?? []
            // With its pads.
            if name == "sflow_245.header" { read = zip(read, ours[name] ?? []).map { String($0.prefix($1.count)) } + read.dropFirst(ours[name]?.count ?? 0) }
            #expect(ours[name] ?? [] == read, "\(name)")
            compared += read.count
        }
        #expect(compared == ExporterTruth.sFlow[sequence.name]?.tshark)
    }

    /// telegraf's names of ours.
    private static let telegraf: [String: String] = [
        "sys_uptime": "uptime", "agent_ip": "agent", "agent_subid": "subAgent", "seq_number": "sequence_number",
        "sampling_drops": "drops", "out_snmp": "outputifindex", "out_queue": "queue", "reason": "reason", "interface": "source_id",
        "interface_type": "ifType", "speed": "ifSpeed", "promiscuous": "ifPromiscuousMode", "port_name": "name",
        "in_bytes": "ifInOctets", "in_unicast_packets_total": "ifInUcastPkts", "in_mcast_packets_total": "ifInMulticastPkts",
        "in_broadcast_packets_total": "ifInBroadcastPkts", "in_dropped_packets": "ifInDiscards", "in_errors": "ifInErrors",
        "in_unknown_protocol": "ifInUnknownProtos", "out_bytes": "ifOutOctets", "out_unicast_packets_total": "ifOutUcastPkts",
        "out_mcast_packets_total": "ifOutMulticastPkts", "out_broadcast_packets_total": "ifOutBroadcastPkts",
        "out_dropped_packets": "ifOutDiscards", "out_errors": "ifOutErrors", "errors_alignment": "dot3StatsAlignmentErrors",
        "errors_fcs": "dot3StatsFCSErrors", "collision_frames_single": "dot3StatsSingleCollisionFrames",
        "collision_frames_multi": "dot3StatsMultipleCollisionFrames", "errors_sqetest": "dot3StatsSQETestErrors",
        "deferred": "dot3StatsDeferredTransmissions", "collisions_late": "dot3StatsLateCollisions",
        "collisions_excessive": "dot3StatsExcessiveCollisions", "errors_internal_mac_tx": "dot3StatsInternalMacTransmitErrors",
        "errors_carrier_sense": "dot3StatsCarrierSenseErrors", "errors_frame_too_long": "dot3StatsFrameTooLongs",
        "errors_internal_mac_rx": "dot3StatsInternalMacReceiveErrors", "errors_symbols": "dot3StatsSymbolErrors",
    ]

    /// What telegraf says of itself, or in words.
    private static let ofTelegraf: Set<String> = ["direction", "ip_version", "status", "type"]

    @Test("telegraf: every value of a datagram of one sample", arguments: ExporterSequence.all.filter { ExporterTruth.sFlow[$0.name]?.telegraf ?? 0 > 0 })
    func telegraf(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        let ours = Dictionary(try Self.values(try sequence.path(in: folder)).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let golden = try #require(SharedFolder.path("captures/exporters/" + sequence.name.split(separator: "/")[0] + "/expected.out.txt"))
        let words = try String(contentsOfFile: golden, encoding: .utf8).split(separator: "\n")[0].split(separator: " ")
        var compared = 0
        for pair in words[1].split(separator: ",").map({ $0.split(separator: "=").map(String.init) }) where !Self.ofTelegraf.contains(pair[0]) {
            let name = pair[0] == "in_snmp" ? ours["inputifindex"] == nil ? "ifIndex" : "inputifindex" : try #require(Self.telegraf[pair[0]], "\(pair)")
            let value = pair[1].hasSuffix("u") ? String(pair[1].dropLast()) : pair[1].replacing("\"", with: "")
            #expect(ours[name]?.replacing("\"", with: "") == value, "\(pair[0])")
            compared += 1
        }
        #expect(compared == ExporterTruth.sFlow[sequence.name]?.telegraf)
    }
}
