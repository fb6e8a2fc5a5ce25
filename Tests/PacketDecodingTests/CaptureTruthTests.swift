import Capture
import FlowModel
import PacketDecoding
import TestSupport
import Testing

/// Every shared capture, against what tshark sees in it: flows, packets and IP octets of the innermost packets.
@Suite("tshark's view of real captures")
struct CaptureTruthTests {
    typealias Flows = [CaptureView.OneWay: CaptureView.Sum]

    static let rows: [CSVTable.Row] = {
        guard let path = SharedFolder.path("captures/truth.csv"), let table = try? CSVTable(path: path) else { return [] }
        return table.rows
    }()

    @Test(
        "flows, packets, octets and TCP flags agree, or a reason stands against it",
        .enabled(if: !rows.isEmpty, "needs the shared captures"))
    func agree() throws {
        let flows = try Self.truthFlows(try #require(SharedFolder.path("captures/truth-flows.csv")))
        var agreed = 0
        for row in Self.rows {
            let file = row["file"]
            guard let path = SharedFolder.path("captures/" + file) else { continue }
            let differences = Self.differences(CaptureView(path: path), row, flows[file])
            if let reason = CaptureExceptions.reasons[file] {
                #expect(!differences.isEmpty, "\(file) agrees; «\(reason)» no longer holds")
            } else if differences.isEmpty {
                agreed += 1
            } else {
                Issue.record("\(file): \(differences.prefix(5).joined(separator: "; "))")
            }
        }
        #expect(agreed > 600)
        let known = Set(Self.rows.map { $0["file"] })
        for file in CaptureExceptions.reasons.keys where !known.contains(file) { Issue.record("there is no \(file)") }
    }

    @Test(
        "VLAN tags and VNIs agree in captures of VXLAN, Geneve and no tunnel",
        .enabled(if: !rows.isEmpty, "needs the shared captures"))
    func tenants() throws {
        let truth = try Self.truthTenants(try #require(SharedFolder.path("captures/truth-flows.csv")))
        var compared = 0
        for row in Self.rows where CaptureExceptions.reasons[row["file"]] == nil && row["fragments"] == "0" {
            // The table does not say which frame a tag is of; here it is the outer one's, and not the flow's.
            if row["file"] == "packets/overlay/ndpi-vxlan.pcap" { continue }
            let tunnels = row["tunnels"].split(separator: ";").flatMap { $0.prefix { $0 != "=" }.split(separator: "+") }
            guard tunnels.allSatisfy({ $0 == "vxlan" || $0 == "geneve" }), let expected = truth[row["file"]],
                let path = SharedFolder.path("captures/" + row["file"]), !(row["vlan_ids"] + row["tunnel_ids"]).isEmpty
            else { continue }
            compared += 1
            #expect(CaptureView(path: path).tenants == expected, "\(row["file"])")
        }
        #expect(compared > 40)
    }

    static func differences(_ view: CaptureView, _ row: CSVTable.Row, _ flows: Flows?) -> [String] {
        var result: [String] = []
        if let problem = view.problem { result.append("\(problem.code) \(problem.message)") }
        func compare(_ name: String, _ seen: UInt64, _ column: String) {
            if String(seen) != row[column] { result.append("\(name) \(seen), tshark has \(row[column])") }
        }
        compare("packets", view.packets, "ip_packets")
        compare("IP octets", view.octets, "inner_ip_bytes")
        compare("one-way flows", UInt64(view.flows.count), "inner_flows_oneway")
        let joined = view.bidirectional
        compare("flows", UInt64(joined.values.reduce(0, +)), "inner_flows_bidir")
        for kind in ["tcp", "udp", "icmp", "sctp", "other"] { compare("\(kind) flows", UInt64(joined[kind] ?? 0), "inner_" + kind) }
        guard let flows else { return result }
        for (flow, sum) in flows where view.flows[flow] != sum {
            result.append("\(flow) is \(view.flows[flow].map { "\($0)" } ?? "absent"), tshark has \(sum)")
        }
        for (flow, sum) in view.flows where flows[flow] == nil { result.append("\(flow) \(sum) is not in tshark's view") }
        return result
    }

    static func truthFlows(_ path: String) throws -> [String: Flows] {
        var result: [String: Flows] = [:]
        for row in try CSVTable(path: path).rows {
            guard let packets = UInt64(row["packets"]), let octets = UInt64(row["inner_ip_bytes"]),
                let flow = CaptureView.OneWay(row)
            else { continue }
            var sum = result[row["file"]]?[flow] ?? CaptureView.Sum()
            sum.packets += packets
            sum.octets += octets
            let flags = row["tcp_flags_or"]
            sum.tcpFlags |= UInt8(truncatingIfNeeded: flags.hasPrefix("0x") ? UInt16(flags.dropFirst(2), radix: 16) ?? 0 : 0)
            result[row["file"], default: [:]][flow] = sum
        }
        return result
    }

    /// Packets by one-way flow, VLAN tags and VNI, as `CaptureView.tenants` writes them.
    static func truthTenants(_ path: String) throws -> [String: [String: UInt64]] {
        var result: [String: [String: UInt64]] = [:]
        for row in try CSVTable(path: path).rows {
            guard let packets = UInt64(row["packets"]), let flow = CaptureView.OneWay(row) else { continue }
            // Priority tags are none; tags beyond the second are carried nowhere; the innermost VNI is the tenant.
            let tags = row["vlan_ids"].split(separator: "/").filter { $0 != "0" }.prefix(2).joined(separator: "/")
            // A tunnel packet without IP in it counts for its outer flow, which has no VNI.
            let isInner = !row["outer_src"].isEmpty
            let identifier = isInner ? row["tunnel_ids"].split(separator: "/").last.map(String.init) ?? "" : ""
            let vni = identifier.hasPrefix("0x") ? UInt32(identifier.dropFirst(2), radix: 16).map(String.init) ?? "" : identifier
            result[row["file"], default: [:]]["\(flow) vlan \(tags) vni \(vni)", default: 0] += packets
        }
        return result
    }
}
