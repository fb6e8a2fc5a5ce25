import FlowModel

/// Tells of comparisons that SQL takes and that no row can ever meet: an answer without rows would be believed.
enum FlowLiteral {
    /// What is wrong with comparing a field with a value that stands in the statement; nil where nothing is.
    static func fault(_ field: Field, _ operation: FlowPlan.Operation, _ value: SQLValue) -> String? {
        switch (field.kind, value) {
        case (.timestamp, .text(let text)) where Double(text) == nil:
            return "'\(field.rawValue)' is milliseconds since 1970: write \(field.rawValue) \(operation.rawValue) ts('\(shown(text))')"
        case (.address, .text(let text)) where operation == .equal && FlowCondition.address(text) == nil:
            if let address = IPAddress(text) {
                return "'\(shown(text))' is not how '\(field.rawValue)' writes that address: write '\(address)'"
            }
            if IPPrefix(text) != nil {
                return "'\(shown(text))' is a network: write net(\(field.rawValue), '\(shown(text))')"
            }
            return "'\(shown(text))' is no address, and '\(field.rawValue)' holds nothing else"
        case (.address, .text(let text)) where operation == .inNetwork && IPPrefix(text) == nil:
            return "'\(shown(text))' is no network such as 10.1.0.0/16 or fd00::/8"
        case (.proto, .integer(let number)) where operation == .equal:
            guard let octet = UInt8(exactly: number) else { return "\(number) is no IP protocol" }
            let name = ProtocolName.text(octet)
            return name == String(number) ? nil : "'proto' holds names: write proto = '\(name)'"
        case (.proto, .text(let text)) where operation == .equal && FlowCondition.code(field, text: text) == nil:
            if let number = ProtocolName.number(text) {
                return "'\(shown(text))' is not how 'proto' writes that protocol: write '\(ProtocolName.text(number))'"
            }
            return "'\(shown(text))' is no IP protocol"
        case (.state, .text(let text)), (.endReason, .text(let text)), (.initiatorBasis, .text(let text)),
            (.encapsulation, .text(let text)), (.direction, .text(let text)):
            guard operation == .equal, FlowCondition.code(field, text: text) == nil else { return nil }
            return "'\(shown(text))' is no value of '\(field.rawValue)'; there are \(words(field).joined(separator: ", "))"
        case (.flags, .text(let text)) where operation == .equal && FlowCondition.code(field, text: text) == nil:
            guard let flags = TCPFlags(text) else { return "'\(shown(text))' are no TCP flags such as ......S." }
            return "'\(shown(text))' is not how '\(field.rawValue)' writes those flags: write '\(flags)', or LIKE '%S%'"
        default: return nil
        }
    }

    private static func words(_ field: Field) -> [String] {
        let words: [String] =
            switch field.kind {
            case .state: ConnectionState.allCases.map(\.name)
            case .endReason: FlowEndReason.allCases.map(\.name)
            case .initiatorBasis: InitiatorBasis.allCases.map(\.name)
            case .encapsulation: Encapsulation.allCases.map(\.name)
            case .direction: FlowDirection.allCases.map(\.name)
            default: []
            }
        return words.filter { !$0.isEmpty }
    }

    /// Cut, and nothing that moves a terminal.
    static func shown(_ text: String) -> String {
        let cut = text.prefix(60).map { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value) } ? $0 : "?" }
        return String(cut) + (text.count > 60 ? "…" : "")
    }
}
