/// A value of one field of one flow (or group), as filters compare and renderers print it.
package enum FieldValue: Hashable, Sendable {
    /// Empty in CSV, null in JSON.
    case absent
    case integer(UInt64)
    /// Milliseconds since 1970 UTC.
    case timestamp(Int64)
    case real(Double)
    case address(IPAddress)
    case text(String)
    case boolean(Bool)
}

extension FieldValue {
    /// The text of CSV and tables; empty for `absent`. Counters are whole numbers, never shortened.
    package var text: String {
        switch self {
        case .absent: ""
        case .integer(let value): String(value)
        case .timestamp(let value): UTCTime.text(milliseconds: value)
        case .real(let value): Self.text(value)
        case .address(let value): value.description
        case .text(let value): value
        case .boolean(let value): value ? "true" : "false"
        }
    }

    /// A real number without an exponent where it is whole, never `nan` or `inf`.
    private static func text(_ value: Double) -> String {
        guard value.isFinite else { return "" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    /// Orders values of one kind by size, text by Unicode scalars; `absent` comes first.
    package static func isLess(_ a: FieldValue, _ b: FieldValue) -> Bool {
        switch (a, b) {
        case (.absent, .absent): false
        case (.absent, _): true
        case (_, .absent): false
        case (.integer(let x), .integer(let y)): x < y
        case (.timestamp(let x), .timestamp(let y)): x < y
        case (.real(let x), .real(let y)): x < y
        case (.address(let x), .address(let y)): x < y
        case (.text(let x), .text(let y)): x < y
        case (.boolean(let x), .boolean(let y)): !x && y
        default: a.text < b.text
        }
    }
}
