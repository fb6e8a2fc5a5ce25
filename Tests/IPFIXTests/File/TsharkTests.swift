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
            // The observation point: OutputInt is IE 14, InputInt is IE 10.
            let isEgress = record.direction == .egress && !flows.name(record.interface).isEmpty
            #expect((found["OutputInt"] != nil) == isEgress && (found["InputInt"] == nil) == isEgress)
            if !record.sourceMAC.isAbsent { #expect(found["Source Mac Address"]?.contains(record.sourceMAC.description) ?? false) }
        }
    }

    @Test("every witness record, field by field, beside its flow")
    func witnesses() throws {
        var random = RandomFlows(seed: 13)
        var flows = random.batch(count: 100)
        random.addWitnesses(300, to: &flows)
        var encoder = FlowFileEncoder()
        let octets = encoder.encode(flows: flows, report: random.report())
        let scratch = try ScratchFolder()
        try Data(octets).write(to: URL(fileURLWithPath: scratch.path("witnesses.ipfix")))
        let text = try Command.check(["tshark", "-n", "-r", scratch.path("witnesses.ipfix"), "-V"])
        #expect(!text.contains("Malformed") && !text.contains("[Expert Info (Warning"))

        // What has a flow id and no source is a witness's record.
        let read = Self.records(text).filter { $0["Flow Id"] != nil && $0["SrcAddr"] == nil }
        try #require(read.count == 300)
        for (found, record) in zip(read, flows.witnessRecords) {
            #expect(found["Flow Id"] == String(record.flowId))
            #expect(found["Packets"] == String(record.packetDeltaCount))
            #expect(found["Octets"] == String(record.octetDeltaCount))
            #expect(found["Packets again"] == "\(record.reversePacketDeltaCount) (Reverse Type 2 PKTS)")
            #expect(found["Octets again"] == "\(record.reverseOctetDeltaCount) (Reverse Type 1 BYTES)")
            let part = record.part.bigEndianHex
            #expect(found["Enterprise Private entry"]?.hasSuffix("Type 12: Value (hex bytes): \(part)") ?? false)
            let direction = found["Direction"] ?? ""
            #expect(direction.contains("(\(record.direction.rawValue))"), "\(direction)")
            #expect((found["InputInt"] == "0") == flows.name(record.interface).isEmpty)
        }
    }

    /// tshark's listing, record by record: the lines of each by their name. A name that comes again (a reverse counter's) gets
    /// the word `again` behind it.
    static func records(_ text: String) -> [[String: String]] {
        var records: [[String: String]] = []
        for line in text.split(separator: "\n") {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("Flow ") && Int(trimmed.dropFirst(5)) != nil { records.append([:]) }
            guard let colon = trimmed.range(of: ": "), !records.isEmpty else { continue }
            let name = String(trimmed[..<colon.lowerBound])
            let key = records[records.count - 1][name] == nil ? name : name + " again"
            records[records.count - 1][key] = String(trimmed[colon.upperBound...])
        }
        return records
    }

    /// tshark's listing, flow by flow: the lines of each by their name, flows by their FlowId.
    static func flows(_ text: String) -> [String: [String: String]] {
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

extension UInt32 {
    fileprivate var bigEndianHex: String {
        (0..<4).map { String(format: "%02x", UInt8(truncatingIfNeeded: self >> UInt32(24 - $0 * 8))) }.joined(separator: " ")
    }
}
