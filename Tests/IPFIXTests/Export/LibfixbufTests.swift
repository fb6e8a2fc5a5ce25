import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// libfixbuf's opinion of our files for other people (RFC 5655): what its ipfixDump prints.
@Suite("what libfixbuf reads in our files", .enabled(if: Command.exists("ipfixDump"), "libfixbuf-tools is not installed"))
struct LibfixbufTests {
    /// The data records that ipfixDump prints: its names with their values. A name that comes again has a mark behind it.
    private static func records(_ flows: FlowBatch, _ change: (inout ExportSettings) -> Void = { _ in }) throws -> [[String: String]] {
        var settings = ExportSettings(.stream)
        change(&settings)
        var encoder = ExportEncoder(settings: settings)
        var file: [UInt8] = []
        // In several pieces, as a long export is written.
        for first in stride(from: 0, to: flows.count, by: 100) {
            file += encoder.encode(
                flows, rows: first..<min(first + 100, flows.count), account: ExportFlows.account(),
                atMilliseconds: ExportFlows.exportMilliseconds + Int64(first) * 1000
            ).octets
        }
        let scratch = try ScratchFolder()
        try Data(file).write(to: URL(fileURLWithPath: scratch.path("flows.ipfix")))
        // The elements of ours it learns from the file itself (RFC 5610).
        let result = try Command.run(["ipfixDump", "--rfc5610", "-d", "-i", scratch.path("flows.ipfix")], environment: ["TZ": "UTC"])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        var records: [[String: String]] = []
        for line in result.text.split(separator: "\n") {
            if line.hasPrefix("--- data record") || line.hasPrefix("--- options record") { records.append([:]) }
            guard let match = line.wholeMatch(of: /\s+\((?:\d+\/)?\d+\)(?: \(S\))?\s+(\S+) : (?:\(len: \d+\) ?)?(.*)/), !records.isEmpty
            else { continue }
            records[records.count - 1][String(match.1)] = String(match.2)
        }
        return records
    }

    private static func text(_ milliseconds: Int64) -> String {
        let (seconds, fraction) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let date = Date(timeIntervalSince1970: Double(seconds)).ISO8601Format().dropLast().replacing("T", with: " ")
        return "\(date).\(String(format: "%03d", Int(fraction)))"
    }

    @Test("biflows, field by field, ours with their names; no warning, and the numbers in order")
    func biflow() throws {
        let flows = ExportFlows.batch(count: 500, seed: 31)
        let records = try Self.records(flows)
        let read = Dictionary(records.compactMap { record in record["flowId"].map { ($0, record) } }) { first, _ in first }
        try #require(read.count == flows.count)
        for row in 0..<flows.count {
            let flow = flows[row]
            let found = try #require(read[String(flow.flowId)])
            #expect(found["octetDeltaCount"] == String(flow.octetDeltaCount) && found["packetDeltaCount"] == String(flow.packetDeltaCount))
            #expect(found["reverseOctetDeltaCount"] == String(flow.reverseOctetDeltaCount))
            #expect(found["reversePacketDeltaCount"] == String(flow.reversePacketDeltaCount))
            #expect(found["flowStartMilliseconds"] == Self.text(flow.flowStartMilliseconds))
            #expect(found["flowEndMilliseconds"] == Self.text(flow.flowEndMilliseconds))
            #expect(found["protocolIdentifier"] == String(flow.protocolIdentifier))
            if !flow.sourceAddress.isIPv6 {
                #expect(found["sourceIPv4Address"] == flow.sourceAddress.description)
                #expect(found["destinationIPv4Address"] == flow.destinationAddress.description)
            } else {
                #expect(found["sourceIPv6Address"].flatMap { IPAddress($0) } == flow.sourceAddress)
                #expect(found["destinationIPv6Address"].flatMap { IPAddress($0) } == flow.destinationAddress)
            }
            #expect(found["connectionState"] == String(flow.connectionState.rawValue))
            #expect(found["initiatorBasis"] == String(flow.initiatorBasis.rawValue))
            #expect(found["biflowDirection"] == String(flow.initiatorBasis.biflowDirection))
            #expect(found["flowEndReason"] == String(flow.flowEndReason.rawValue))
            #expect(found["vlanId"] == (flow.vlan == .max ? nil : String(flow.vlan)))
            #expect(found["flowPart"] == String(flow.part))
        }
        #expect(records.contains { $0["interfaceName"] == "veth1" && $0["interfaceKind"] == "veth" && $0["ingressInterface"] == "40" })
        #expect(records.contains { $0["ignoredPacketTotalCount"] == "20" })
        #expect(records.contains { $0["exportedFlowRecordTotalCount"] == "100" })
    }

    @Test("uniflows without our elements: as many records, and the same totals")
    func uniflow() throws {
        let flows = ExportFlows.batch(count: 500, seed: 32)
        let records = try Self.records(flows) {
            $0.format = .uniflow
            $0.hasOwnElements = false
        }.filter { $0["flowId"] != nil }
        #expect(records.count == flows.count + flows.reversePacketDeltaCount.count { $0 > 0 })
        let octets = records.reduce(UInt64(0)) { $0 &+ (UInt64($1["octetDeltaCount"] ?? "") ?? 0) }
        #expect(octets == flows.octetDeltaCount.reduce(0, &+) &+ flows.reverseOctetDeltaCount.reduce(0, &+))
        #expect(records.allSatisfy { !$0.keys.contains { $0.hasPrefix("reverse") || $0.hasPrefix("connection") } })
    }
}
