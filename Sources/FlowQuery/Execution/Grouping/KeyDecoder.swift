import FlowModel

extension KeyLayout {
    /// The value of one part of a key, as `FlowBatch.value` would give it.
    func value(_ part: Part, _ code: UInt64, _ dictionaries: KeyDictionaries) -> FieldValue {
        guard let field = part.field else { return .absent }
        switch part.form {
        case .address:
            return dictionaries.address(code).map(FieldValue.address) ?? .absent
        case .text:
            let text = dictionaries.texts[Int(code)]
            return text.isEmpty ? .absent : .text(text)
        case .real:
            let value = Double(bitPattern: code)
            return value.isNaN ? .absent : .real(value)
        case .boolean:
            return .boolean(code == 1)
        case .code, .bucket:
            return Self.value(field, code)
        }
    }

    /// The value of a field that has codes; absent for a code outside its domain.
    static func value(_ field: Field, _ code: UInt64) -> FieldValue {
        guard let domain = FieldCode.domain(field), domain.contains(code) else { return .absent }
        let octet = UInt8(truncatingIfNeeded: code)
        switch field.kind {
        case .timestamp: return .timestamp(FieldCode.milliseconds(time: code))
        case .proto: return .text(ProtocolName.text(octet))
        case .flags: return .text(TCPFlags(rawValue: octet).description)
        case .state: return word(ConnectionState(rawValue: octet)?.name)
        case .endReason: return word(FlowEndReason(rawValue: octet)?.name)
        case .initiatorBasis: return word(InitiatorBasis(rawValue: octet)?.name)
        case .encapsulation: return word(Encapsulation(rawValue: octet)?.name)
        case .direction: return word(FlowDirection(rawValue: octet)?.name)
        case .mac: return .text(MACAddress(code).description)
        case .hex: return .text(FlowBatch.hex(code))
        case .milliseconds, .microseconds, .address, .port, .count, .number, .real, .text, .boolean:
            return .integer(code)
        }
    }

    private static func word(_ name: String?) -> FieldValue {
        guard let name, !name.isEmpty else { return .absent }
        return .text(name)
    }

    /// Orders keys by their parts, so that equal measures come in the same order every time.
    func isLess(_ a: Int, _ b: Int, _ index: KeyIndex, _ dictionaries: KeyDictionaries) -> Bool {
        for part in parts where part.form != .bucket {
            let x = part.code(index, a)
            let y = part.code(index, b)
            if x == y { continue }
            switch part.form {
            case .address:
                guard let first = dictionaries.address(x) else { return false }
                guard let second = dictionaries.address(y) else { return true }
                return first < second
            case .text:
                return dictionaries.texts[Int(x)] < dictionaries.texts[Int(y)]
            default:
                return x < y
            }
        }
        return false
    }
}
