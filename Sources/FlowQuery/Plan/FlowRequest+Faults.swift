package import FlowModel

/// What is wrong with one parameter of a request.
package struct RequestFault: Error, Sendable, Hashable {
    /// Its name as people write it: `filter`, `since`, `by`, …
    package var parameter: String
    /// One sentence.
    package var message: String
    /// Where in the parameter's text, from 1; nil where it is the whole.
    package var column: Int?
    /// Words that could have stood there.
    package var expected: [String]

    package init(parameter: String, message: String, column: Int? = nil, expected: [String] = []) {
        self.parameter = parameter
        self.message = message
        self.column = column
        self.expected = expected
    }
}

extension RequestFault: CustomStringConvertible {
    package var description: String {
        column.map { "\(parameter): column \($0): \(message)" } ?? "\(parameter): \(message)"
    }
}

extension FlowRequest {
    package static let limits = 1...1_000_000
    package static let bucketLimit = 10_000

    /// What groups can sum, in the order of output.
    package static let sums: [Field] = Field.measures + [.totalBytes, .totalPackets]

    /// All that is wrong with the request; empty for a sound one.
    package var faults: [RequestFault] {
        var faults: [RequestFault] = []
        if let since = range.since, let until = range.until, since >= until {
            faults.append(RequestFault(parameter: "until", message: "'until' must be later than 'since'"))
        }
        switch kind {
        case .flows(let fields, let limit, _):
            checkLimit(limit, &faults)
            if let fields {
                if fields.isEmpty { faults.append(RequestFault(parameter: "fields", message: "no field is named")) }
                checkFields(fields, "fields", &faults)
            }
        case .aggregate(let by, let measures, let order, _, let limit):
            checkLimit(limit, &faults)
            checkFields(by, "by", &faults)
            checkMeasures(measures, by: by, &faults)
            if !by.contains(where: { .plain($0) == order }), !measures.contains(order), order.fault != nil {
                let names = (by + Self.sums).map(\.rawValue)
                faults.append(
                    RequestFault(
                        parameter: "order",
                        message: "'\(order.name)' orders no groups; there are \(names.joined(separator: ", "))",
                        expected: names))
            }
        case .series(let interval, let by, let measures, let limit):
            checkLimit(limit, &faults)
            checkFields(by, "by", &faults)
            checkMeasures(measures, by: by, &faults)
            if by.contains(.start) {
                faults.append(
                    RequestFault(
                        parameter: "by", message: "'start' is the bucket of a series; it cannot be grouped by as well"))
            }
            checkInterval(interval, &faults)
        }
        return faults
    }

    private func checkLimit(_ limit: Int, _ faults: inout [RequestFault]) {
        if !Self.limits.contains(limit) {
            faults.append(RequestFault(parameter: "limit", message: "\(limit) is not in 1...1000000"))
        }
    }

    private func checkFields(_ fields: [Field], _ parameter: String, _ faults: inout [RequestFault]) {
        for (index, field) in fields.enumerated() {
            if field.isGroupOnly {
                faults.append(
                    RequestFault(
                        parameter: parameter,
                        message: "'\(field.rawValue)' is a number of groups, not a field of records"))
            } else if fields[..<index].contains(field) {
                faults.append(RequestFault(parameter: parameter, message: "'\(field.rawValue)' is named twice"))
            }
        }
    }

    private func checkMeasures(_ measures: [GroupValue], by: [Field], _ faults: inout [RequestFault]) {
        if measures.isEmpty { faults.append(RequestFault(parameter: "fields", message: "no measure is named")) }
        for (index, measure) in measures.enumerated() {
            if let fault = measure.fault {
                faults.append(RequestFault(parameter: "fields", message: fault, expected: Self.sums.map(\.rawValue)))
            } else if measures[..<index].contains(measure) {
                faults.append(RequestFault(parameter: "fields", message: "'\(measure.name)' is named twice"))
            }
        }
        for field in by where !field.isGroupOnly && measures.contains(.plain(field)) {
            faults.append(
                RequestFault(
                    parameter: "by",
                    message:
                        "'\(field.rawValue)' cannot be grouped by and summed at once; name 'fields' without it, as in fields=flows"
                ))
        }
    }

    private func checkInterval(_ interval: Int64, _ faults: inout [RequestFault]) {
        guard interval > 0 else {
            faults.append(RequestFault(parameter: "interval", message: "the interval must be longer than nothing"))
            return
        }
        guard let since = range.since, let until = range.until, since < until else { return }
        let (span, overflow) = until.subtractingReportingOverflow(since)
        if overflow || span / interval >= Int64(Self.bucketLimit) {
            faults.append(
                RequestFault(
                    parameter: "interval",
                    message:
                        "the interval is too short for the time asked: a series has at most \(Self.bucketLimit) buckets"
                ))
        }
    }
}
