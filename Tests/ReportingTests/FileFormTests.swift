import Foundation
import FlowModel
import FlowQuery
import Testing

@testable import Reporting

@Suite struct CSVReportTests {
    /// A reader of its own (RFC 4180), so that the writer is not checked against itself.
    private func read(_ octets: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var quoted = false
        var index = 0
        while index < octets.count {
            let octet = octets[index]
            if quoted {
                if octet == 0x22, index + 1 < octets.count, octets[index + 1] == 0x22 {
                    field.append(0x22)
                    index += 1
                } else if octet == 0x22 {
                    quoted = false
                } else {
                    field.append(octet)
                }
            } else if octet == 0x22, field.isEmpty {
                quoted = true
            } else if octet == 0x2C || octet == 0x0A {
                row.append(String(decoding: field, as: UTF8.self))
                field = []
                if octet == 0x0A {
                    rows.append(row)
                    row = []
                }
            } else {
                field.append(octet)
            }
            index += 1
        }
        return rows
    }

    private func lines(_ report: FlowReport) throws -> [[String: String]] {
        let rows = read(CSVReport(report).octets())
        let header = try #require(rows.first)
        #expect(header == CSVReport.columns)
        return rows.dropFirst().map { row in
            #expect(row.count == header.count)
            return Dictionary(zip(header, row)) { first, _ in first }
        }
    }

    @Test("what was written reads back, section by section") func parseBack() throws {
        let report = try Sample.report()
        let lines = try lines(report)
        let sections = Dictionary(grouping: lines) { $0["section"] ?? "" }
        #expect(Set(sections.keys) == ["report", "not_seen", "totals", "series", "edges", "sources", "destinations", "services", "alerts", "agents", "interfaces"])
        #expect(sections["totals"]?.first?["bytes"] == String(report.totals.bytes))
        #expect(sections["series"]?.count == report.series.count)
        let edge = try #require(sections["edges"]?.first)
        #expect(edge["src"] == report.edges[0].key[0].text && edge["dst_port"] == report.edges[0].key[2].text)
        #expect(edge["rev_bytes"] == String(report.edges[0].measures.revBytes))
        #expect(sections["not_seen"]?.first { $0["name"] == "kernel-ring" }?["limit"] == "1000000000")
        #expect(sections["alerts"]?.first?["value"] == "23")
        #expect(sections["agents"]?.first { $0["name"] == "dropped" }?["value"] == "17")
        #expect(sections["interfaces"]?.count == 8)
    }

    @Test("separators, quotes and line feeds of names survive") func hostile() throws {
        let name = "a,\"b\"\nc\r\n=1+1"
        var report = try Sample.report()
        report.title = name
        report.alerts[0].summary = name
        report.agents[0].report.agent = name
        let lines = try lines(report)
        #expect(lines.first { $0["name"] == "title" }?["text"] == name)
        #expect(lines.first { $0["section"] == "alerts" }?["text"] == name)
        #expect(lines.contains { $0["section"] == "interfaces" && $0["agent"] == name })
    }

    @Test("without an account the completeness is empty, not 1") func empty() throws {
        let lines = try lines(FlowReport(generatedMilliseconds: 0))
        #expect(lines.first { $0["name"] == "completeness" }?["value"] == "")
        #expect(lines.first { $0["section"] == "totals" }?["records"] == "0")
    }
}

@Suite struct JSONReportTests {
    private func read(_ report: FlowReport) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(JSONReport(report).octets()))
        return try #require(object as? [String: Any])
    }

    @Test("one object with the documented keys") func keys() throws {
        let report = try Sample.report(filter: "proto tcp")
        let object = try read(report)
        #expect(Set(object.keys) == [
            "title", "generated", "since", "until", "filter", "completeness", "totals", "series", "edges", "sources", "destinations",
            "services", "alerts", "agents",
        ])
        #expect(object["filter"] as? String == "proto tcp")
        #expect(object["since"] as? String == "2026-11-22T12:00:00.000Z")
        let totals = try #require(object["totals"] as? [String: Any])
        #expect((totals["bytes"] as? NSNumber)?.uint64Value == report.totals.bytes)
        let edges = try #require(object["edges"] as? [[String: Any]])
        #expect(edges.count == report.edges.count)
        #expect(Set(edges[0].keys) == ["src", "dst", "dst_port", "proto", "records", "flows", "packets", "bytes", "rev_packets", "rev_bytes"])
        #expect(edges[0]["proto"] as? String == "tcp")
        let alerts = try #require(object["alerts"] as? [[String: Any]])
        #expect(alerts[0]["severity"] as? String == "medium")
        #expect((alerts[0]["samples"] as? [Any])?.count == 4)
        #expect(alerts[1]["src"] is NSNull)
        let agents = try #require(object["agents"] as? [[String: Any]])
        #expect(agents[0]["dropped"] as? Int == 17)
        #expect(agents[0]["local_addresses"] as? Int == 7)
        #expect(agents[1]["local_addresses"] is NSNull)
        let completeness = try #require(object["completeness"] as? [String: Any])
        #expect(completeness["oldest"] as? String == "2026-11-21T12:00:00.000Z")
    }

    @Test("hostile names read back as they were") func hostile() throws {
        let name = "<script>\"\\\u{0}\u{7F}\n\u{202E}"
        var report = try Sample.report()
        report.title = name
        report.agents[0].report.notMetered = [name: 3]
        let object = try read(report)
        #expect(object["title"] as? String == name)
        let agents = try #require(object["agents"] as? [[String: Any]])
        #expect((agents[0]["not_metered"] as? [String: Any])?[name] as? Int == 3)
    }

    @Test("an empty report is whole, and unknown is null") func empty() throws {
        let object = try read(FlowReport(generatedMilliseconds: 0))
        #expect((object["completeness"] as? [String: Any])?["value"] is NSNull)
        #expect(object["since"] is NSNull)
        #expect((object["edges"] as? [Any])?.isEmpty == true)
    }
}
