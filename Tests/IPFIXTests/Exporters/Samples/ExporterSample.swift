import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// Exports of one kind of device: a line of truth-exporters.csv, with the payloads that it tells of.
struct ExporterSample: CustomTestStringConvertible {
    var name: String
    var folder: String
    var files: [String]
    var truth: CSVTable.Row
    var testDescription: String { name }

    static let isThere = SharedFolder.path("captures/truth-exporters.csv") != nil

    /// All that hold NetFlow or IPFIX.
    static let all: [ExporterSample] = {
        guard let path = SharedFolder.path("captures/truth-exporters.csv"), let table = try? CSVTable(path: path) else { return [] }
        return table.rows.compactMap { row in
            let name = row["sequence"]
            guard let folder = name.split(separator: "/").first, row["sflow_datagrams"] == "0" else { return nil }
            let files = row["files_in_order"].split(separator: " ").map(String.init)
            return ExporterSample(name: name, folder: String(folder), files: files, truth: row)
        }
    }()

    /// The payloads in order. Of a bare file that holds several messages the first one alone, as the truth has it.
    func datagrams(whole: Bool = false) throws -> [ExportDatagram] {
        try files.flatMap { file -> [ExportDatagram] in
            guard let path = SharedFolder.path("captures/exporters/\(folder)/\(file)") else { throw CocoaError(.fileNoSuchFile) }
            if file.hasSuffix(".pcap") { return try CapturedDatagrams.read(path) }
            let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let source = ExporterSource(IPAddress(ipv4: 0x7F00_0001), port: 2055)
            if file.hasSuffix(".ipfix") { return [ExportDatagram(source: source, octets: octets)] }
            return [ExportDatagram(source: source, octets: whole ? octets : Self.firstMessage(octets))]
        }
    }

    private static func firstMessage(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count >= 4 else { return octets }
        switch CapturedDatagrams.big(octets, 0, 2) {
        case 5: return Array(octets.prefix(24 + 48 * Int(CapturedDatagrams.big(octets, 2, 2))))
        case 10: return Array(octets.prefix(max(16, Int(CapturedDatagrams.big(octets, 2, 2)))))
        default: return octets
        }
    }

    /// What the decoder makes of some datagrams.
    static func decode(
        _ datagrams: [ExportDatagram], _ configuration: ExportDecoder.Configuration = ExportDecoder.Configuration()
    ) -> DecodedExport {
        var decoder = ExportDecoder(configuration: configuration)
        for (index, datagram) in datagrams.enumerated() {
            // SAFETY: the octets are integers, which any bits are.
            let octets = unsafe datagram.octets.span.bytes
            decoder.decode(octets, from: datagram.source, receivedMilliseconds: 1_700_000_000_000 + Int64(index))
        }
        let (flows, kept) = decoder.takeFlows()
        return DecodedExport(
            flows: flows, kept: kept, statistics: decoder.exporters.compactMap { decoder.statistics(of: $0) }, decoder: decoder)
    }
}

struct DecodedExport {
    var flows: FlowBatch
    var kept: [KeptRecord]
    var statistics: [ExporterStatistics]
    var decoder: ExportDecoder

    func sum(_ value: (ExporterStatistics) -> UInt64) -> UInt64 { statistics.reduce(0) { $0 + value($1) } }
    func sum(_ path: KeyPath<ExporterStatistics, UInt64>) -> UInt64 { sum { $0[keyPath: path] } }
    func faults(_ fault: ExportFault) -> UInt64 { sum { $0.faults[fault] ?? 0 } }
    var faults: [ExportFault: UInt64] { statistics.reduce(into: [:]) { $0.merge($1.faults, uniquingKeysWith: +) } }
}
