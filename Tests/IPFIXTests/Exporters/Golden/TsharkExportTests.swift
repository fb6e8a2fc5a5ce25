import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// What tshark reads of captures of exports: the key and the counters of every flow, in order.
@Suite(
    "exports beside tshark's records",
    .enabled(if: ExporterSample.isThere && Command.exists("tshark"), "the shared captures or tshark are not there"))
struct TsharkExportTests {
    static let files: [String] = ExporterSample.all.flatMap { sample in
        sample.files.filter { $0.hasSuffix(".pcap") && sample.files.count == 1 }.map { "\(sample.folder)/\($0)" }
    }

    /// tshark's own names, and what they are of a row; for fields that the record has at most once.
    private static func text(_ name: String, _ record: FlowRecord) -> String? {
        switch name {
        case "SrcAddr": record.sourceAddress.description
        case "DstAddr": record.destinationAddress.description
        case "SrcPort": String(record.sourceTransportPort)
        case "DstPort": String(record.destinationTransportPort)
        case "Octets": String(record.octetDeltaCount)
        case "Packets": String(record.packetDeltaCount)
        case "Protocol": String(record.protocolIdentifier)
        case "IP ToS": record.dscp == .max ? nil : String(record.dscp)
        default: nil
        }
    }

    /// Captures in which tshark finds other flows, with the reason.
    private static let exceptions = [
        "pmacct-112-IPFIXv10-CISCO-options-map-reassignment/traffic-00.pcap":
            "tshark says that there is no template, though it has shown it; pmacct has our nine flows"
    ]

    @Test("key and counters of every flow", arguments: files.filter { exceptions[$0] == nil })
    func flows(file: String) throws {
        let path = try #require(SharedFolder.path("captures/exporters/\(file)"))
        let datagrams = try CapturedDatagrams.read(path)
        var configuration = ExportDecoder.Configuration()
        configuration.parkedOctetsPerExporter = 0
        let decoded = ExporterSample.decode(datagrams, configuration)
        let ports = Set(datagrams.map(\.destinationPort)).sorted()
        let text = try Command.check(["tshark", "-n", "-r", path, "-V"] + ports.flatMap { ["-d", "udp.port==\($0),cflow"] })
        // What has an address is a flow: the others are options.
        let read = Self.records(text).filter { $0["SrcAddr"] != nil || $0["DstAddr"] != nil }
        let rows = (0..<decoded.flows.count).filter { !decoded.flows[$0].sourceAddress.isUnspecified || !decoded.flows[$0].destinationAddress.isUnspecified }
        try #require(read.count == rows.count)
        for (row, fields) in zip(rows, read) {
            let record = decoded.flows[row]
            let isICMP = record.protocolIdentifier == 1 || record.protocolIdentifier == 58
            for (name, value) in fields {
                if isICMP && name.hasSuffix("Port") { continue }
                guard let ours = Self.text(name, record) else { continue }
                // `6 (TCP)`, or `TCP (6)`; `IP ToS` has the DSCP in its own lines.
                if name == "IP ToS" { continue }
                let words = value.split { " ()".contains($0) }.map(String.init)
                if !words.contains(ours) { Issue.record("row \(row): \(name) is \(ours), not \(value)") }
            }
        }
    }

    /// tshark's listing, record by record: the first line of each name.
    private static func records(_ text: String) -> [[String: String]] {
        var records: [[String: String]] = []
        var isInside = false
        for line in text.split(separator: "\n") {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if (trimmed.hasPrefix("Flow ") && Int(trimmed.dropFirst(5)) != nil) || trimmed.hasPrefix("pdu ") {
                records.append([:])
                isInside = true
            } else if trimmed.hasPrefix("FlowSet") || trimmed.hasPrefix("Set ") || trimmed.hasPrefix("Frame ") {
                isInside = false
            }
            guard isInside, let colon = trimmed.range(of: ": ") else { continue }
            let name = String(trimmed[..<colon.lowerBound])
            // Records of both families have the unspecified address of one.
            if (records[records.count - 1][name] ?? "::") == "::" { records[records.count - 1][name] = String(trimmed[colon.upperBound...]) }
        }
        return records
    }
}
