package import FlowModel
package import FlowQuery

/// What can be asked of a collector or a data folder by parameters; the raw value is the last part of its path.
package enum Subject: String, Sendable, CaseIterable {
    case flows, aggregate, series, alerts, agents, exporters, fields, values, complete

    /// True where an answer reads flows, and may take long.
    package var readsFlows: Bool {
        switch self {
        case .flows, .aggregate, .series, .values, .complete: true
        case .alerts, .agents, .exporters, .fields: false
        }
    }
}

/// A question, read from parameters and sound.
package enum Question: Sendable {
    case flows(FlowRequest)
    case alerts(state: Alert.State?, range: TimeRange, limit: Int)
    case agents
    case exporters
    case fields
    case values(ValuesRequest)
    case complete(CompletionRequest)

    /// The same question, asked so that its answer can take that form.
    ///
    /// - Throws: a form that the answer does not have.
    package func shaped(for format: AnswerFormat, hasFields: Bool) throws(RequestFaults) -> Question {
        guard format == .ipfix else { return self }
        guard case .flows(var request) = self, case .flows = request.kind else {
            throw RequestFaults([
                RequestFault(parameter: "format", message: "flows alone can be had as IPFIX; there are json, csv, ndjson, table here")
            ])
        }
        if hasFields {
            throw RequestFaults([
                RequestFault(parameter: "fields", message: "an IPFIX file holds whole records; leave fields out, or ask for csv, json or ndjson")
            ])
        }
        request.asRecords = true
        return .flows(request)
    }

    /// - Parameters:
    ///   - now: milliseconds since 1970 UTC, for relative times.
    ///   - defaultSpan: milliseconds; where flows are asked for, a missing `since` is so long before `until`, or before now.
    /// - Throws: everything that is wrong with the parameters. `format` is the caller's own, and passed over.
    package static func parse(
        _ subject: Subject, _ parameters: [String: String], now: Int64, defaultSpan: Int64? = nil
    ) throws(RequestFaults) -> Question {
        let shape: RequestParser.Shape
        switch subject {
        case .flows: shape = .flows
        case .aggregate: shape = .aggregate
        case .series: shape = .series
        case .values:
            return .values(
                try ValuesRequest.parse(parameters, now: now, defaultSpan: defaultSpan, ignoring: OwnParameters.ignored))
        case .complete:
            return .complete(
                try CompletionRequest.parse(parameters, now: now, defaultSpan: defaultSpan, ignoring: OwnParameters.ignored))
        case .alerts: return try alerts(parameters, now: now)
        case .agents, .exporters, .fields:
            let faults = OwnParameters.unknown(parameters, known: [])
            if !faults.isEmpty { throw RequestFaults(faults) }
            return subject == .agents ? .agents : subject == .exporters ? .exporters : .fields
        }
        return .flows(
            try RequestParser.parse(
                parameters, as: shape, now: now, defaultSpan: defaultSpan, ignoring: OwnParameters.ignored))
    }

    private static func alerts(_ parameters: [String: String], now: Int64) throws(RequestFaults) -> Question {
        var faults = OwnParameters.unknown(parameters, known: ["state", "since", "until", "limit"])
        var state: Alert.State?
        if let text = parameters["state"], !text.isEmpty, text != "all" {
            state = Alert.State(rawValue: text)
            if state == nil {
                let expected = ["open", "closed", "all"]
                faults.append(
                    RequestFault(
                        parameter: "state", message: "there are \(expected.joined(separator: ", "))", expected: expected))
            }
        }
        let range = OwnParameters.range(parameters, now: now, &faults)
        let limit = OwnParameters.limit(parameters, in: 1...10_000, standard: 1000, &faults)
        if !faults.isEmpty { throw RequestFaults(faults) }
        return .alerts(state: state, range: range, limit: limit)
    }
}

/// Reads the parameters that are not those of `RequestParser`.
enum OwnParameters {
    static let ignored: Set<String> = ["format"]

    static func unknown(_ parameters: [String: String], known: [String]) -> [RequestFault] {
        parameters.keys.sorted().filter { !known.contains($0) && !ignored.contains($0) }.map { name in
            let all = known + ignored.sorted()
            let shown = String(name.prefix(60))
            return RequestFault(
                parameter: shown, message: "'\(shown)' is not a parameter here; there are \(all.joined(separator: ", "))",
                expected: all)
        }
    }

    static func range(_ parameters: [String: String], now: Int64, _ faults: inout [RequestFault]) -> TimeRange {
        do throws(RequestFaults) {
            return try TimeRange(since: parameters["since"], until: parameters["until"], now: now)
        } catch {
            faults += error.faults
            return .always
        }
    }

    static func limit(
        _ parameters: [String: String], in range: ClosedRange<Int>, standard: Int, _ faults: inout [RequestFault]
    ) -> Int {
        guard let text = parameters["limit"], !text.isEmpty else { return standard }
        guard let limit = Int(text), range.contains(limit) else {
            faults.append(
                RequestFault(
                    parameter: "limit",
                    message: "'\(text.prefix(60))' is not a whole number in \(range.lowerBound)...\(range.upperBound)"))
            return standard
        }
        return limit
    }

    static func filter(_ parameters: [String: String], _ faults: inout [RequestFault]) -> FlowFilter {
        do throws(FilterError) {
            return try FlowFilter(parameters["filter"] ?? "")
        } catch {
            faults.append(
                RequestFault(
                    parameter: "filter", message: error.message, column: error.column, expected: error.expected))
            return .all
        }
    }
}
