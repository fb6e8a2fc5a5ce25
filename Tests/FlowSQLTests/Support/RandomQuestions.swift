import FlowModel
import FlowQuery
import FlowSQL
import TestSupport

/// Filters in the language over every field, and conditions of SQL over every column, with values that occur and values that
/// do not.
struct RandomQuestions {
    var generator: SeededGenerator
    /// Records that values are taken from.
    let flows: FlowBatch

    private static let fields = Field.allCases.filter { !$0.isGroupOnly && $0 != .communityID }
    private static let columns = Field.stored

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &generator)] }
    mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &generator) == 0 }

    // MARK: - The filter language

    mutating func filter(depth: Int = 3) -> String {
        if depth == 0 || chance(3) { return test() }
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return "not (\(filter(depth: depth - 1)))"
        case 1, 2: return "(\(filter(depth: depth - 1)) and \(filter(depth: depth - 1)))"
        default: return "(\(filter(depth: depth - 1)) or \(filter(depth: depth - 1)))"
        }
    }

    private mutating func test() -> String {
        if chance(5) { return sided() }
        let field = pick(Self.fields)
        let name = field.rawValue
        if chance(8) { return "\(name) \(pick(["absent", "present"]))" }
        switch field.kind {
        case .boolean: return pick(["counted", "counted = false", "counted != true"])
        case .flags:
            let letters = pick(["S", "SA", "F", "0x12", "FPA", "2"])
            return pick(["\(name) \(letters)", "\(name) = \(letters)", "not \(name) \(letters)", "\(name) != \(letters)"])
        case .text:
            let value = pick([RandomFlowsValue.quoted(value(of: field)), "\"hv-*\"", "\"*1\"", "\"v*0\"", "\"*\"", "nobody"])
            return pick(["\(name) \(value)", "\(name) != \(value)", "\(name) in [\(value), \"veth0\"]"])
        case .address:
            return pick(["\(name) \(network(of: field))", "\(name) in [\(network(of: field)), \(network(of: field)), 10.0.0.3]", "\(name) != \(network(of: field))"])
        case .proto, .state, .endReason, .initiatorBasis, .encapsulation, .direction, .mac, .hex:
            let (a, b) = (value(of: field), value(of: field))
            return pick(["\(name) \(a)", "\(name) != \(a)", "\(name) in [\(a), \(b)]", "\(name) not in [\(a), \(b)]"])
        case .timestamp, .milliseconds, .microseconds, .port, .count, .number, .real:
            let (a, b) = (value(of: field), value(of: field))
            if chance(5) { return "\(name) in [\(a), \(b)]" }
            return "\(name) \(pick(["=", "!=", "<", "<=", ">", ">="])) \(a)"
        }
    }

    private mutating func sided() -> String {
        let side = pick(["", "src ", "dst ", "src or dst ", "src and dst "])
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return "\(side)port \(pick(["443", "in [22, 53]", "> 1024", "in [1-100, 445]", "ssh"]))"
        case 1: return "\(side)host \(network(of: .src))"
        case 2: return pick(["tcp", "udp", "ipv4", "ipv6", "icmp6", "tcp dst port 445", "any"])
        default: return "\(side)net in [\(network(of: .dst)), 192.168.0.0/24]"
        }
    }

    private mutating func network(of field: Field) -> String {
        let address = value(of: field)
        if chance(3) { return pick(["10.0.0.0/8", "10.0.0.0/27", "fd00::/8", "192.168.0.16/28", "::/0", "0.0.0.0/0", "198.51.100.7"]) }
        let lengths = address.contains(":") ? ["", "/64", "/120", "/127"] : ["", "/31", "/29", "/24"]
        return address + pick(lengths)
    }

    /// The text of a value that a random record has, or of one that few have.
    private mutating func value(of field: Field) -> String {
        let row = Int.random(in: 0..<flows.count, using: &generator)
        let (value, kind) = (flows.value(field, row: row), field.kind)
        if value == .absent {
            switch kind {
            case .address: return "10.0.0.3"
            case .proto: return "tcp"
            case .state: return "S0"
            case .endReason: return "idle"
            case .initiatorBasis: return "syn"
            case .encapsulation: return "vxlan"
            case .direction: return "ingress"
            case .mac: return "02:42:ac:11:00:02"
            case .hex: return "00000000000000ff"
            case .text: return "hv-1"
            default: return "1"
            }
        }
        // What the header that a field is read from cannot hold, the language refuses.
        if case .integer(let number) = value, let largest = FieldCode.largest(field), number > largest { return "0" }
        // The language compares rates with whole numbers.
        if kind == .real { return String(value.text.prefix { $0 != "." }) }
        return value.text
    }

    // MARK: - SQL

    mutating func condition(depth: Int = 3) -> String {
        if depth == 0 || chance(3) { return comparison() }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return "NOT (\(condition(depth: depth - 1)))"
        case 1, 2, 3: return "(\(condition(depth: depth - 1)) AND \(condition(depth: depth - 1)))"
        default: return "(\(condition(depth: depth - 1)) OR \(condition(depth: depth - 1)))"
        }
    }

    private mutating func comparison() -> String {
        let field = pick(Self.columns)
        let name = "\"\(field.rawValue)\""
        let (a, b) = (literal(field), literal(field))
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: return "\(name) IS NULL"
        case 1: return "\(name) IS NOT NULL"
        case 2: return "\(name) IN (\(a), \(b), \(literal(field)))"
        case 3: return "\(name) NOT IN (\(a), \(b))"
        case 4: return "\(name) BETWEEN \(a) AND \(b)"
        case 5: return "\(name) IS \(a)"
        case 6: return "\(name) <> \(a)"
        case 7 where field.sqlType == .text: return "\(name) LIKE '%\(pick(["1", "S", "10.0", "a", "::"]))%'"
        case 8 where field.sqlType == .text: return "\(name) = \(a) COLLATE NOCASE"
        case 9: return "\(name) = (SELECT \(a))"
        case 10: return "\(name) \(pick(["<", "<=", ">", ">="])) \(a)"
        default: return "\(name) = \(a)"
        }
    }

    private mutating func literal(_ field: Field) -> String {
        let value = value(of: field)
        if field.sqlType == .text { return RandomFlowsValue.sql(value) }
        if field == .counted { return pick(["0", "1", "0.0", "2"]) }
        let row = Int.random(in: 0..<flows.count, using: &generator)
        guard case .timestamp(let time) = flows.value(field, row: row) else {
            return pick([value, value, value + ".5", "-1", "'\(value)'", "NULL", value + ".0", "1e30"])
        }
        return pick([String(time), String(time), "\(time).5", "'\(time)'", "ts('2026-11-22T14:30:00Z')"])
    }
}

enum RandomFlowsValue {
    /// A text in the quotes of the filter language; stars stand for themselves.
    static func quoted(_ text: String) -> String {
        "\"" + text.map { "\"\\*".contains($0) ? "\\\($0)" : String($0) }.joined() + "\""
    }

    static func sql(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
