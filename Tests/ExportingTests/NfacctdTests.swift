import FlowModel
import Foundation
import TestSupport
import Testing

@testable import Exporting

/// nfacctd's opinion of what we send it.
@Suite("exports to nfacctd", .serialized, .enabled(if: Command.exists("nfacctd"), "pmacct is not installed"))
struct NfacctdTests {
    private struct Line: Decodable, Hashable {
        var ip_src: String
        var ip_dst: String
        var port_src: Int
        var port_dst: Int
        var ip_proto: String
        var tcp_flags: String
        var iface_in: Int
        var iface_out: Int
        var packets: UInt64
        var bytes: UInt64
    }

    /// - Parameter packets: what it is to have counted; it writes every second what has come.
    private static func lines(_ flows: FlowBatch, _ parameters: String, packets: UInt64) async throws -> [Line] {
        let peer = try await Peer { port, folder in
            let settings = """
                daemonize: false
                nfacctd_ip: 127.0.0.1
                nfacctd_port: \(port)
                plugins: print
                print_output: json
                print_output_file: \(folder.path("flows.json"))
                print_output_file_append: true
                print_refresh_time: 1
                print_cache_entries: 32771
                aggregate: src_host, dst_host, src_port, dst_port, proto, tcpflags, in_iface, out_iface

                """
            try settings.write(toFile: folder.path("nfacctd.conf"), atomically: true, encoding: .utf8)
            return ["nfacctd", "-f", folder.path("nfacctd.conf")]
        }
        // Its socket is open before it reads.
        try await ExportTester.eventually("it is ready") {
            ["waiting for NetFlow/IPFIX", "JSON: setting"].allSatisfy { peer.said.contains($0) }
        }
        let tester = try ExportTester(["udp://127.0.0.1:\(peer.port)\(parameters)"])
        try await tester.running {
            try await tester.exports.send(flows: flows, account: ExportTester.account)
            #expect(await tester.exports.drain(deadline: .seconds(60)))
        }
        var lines: [Line] = []
        try await ExportTester.eventually("it has counted all: \(peer.said)") {
            let text = (try? String(contentsOfFile: peer.path("flows.json"), encoding: .utf8)) ?? ""
            lines = text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
            return lines.reduce(0) { $0 + $1.packets } >= packets
        }
        #expect(peer.dropped == 0)
        try await peer.finish(interrupting: true)
        for word in ["WARN", "ERROR", "unknown", "discard"] { #expect(!peer.said.contains(word), "\(peer.said)") }
        return lines
    }

    @Test("every flow and its counters, both ways", arguments: ["?format=uniflow", "?format=uniflow&own-elements=no"])
    func uniflow(parameters: String) async throws {
        let flows = ExportTester.flows(3000)
        let lines = try await Self.lines(flows, parameters, packets: flows.packets)
        let answered = flows.reversePacketDeltaCount.count { $0 > 0 }
        #expect(lines.count == flows.count + answered)
        let byEnds = Dictionary(lines.map { ("\($0.ip_src) \($0.ip_dst)", $0) }) { first, _ in first }
        for row in 0..<flows.count {
            let flow = flows[row]
            let line = try #require(byEnds["\(flow.sourceAddress) \(flow.destinationAddress)"])
            #expect(line.packets == flow.packetDeltaCount && line.bytes == flow.octetDeltaCount)
            #expect(line.iface_in == 7 && line.iface_out == 0)
            if flow.icmpType == .max {
                #expect(line.port_src == flow.sourceTransportPort && line.port_dst == flow.destinationTransportPort)
            }
            #expect(line.tcp_flags == String(flow.tcpControlBits.rawValue))
            guard flow.reversePacketDeltaCount > 0 else { continue }
            let back = try #require(byEnds["\(flow.destinationAddress) \(flow.sourceAddress)"])
            #expect(back.packets == flow.reversePacketDeltaCount && back.bytes == flow.reverseOctetDeltaCount)
            #expect(back.tcp_flags == String(flow.reverseTCPControlBits.rawValue) && back.iface_out == 7)
        }
    }

    @Test("of biflows it counts the forward direction, and nothing is in its way")
    func biflow() async throws {
        let flows = ExportTester.flows(3000)
        let lines = try await Self.lines(flows, "", packets: flows.packetDeltaCount.reduce(0, +))
        #expect(lines.reduce(0) { $0 + $1.packets } == flows.packetDeltaCount.reduce(0, +))
        #expect(lines.reduce(0) { $0 + $1.bytes } == flows.octetDeltaCount.reduce(0, +))
    }
}
