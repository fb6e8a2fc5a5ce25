import Capture
import FlowModel
import Foundation
import Metering
import PacketDecoding
import TestSupport
import Testing

/// What Zeek made of real captures (its own baselines beside them): connection state, packets, IP octets and originator
/// of every TCP and UDP connection.
@Suite("Zeek's view of real captures")
struct ZeekTruthTests {
    /// One line of conn.log, or the same of our records summed.
    struct Connection: Hashable {
        var proto: String
        var originator: String
        var responder: String
        var state: String
        var packets: UInt64
        var octets: UInt64
        var reversePackets: UInt64
        var reverseOctets: UInt64
    }

    /// Captures of the kinds that this version reads: no overlay but VXLAN, a readable link type.
    static let files: [String] = {
        guard let path = SharedFolder.path("captures/truth.csv"), let rows = try? CSVTable(path: path) else { return [] }
        let readable: Set<String> = ["ether", "linux-sll", "linux-sll2", "null", "loop", "rawip", "rawip4", "rawip6"]
        return rows.rows.filter { row in
            row["tunnels"].split(separator: ";").allSatisfy { $0.hasPrefix("vxlan=") } && readable.contains(row["link_types"])
                && SharedFolder.path("captures/\(row["file"]).zeek-conn.log") != nil
        }.map { $0["file"] }
    }()

    /// Captures whose connections are other than Zeek has them, and why.
    static let different: [String: String] = [
        "packets/overlay/tcpdump-vxlan.pcap": "the baseline is of another capture of the same name",
        "packets/overlay/zeek-vxlan-inner-tcp-bad-checksum.pcap": "Zeek leaves packets with a wrong checksum out",
        "packets/overlay/zeek-vxlan-encapsulated-igmp-v2.pcap": "Zeek logs the tunnels; there is only IGMP inside",
        "packets/tcp/zeek-ssh.client-side-half-duplex.pcap":
            "one side of the traffic alone: Zeek parts a connection after 5 s without an answer (tcp_attempt_delay)",
    ]

    @Test("connections agree one by one", .enabled(if: !files.isEmpty, "needs the shared captures"))
    func agree() throws {
        var compared = 0
        for file in Self.files where Self.different[file] == nil {
            let capture = try #require(SharedFolder.path("captures/" + file))
            let expected = try connections(log: capture + ".zeek-conn.log")
            let seen = try connections(capture: capture)
            compared += expected.count
            for connection in expected.sorted(by: { $0.originator < $1.originator }) where !seen.contains(connection) {
                let alike = seen.filter { Set([$0.originator, $0.responder]) == Set([connection.originator, connection.responder]) }
                Issue.record("\(file): Zeek has \(connection), we \(alike)")
            }
            #expect(seen.count == expected.count, "\(file): \(seen.subtracting(expected))")
        }
        #expect(compared >= 12)
    }

    private func connections(log: String) throws -> Set<Connection> {
        var columns: [Substring] = []
        var rows: [[String: String]] = []
        for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
            if line.hasPrefix("#fields") { columns = Array(cells.dropFirst()) }
            guard !line.hasPrefix("#"), cells.count == columns.count else { continue }
            rows.append(Dictionary(uniqueKeysWithValues: zip(columns.map(String.init), cells.map(String.init))))
        }
        // Zeek logs a tunnel as a connection too; we count its packets for the flows inside alone.
        let tunnels = Set(rows.flatMap { ($0["tunnel_parents"] ?? "-").split(separator: ",").map(String.init) })
        var result: Set<Connection> = []
        for row in rows where !tunnels.contains(row["uid"] ?? "") {
            guard let proto = row["proto"], proto == "tcp" || proto == "udp" else { continue }
            func number(_ name: String) throws -> UInt64 { try #require(UInt64(row[name] ?? ""), "\(log): \(name)") }
            result.insert(
                Connection(
                    proto: proto, originator: "\(row["id.orig_h"] ?? "") \(row["id.orig_p"] ?? "")",
                    responder: "\(row["id.resp_h"] ?? "") \(row["id.resp_p"] ?? "")", state: row["conn_state"] ?? "",
                    packets: try number("orig_pkts"), octets: try number("orig_ip_bytes"),
                    reversePackets: try number("resp_pkts"), reverseOctets: try number("resp_ip_bytes")))
        }
        return result
    }

    /// Our records, those of one flow summed; the state is the last one's.
    private func connections(capture: String) throws -> Set<Connection> {
        let records = try meterFile(capture)
        var flows: [UInt64: Connection] = [:]
        for row in 0..<records.count {
            let record = records[row]
            guard record.protocolIdentifier == 6 || record.protocolIdentifier == 17 else { continue }
            var sum = flows[record.flowId] ?? Connection(
                proto: record.protocolIdentifier == 6 ? "tcp" : "udp",
                originator: "\(record.sourceAddress) \(record.sourceTransportPort)",
                responder: "\(record.destinationAddress) \(record.destinationTransportPort)", state: "", packets: 0, octets: 0,
                reversePackets: 0, reverseOctets: 0)
            sum.packets += record.packetDeltaCount
            sum.octets += record.octetDeltaCount
            sum.reversePackets += record.reversePacketDeltaCount
            sum.reverseOctets += record.reverseOctetDeltaCount
            sum.state = record.connectionState.name
            flows[record.flowId] = sum
        }
        return Set(flows.values)
    }
}
