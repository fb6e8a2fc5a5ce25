/// Text from outside, made so that it can do nothing to a terminal or to the line it stands in.
enum PlainText {
    /// In double quotes: control characters, those that turn the direction of writing, and line ends of any kind are escaped as
    /// `\u{9b}`; quotes and backslashes by a backslash.
    static func append(quoted text: String, to octets: inout [UInt8]) {
        octets.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                octets.append(0x5C)
                octets.append(UInt8(truncatingIfNeeded: scalar.value))
            case _ where isUnsafe(scalar): octets.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
            default: octets.append(contentsOf: String(scalar).utf8)
            }
        }
        octets.append(0x22)
    }

    /// A name in front of `=`: blanks and signs that would end it become `_`.
    static func append(name: String, to octets: inout [UInt8]) {
        if name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3D && $0 != 0x22 }) {
            octets.append(contentsOf: name.utf8)
            return
        }
        for scalar in name.unicodeScalars {
            let isPlain = scalar.value > 0x20 && scalar != "=" && scalar != "\"" && !isUnsafe(scalar) && scalar.value != 0xA0
            octets.append(contentsOf: isPlain ? Array(String(scalar).utf8) : [0x5F])
        }
    }

    /// A JSON string (RFC 8259 §7) with the same characters escaped.
    static func append(json text: String, to octets: inout [UInt8]) {
        octets.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                octets.append(0x5C)
                octets.append(UInt8(truncatingIfNeeded: scalar.value))
            case _ where isUnsafe(scalar):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    octets.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
                }
            default: octets.append(contentsOf: String(scalar).utf8)
            }
        }
        octets.append(0x22)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        // Directions, line and paragraph separators, and what is not seen.
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF, 0xE0000...0xE007F: true
        default: false
        }
    }

    static func append(hex bytes: some Sequence<UInt8>, to octets: inout [UInt8]) {
        for byte in bytes {
            octets.append(digit(byte >> 4))
            octets.append(digit(byte & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}
