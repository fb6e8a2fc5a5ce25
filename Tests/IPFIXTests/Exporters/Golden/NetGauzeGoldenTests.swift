import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// What NetGauze decodes of the same captures: every record of every message, field by field.
@Suite("exports beside NetGauze's records", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
struct NetGauzeGoldenTests {
    static let files: [String] = ExporterSample.all.flatMap { sample in
        sample.files.map { "\(sample.folder)/\($0)" }.filter {
            SharedFolder.path("captures/exporters/\($0).netgauze-decoded.json") != nil
        }
    }

    /// Records in order, each its fields in order.
    private static func golden(_ file: String) throws -> [[(name: String, value: Any)]] {
        let path = try #require(SharedFolder.path("captures/exporters/\(file).netgauze-decoded.json"))
        var records: [[(String, Any)]] = []
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let message = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: [String: Any]]
            for set in message?.values.first?["sets"] as? [[String: Any]] ?? [] {
                for record in (set["Data"] as? [String: Any])?["records"] as? [[String: Any]] ?? [] {
                    let scopes = record["scope_fields"] as? [[String: Any]] ?? []
                    let fields = record["fields"] as? [[String: Any]] ?? []
                    records.append((scopes + fields).flatMap { $0.map { ($0.key, $0.value) } })
                }
            }
        }
        return records
    }

    /// How many fields of each file are compared; there is none in which NetGauze reads otherwise.
    private static let table: [String: Int] = [
        "pmacct-100-IPFIXv10-CISCO/traffic-00.pcap": 396,
        "pmacct-101-NFv9-CISCO-cust_primitives/traffic-00.pcap": 1632,
        "pmacct-102-NFv9-CISCO-f2rd-pretag-sampling-reload/traffic-00.pcap": 861,
        "pmacct-104-IPFIXv10-IPv6-CISCO-sampling_option/traffic-00.pcap": 91,
        "pmacct-111-IPFIXv10-NFv9-IPv6-IPv4-mix_sources/traffic-00.pcap": 352,
        "pmacct-111-IPFIXv10-NFv9-IPv6-IPv4-mix_sources/traffic-01.pcap": 364,
        "pmacct-401-IPFIXv10-BMP-IPv6-CISCO-MPLS-multiple-sources/traffic-00.pcap": 25383,
        "pmacct-401-IPFIXv10-BMP-IPv6-CISCO-MPLS-multiple-sources/traffic-01.pcap": 24291,
        "pmacct-500-IPFIXv10-BGP-CISCO-SRv6/traffic-00.pcap": 1270,
    ]

    @Test("every field of every record", arguments: files)
    func fields(file: String) throws {
        let golden = try Self.golden(file)
        let path = try #require(SharedFolder.path("captures/exporters/\(file)"))
        var configuration = ExportDecoder.Configuration()
        configuration.keeps = .all
        configuration.keptOctets = .max
        configuration.parkedOctetsPerExporter = 0
        let decoded = ExporterSample.decode(try CapturedDatagrams.read(path), configuration)
        try #require(decoded.kept.count == golden.count)
        var checked = 0
        for (record, fields) in zip(decoded.kept, golden) {
            #expect(record.values.count == fields.count)
            for (value, field) in zip(record.values, fields) {
                checked += 1
                let isSame = GoldenValue(json: field.value).matches(value.octets)
                let isNamed = ElementRegistry.standard[value.element]?.name == field.name
                if !isSame || !isNamed { Issue.record("\(value.element) \(value.octets) is not \(field.name) \(field.value)") }
            }
            if case .flow(let row) = record.kind {
                let differences = ColumnModel(record).differences(decoded.flows, row: row)
                if !differences.isEmpty { Issue.record("row \(row): \(differences)") }
            }
        }
        #expect(Self.table[file] == checked)
    }
}
