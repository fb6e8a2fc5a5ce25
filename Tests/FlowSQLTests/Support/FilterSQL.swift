import FlowModel
import FlowQuery

/// A filter's tree as SQL over the ordinary table, made from what the documentation says of each field and from nothing that
/// the engine runs. An absent value is NULL, and passes no test.
struct FilterSQL {
    /// All addresses that the table has: networks are spelled out, bit by bit compared.
    let addresses: Set<IPAddress>

    func text(_ expression: FilterExpression) -> String {
        switch expression {
        case .all: "1"
        case .not(let inner): "NOT \(text(inner))"
        case .and(let parts): "(" + parts.map(text).joined(separator: " AND ") + ")"
        case .or(let parts): "(" + parts.map(text).joined(separator: " OR ") + ")"
        case .test(let field, let test): "coalesce(\(text(field, test)), 0)"
        }
    }

    private func text(_ field: Field, _ test: FieldTest) -> String {
        switch test {
        case .addresses(let set):
            let inside = addresses.filter { address in set.prefixes.contains { Self.lies(address, in: $0) } }
            return "\(Self.value(field)) IN (\(inside.map { "'\($0)'" }.joined(separator: ",")))"
        case .numbers(let set):
            let value = Self.code(field)
            return Self.anyOf(set.ranges.map { "\(value) BETWEEN \(Self.bound(field, $0.lowerBound)) AND \(Self.bound(field, $0.upperBound))" })
        case .reals(let test):
            let value = Self.value(field)
            switch test {
            case .less(let bound): return "\(value) < \(bound)"
            case .atMost(let bound): return "\(value) <= \(bound)"
            case .greater(let bound): return "\(value) > \(bound)"
            case .atLeast(let bound): return "\(value) >= \(bound)"
            case .oneOf(let values): return Self.anyOf(values.map { "\(value) = \($0)" })
            }
        case .flagsSet(let flags): return "\(Self.code(field)) & \(flags.rawValue) = \(flags.rawValue)"
        case .texts(let patterns):
            return Self.anyOf(patterns.map { "\(Self.value(field)) GLOB '\(Self.glob($0))'" })
        case .isTrue: return "\(Self.value(field)) = 1"
        case .isFalse: return "\(Self.value(field)) = 0"
        case .isPresent: return "\(Self.value(field)) IS NOT NULL"
        }
    }

    private static func anyOf(_ tests: [String]) -> String {
        tests.isEmpty ? "0" : "(" + tests.joined(separator: " OR ") + ")"
    }

    private static func lies(_ address: IPAddress, in network: IPPrefix) -> Bool {
        guard address.isIPv6 == network.address.isIPv6 else { return false }
        func bit(_ address: IPAddress, _ index: Int) -> UInt64 {
            address.isIPv6
                ? (index < 64 ? address.high >> UInt64(63 - index) : address.low >> UInt64(127 - index)) & 1
                : address.low >> UInt64(31 - index) & 1
        }
        return (0..<network.length).allSatisfy { bit(address, $0) == bit(network.address, $0) }
    }

    private static func glob(_ pattern: TextPattern) -> String {
        pattern.parts.map { part in
            part.map { "*?[".contains($0) ? "[\($0)]" : $0 == "'" ? "''" : String($0) }.joined()
        }.joined(separator: "*")
    }

    /// The value of a field: its column, or what it is made from.
    static func value(_ field: Field) -> String {
        switch field {
        case .duration: "max(0, \"end\" - flow_start)"
        case .totalBytes: "(bytes + rev_bytes)"
        case .totalPackets: "(packets + rev_packets)"
        case .bps: "(CASE WHEN \"end\" > \"start\" THEN CAST(bytes + rev_bytes AS REAL) * 8 * 1000 / (\"end\" - \"start\") END)"
        case .pps: "(CASE WHEN \"end\" > \"start\" THEN CAST(packets + rev_packets AS REAL) * 1000 / (\"end\" - \"start\") END)"
        case .rtt: "(rtt_client + rtt_server)"
        case .servicePort:
            "(CASE WHEN initiator_basis IN ('syn', 'synack', 'icmp', 'first-packet') THEN dst_port ELSE min(src_port, dst_port) END)"
        default: "\"\(field.rawValue)\""
        }
    }

    /// What stands for the value in ranges: texts that sort as their numbers do stay texts.
    private static func code(_ field: Field) -> String {
        let column = value(field)
        switch field.kind {
        case .proto:
            return words(column, (0...255).map { (ProtocolName.text(UInt8($0)), $0) })
        case .state: return words(column, ConnectionState.allCases.map { ($0.name, Int($0.rawValue)) })
        case .endReason: return words(column, FlowEndReason.allCases.map { ($0.name, Int($0.rawValue)) })
        case .initiatorBasis: return words(column, InitiatorBasis.allCases.map { ($0.name, Int($0.rawValue)) })
        case .encapsulation: return words(column, Encapsulation.allCases.map { ($0.name, Int($0.rawValue)) })
        case .direction: return words(column, FlowDirection.allCases.map { ($0.name, Int($0.rawValue)) })
        case .flags:
            return "(" + Array("CEUAPRSF").enumerated().map { place, letter in
                "(substr(\(column), \(place + 1), 1) = '\(letter)') * \(128 >> place)"
            }.joined(separator: " + ") + ")"
        default: return column
        }
    }

    private static func words(_ column: String, _ words: [(String, Int)]) -> String {
        "(CASE \(column) " + words.filter { !$0.0.isEmpty }.map { "WHEN '\($0.0)' THEN \($0.1)" }.joined(separator: " ") + " END)"
    }

    private static func bound(_ field: Field, _ code: UInt64) -> String {
        switch field.kind {
        case .timestamp: return String(FieldCode.milliseconds(time: code))
        case .hex: return "'\(hexadecimal(code, 16))'"
        case .mac:
            let digits = Array(hexadecimal(min(code, 0xFFFF_FFFF_FFFF), 12))
            return "'" + stride(from: 0, to: 12, by: 2).map { String(digits[$0...($0 + 1)]) }.joined(separator: ":") + "'"
        default: return String(min(code, UInt64(Int64.max)))
        }
    }

    private static func hexadecimal(_ value: UInt64, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
