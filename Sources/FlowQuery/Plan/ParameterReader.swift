import FlowModel

/// Reads parameters one by one, collects what is wrong, and goes on with a default.
struct ParameterReader {
    private let parameters: [String: String]
    private(set) var faults: [RequestFault] = []

    init(_ parameters: [String: String]) {
        self.parameters = parameters
    }

    /// The text of a parameter; nil when missing or blank.
    private func text(_ name: String) -> String? {
        guard let text = parameters[name], text.contains(where: { !$0.isWhitespace }) else { return nil }
        return text
    }

    private mutating func fault(_ parameter: String, _ message: String, _ column: Int? = nil, _ expected: [String] = [])
    {
        faults.append(RequestFault(parameter: parameter, message: message, column: column, expected: expected))
    }

    mutating func rejectUnknown(_ known: [String], ignoring: Set<String>, shape: String) {
        for name in parameters.keys.sorted() where !known.contains(name) && !ignoring.contains(name) {
            let shown = FilterToken.shortened(name)
            if let near = Spelling.nearest(to: name, among: known) {
                fault(shown, "'\(shown)' is not a parameter of \(shape); did you mean '\(near)'?", nil, known)
            } else {
                fault(
                    shown, "'\(shown)' is not a parameter of \(shape); there are \(known.joined(separator: ", "))", nil,
                    known)
            }
        }
    }

    mutating func filter() -> FlowFilter {
        do {
            return try FlowFilter(parameters["filter"] ?? "")
        } catch {
            fault("filter", error.message, error.column, error.expected)
            return .all
        }
    }

    mutating func range(now: Int64, defaultSpan: Int64?) -> TimeRange {
        do {
            return try TimeRange(since: parameters["since"], until: parameters["until"], now: now)
                .beginning(span: defaultSpan, now: now)
        } catch {
            faults += error.faults
            return .always
        }
    }

    mutating func flag(_ name: String) -> Bool {
        guard let written = parameters[name] else { return false }
        switch written.lowercased() {
        case "", "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default:
            fault(name, "'\(FilterToken.shortened(written))' is neither true nor false", nil, ["true", "false"])
            return false
        }
    }

    mutating func limit(default standard: Int) -> Int {
        guard let written = text("limit") else { return standard }
        guard let limit = Int(written), FlowRequest.limits.contains(limit) else {
            fault("limit", "'\(FilterToken.shortened(written))' is not a whole number in 1...1000000")
            return standard
        }
        return limit
    }

    /// Field names with commas between; nil when the parameter is missing.
    ///
    /// - Parameter words: those that could stand there; all fields where it is nil.
    mutating func fields(_ parameter: String, among words: [Field]? = nil) -> [Field]? {
        guard let written = text(parameter) else { return nil }
        var fields: [Field] = []
        var column = 1
        for part in written.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.filter { !$0.isWhitespace }
            if let field = Field(name: name) {
                fields.append(field)
            } else {
                let start = column + part.prefix(while: \.isWhitespace).count
                fault(parameter, Self.explain(unknown: name), start, (words ?? Field.allCases).map(\.rawValue))
            }
            column += part.count + 1
        }
        return fields.isEmpty ? nil : fields
    }

    /// Names of what is told of groups, with commas between; nil when the parameter is missing.
    mutating func groupValues() -> [GroupValue]? {
        guard let written = text("fields") else { return nil }
        var values: [GroupValue] = []
        var column = 1
        for part in written.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.filter { !$0.isWhitespace }
            if let value = GroupValue(name: name) {
                values.append(value)
            } else {
                let start = column + part.prefix(while: \.isWhitespace).count
                fault("fields", Self.explain(unknown: name), start, FlowRequest.sums.map(\.rawValue))
            }
            column += part.count + 1
        }
        return values.isEmpty ? nil : values
    }

    private static func explain(unknown name: String) -> String {
        let shown = FilterToken.shortened(name)
        if name.isEmpty { return "a field's name is missing" }
        if FilterVocabulary.absentNames.contains(name.lowercased()) {
            return "'\(shown)' is not a field of this version"
        }
        switch name.lowercased() {
        case "ip", "host", "net", "address": return "'\(shown)' is either side; name 'src' or 'dst'"
        case "port": return "'port' is either side; name 'src_port' or 'dst_port'"
        case "mac": return "'mac' is either side; name 'src_mac' or 'dst_mac'"
        default: break
        }
        if let other = FilterVocabulary.otherSpellings[name.lowercased()] {
            return "'\(shown)' is not a field; did you mean '\(other)'?"
        }
        if let near = Spelling.nearest(to: name, among: Field.allCases.map(\.rawValue)) {
            return "'\(shown)' is not a field; did you mean '\(near)'?"
        }
        return "'\(shown)' is not a field"
    }

    /// `bytes`, `-bytes`, `bytes:desc`, `bytes:asc`.
    mutating func order() -> (value: GroupValue, descending: Bool) {
        guard let written = text("order") else { return (.bytes, true) }
        guard let (name, descending) = Self.direction(written) else {
            fault("order", "'\(FilterToken.shortened(written))' is not a field, or a field with :asc or :desc")
            return (.bytes, true)
        }
        guard let value = GroupValue(name: name) else {
            let names = FlowRequest.sums.map(\.rawValue)
            let there = "there are \(names.joined(separator: ", ")), and the fields of 'by'"
            fault("order", "\(Self.explain(unknown: name)); \(there), each with :asc or :desc", nil, names)
            return (.bytes, true)
        }
        return (value, descending)
    }

    private static func direction(_ written: String) -> (name: String, descending: Bool)? {
        var name = written.filter { !$0.isWhitespace }.lowercased()
        if name.hasPrefix("-") { return (String(name.dropFirst()), true) }
        guard let colon = name.firstIndex(of: ":") else { return (name, true) }
        let word = name[name.index(after: colon)...]
        guard word == "asc" || word == "desc" else { return nil }
        name = String(name[..<colon])
        return (name, word == "desc")
    }

    /// Flows come newest first and in no other order.
    mutating func checkFlowOrder() {
        guard let written = text("order") else { return }
        if let (name, descending) = Self.direction(written), name == Field.end.rawValue, descending { return }
        fault("order", "flows come newest 'end' first; another order wants an aggregate", nil, ["end"])
    }

    mutating func cursor() -> FlowCursor? {
        guard let written = text("cursor") else { return nil }
        guard let cursor = FlowCursor(text: written) else {
            fault("cursor", "this is not a cursor of an answer before")
            return nil
        }
        return cursor
    }

    mutating func interval(default standard: Int64) -> Int64 {
        guard let written = text("interval") else { return standard }
        let compact = written.filter { !$0.isWhitespace }
        do {
            let isBare = compact.utf8.allSatisfy { (48...57).contains($0) }
            let span = try Quantity.span(isBare ? compact + "s" : compact, unit: 1000)
            guard span > 0, let interval = Int64(exactly: span) else { throw Quantity.Fault.tooLarge }
            return interval
        } catch {
            fault("interval", "'\(FilterToken.shortened(written))' is not a time span such as 30s, 5m or 1h")
            return standard
        }
    }
}
