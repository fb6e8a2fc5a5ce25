import ExportFiles
import Foundation
import TestSupport
import Testing

/// The dump of every sequence of exports that there is: as many messages, templates and records as the truth counts, and every line
/// of JSON is JSON.
@Suite("dumps, counted", .enabled(if: !ExporterSequence.all.isEmpty && Command.exists("mergecap"), "the shared captures or mergecap are not there"))
struct DumpCountTests {
    @Test("messages, templates, records", arguments: ExporterSequence.all.filter { $0.name != ExportFileReaderTests.empty })
    func counts(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        var found: [String: UInt64] = [:]
        var summary: [String: Any] = [:]
        for line in try DumpTester.file(try sequence.path(in: folder), { $0.form = .json }).split(separator: 10) {
            let message = try DumpTester.object(line)
            if let total = message["summary"] as? [String: Any] {
                summary = total
                continue
            }
            switch message["protocol"] as? String {
            case "NetFlow v5": found["messages_v5", default: 0] += 1
            case "NetFlow v9": found["messages_v9", default: 0] += 1
            case "IPFIX": found["messages_v10", default: 0] += 1
            case "sFlow v5": found["sflow_datagrams", default: 0] += 1
            default: Issue.record("\(message["protocol"] ?? "")")
            }
            for set in message["sets"] as? [[String: Any]] ?? [] {
                for template in set["templates"] as? [[String: Any]] ?? [] {
                    found[template["options"] as? Bool == true ? "options_template_records" : "template_records", default: 0] += 1
                }
                if set["template_known"] as? Bool == false { found["sets_without_template", default: 0] += 1 }
                guard let count = set["record_count"] as? Int, let records = set["records"] as? [[String: Any]] else { continue }
                #expect(records.count == count)
                found[set["options"] as? Bool == true ? "options_data_records" : "data_records", default: 0] += UInt64(count)
            }
        }
        let columns = [
            "messages_v5", "messages_v9", "messages_v10", "sflow_datagrams", "template_records", "options_template_records",
            "data_records", "options_data_records", "sets_without_template",
        ]
        for column in columns {
            let expected = ExportFileReaderTests.exceptions[sequence.name]?[column]?.ours ?? sequence.truth[column]
            #expect(found[column] ?? 0 == expected, "\(column)")
        }
        #expect(summary["records"] as? Int == Int((found["data_records"] ?? 0) + (found["options_data_records"] ?? 0)))
        #expect(summary["sets_without_template"] as? Int == Int(found["sets_without_template"] ?? 0))
    }
}
