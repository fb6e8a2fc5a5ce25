import FlowModel
import Foundation
import TestSupport
import Testing

@testable import Exporting

/// nfcapd's opinion of what we send it, over a real socket of its default size, read back by nfdump.
@Suite(
    "exports to nfcapd", .serialized,
    .enabled(if: Command.exists("nfcapd") && Command.exists("nfdump"), "nfdump is not installed"))
struct NfcapdTests {
    /// One record of nfdump's, as it prints them in JSON.
    private struct Record: Decodable {
        var first: String
        var last: String
        var in_packets: UInt64
        var in_bytes: UInt64
        var out_packets: UInt64?
        var out_bytes: UInt64?
        var proto: UInt8
        var tcp_flags: String?
        var src_port: UInt16?
        var dst_port: UInt16?
        var icmp_type: UInt8?
        var icmp_code: UInt8?
        var src4_addr: String?
        var dst4_addr: String?
        var src6_addr: String?
        var dst6_addr: String?
        var input_snmp: Int?
        var output_snmp: Int?
        var src_vlan: Int?
        var in_src_mac: String?
        var in_dst_mac: String?
        var source: String { src4_addr ?? src6_addr ?? "" }
        var destination: String { dst4_addr ?? dst6_addr ?? "" }
    }

    /// Sends flows, and reads what nfcapd has written.
    private static func records(
        _ flows: FlowBatch, _ parameters: String
    ) async throws -> (records: [Record], statistics: ExportStatistics) {
        let peer = try await Peer { port, folder in
            // What it prints is beside its files, not among them.
            try FileManager.default.createDirectory(atPath: folder.path("flows"), withIntermediateDirectories: false)
            return ["env", "TZ=UTC", "nfcapd", "-w", folder.path("flows"), "-b", "127.0.0.1", "-p", String(port), "-t", "3600"]
        }
        let tester = try ExportTester(["udp://127.0.0.1:\(peer.port)\(parameters)"])
        try await tester.running {
            try await tester.exports.send(flows: flows, account: ExportTester.account)
            #expect(await tester.exports.drain(deadline: .seconds(120)))
        }
        #expect(peer.dropped == 0)
        try await peer.finish()
        let said = peer.said
        // What it says of a run without faults, and nothing that is a fault.
        #expect(said.contains("Sequence Errors: 0, Bad Packets: 0"), "\(said)")
        let troubles = said.replacing("Sequence Errors: 0", with: "").lowercased()
        for word in ["error", "warn", "fail", "unknown", "skip", "panic"] { #expect(!troubles.contains(word), "\(said)") }
        let output = try Command.check(
            ["nfdump", "-q", "-N", "-R", peer.path("flows"), "-o", "json"], environment: ["TZ": "UTC"])
        return (try JSONDecoder().decode([Record].self, from: Data("[\(output)]".utf8)), tester.exports.statistics[0])
    }

    private static func text(_ milliseconds: Int64) -> String {
        let (seconds, fraction) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let date = Date(timeIntervalSince1970: Double(seconds)).ISO8601Format().dropLast()
        return "\(date).\(String(format: "%03d", Int(fraction)))"
    }

    @Test("biflows: every flow, with both directions' counters, and no record lost or out of order")
    func biflow() async throws {
        let flows = ExportTester.flows(20_000)
        let (records, statistics) = try await Self.records(flows, "")
        #expect(records.count == 20_000 && statistics.records == 20_000 && statistics.refusedDatagrams == 0)
        // The start tells the flow: flows begin one millisecond after the other.
        let byStart = Dictionary(records.map { ($0.first, $0) }) { first, _ in first }
        try #require(byStart.count == 20_000)
        for row in 0..<flows.count {
            let flow = flows[row]
            let record = try #require(byStart[Self.text(flow.flowStartMilliseconds)])
            #expect(record.last == Self.text(flow.flowEndMilliseconds))
            #expect(record.in_packets == flow.packetDeltaCount && record.in_bytes == flow.octetDeltaCount)
            #expect(record.out_packets ?? 0 == flow.reversePacketDeltaCount && record.out_bytes ?? 0 == flow.reverseOctetDeltaCount)
            #expect(record.source == flow.sourceAddress.description && record.destination == flow.destinationAddress.description)
            #expect(record.proto == flow.protocolIdentifier && record.input_snmp == 7 && record.output_snmp ?? 0 == 0)
            if flow.icmpType == .max {
                #expect(record.src_port == flow.sourceTransportPort && record.dst_port == flow.destinationTransportPort)
            } else {
                #expect(record.icmp_type == flow.icmpType && record.icmp_code == flow.icmpCode)
            }
            #expect(record.tcp_flags ?? "........" == (flow.protocolIdentifier == 6 ? "...AP.S." : "........"))
            #expect(record.src_vlan ?? 0 == (flow.vlan == .max ? 0 : Int(flow.vlan)))
            #expect(record.in_src_mac == "02:00:00:00:00:01" && record.in_dst_mac == "02:00:00:00:00:02")
        }
    }

    @Test("uniflows without our elements, in small datagrams: the totals are those of both directions")
    func uniflow() async throws {
        let flows = ExportTester.flows(10_000)
        let (records, statistics) = try await Self.records(flows, "?format=uniflow&own-elements=no&datagram=512&domain=77")
        let answered = flows.reversePacketDeltaCount.count { $0 > 0 }
        #expect(records.count == 10_000 + answered && statistics.records == UInt64(records.count))
        #expect(records.allSatisfy { $0.out_packets ?? 0 == 0 && $0.out_bytes ?? 0 == 0 })
        #expect(records.reduce(0) { $0 + $1.in_packets } == flows.packets)
        #expect(records.reduce(0) { $0 + $1.in_bytes } == flows.octets)
        // Per flow: by its two ends, whichever way round.
        let halves = Dictionary(grouping: records) { "\($0.first) \($0.source)" }
        for row in 0..<flows.count where flows.reversePacketDeltaCount[row] > 0 {
            let flow = flows[row]
            let half = try #require(halves["\(Self.text(flow.flowStartMilliseconds)) \(flow.destinationAddress)"]?.first)
            #expect(half.destination == flow.sourceAddress.description && half.in_packets == flow.reversePacketDeltaCount)
            #expect(half.in_bytes == flow.reverseOctetDeltaCount && half.output_snmp == 7 && half.input_snmp ?? 0 == 0)
            if flow.protocolIdentifier == 6 { #expect(half.tcp_flags == "...A..SF") }
            if flow.icmpType == 8 { #expect(half.icmp_type == 0) }
        }
    }
}
