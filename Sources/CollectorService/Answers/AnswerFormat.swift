package import FlowQuery

/// The form of an answer.
package enum AnswerFormat: String, Sendable, CaseIterable {
    case json, csv, ndjson
    /// Aligned columns for terminals, with shortened counters.
    case table
    /// An IPFIX file (RFC 5655) of whole records: flows alone have it.
    case ipfix

    package var contentType: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .ndjson: "application/x-ndjson"
        case .table: "text/plain; charset=utf-8"
        case .ipfix: "application/ipfix"
        }
    }

    /// The `format` parameter wins over `Accept`; without either it is JSON.
    package static func choose(parameter: String?, accept: String?) throws(RequestFault) -> AnswerFormat {
        if let parameter {
            guard let format = AnswerFormat(rawValue: parameter.lowercased()) else {
                let names = allCases.map(\.rawValue)
                throw RequestFault(
                    parameter: "format", message: "there are \(names.joined(separator: ", "))", expected: names)
            }
            return format
        }
        let types: [(String, AnswerFormat)] = [
            ("application/json", .json), ("text/csv", .csv), ("application/x-ndjson", .ndjson),
            ("application/ndjson", .ndjson), ("text/plain", .table), ("application/ipfix", .ipfix),
        ]
        return AcceptHeader.best(accept ?? "", among: types) ?? .json
    }
}

/// The `Accept` header (RFC 9110 §12.5.1), as far as choosing among a few types needs it.
enum AcceptHeader {
    /// The value whose type has the highest quality; among equals the one written first. nil when none is named.
    static func best<Value>(_ header: String, among types: [(type: String, value: Value)]) -> Value? {
        var best: (value: Value, quality: Double)?
        for range in header.split(separator: ",").prefix(32) {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first, let match = types.first(where: { $0.type == name }) else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if quality > best?.quality ?? 0 { best = (match.value, quality) }
        }
        return best?.value
    }
}
