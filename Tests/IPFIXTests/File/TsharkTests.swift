import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// tshark's opinion of our files: another reader must find the same numbers.
@Suite("what tshark reads in our files", .enabled(if: Command.exists("tshark"), "tshark is not installed"))
struct TsharkTests {
    @Test("every flow, field by field", arguments: [11, 12] as [UInt64])
    func flows(seed: UInt64) throws {
        var random = RandomFlows(seed: seed)
        let flows = random.batch(count: 400)
        var encoder = FlowFileEncoder()
        let octets = encoder.encode(flows: flows, report: random.report())
        let scratch = try ScratchFolder()
        try Data(octets).write(to: URL(fileURLWithPath: scratch.path("flows.ipfix")))

        let text = try Command.check(["tshark", "-n", "-r", scratch.path("flows.ipfix"), "-V"])
        #expect(!text.contains("Malformed") && !text.contains("[Expert Info (Warning"))
        let read = Self.flows(text)
        #expect(read.count == flows.count)
        for row in 0..<flows.count {
            let record = flows[row]
            let found = try #require(read[String(record.flowId)], "flow \(record.flowId)")
            #expect(found["Octets"] == String(record.octetDeltaCount))
            #expect(found["Packets"] == String(record.packetDeltaCount))
            #expect(found["SrcAddr"] == record.sourceAddress.description)
            #expect(found["DstAddr"] == record.destinationAddress.description)
            #expect(found["SrcPort"]?.split(separator: " ").first == Substring(String(record.sourceTransportPort)))
            #expect(found["DstPort"]?.split(separator: " ").first == Substring(String(record.destinationTransportPort)))
            #expect(found["Protocol"]?.contains("(\(record.protocolIdentifier))") ?? false)
            if record.vlan != .max { #expect(found["Dot1q Vlan Id"] == String(record.vlan)) }
            if record.icmpType != .max || record.icmpCode != .max {
                let family = record.sourceAddress.isIPv6 ? "IPv6" : "IPv4"
                #expect(found["\(family) ICMP Type"] == String(record.icmpType))
                #expect(found["\(family) ICMP Code"] == String(record.icmpCode))
            }
            if !record.sourceMAC.isAbsent { #expect(found["Source Mac Address"]?.contains(record.sourceMAC.description) ?? false) }
        }
    }

    /// tshark's listing, flow by flow: the lines of each by their name, flows by their FlowId.
    private static func flows(_ text: String) -> [String: [String: String]] {
        var flows: [String: [String: String]] = [:]
        var current: [String: String] = [:]
        func close() {
            if let id = current["Flow Id"] { flows[id] = current }
            current = [:]
        }
        for line in text.split(separator: "\n") {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("Flow ") && Int(trimmed.dropFirst(5)) != nil { close() }
            guard let colon = trimmed.range(of: ": ") else { continue }
            let name = String(trimmed[..<colon.lowerBound])
            if current[name] == nil { current[name] = String(trimmed[colon.upperBound...]) }
        }
        close()
        return flows
    }
}
