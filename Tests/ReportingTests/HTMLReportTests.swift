import FlowModel
import FlowQuery
import Testing

@testable import Reporting

@Suite struct HTMLReportTests {
    /// The file without its marks of where a word may break.
    private func text(_ report: FlowReport) -> String {
        String(decoding: HTMLReport(report).octets(), as: UTF8.self).components("<wbr>").joined()
    }

    /// Names of the tags in the order of the text, `/name` for closing ones; text between them is left out.
    private func tags(_ html: String) -> [String] {
        html.split(separator: "<", omittingEmptySubsequences: true).dropFirst(html.hasPrefix("<") ? 0 : 1).compactMap { part in
            part.first.map { $0 == "!" } == true ? nil : part.prefix { $0 != ">" && $0 != " " }.description
        }
    }

    @Test("every element is closed in its order, ids are unique, nothing is loaded") func structure() throws {
        let html = text(try Sample.report())
        var open: [String] = []
        for tag in tags(html) where tag != "meta" {
            if tag.hasPrefix("/") {
                #expect(open.popLast() == String(tag.dropFirst()))
            } else {
                open.append(tag)
            }
        }
        #expect(open.isEmpty)
        #expect(!html.contains("<script") && !html.contains("http://") && !html.contains("https://") && !html.contains(" src=\""))
        let ids = html.split(separator: " id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(Set(ids).count == ids.count)
        #expect(ids == ["not-seen", "traffic", "edges", "sources", "destinations", "services", "alerts", "agents"])
        #expect(html.hasPrefix("<!doctype html>"))
    }

    @Test("each chart and table has its marks") func content() throws {
        let report = try Sample.report(filter: "not dst port 53")
        let html = text(report)
        let bars = report.series.filter { $0.measures.totalBytes > 0 }
        let groups = report.edges.count + report.sources.count + report.destinations.count + report.services.count
        #expect(html.components(" bytes</title></rect>").count - 1 == bars.count)
        #expect(html.components("<rect class=\"back\"").count - 1 == groups)
        #expect(html.components("<tr>").count - 1 == groups + 4 + (2 + 1) + (4 + 1) + (2 + 1) * 2)
        #expect(html.contains("<code>not dst port 53</code>"))
        #expect(html.contains("98.21 %"))
        #expect(html.contains("Something was not seen"))
        #expect(html.contains("lab-host-a dropped 17870000 packets in the kernel ring: raise --ring-size."))
        #expect(html.contains("2026-11-22 12:00:00 to 2026-11-22 14:00:00 UTC</b> (2 h)"))
        #expect(html.contains("badge medium"))
        #expect(html.contains("title=\"\(Readable.exact(report.totals.bytes))\""))
    }

    @Test("not seen stands before the first chart") func prominence() throws {
        let html = text(try Sample.report())
        let seen = try #require(html.range(of: "id=\"not-seen\""))
        let traffic = try #require(html.range(of: "id=\"traffic\""))
        #expect(seen < traffic)
    }

    @Test("an empty report says which span is held and who was looking") func empty() throws {
        var report = FlowReport(generatedMilliseconds: Sample.until, range: TimeRange(since: Sample.since, until: Sample.until))
        let blind = text(report)
        #expect(blind.contains("No flows in this span."))
        #expect(blind.contains("The store holds no records yet."))
        #expect(blind.contains("No agent has reported to this collector"))
        #expect(!blind.contains("<svg class=\"chart\""))
        report.completeness = Completeness(
            stages: [.init(stage: "kernel-ring", unit: "packets", kept: 5, offered: 5)], oldestMilliseconds: Sample.since - 3_600_000,
            newestMilliseconds: Sample.since - 1_800_000)
        report.agents = [Sample.agents()[0]]
        report.filterText = "host 10.9.9.9"
        let quiet = text(report)
        #expect(quiet.contains("No flows match the filter in this span."))
        #expect(quiet.contains("Records are held from 2026-11-22 11:00:00 to 2026-11-22 11:30:00 UTC."))
        #expect(quiet.contains("1 of 1 agent is capturing on 2 interfaces."))
    }

    @Test("names from outside never become markup", arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "&lt;b&gt;", "</style><script>",
        "</title><script>alert(1)</script>", "a\u{0}b\u{202E}c\u{1B}[31m", "javascript:alert(1)",
    ]) func hostile(name: String) throws {
        var report = try Sample.report()
        let harmless = tags(text(report)).count
        report.title = name
        report.filterText = name
        report.completeness.reasons = [name]
        report.completeness.stages[0].stage = name
        report.completeness.stages[0].unit = name
        report.agents[0].report.agent = name
        report.agents[0].report.interfaces[0].name = name
        report.agents[0].report.interfaces[0].kind = name
        report.agents[0].report.notMetered = [name: 1]
        report.alerts[0].summary = name
        report.alerts[0].scope = name
        report.alerts[0].filter = name
        report.alerts[0].techniques = name
        report.alerts[0].name = name
        report.alerts[0].rule = name
        report.alerts[0].samples[0].agent = name
        report.edges[0].key = [.text(name), .text(name), .text(name), .text(name)]
        report.services[0].key = [.text(name), .text(name)]
        for index in report.series.indices where report.series[index].proto == "tcp" { report.series[index].proto = name }
        let html = text(report)
        let found = tags(html)
        #expect(Set(found).isSubset(of: Set(tags(text(try Sample.report()))).union(["code", "/code"])))
        #expect(!found.contains("script") && !found.contains("img"))
        // The filter's own element is the only one that the harmless report lacks.
        #expect(found.count == harmless + 2)
        #expect(!html.contains("<script") && !html.contains("onerror=alert(1)>"))
        #expect(!html.unicodeScalars.contains { $0.value == 0 || $0.value == 0x202E || $0.value == 0x1B })
        // Each attribute's value ends where ours ends it: no quote of a name is left bare.
        #expect(!html.contains("\"><img") && !html.contains("' onmouseover='"))
    }

    @Test("a record at the ends of time, and counters at theirs") func extremes() throws {
        var report = try Sample.report()
        var huge = FlowReport.Measures()
        huge.bytes = .max
        huge.revBytes = .max
        huge.flows = .max
        report.totals = huge
        report.edges[0].measures = huge
        report.series = [.init(milliseconds: .min, proto: "tcp", measures: huge), .init(milliseconds: .max, proto: "udp", measures: huge)]
        #expect(text(report).contains("18.4 EB"))
        report.range = .always
        #expect(!text(report).isEmpty)
    }
}

extension String {
    /// The parts between occurrences of a text.
    fileprivate func components(_ separator: String) -> [Substring] { split(separator: separator, omittingEmptySubsequences: false) }

    fileprivate func range(of text: String) -> String.Index? { firstRange(of: text)?.lowerBound }
}
