import ExportFiles
import Foundation
import TestSupport
import Testing

/// A line of truth-exporters.csv, and its payloads as one file.
struct ExporterSequence: CustomTestStringConvertible, Sendable {
    let name: String
    let files: [String]
    let truth: [String: UInt64]
    var testDescription: String { name }

    private static let figures = [
        "messages_v5", "messages_v9", "messages_v10", "sflow_datagrams", "template_records", "options_template_records",
        "data_records", "options_data_records", "sets_without_template", "sum_octets", "sum_packets",
    ]

    static let all: [ExporterSequence] = {
        guard let path = SharedFolder.path("captures/truth-exporters.csv"), let table = try? CSVTable(path: path) else { return [] }
        return table.rows.map { row in
            let folder = row["sequence"].split(separator: "/").first.map(String.init) ?? ""
            return ExporterSequence(
                name: row["sequence"], files: row["files_in_order"].split(separator: " ").map { "\(folder)/\($0)" },
                truth: Dictionary(uniqueKeysWithValues: figures.map { ($0, UInt64(row[$0]) ?? 0) }))
        }
    }()

    /// A file with all of it: a capture as it is, several joined, payloads put into one. Of a payload that holds several
    /// messages the first one alone, as the truth has it.
    func path(in folder: ScratchFolder) throws -> String {
        let paths = try files.map { try #require(SharedFolder.path("captures/exporters/" + $0)) }
        if paths.count == 1, !paths[0].hasSuffix(".dat"), !paths[0].hasSuffix(".bin") { return paths[0] }
        let joined = folder.path("joined.pcap")
        if paths[0].hasSuffix(".pcap") {
            _ = try Command.check(["mergecap", "-a", "-F", "pcap", "-w", joined] + paths)
            return joined
        }
        var pcap = PcapBuilder()
        for path in paths {
            let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            pcap.addUDP(Self.firstMessage(octets), to: octets.starts(with: [0, 0]) ? 6343 : 2055)
        }
        try pcap.write(joined)
        return joined
    }

    private static func firstMessage(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count >= 4, octets[0] == 0 else { return octets }
        let number = Int(octets[2]) << 8 | Int(octets[3])
        switch octets[1] {
        case 5: return Array(octets.prefix(24 + 48 * number))
        case 10: return Array(octets.prefix(max(16, number)))
        default: return octets
        }
    }
}
