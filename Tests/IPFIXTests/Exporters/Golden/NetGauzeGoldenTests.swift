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

    /// Fields in which NetGauze's own reading differs, with the reason.
    private static let exceptions: [String: String] = [:]

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
            for (value, field) in zip(record.values, fields) where Self.exceptions[field.name] == nil {
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
        #expect(checked > 0)
    }
}
