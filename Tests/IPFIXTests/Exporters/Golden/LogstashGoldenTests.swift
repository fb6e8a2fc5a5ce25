import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// The records that logstash's codec expects of the same payloads, field by field.
@Suite("exports beside logstash's records", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
struct LogstashGoldenTests {
    struct Golden: CustomTestStringConvertible {
        var sample: ExporterSample
        var file: String
        var testDescription: String { file }

        static let all: [Golden] = ExporterSample.all.compactMap { sample in
            guard let folder = SharedFolder.path("captures/exporters/\(sample.folder)") else { return nil }
            let name = sample.name.split(separator: "/").last ?? ""
            let file = "\(name).expected.json"
            return FileManager.default.fileExists(atPath: "\(folder)/\(file)") ? Golden(sample: sample, file: "\(sample.folder)/\(file)") : nil
        }
    }

    /// logstash's own names of NetFlow's field types.
    private static let names: [String: UInt16] = [
        "in_bytes": 1, "in_pkts": 2, "flows": 3, "protocol": 4, "src_tos": 5, "tcp_flags": 6, "l4_src_port": 7, "ipv4_src_addr": 8,
        "src_mask": 9, "input_snmp": 10, "l4_dst_port": 11, "ipv4_dst_addr": 12, "dst_mask": 13, "output_snmp": 14,
        "ipv4_next_hop": 15, "src_as": 16, "dst_as": 17, "bgp_ipv4_next_hop": 18, "out_bytes": 23, "out_pkts": 24,
        "sampling_interval": 34, "sampling_algorithm": 35, "flow_active_timeout": 36, "flow_inactive_timeout": 37,
        "total_bytes_exp": 40, "total_pkts_exp": 41, "total_flows_exp": 42, "ipv4_src_prefix": 44, "flow_sampler_id": 48,
        "ipv4_ident": 54, "in_src_mac": 56, "src_vlan": 58, "dst_vlan": 59, "ip_protocol_version": 60, "direction": 61,
        "in_dst_mac": 80, "if_desc": 83, "in_permanent_bytes": 85, "forwarding_status": 89, "application_description": 94,
        "application_id": 95, "application_name": 96, "flow_end_reason": 136, "conn_id": 148, "flow_start_msec": 152,
        "icmp_type": 176, "icmp_code": 177, "udp_dst_port": 181, "tcp_src_port": 182, "ip_dscp": 195, "xlate_src_addr_ipv4": 225,
        "xlate_dst_addr_ipv4": 226, "xlate_src_port": 227, "xlate_dst_port": 228, "fw_event": 233, "fwd_flow_delta_bytes": 231,
        "rev_flow_delta_bytes": 232, "event_time_msec": 323, "ingress_acl_id": 33_000, "egress_acl_id": 33_001,
        "fw_ext_event": 33_002, "username": 40_000,
    ]
    /// What the record has of the message or set about it, and not of its own.
    private static let headers: Set<String> = [
        "version", "flow_seq_num", "flowset_id", "engine_type", "engine_id", "flow_records", "uptime",
    ]
    /// Fields that logstash reads in its own way, with the reason.
    private static let exceptions: [String: [String: String]] = [
        "softflowd/netflow-5-valid-01.expected.json": [
            "sampling_algorithm": v5Sampling, "sampling_interval": v5Sampling,
            "first_switched": "softflowd's start before its own is 49 days ahead there",
        ],
        "fortigate/netflow-9-fortigate-fortios-5-2-1.expected.json": [
            "first_switched": fortigateUptime, "last_switched": fortigateUptime,
        ],
        "mikrotik/netflow5-mikrotik.expected.json": ["sampling_algorithm": v5Sampling, "sampling_interval": v5Sampling],
    ]
    private static let fortigateUptime = "a week ahead of the header's uptime: we take it for one before a wrap"
    private static let v5Sampling = "of the message's header"

    /// How many fields of each file are compared: a golden that nobody reads any more would show here.
    private static let table: [String: Int] = [
        "barracuda/ipfix-barracuda-extended-uniflow-template-256.expected.json": 31,
        "barracuda/ipfix-barracuda-firewall.expected.json": 17,
        "cisco-1941/netflow-9-cisco-1941-k9-release-15-1.expected.json": 0,
        "cisco-aci/netflow-9-cisco-aci.expected.json": 15,
        "cisco-asa/netflow-9-cisco-asa-2.expected.json": 24,
        "cisco-asa/netflow-9-cisco-asa.expected.json": 23,
        "cisco-asr1001x/netflow-9-cisco-asr1001-x.expected.json": 0,
        "cisco-asr9k/netflow-9-cisco-asr-9000-series-options-template-256.expected.json": 4,
        "cisco-asr9k/netflow-9-cisco-asr-9000-series-template-260.expected.json": 24,
        "cisco-nbar/netflow-9-cisco-nbar-flowset-262.expected.json": 27,
        "cisco-nbar/netflow-9-cisco-nbar-options-template-260.expected.json": 6,
        "fortigate/netflow-9-fortigate-fortios-5-2-1.expected.json": 21,
        "fortigate/netflow-9-fortigate-fortios-54x-appid.expected.json": 23,
        "huawei/netflow-9-huawei-netstream.expected.json": 25,
        "ipt-netflow/netflow-9-ipt-netflow-reduced-size-encoding.expected.json": 22,
        "ixia/ipfix-from-ixia-something-something.expected.json": 38,
        "juniper-mx240/ipfix-options-template-from-juniper-mx240-junos-15-1-r6-s3.expected.json": 12,
        "layer2-segment-id/netflow-9-field-layer2segmentid.expected.json": 17,
        "mac-address-fields/netflow-9-macaddress.expected.json": 9,
        "malformed/netflow-5-invalid-01.expected.json": 0,
        "malformed/netflow-9-invalid-01.expected.json": 0,
        "mikrotik/ipfix-mikrotik-routeros-6-39-2.expected.json": 32,
        "mikrotik/netflow5-mikrotik.expected.json": 22,
        "multiple-exporters/netflow-9-multiple-netflow-exporters.expected.json": 34,
        "netscaler/ipfix-netscaler-with-variable-length-fields-missing-templates.expected.json": 0,
        "netscaler/ipfix-netscaler-with-variable-length-fields.expected.json": 58,
        "nprobe/netflow-9-nprobe-dpi-l7.expected.json": 16,
        "nprobe/netflow-9-options-template-with-scope-fields.expected.json": 5,
        "openbsd-pflow/ipfix-openbsd-pflow.expected.json": 16,
        "softflowd/ipfix.expected.json": 139,
        "softflowd/netflow-5-valid-01.expected.json": 46,
        "softflowd/netflow-9-valid-01.expected.json": 15,
        "unknown-exporter/netflow-9-ie150-ie151.expected.json": 32,
        "vmware-vds/ipfix-vmware-virtual-distributed-switch.expected.json": 104,
        "yaf/ipfix-yaf-basic-with-applabel.expected.json": 63,
        "zero-length-fields/netflow-9-template-with-0-length-fields.expected.json": 18,
    ]

    @Test("every field of every record", arguments: Golden.all)
    func fields(golden: Golden) throws {
        let path = try #require(SharedFolder.path("captures/exporters/\(golden.file)"))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
        var configuration = ExportDecoder.Configuration()
        configuration.keeps = .all
        let decoded = ExporterSample.decode(try golden.sample.datagrams(whole: true), configuration)
        if let expected = json["expected_records"] as? Int { #expect(decoded.kept.count >= expected) }
        for record in decoded.kept {
            if case .flow(let row) = record.kind { #expect(ColumnModel(record).differences(decoded.flows, row: row) == []) }
        }
        var compared = 0
        for entry in try #require(json["records"] as? [[String: Any]]) {
            let event = try #require(entry["record"] as? [String: Any])
            let fields = try #require(event["netflow"] as? [String: Any])
            let index = entry["record_index"] as? Int
            let candidates = try index.map { [try #require(decoded.kept.count > $0 ? decoded.kept[$0] : nil)] } ?? decoded.kept
            let misses = candidates.map { self.misses(fields, $0, decoded, golden) }
            #expect(misses.contains([]), "record \(index ?? -1): \(misses.first ?? [])")
            compared += fields.keys.count { !Self.headers.contains($0) && Self.exceptions[golden.file]?[$0] == nil }
        }
        for check in json["checks"] as? [[String: Any]] ?? [] {
            guard let index = check["record_index"] as? Int, let field = check["field"] as? String,
                let text = check["value"] as? String, let value = Self.literal(text)
            else { continue }
            let record = try #require(decoded.kept.count > index ? decoded.kept[index] : nil)
            #expect(misses([field: value], record, decoded, golden) == [])
            compared += 1
        }
        #expect(Self.table[golden.file] == compared)
    }

    /// A Ruby literal of the source's checks: a number, or a text in quotes.
    private static func literal(_ text: String) -> Any? {
        if let number = Int(text) { return NSNumber(value: number) }
        if text.count >= 2, text.hasPrefix("'"), text.hasSuffix("'") { return String(text.dropFirst().dropLast()) }
        return try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    /// Fields that the record does not have so.
    private func misses(_ fields: [String: Any], _ record: KeptRecord, _ decoded: DecodedExport, _ golden: Golden) -> [String] {
        fields.filter { name, value in
            if Self.headers.contains(name) || Self.exceptions[golden.file]?[name] != nil { return false }
            if case .flow(let row) = record.kind, let text = value as? String {
                if name == "first_switched" { return !Self.times(decoded.flows.flowStartMilliseconds[row]).contains(text) }
                if name == "last_switched" { return !Self.times(decoded.flows.flowEndMilliseconds[row]).contains(text) }
            }
            return !octets(of: name, record).contains { GoldenValue(json: value).matches($0) }
        }.map { "\($0.key) = \($0.value)" }.sorted()
    }

    /// A time, and the same a second later: logstash takes whole seconds off the header's, and the rest off a second more.
    private static func times(_ milliseconds: Int64) -> [String] {
        [UTCTime.text(milliseconds: milliseconds), UTCTime.text(milliseconds: milliseconds + 1000)]
    }

    /// The values of the field; of a vendor's that nobody publishes all of the vendors' values.
    private func octets(of name: String, _ record: KeptRecord) -> [[UInt8]] {
        var elements: [ElementID] = []
        if let number = Self.names[name] { elements.append(ElementID(number)) }
        for prefix in ["", "netscaler", "vmware"] where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            let word = prefix.isEmpty ? String(rest) : rest.prefix(1).lowercased() + rest.dropFirst()
            if let element = ElementRegistry.standard.element(named: word) { elements.append(element) }
        }
        if name.hasPrefix("reverse") {
            let word = name.dropFirst(7).prefix(1).lowercased() + name.dropFirst(8)
            if let forward = ElementRegistry.standard.element(named: word) {
                elements.append(ElementID(enterprise: forward.enterprise == 0 ? 29305 : forward.enterprise, forward.number | (forward.enterprise == 0 ? 0 : 0x4000)))
            }
        }
        let found = record.values.filter { elements.contains($0.element) }.map(\.octets)
        let isOfVendor = { (value: KeptRecord.Value) in value.element.enterprise != 0 || value.element.number > 1000 }
        return found.isEmpty ? record.values.filter(isOfVendor).map(\.octets) : found
    }
}
