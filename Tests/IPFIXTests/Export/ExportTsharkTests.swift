import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// tshark's opinion of the datagrams that other people's collectors get.
@Suite("what tshark reads in our datagrams", .enabled(if: Command.exists("tshark"), "tshark is not installed"))
struct ExportTsharkTests {
    private static func listing(_ flows: FlowBatch, isRandom: Bool = false, _ change: (inout ExportSettings) -> Void) throws -> String {
        var settings = ExportSettings(.datagram)
        change(&settings)
        var encoder = ExportEncoder(settings: settings)
        var account = ExportFlows.account(sampling: 4)
        account.isRandomSampling = isRandom
        let messages = encoder.encode(flows, account: account, atMilliseconds: ExportFlows.exportMilliseconds)
        let scratch = try ScratchFolder()
        try DatagramCapture.file([messages]).write(to: URL(fileURLWithPath: scratch.path("flows.pcap")))
        let text = try Command.check(["tshark", "-n", "-r", scratch.path("flows.pcap"), "-d", "udp.port==4739,cflow", "-V"])
        for trouble in ["Malformed", "Expert Info (Warning", "Expert Info (Error", "No template found"] {
            #expect(!text.contains(trouble))
        }
        return text
    }

    @Test("biflows, field by field", arguments: [true, false])
    func biflow(hasOwn: Bool) throws {
        let flows = ExportFlows.batch(count: 500, seed: 21)
        let read = TsharkTests.flows(try Self.listing(flows) { $0.hasOwnElements = hasOwn })
        #expect(read.count == flows.count)
        for row in 0..<flows.count {
            let flow = flows[row]
            let found = try #require(read[String(flow.flowId)], "flow \(flow.flowId)")
            #expect(found["Octets"] == String(flow.octetDeltaCount) && found["Packets"] == String(flow.packetDeltaCount))
            #expect(found["SrcAddr"] == flow.sourceAddress.description && found["DstAddr"] == flow.destinationAddress.description)
            #expect(found["Protocol"]?.contains("(\(flow.protocolIdentifier))") ?? false)
            if flow.icmpType == .max {
                #expect(found["SrcPort"]?.split(separator: " ").first == Substring(String(flow.sourceTransportPort)))
                #expect(found["DstPort"]?.split(separator: " ").first == Substring(String(flow.destinationTransportPort)))
            } else {
                let family = flow.sourceAddress.isIPv6 ? "IPv6" : "IPv4"
                #expect(found["\(family) ICMP Type"] == String(flow.icmpType) && found["\(family) ICMP Code"] == String(flow.icmpCode))
            }
            #expect((found["Dot1q Vlan Id"] ?? "") == (flow.vlan == .max ? "" : String(flow.vlan)))
            #expect((found["Vlan Id"] ?? "") == (flow.vlan == .max ? "" : String(flow.vlan)))
            #expect((found["Dot1q Customer Vlan Id"] ?? "") == (flow.innerVLAN == .max ? "" : String(flow.innerVLAN)))
            let number = ["": "0", "veth1": "40", "br0": "41"][flows.name(flow.interface)] ?? "1"
            let isEgress = flow.direction == .egress
            #expect(found["InputInt"] == (isEgress ? "0" : number) && found["OutputInt"] == (isEgress ? number : "0"))
            if !flow.sourceMAC.isAbsent { #expect(found["Source Mac Address"]?.contains(flow.sourceMAC.description) ?? false) }
            #expect(found["Flow End Reason"]?.contains("(\(flow.flowEndReason.rawValue))") ?? false)
        }
    }

    @Test("reverse counters under RFC 5103's enterprise number, and the options")
    func reverse() throws {
        let flows = ExportFlows.batch(count: 200, seed: 22)
        let text = try Self.listing(flows) { _ in }
        for row in 0..<flows.count {
            #expect(text.contains("Packets: \(flows.reversePacketDeltaCount[row]) (Reverse Type 2 PKTS)"))
            #expect(text.contains("Octets: \(flows.reverseOctetDeltaCount[row]) (Reverse Type 1 BYTES)"))
        }
        let lines = Set(text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        for line in [
            "IfName: veth1", "IfName: täp ☂", "Sampling interval: 4", "Sampling Packet Interval: 1",
            "Sampling Packet Space: 3", "Ignored Packets: 20", "Not Sent Flows: 0",
            "Information Element Name: connectionState", "Observation Domain Id: 0", "Observation Domain Id: 1",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    @Test("random sampling is told as such")
    func randomSampling() throws {
        let text = try Self.listing(ExportFlows.batch(count: 10, seed: 24), isRandom: true) { _ in }
        let lines = Set(text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        for line in ["Sampling interval: 4", "Selector Algorithm: Uniform probabilistic Sampling (4)", "Sampling Probability: 0.25"] {
            #expect(lines.contains(line), "\(line): \(lines.filter { $0.contains("Sampl") || $0.contains("Select") })")
        }
        #expect(!text.contains("Sampling Packet"))
    }

    @Test("uniflows: each half with its own addresses and counters")
    func uniflow() throws {
        let flows = ExportFlows.batch(count: 300, seed: 23)
        let read = TsharkTests.flows(try Self.listing(flows) { $0.format = .uniflow })
        #expect(read.count == flows.count + flows.reversePacketDeltaCount.count { $0 > 0 })
        for row in 0..<flows.count where flows.reversePacketDeltaCount[row] > 0 {
            let found = try #require(read[String(flows.flowId[row] | 1 << 63)])
            #expect(found["Octets"] == String(flows.reverseOctetDeltaCount[row]))
            #expect(found["Packets"] == String(flows.reversePacketDeltaCount[row]))
            #expect(found["SrcAddr"] == flows.destinationAddress[row].description)
            #expect(found["DstAddr"] == flows.sourceAddress[row].description)
        }
    }
}
