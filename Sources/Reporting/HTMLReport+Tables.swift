import FlowModel

/// The tables of groups: edges, talkers, services.
extension HTMLReport {
    func edges(_ html: inout HTMLText) {
        section("edges", "Who talked to whom", "The largest edges, by bytes of both directions.", model.edges, &html) { line, html in
            Self.edge(Self.text(line, 0), Self.text(line, 1), &html)
            Self.number(Self.text(line, 2), &html)
            Self.cell(Self.text(line, 3), &html)
        } head: {
            [("src → dst", false), ("dst_port", true), ("proto", false)]
        }
    }

    func talkers(_ html: inout HTMLText) {
        section("sources", "Top talkers by source", "Initiators, by bytes of both directions.", model.sources, &html) { line, html in
            Self.mono(Self.text(line, 0), &html)
        } head: {
            [("src", false)]
        }
        section("destinations", "Top talkers by destination", "Responders, by bytes of both directions.", model.destinations, &html) { line, html in
            Self.mono(Self.text(line, 0), &html)
        } head: {
            [("dst", false)]
        }
    }

    func services(_ html: inout HTMLText) {
        section("services", "Services and ports", "Port of the responder and protocol, by bytes of both directions.", model.services, &html) { line, html in
            Self.number(Self.text(line, 0), &html)
            Self.cell(Self.text(line, 1), &html)
        } head: {
            [("dst_port", true), ("proto", false)]
        }
    }

    /// A section with one table: the columns of its own, then flows, bytes of both directions and a bar of these.
    private func section(
        _ id: String, _ title: String, _ meaning: String, _ lines: [FlowReport.Line], _ html: inout HTMLText,
        row: (FlowReport.Line, inout HTMLText) -> Void, head: () -> [(name: String, isNumber: Bool)]
    ) {
        // A short table stays on one page.
        html.element("section", ["id": id, "class": lines.count <= 10 ? "whole" : "long"]) { html in
            html.element("h2", text: title)
            guard !lines.isEmpty else { return nothing(&html) }
            html.element("p", ["class": "quiet"], text: "\(meaning) The bar: → dark, ← light.")
            let most = max(lines.map(\.measures.totalBytes).max() ?? 1, 1)
            let columns = head() + [("flows", true), ("bytes", true), ("rev_bytes", true), ("", false)]
            Self.table(columns, &html) { html in
                for line in lines {
                    let measures = line.measures
                    html.element("tr") { html in
                        row(line, &html)
                        Self.number(Readable.count(measures.flows), exact: measures.flows, &html)
                        Self.number(Readable.bytes(measures.bytes), exact: measures.bytes, &html)
                        Self.number(Readable.bytes(measures.revBytes), exact: measures.revBytes, &html)
                        html.element("td", ["class": "b"]) { Self.bar(measures, of: most, &$0) }
                    }
                }
            }
        }
    }

    /// A cell of two addresses; each stays in one line where the column is wide enough for it.
    static func edge(_ source: String, _ destination: String, _ html: inout HTMLText) {
        html.element("td", ["class": "m e"]) { html in
            html.element("span") { $0.breakable(source) }
            html.markup(" ")
            html.element("span") { html in
                html.markup("→ ")
                html.breakable(destination)
            }
        }
    }

    /// A bar of two parts on the scale of the table.
    private static func bar(_ measures: FlowReport.Measures, of most: UInt64, _ html: inout HTMLText) {
        let scale = 100 / Double(most)
        let sent = Double(measures.bytes) * scale
        let answered = Double(measures.revBytes) * scale
        html.element("svg", ["viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true"]) { html in
            html.element("rect", ["class": "back", "width": "100", "height": "10"]) { _ in }
            html.element("rect", ["class": "c1", "width": TrafficChart.decimal(measures.bytes > 0 ? max(sent, 0.6) : 0), "height": "10"]) { _ in }
            html.element("rect", ["class": "answered", "x": TrafficChart.decimal(sent), "width": TrafficChart.decimal(min(answered, 100 - sent)), "height": "10"]) { _ in }
        }
    }

    private static func text(_ line: FlowReport.Line, _ index: Int) -> String {
        guard index < line.key.count else { return "–" }
        let text = line.key[index].text
        return text.isEmpty ? "–" : text
    }
}
