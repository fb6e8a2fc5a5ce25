import Collecting
import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// The sFlow of other people's devices, beside what tshark, telegraf and truth-exporters.csv say of it.
@Suite("sFlow of other people's devices", .enabled(if: SharedFolder.path("captures/exporters/sflow") != nil, "the shared captures are not there"))
struct SFlowCaptureTests {
    private static let files: [String] = {
        guard let folder = SharedFolder.path("captures/exporters/sflow") else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".pcap") }.sorted()
    }()

    private static func datagrams(_ file: String) throws -> [ExportDatagram] {
        let path = try #require(SharedFolder.path("captures/exporters/" + file))
        if file.hasSuffix(".pcap") { return try CapturedDatagrams.read(path) }
        let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return [ExportDatagram(source: ExporterSource(IPAddress(ipv4: 0x7F00_0001), port: 6343), octets: octets)]
    }

    private struct Decoded {
        var flows = FlowBatch()
        var statistics: [SFlowStatistics] = []
        var agents: [IPAddress] = []
        var versions: UInt64 = 0

        init(_ file: String) throws {
            var decoder = SFlowDecoder(seed: 1)
            for datagram in try SFlowCaptureTests.datagrams(file) {
                // SAFETY: the octets are integers, which any bits are.
                let bytes = unsafe datagram.octets.span.bytes
                decoder.decode(bytes, from: datagram.source, receivedMilliseconds: 1_700_000_000_000, into: &flows)
            }
            agents = decoder.agentAddresses
            for agent in agents { decoder.statistics(of: agent).map { statistics.append($0) } }
            versions = decoder.faultsWithoutAgent[.version] ?? 0
        }

        func sum(_ path: KeyPath<SFlowStatistics, UInt64>) -> UInt64 { statistics.reduce(0) { $0 + $1[keyPath: path] } }
    }

    /// Every value of some fields in the order in which tshark prints them; a field's own list of values.
    private static func tshark(_ file: String, _ fields: [String]) throws -> [String: [String]] {
        let path = try #require(SharedFolder.path("captures/exporters/sflow/" + file))
        let text = try Command.check(
            ["tshark", "-n", "-r", path, "-d", "udp.port==6343,sflow", "-Y", "sflow", "-T", "fields", "-E", "separator=;"]
                + fields.flatMap { ["-e", $0] })
        var values: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            for (field, cell) in zip(fields, line.split(separator: ";", omittingEmptySubsequences: false)) {
                // The first of these is the datagram's own.
                let isAround = ["ip.src", "ip.dst", "ip.len", "ip.proto", "ip.dsfield.dscp", "udp.srcport", "udp.dstport", "eth.src", "eth.dst"].contains(field)
                values[field, default: []] += cell.split(separator: ",").map(String.init).dropFirst(isAround ? 1 : 0)
            }
        }
        return values
    }

    @Test("rows beside tshark's reading of the same samples", .enabled(if: Command.exists("tshark"), "tshark is not there"), arguments: files)
    func rows(file: String) throws {
        let decoded = try Decoded("sflow/" + file)
        let flows = decoded.flows
        let fields = [
            "sflow.flow_sample.sequence_number", "sflow.flow_sample.sampling_rate", "sflow_245.sampletype", "sflow_245.agent", "ip.src",
            "ip.dst", "ip.len", "ip.proto", "ip.dsfield.dscp", "ipv6.src", "ipv6.dst", "ipv6.plen", "tcp.srcport", "tcp.dstport",
            "udp.srcport", "udp.dstport", "icmp.type", "icmp.code", "eth.src", "eth.dst", "tcp.flags", "vlan.id",
        ]
        let told = try Self.tshark(file, fields)
        func expect(_ field: String, _ ours: (Int) -> String, where isOf: (Int) -> Bool = { _ in true }) {
            let rows = (0..<flows.count).filter(isOf).map(ours)
            #expect(rows == told[field], "\(field)")
        }
        let isFour = { (row: Int) in !flows.sourceAddress[row].isIPv6 }
        let isSix = { (row: Int) in flows.sourceAddress[row].isIPv6 }
        let isTCP = { (row: Int) in flows.protocolIdentifier[row] == 6 }
        let isUDP = { (row: Int) in flows.protocolIdentifier[row] == 17 }
        let isICMP = { (row: Int) in flows.protocolIdentifier[row] == 1 }
        expect("sflow.flow_sample.sampling_rate", { String(flows.samplingInterval[$0]) })
        expect("ip.src", { flows.sourceAddress[$0].description }, where: isFour)
        expect("ip.dst", { flows.destinationAddress[$0].description }, where: isFour)
        expect("ip.len", { String(flows.octetDeltaCount[$0]) }, where: isFour)
        expect("ip.proto", { String(flows.protocolIdentifier[$0]) }, where: isFour)
        expect("ip.dsfield.dscp", { String(flows.dscp[$0]) }, where: isFour)
        expect("ipv6.src", { flows.sourceAddress[$0].description }, where: isSix)
        expect("ipv6.dst", { flows.destinationAddress[$0].description }, where: isSix)
        expect("ipv6.plen", { String(flows.octetDeltaCount[$0] - 40) }, where: isSix)
        expect("tcp.srcport", { String(flows.sourceTransportPort[$0]) }, where: isTCP)
        expect("tcp.dstport", { String(flows.destinationTransportPort[$0]) }, where: isTCP)
        expect("tcp.flags", { "0x00" + (flows.tcpControlBits[$0].rawValue < 16 ? "0" : "") + String(flows.tcpControlBits[$0].rawValue, radix: 16) }, where: isTCP)
        expect("udp.srcport", { String(flows.sourceTransportPort[$0]) }, where: isUDP)
        expect("udp.dstport", { String(flows.destinationTransportPort[$0]) }, where: isUDP)
        expect("icmp.type", { String(flows.icmpType[$0]) }, where: isICMP)
        expect("icmp.code", { String(flows.icmpCode[$0]) }, where: isICMP)
        expect("eth.src", { flows.sourceMAC[$0].description }, where: { !flows.sourceMAC[$0].isAbsent })
        expect("eth.dst", { flows.destinationMAC[$0].description }, where: { !flows.destinationMAC[$0].isAbsent })
        let kinds = told["sflow_245.sampletype"] ?? []
        #expect(decoded.sum(\.flowSamples) == UInt64(kinds.count { $0 == "1" || $0 == "3" }))
        #expect(decoded.sum(\.counterSamples) == UInt64(kinds.count { $0 == "2" || $0 == "4" }))
        #expect(decoded.sum(\.rows) == UInt64(flows.count) && decoded.sum(\.rows) == decoded.sum(\.flowSamples))
        #expect(Set(decoded.agents.map(\.description)) == Set(told["sflow_245.agent"] ?? []))
        // Of the five samples in these its header says that there is one.
        let isCounted = file != "akvorado-data-discard-interface.pcap" && file != "akvorado-data-multiple-interfaces.pcap"
        #expect(decoded.statistics.allSatisfy { $0.faults == (isCounted ? [:] : [.trailingOctets: 1]) })
        #expect(decoded.sum(\.missingDatagrams) == 0)
    }

    @Test("datagrams as truth-exporters.csv counts them, whatever else comes to the port")
    func datagrams() throws {
        let path = try #require(SharedFolder.path("captures/truth-exporters.csv"))
        let samples = try CSVTable(path: path).rows.filter { $0["sflow_datagrams"] != "0" }
        #expect(samples.count == 13)
        for sample in samples {
            let folder = try #require(sample["sequence"].split(separator: "/").first)
            let decoded = try Decoded("\(folder)/\(sample["files_in_order"])")
            #expect(decoded.sum(\.datagrams) == UInt64(sample["sflow_datagrams"]), "\(sample["sequence"])")
            #expect(decoded.versions == UInt64(sample["messages_v5"]), "\(sample["sequence"])")
        }
    }

    @Test("interfaces, directions and VLANs of the switches' own samples, as tshark -V shows them")
    func places() throws {
        func places(_ file: String) throws -> [String] {
            let flows = try Decoded("sflow/\(file).pcap").flows
            return (0..<flows.count).map { row in
                let vlan = flows.vlan[row] == .max ? "-" : String(flows.vlan[row])
                return "\(flows.name(flows.agent[row])) \(flows.name(flows.interface[row])) \(flows.direction[row].name) \(vlan)"
            }
        }
        #expect(
            try places("akvorado-data-1140") == [
                "172.16.0.3 28 egress 100", "172.16.0.3 25 egress 100", "172.16.0.3 27 ingress 100", "172.16.0.3 28 ingress 100",
                "172.16.0.3 28 egress 100",
            ])
        #expect(try places("akvorado-data-discard-interface") == ["172.16.0.3 27  100"])
        #expect(try places("akvorado-data-multiple-interfaces") == ["172.16.0.3 27  100"])
        #expect(try places("akvorado-data-icmpv4") == ["127.0.0.1   -"])
        #expect(try places("akvorado-data-sflow-expanded-sample") == ["49.49.49.49 29001  809"])
        #expect(try places("akvorado-data-sflow-ipv4-data") == ["49.49.49.49 182 egress 3001"])
        #expect(try places("akvorado-data-sflow-raw-ipv4") == ["172.19.64.116 2 egress -", "172.19.64.116 2 egress -"])
        #expect(try places("ndpi-sflow") == ["172.21.35.17 1043 egress 32"])
    }

    @Test("what telegraf says of the agents, and of samples that are no packets")
    func telegraf() throws {
        for (file, agent, uptime) in [
            ("telegraf-sflow_v5_example/sflow_v5.bin", "192.168.119.184", 12_414 as UInt32),
            ("telegraf-sflow_issue_15375/sflow_drop_1036.bin", "192.168.119.184", 12_414),
            ("telegraf-sflow_issue_18876/message.bin", "172.16.254.196", 1_405_480_336),
        ] {
            let decoded = try Decoded(file)
            #expect(decoded.agents.map(\.description) == [agent] && decoded.statistics.first?.uptimeMilliseconds == uptime, "\(file)")
            let isNotice = file.contains("drop")
            #expect(decoded.sum(\.droppedPacketSamples) == (isNotice ? 1 : 0) && decoded.sum(\.counterSamples) == (isNotice ? 0 : 1), "\(file)")
            #expect(decoded.flows.isEmpty && decoded.sum(\.otherSamples) == 0 && decoded.statistics.first?.faults == [:], "\(file)")
        }
    }
}
