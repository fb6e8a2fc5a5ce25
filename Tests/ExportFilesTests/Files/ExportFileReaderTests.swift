import Collecting
import ExportFiles
import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// What a reader makes of a whole file.
struct WholeFile {
    var batches: [FlowBatch] = []
    var summary: ExportFileSummary

    init(_ path: String, _ change: (inout ExportFileReader.Configuration) -> Void = { _ in }) throws(ExportFileError) {
        var configuration = ExportFileReader.Configuration()
        change(&configuration)
        var reader = try ExportFileReader(path: path, configuration: configuration)
        while let portion = reader.next() { batches.append(portion.flows) }
        summary = reader.summary
    }

    var rows: Int { batches.reduce(0) { $0 + $1.count } }
    func sum(_ column: (FlowBatch) -> [UInt64]) -> UInt64 { batches.reduce(0) { column($1).reduce($0, &+) } }
    var octets: UInt64 { sum { $0.octetDeltaCount } }
    var packets: UInt64 { sum { $0.packetDeltaCount } }
    var records: UInt64 { summary.exporters.reduce(0) { $0 + $1.statistics.dataRecords } }
    var setsWithoutTemplate: UInt64 { summary.exporters.reduce(0) { $0 + $1.statistics.setsWithoutTemplate } }
}

@Suite("files with exports, counted", .enabled(if: !ExporterSequence.all.isEmpty && Command.exists("mergecap"), "the shared captures or mergecap are not there"))
struct ExportFileReaderTests {
    /// Where the truth, which was made by a walk over messages, says otherwise, with the reason; the same as in the tests of the
    /// decoder.
    static let exceptions: [String: [String: (truth: UInt64, ours: UInt64)]] = [
        // The walk for the truth left these pcapng files out; tshark counts as we do.
        "malformed/malformed_1.pcap": ["messages_v9": (0, 3), "template_records": (0, 3), "sets_without_template": (0, 3)],
        "malformed/malformed_2.pcap": [
            "messages_v9": (0, 16), "options_template_records": (0, 32), "options_data_records": (0, 12),
        ],
        "malformed/malformed_4.pcap": [
            "messages_v9": (0, 1), "template_records": (0, 2), "options_template_records": (0, 1), "options_data_records": (0, 1),
        ],
        // Its template has three scopes of no octets, and is not taken; nor does tshark.
        "malformed/malformed_3.pcap": ["sets_without_template": (0, 1)],
        // A set that is 2 octets longer than its message has a whole record all the same; telegraf reads it too.
        "telegraf-issue_14370/all": ["data_records": (1, 2)],
        // Of a set longer than the message we read what is there.
        "malformed/60cd5c2798d5288c6e6dfe1f93eacdb093b2a6fd": ["sets_without_template": (0, 1)],
        "malformed/66bdd3dd108599159cb2548b5718514afbd4ebb0": ["sets_without_template": (0, 1)],
    ]

    /// One octet: no message at all.
    static let empty = "malformed/320355ced694aa69924f6bb82e7b74f420303fd9"

    @Test("messages, templates and records of every sequence", arguments: ExporterSequence.all.filter { $0.name != empty })
    func counts(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        let file = try WholeFile(try sequence.path(in: folder)) { configuration in
            // The truth reads nothing later.
            configuration.looksAhead = false
            configuration.decoding.parkedOctetsPerExporter = 0
        }
        let figures: [(String, UInt64)] = [
            ("messages_v5", file.summary.messagesV5), ("messages_v9", file.summary.messagesV9),
            ("messages_v10", file.summary.messagesIPFIX), ("sflow_datagrams", file.summary.datagramsSFlow),
            ("template_records", file.summary.templateRecords),
            ("options_template_records", file.summary.optionsTemplateRecords), ("data_records", file.records),
            ("options_data_records", file.summary.optionsRecords), ("sets_without_template", file.setsWithoutTemplate),
        ]
        for (column, value) in figures {
            if let exception = Self.exceptions[sequence.name]?[column] {
                #expect(sequence.truth[column] == exception.truth && value == exception.ours, "\(column)")
            } else {
                #expect(value == sequence.truth[column], "\(column) \(file.summary.notRead)")
            }
        }
        #expect(file.rows == Int(file.summary.rows))
        #expect(file.summary.damage == nil)
    }

    /// Sequences with data before its template, which a look ahead finds: data records, and data sets that still have none.
    private static let ahead: [String: (records: UInt64, behind: Int, notRead: UInt64)] = [
        // 11 in front of the template, 10 behind: 24 with two templates and an options record, as its header says.
        "cisco-nfv9/data+templates.pcap": (21, 1, 0)
    ]

    @Test("templates behind their data are found: every data set is read whose template is in the file", arguments: ExporterSequence.all.filter { $0.name != empty })
    func ahead(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        let path = try sequence.path(in: folder)
        let file = try WholeFile(path)
        let plain = try WholeFile(path) { configuration in
            configuration.looksAhead = false
            configuration.decoding.parkedOctetsPerExporter = 0
        }
        if let known = Self.ahead[sequence.name] {
            #expect(file.records == known.records && file.summary.templatesBehindData == known.behind)
            #expect(file.summary.setsNotRead == known.notRead)
        } else {
            #expect(file.records == plain.records)
            #expect(file.summary.templatesBehindData == 0)
            #expect(file.summary.setsNotRead == plain.setsWithoutTemplate)
        }
    }

    @Test("portions: the same rows in the same order, whatever their size")
    func portions() throws {
        let path = try #require(SharedFolder.path("captures/exporters/ipfix-file/ipfixcol2-example_flows.ipfix"))
        let whole = try WholeFile(path)
        let parts = try WholeFile(path) { $0.portionRows = 100 }
        #expect(whole.batches.count == 1 && parts.batches.count > 30)
        #expect(whole.rows == 3979 && parts.rows == 3979)
        #expect(whole.octets == parts.octets && whole.octets == 49_001_404 && whole.packets == 56_695)
        #expect(parts.batches.flatMap { $0.octetDeltaCount } == whole.batches.flatMap { $0.octetDeltaCount })
        #expect(parts.batches.allSatisfy { $0.count < 200 })
    }

    @Test("octets and packets of captures are those of the truth", arguments: ExporterSequence.all.filter { $0.name.hasPrefix("pmacct") || $0.name.hasPrefix("telegraf-netflow") || $0.name.hasPrefix("openbsd") || $0.name.hasPrefix("mikrotik") || $0.name.hasPrefix("netflow-v5") })
    func sums(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        let file = try WholeFile(try sequence.path(in: folder)) { $0.looksAhead = false }
        #expect(file.octets == sequence.truth["sum_octets"])
        #expect(file.packets == sequence.truth["sum_packets"])
    }

    @Test("samples of sFlow are those that tshark finds", arguments: ExportPacketsTests.captures("exporters/sflow"))
    func samples(file: String) throws {
        let path = try #require(SharedFolder.path("captures/" + file))
        let text = try Command.check(
            ["tshark", "-n", "-r", path, "-d", "udp.port==6343,sflow", "-Y", "sflow_245.version==5", "-T", "fields", "-E", "aggregator=,", "-e", "sflow_245.sampletype"])
        let types = text.split { ",\n".contains($0) }.map(String.init)
        let summary = try WholeFile(path).summary
        let flows = types.count { $0 == "1" || $0 == "3" }
        #expect(summary.agents.reduce(0) { $0 + $1.statistics.flowSamples } == UInt64(flows))
        #expect(summary.agents.reduce(0) { $0 + $1.statistics.rows + $1.statistics.samplesWithoutFlow.values.reduce(0, +) } == UInt64(flows))
        #expect(summary.otherSamples == UInt64(types.count - flows))
    }

    @Test("a capture without any export is refused in a sentence that says what is in it")
    func noExport() throws {
        let path = try #require(SharedFolder.path("captures/packets/attacks/ndpi-dns-tunnel-iodine.pcap"))
        do {
            _ = try WholeFile(path)
            Issue.record("it was read")
        } catch {
            #expect(error.code == .noExport)
            #expect("\(error)".wholeMatch(of: /.*iodine.pcap: holds no NetFlow, IPFIX or sFlow that can be read \([0-9]+ frames, [1-9][0-9]* UDP datagrams.*\); name the ports.*/) != nil, "\(error)")
        }
    }
}
