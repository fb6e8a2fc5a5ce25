import FlowModel
import FlowQuery

/// A report as one HTML file: style and charts inside, no script, nothing loaded from anywhere. Made to be read on a screen
/// from 700 pixels' width and to be printed on A4.
package struct HTMLReport: Sendable {
    private let report: FlowReport

    package init(_ report: FlowReport) {
        self.report = report
    }

    /// The file, UTF-8.
    package func octets() -> [UInt8] {
        var html = HTMLText()
        html.markup("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        html.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        html.markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
        html.element("title", text: "\(report.title), \(span)")
        html.markup("<style>")
        html.markup(Self.style)
        html.markup("</style></head>\n<body>")
        head(&html)
        notSeen(&html)
        html.markup("<main>")
        traffic(&html)
        edges(&html)
        talkers(&html)
        services(&html)
        alerts(&html)
        agents(&html)
        html.markup("</main>")
        html.element("footer") { html in
            html.text("Made by Zonal at \(Readable.time(report.generatedMilliseconds)) UTC. All times are UTC. Bytes are counted at the IP layer; → is from the initiator to the responder, ← back. A record belongs to the instant of its end. 1 kB is 1000 bytes; exact numbers are in the titles of the cells, and in the CSV and JSON form of this report.")
        }
        html.markup("</body></html>\n")
        return html.octets
    }

    private var span: String {
        let since = report.range.since.map { Readable.time($0) } ?? "the oldest record"
        let until = report.range.until.map { "\(Readable.time($0)) UTC" } ?? "the newest record"
        return "\(since) to \(until)"
    }

    // MARK: - Head

    private func head(_ html: inout HTMLText) {
        html.element("header") { html in
            html.element("h1", text: report.title)
            html.element("p") { html in
                html.element("b", text: span)
                if let since = report.range.since, let until = report.range.until {
                    let (length, overflow) = until.subtractingReportingOverflow(since)
                    if !overflow, length > 0 { html.text(" (\(Readable.duration(seconds: length / 1000)))") }
                }
            }
            html.element("p") { html in
                html.text("Filter: ")
                if report.filterText.isEmpty {
                    html.text("all flows")
                } else {
                    html.element("code") { $0.breakable(report.filterText) }
                }
            }
            html.element("dl", ["class": "tiles"]) { html in
                let totals = report.totals
                Self.tile("flows", Readable.count(totals.flows), totals.flows, &html)
                Self.tile("records", Readable.count(totals.records), totals.records, &html)
                Self.tile("bytes →", Readable.bytes(totals.bytes), totals.bytes, &html)
                Self.tile("bytes ←", Readable.bytes(totals.revBytes), totals.revBytes, &html)
                Self.tile("packets →", Readable.count(totals.packets), totals.packets, &html)
                Self.tile("packets ←", Readable.count(totals.revPackets), totals.revPackets, &html)
                let open = UInt64(report.alerts.count { $0.state == .open })
                Self.tile(open == 1 ? "open alert" : "open alerts", Readable.count(open), open, &html)
            }
        }
    }

    private static func tile(_ label: String, _ value: String, _ exact: UInt64, _ html: inout HTMLText) {
        html.element("div", ["title": Readable.exact(exact)]) { html in
            html.element("dd", text: value)
            html.element("dt", text: label)
        }
    }

    private func notSeen(_ html: inout HTMLText) {
        let findings = Findings(report)
        html.element("section", ["class": "seen \(findings.level.rawValue)", "id": "not-seen"]) { html in
            html.element("h2", text: findings.headline)
            html.element("ul") { html in
                for sentence in findings.sentences + findings.reasons {
                    html.element("li") { $0.breakable(sentence) }
                }
            }
            guard !report.completeness.stages.isEmpty else { return }
            Self.table([("stage", false), ("kept", true), ("offered", true), ("not kept", true), ("share", true)], &html) { html in
                for stage in report.completeness.stages {
                    html.element("tr") { html in
                        Self.cell(stage.stage, &html)
                        Self.number("\(Readable.exact(stage.kept)) \(stage.unit)", &html)
                        Self.number("\(Readable.exact(stage.offered)) \(stage.unit)", &html)
                        Self.number(Readable.exact(stage.offered > stage.kept ? stage.offered - stage.kept : 0), &html)
                        Self.number(stage.offered > 0 ? Readable.percent(Double(stage.kept) / Double(stage.offered)) : "nothing offered", &html)
                    }
                }
            }
        }
    }

    /// What stands in place of a chart or table without lines.
    func nothing(_ html: inout HTMLText) {
        html.element("p", ["class": "nothing"], text: report.filterText.isEmpty
            ? "No flows in this span. Whether anybody was looking, and which span is held, stands under «\(Findings(report).headline)» above."
            : "No flows match the filter in this span. Whether anybody was looking, and which span is held, stands under «\(Findings(report).headline)» above.")
    }

    // MARK: - Cells

    static func table(
        _ head: [(name: String, isNumber: Bool)], _ html: inout HTMLText, _ body: (inout HTMLText) -> Void
    ) {
        html.element("table") { html in
            html.element("thead") { html in
                html.element("tr") { html in
                    for column in head {
                        html.element("th", column.isNumber ? ["class": "n", "scope": "col"] : ["scope": "col"], text: column.name)
                    }
                }
            }
            html.element("tbody", [:], body)
        }
    }

    static func cell(_ text: String, _ html: inout HTMLText) {
        html.element("td") { $0.breakable(text.isEmpty ? "–" : text) }
    }

    static func mono(_ text: String, _ html: inout HTMLText) {
        html.element("td", ["class": "m"]) { $0.breakable(text.isEmpty ? "–" : text) }
    }

    static func number(_ text: String, exact: UInt64? = nil, _ html: inout HTMLText) {
        if let exact {
            html.element("td", ["class": "n", "title": Readable.exact(exact)], text: text)
        } else {
            html.element("td", ["class": "n"], text: text)
        }
    }

    private func traffic(_ html: inout HTMLText) {
        html.element("section", ["id": "traffic", "class": "whole"]) { html in
            html.element("h2", text: "Traffic over time")
            guard let chart = TrafficChart(report) else { return nothing(&html) }
            chart.draw(in: &html)
            html.element("ul", ["class": "legend"]) { html in
                for (index, name) in chart.names.enumerated() {
                    html.element("li", ["title": "\(Readable.exact(chart.totals[index])) bytes"]) { html in
                        html.markup("<svg viewBox=\"0 0 10 10\" width=\"10\" height=\"10\" aria-hidden=\"true\">")
                        html.element("rect", ["class": chart.colourClass(index), "width": "10", "height": "10"]) { _ in }
                        html.markup("</svg> ")
                        html.text("\(name) \(Readable.bytes(chart.totals[index]))")
                    }
                }
                html.element("li", text: "both directions, a bar is \(Readable.duration(seconds: report.intervalMilliseconds / 1000))")
            }
        }
    }
}

extension HTMLReport {
    var model: FlowReport { report }
}
