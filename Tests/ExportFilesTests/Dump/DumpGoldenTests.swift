import ExportFiles
import Foundation
import TestSupport
import Testing

/// The dump of small captures, as text and as JSON, as it was once read through beside tshark's. `ZONAL_WRITE_GOLDENS=1` writes
/// what there is now.
@Suite("dumps as they were", .enabled(if: SharedFolder.path("captures/exporters") != nil, "the shared captures are not there"))
struct DumpGoldenTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden")

    @Test("text", arguments: [
        ("scapy/scapy-ipfix.pcap", "scapy-ipfix.txt"), ("cisco-nfv9/akvorado-options-data.pcap", "options-without-template.txt"),
        ("sflow/tcpdump-sflow_expanded.pcap", "sflow-expanded.txt"), ("malformed/libnetflow9-malformed_2.pcap", "malformed-2.txt"),
        ("libnetflow9/libnetflow9-1.pcap", "libnetflow9-1.txt"),
    ])
    func text(capture: String, golden: String) throws { try compare(capture, golden, .text) }

    @Test("JSON", arguments: [("scapy/scapy-ipfix.pcap", "scapy-ipfix.ndjson"), ("sflow/tcpdump-sflow_expanded.pcap", "sflow-expanded.ndjson")])
    func json(capture: String, golden: String) throws { try compare(capture, golden, .json) }

    private func compare(_ capture: String, _ golden: String, _ form: ExportDump.Form) throws {
        let path = try #require(SharedFolder.path("captures/exporters/" + capture))
        let output = String(decoding: try DumpTester.file(path) { $0.form = form }, as: UTF8.self)
        let file = Self.folder.appendingPathComponent(golden)
        if ProcessInfo.processInfo.environment["ZONAL_WRITE_GOLDENS"] != nil { try output.write(to: file, atomically: true, encoding: .utf8) }
        let expected = try String(contentsOf: file, encoding: .utf8)
        for (line, old) in zip(output.split(separator: "\n"), expected.split(separator: "\n")) where line != old {
            Issue.record("\(line) was \(old)")
        }
        #expect(output.count == expected.count)
    }
}
