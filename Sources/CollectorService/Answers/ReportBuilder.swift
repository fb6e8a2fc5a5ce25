import FlowModel
package import FlowQuery
package import Reporting

/// The forms of a report.
package enum ReportFormat: String, Sendable, CaseIterable {
    case html, csv, json

    package var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .json: "application/json"
        }
    }

    package func render(_ report: FlowReport) -> [UInt8] {
        switch self {
        case .html: HTMLReport(report).octets()
        case .csv: CSVReport(report).octets()
        case .json: JSONReport(report).octets()
        }
    }

    /// `zonal-report-20261122T140809Z.html`.
    package func fileName(_ report: FlowReport) -> String {
        let time = UTCTime.text(milliseconds: report.generatedMilliseconds)
        let digits = time.prefix(19).filter { $0 != "-" && $0 != ":" }
        return "zonal-report-\(digits)Z.\(rawValue)"
    }
}

/// Reads what a report is asked for with: `filter`, `since`, `until`, `limit` (lines of each table), `format`.
package enum ReportParameters {
    package static func parse(
        _ parameters: [String: String], now: Int64, defaultSpan: Int64? = nil, accept: String? = nil
    ) throws(RequestFaults) -> (question: FlowReport.Question, format: ReportFormat) {
        var faults = OwnParameters.unknown(parameters, known: ["filter", "since", "until", "limit"])
        let filter = OwnParameters.filter(parameters, &faults)
        let range = OwnParameters.range(parameters, now: now, &faults).beginning(span: defaultSpan, now: now)
        let limit = OwnParameters.limit(parameters, in: 1...1000, standard: 20, &faults)
        let types: [(String, ReportFormat)] = [
            ("text/html", .html), ("text/csv", .csv), ("application/json", .json),
        ]
        var format = AcceptHeader.best(accept ?? "", among: types) ?? .html
        if let text = parameters["format"] {
            if let named = ReportFormat(rawValue: text.lowercased()) {
                format = named
            } else {
                let names = ReportFormat.allCases.map(\.rawValue)
                faults.append(
                    RequestFault(
                        parameter: "format", message: "there are \(names.joined(separator: ", "))", expected: names))
            }
        }
        if !faults.isEmpty { throw RequestFaults(faults) }
        let question = FlowReport.Question(range: range, filter: filter, nowMilliseconds: now, limit: limit)
        return (question, format)
    }
}
