import FlowModel
import FlowQuery

/// What a condition of SQL says in the words of the filter. It may say less, never more: SQLite looks at each row again.
enum FlowCondition: Equatable {
    /// Nothing that can be said.
    case anything
    /// No row at all.
    case nothing
    case expression(FilterExpression)

    init(_ field: Field, _ operation: FlowPlan.Operation, _ values: [SQLValue]) {
        switch operation {
        case .isPresent: self = .expression(.test(field, .isPresent))
        case .isNull: self = .expression(.not(.test(field, .isPresent)))
        case .inNetwork:
            guard case .text(let text)? = values.first, let prefix = IPPrefix(text) else {
                self = .anything
                return
            }
            self = .expression(.test(field, .addresses(AddressSet([prefix]))))
        case .equal, .oneOf: self = Self.equal(field, values)
        case .less, .atMost, .greater, .atLeast:
            guard let value = values.first else {
                self = .anything
                return
            }
            self = field.kind == .real ? Self.compare(real: field, operation, value) : Self.compare(field, operation, value)
        }
    }

    // MARK: - Order

    private static func compare(_ field: Field, _ operation: FlowPlan.Operation, _ value: SQLValue) -> FlowCondition {
        let isBelow = operation == .less || operation == .atMost
        switch value {
        case .null: return .nothing
        case .integer(let number):
            let bound = code(field, number)
            if isBelow {
                // Under the smallest of all there is nothing.
                guard let bound, operation == .atMost || bound > 0 else { return .nothing }
                return numbers(field, [0...(operation == .less ? bound - 1 : bound)])
            }
            guard let bound else { return .expression(.test(field, .isPresent)) }
            guard operation == .atLeast || bound < .max else { return .nothing }
            return numbers(field, [(operation == .greater ? bound + 1 : bound)...UInt64.max])
        case .real(let number):
            // Past 2^53 not every whole number has a real of its own: SQLite alone compares them.
            guard abs(number) < 9_007_199_254_740_992 else { return .anything }
            let whole = Int64(isBelow ? number.rounded(.up) : number.rounded(.down))
            return compare(field, isBelow ? .atMost : .atLeast, .integer(whole))
        // A text of digits is a number to SQLite.
        case .text, .octets: return .anything
        }
    }

    private static func compare(real field: Field, _ operation: FlowPlan.Operation, _ value: SQLValue) -> FlowCondition {
        guard value != .null else { return .nothing }
        guard let bound = real(value) else { return .anything }
        switch operation {
        case .less: return .expression(.test(field, .reals(.less(bound))))
        case .atMost: return .expression(.test(field, .reals(.atMost(bound))))
        case .greater: return .expression(.test(field, .reals(.greater(bound))))
        case .atLeast: return .expression(.test(field, .reals(.atLeast(bound))))
        default: return .anything
        }
    }

    /// A number that a real holds as it is.
    private static func real(_ value: SQLValue) -> Double? {
        switch value {
        case .real(let number): number.isFinite ? number : nil
        case .integer(let number): Int64(exactly: Double(number)) == number ? Double(number) : nil
        default: nil
        }
    }

    /// The code of a whole number (see `FieldCode`); nil below the smallest one.
    private static func code(_ field: Field, _ number: Int64) -> UInt64? {
        field.kind == .timestamp ? FieldCode.time(number) : UInt64(exactly: number)
    }

    private static func numbers(_ field: Field, _ ranges: [ClosedRange<UInt64>]) -> FlowCondition {
        ranges.isEmpty ? .nothing : .expression(.test(field, .numbers(NumberSet(ranges))))
    }

    // MARK: - Equality

    private static func equal(_ field: Field, _ values: [SQLValue]) -> FlowCondition {
        switch field.sqlType {
        case .integer:
            if field == .counted { return counted(values) }
            var codes: [ClosedRange<UInt64>] = []
            for value in values {
                switch value {
                case .null: continue
                case .integer(let number):
                    if let code = code(field, number) { codes.append(code...code) }
                case .real(let number):
                    guard abs(number) < 9_007_199_254_740_992 else { return .anything }
                    if number == number.rounded(), let code = code(field, Int64(number)) { codes.append(code...code) }
                case .text, .octets: return .anything
                }
            }
            return numbers(field, codes)
        case .real:
            var reals: [Double] = []
            for value in values where value != .null {
                guard let real = real(value) else { return .anything }
                reals.append(real)
            }
            return reals.isEmpty ? .nothing : .expression(.test(field, .reals(.oneOf(reals))))
        case .text:
            var texts: [String] = []
            for value in values {
                switch value {
                case .text(let text): texts.append(text)
                // To compare it with a text SQLite makes a text of a number.
                case .integer(let number): texts.append(String(number))
                case .real: return .anything
                // No text is one of octets.
                case .null, .octets: continue
                }
            }
            return equal(field, texts: texts)
        }
    }

    private static func counted(_ values: [SQLValue]) -> FlowCondition {
        var wanted: Set<Bool> = []
        for value in values {
            switch value {
            case .integer(0): wanted.insert(false)
            case .integer(1): wanted.insert(true)
            case .integer, .null: continue
            case .real, .text, .octets: return .anything
            }
        }
        if wanted.isEmpty { return .nothing }
        return wanted.count == 2 ? .anything : .expression(.test(.counted, wanted.contains(true) ? .isTrue : .isFalse))
    }

    private static func equal(_ field: Field, texts: [String]) -> FlowCondition {
        switch field.kind {
        case .address:
            let networks = texts.compactMap(address).compactMap { IPPrefix($0, length: $0.bitWidth) }
            return networks.isEmpty ? .nothing : .expression(.test(field, .addresses(AddressSet(networks))))
        case .text:
            let patterns = texts.filter { !$0.isEmpty }.map { TextPattern(exact: $0) }
            return patterns.isEmpty ? .nothing : .expression(.test(field, .texts(patterns)))
        default:
            return numbers(field, texts.compactMap { code(field, text: $0) }.map { $0...$0 })
        }
    }

    /// An address that is written as the table writes it.
    static func address(_ text: String) -> IPAddress? {
        guard let address = IPAddress(text), address.description == text else { return nil }
        return address
    }

    /// The code of a word that is written as the table writes it; nil for one that no row has.
    static func code(_ field: Field, text: String) -> UInt64? {
        let found: (code: UInt64, text: String)?
        switch field.kind {
        case .proto: found = ProtocolName.number(text).map { (UInt64($0), ProtocolName.text($0)) }
        case .state: found = ConnectionState(name: text).map { (UInt64($0.rawValue), $0.name) }
        case .endReason: found = FlowEndReason(name: text).map { (UInt64($0.rawValue), $0.name) }
        case .initiatorBasis: found = InitiatorBasis(name: text).map { (UInt64($0.rawValue), $0.name) }
        case .encapsulation: found = Encapsulation(name: text).map { (UInt64($0.rawValue), $0.name) }
        case .direction: found = FlowDirection(name: text).map { (UInt64($0.rawValue), $0.name) }
        case .flags: found = text.utf8.count == 8 ? TCPFlags(text).map { (UInt64($0.rawValue), $0.description) } : nil
        case .mac: found = MACAddress(text).map { ($0.value, $0.description) }
        case .hex:
            found = text.utf8.count == 16 ? UInt64(text, radix: 16).map { ($0, FlowBatch.hex($0)) } : nil
        default: found = nil
        }
        guard let found, found.text == text else { return nil }
        return found.code
    }
}
