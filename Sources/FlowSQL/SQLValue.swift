/// A value as SQLite has it.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case octets([UInt8])
}

extension SQLValue {
    /// The text of CSV and tables; empty for NULL, hexadecimal for octets.
    package var text: String {
        switch self {
        case .null: ""
        case .integer(let value): String(value)
        case .real(let value): Self.text(value)
        case .text(let value): value
        case .octets(let octets): Self.hexadecimal(octets)
        }
    }

    /// Without an exponent where it is whole, so that a sum past 2^63 reads as a number.
    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) + ".0" : String(value)
    }

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
