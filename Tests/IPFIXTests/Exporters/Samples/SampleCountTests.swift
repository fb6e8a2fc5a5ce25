import FlowModel
import IPFIX
import TestSupport
import Testing

/// Every file of exports that is there, against what a walk over its messages counts (truth-exporters.csv).
@Suite("exports of other people's devices, counted", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
struct SampleCountTests {
    /// Sequences whose figures differ, with the reason: what the truth says and what we say.
    private static let exceptions: [String: [String: (truth: UInt64, ours: UInt64, why: String)]] = [
        "malformed/malformed_1.pcap": [
            "messages_v9": (0, 3, pcapng), "template_records": (0, 3, pcapng), "sets_without_template": (0, 3, pcapng),
            "broken_sets_or_records": (0, 3, "templates without fields"),
        ],
        "malformed/malformed_2.pcap": [
            "messages_v9": (0, 16, pcapng), "options_template_records": (0, 32, pcapng),
            "options_data_records": (0, 12, "read by the first of two templates of a number: the second has no octets"),
            "broken_sets_or_records": (0, 20, "options without lengths, and sets shorter than a record"),
        ],
        "malformed/malformed_3.pcap": [
            "sets_without_template": (0, 1, "its template has three scopes of no octets, and is not taken; nor does tshark")
        ],
        "malformed/malformed_4.pcap": [
            "messages_v9": (0, 1, pcapng), "template_records": (0, 2, pcapng), "options_template_records": (0, 1, pcapng),
            "options_data_records": (0, 1, pcapng),
        ],
        // tshark and telegraf read as we do: a set that is 2 octets longer than its message has a whole record all the same.
        "telegraf-issue_14370/all": [
            "data_records": (1, 2, "as telegraf"), "sum_octets": (256, 512, "as telegraf"), "sum_packets": (1, 2, "as telegraf"),
        ],
        "malformed/60cd5c2798d5288c6e6dfe1f93eacdb093b2a6fd": ["sets_without_template": (0, 1, ofCutSets)],
        "malformed/66bdd3dd108599159cb2548b5718514afbd4ebb0": ["sets_without_template": (0, 1, ofCutSets)],
        "malformed/7f20f80ab9ea8163161802b7bbfe61c742cd86c1": ["broken_sets_or_records": (1, 2, ofCutSets)],
    ]
    private static let pcapng = "the walk for the truth left pcapng files out; tshark counts as we do"
    private static let ofCutSets = "of a set longer than the message we read what is there"

    @Test("messages, templates, records, sets without template, sums", arguments: ExporterSample.all)
    func counts(sample: ExporterSample) throws {
        var configuration = ExportDecoder.Configuration()
        configuration.keeps = .all
        // The truth reads nothing later.
        configuration.parkedOctetsPerExporter = 0
        let decoded = ExporterSample.decode(try sample.datagrams(), configuration)
        func sum(element: UInt16) -> UInt64 {
            decoded.kept.reduce(0) { sum, record in
                if case .options = record.kind { return sum }
                return record.values.reduce(sum) { sum, value in
                    value.element == ElementID(element) && value.octets.count <= 8
                        ? sum &+ value.octets.reduce(0) { $0 << 8 | UInt64($1) } : sum
                }
            }
        }
        let broken: [ExportFault] = [
            .header, .setLength, .setID, .recordTruncated, .recordCount, .templateTruncated, .templateID, .templateWithoutOctets,
            .templateEmpty, .templateScope,
        ]
        let figures: [(column: String, value: UInt64)] = [
            ("messages_v5", decoded.sum(\.messagesV5)), ("messages_v9", decoded.sum(\.messagesV9)),
            ("messages_v10", decoded.sum(\.messagesIPFIX)), ("template_records", decoded.sum(\.templateRecords)),
            ("options_template_records", decoded.sum(\.optionsTemplateRecords)),
            ("data_records", decoded.sum(\.dataRecords)), ("options_data_records", decoded.sum(\.optionsRecords)),
            ("sets_without_template", decoded.sum(\.setsWithoutTemplate)),
            ("broken_sets_or_records", broken.reduce(0) { $0 + decoded.faults($1) }),
            ("sum_octets", sum(element: 1)), ("sum_packets", sum(element: 2)),
        ]
        for (column, value) in figures {
            let truth = try #require(UInt64(sample.truth[column]))
            if let exception = Self.exceptions[sample.name]?[column] {
                #expect(exception.truth == truth && exception.ours == value, "\(column) is \(value): \(exception.why)")
            } else {
                #expect(value == truth, "\(column) \(decoded.faults)")
            }
        }
        #expect(decoded.flows.count == Int(decoded.sum(\.flowRecords)))
    }

    @Test("what is kept changes no row, and every set without a template is accounted for", arguments: ExporterSample.all)
    func sameRows(sample: ExporterSample) throws {
        var configuration = ExportDecoder.Configuration()
        configuration.keeps = .all
        let datagrams = try sample.datagrams(whole: true)
        let (plain, kept) = (ExporterSample.decode(datagrams), ExporterSample.decode(datagrams, configuration))
        #expect(plain.flows.count == kept.flows.count)
        for row in 0..<min(plain.flows.count, kept.flows.count) { #expect(plain.flows[row] == kept.flows[row]) }
        #expect(plain.statistics.map(\.dataRecords).sorted() == kept.statistics.map(\.dataRecords).sorted())
        let waiting = plain.sum { UInt64($0.setsWaiting) }
        #expect(plain.sum(\.setsWithoutTemplate) == plain.sum(\.setsReadLater) + plain.sum(\.setsExpired) + waiting)
    }
}
