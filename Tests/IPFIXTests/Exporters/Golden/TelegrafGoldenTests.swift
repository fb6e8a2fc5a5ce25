import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// telegraf's metrics of the same payloads, one a record, in their order; and pmacct's sums.
@Suite("exports beside telegraf's and pmacct's", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
struct TelegrafGoldenTests {
    @Test("telegraf: the key, counters and times of every flow", arguments: [
        "telegraf-netflow_v5_example", "telegraf-netflow_v9_example", "telegraf-ipfix_example", "telegraf-issue_14370",
    ])
    func telegraf(folder: String) throws {
        let sample = try #require(ExporterSample.all.first { $0.folder == folder })
        let path = try #require(SharedFolder.path("captures/exporters/\(folder)/expected.out.txt"))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("netflow,") }
        let flows = ExporterSample.decode(try sample.datagrams()).flows
        let metrics = lines.map(Self.fields).filter { $0["src"] != nil }
        try #require(metrics.count == flows.count)
        var rows = Set(0..<flows.count)
        for metric in metrics {
            // Their order is not always the message's.
            let found = rows.first { Self.differences(metric, flows[$0]).isEmpty }
            #expect(found != nil, "\(metric) \(rows.map { Self.differences(metric, flows[$0]) }.min { $0.count < $1.count } ?? [])")
            if let found { rows.remove(found) }
        }
    }

    private static func fields(_ line: Substring) -> [String: String] {
        var fields: [String: String] = [:]
        for field in line.split(separator: " ", maxSplits: 1)[1].split(separator: ",") {
            let parts = field.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = parts[1].split(separator: " ").first else { continue }
            // Texts stand in quotation marks, unsigned numbers before a `u`.
            fields[String(parts[0])] = value.hasPrefix("\"") ? value.trimmingCharacters(in: ["\""]) : value.trimmingCharacters(in: ["u"])
        }
        return fields
    }

    private static func differences(_ metric: [String: String], _ record: FlowRecord) -> [String] {
        let values: [(String, String)] = [
            ("src", record.sourceAddress.description), ("dst", record.destinationAddress.description),
            ("src_port", String(record.sourceTransportPort)), ("dst_port", String(record.destinationTransportPort)),
            ("protocol", ProtocolName.text(record.protocolIdentifier).lowercased()),
            ("in_bytes", String(record.octetDeltaCount)), ("in_packets", String(record.packetDeltaCount)),
            ("in_total_bytes", String(record.octetDeltaCount)), ("in_total_packets", String(record.packetDeltaCount)),
            ("flow_start_ms", String(record.flowStartMilliseconds)), ("flow_end_ms", String(record.flowEndMilliseconds)),
            ("tcp_flags", record.tcpControlBits.description),
        ]
        return values.compactMap { name, ours in
            guard let golden = metric[name] else { return nil }
            if let address = IPAddress(golden), address == record.sourceAddress || address == record.destinationAddress { return nil }
            return golden == ours ? nil : "\(name) is \(ours), not \(golden)"
        }
    }

    /// Rows of pmacct add up several records of ours; where it multiplied by the sampling interval, so do we.
    @Test("pmacct: octets and packets of every key", arguments: [
        "pmacct-100-IPFIXv10-CISCO", "pmacct-101-NFv9-CISCO-cust_primitives", "pmacct-104-IPFIXv10-IPv6-CISCO-sampling_option",
        "pmacct-112-IPFIXv10-CISCO-options-map-reassignment", "pmacct-102-NFv9-CISCO-f2rd-pretag-sampling-reload",
        "pmacct-111-IPFIXv10-NFv9-IPv6-IPv4-mix_sources", "pmacct-401-IPFIXv10-BMP-IPv6-CISCO-MPLS-multiple-sources",
        "pmacct-500-IPFIXv10-BGP-CISCO-SRv6",
    ])
    func pmacct(folder: String) throws {
        let sample = try #require(ExporterSample.all.first { $0.folder == folder })
        let path = try #require(SharedFolder.path("captures/exporters/\(folder)/traffic-00.pcap.pmacct-output-flow-00.json"))
        var golden: [String: [UInt64]] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            func text(_ name: String) -> String { "\(row[name] ?? "")" }
            // It leaves type and code of ICMP in the port.
            let ports = text("ip_proto").contains("icmp") ? ["0", "0"] : [text("port_src"), text("port_dst")]
            let key = ([text("ip_src"), text("ip_dst")] + ports).joined(separator: " ")
            let counters = ["packets", "bytes"].map { (row[$0] as? NSNumber)?.uint64Value ?? 0 }
            golden[key] = zip(golden[key] ?? [0, 0], counters).map(+)
        }
        let flows = ExporterSample.decode(try sample.datagrams()).flows
        var ours: [String: [UInt64]] = [:]
        let renormalised = folder.contains("sampling")
        for row in 0..<flows.count {
            let record = flows[row]
            let key = "\(record.sourceAddress) \(record.destinationAddress) \(record.sourceTransportPort) \(record.destinationTransportPort)"
            let factor = renormalised ? UInt64(max(1, record.samplingInterval)) : 1
            let counters = [record.packetDeltaCount * factor, record.octetDeltaCount * factor]
            ours[key] = zip(ours[key] ?? [0, 0], counters).map(+)
        }
        if folder == "pmacct-500-IPFIXv10-BGP-CISCO-SRv6" {
            // pmacct looks into SRv6; the records themselves have the outer packets.
            let inner = ["192.0.41.144 192.0.42.154 1024 862", "192.0.41.1 192.0.42.1 0 0"].compactMap { golden.removeValue(forKey: $0) }
            let outer = ours.removeValue(forKey: "fcba:be00:3001::1 fcba:be00:3002:e002:: 0 0")
            #expect(inner.count == 2 && outer == zip(inner[0], inner[1]).map(+))
        }
        #expect(ours == golden)
    }
}
