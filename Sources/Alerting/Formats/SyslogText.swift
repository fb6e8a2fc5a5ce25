/// Makes foreign text safe for a syslog message: no character of it can end a field, an element or the line.
enum SyslogText {
    /// Printable ASCII without blanks (RFC 5424 §6), `-` where nothing is left.
    static func headerField(_ text: String, limit: Int) -> [UInt8] {
        let octets = text.utf8.lazy.filter { (33...126).contains($0) }.prefix(limit)
        return octets.isEmpty ? [0x2D] : Array(octets)
    }

    /// UTF-8 with `"`, `\` and `]` escaped and control characters left out (RFC 5424 §6.3.3).
    ///
    /// - Parameter limit: octets before escaping; the cut is between two characters.
    static func parameterValue(_ text: String, limit: Int) -> [UInt8] {
        var result: [UInt8] = []
        var length = 0
        for scalar in text.unicodeScalars where !isControl(scalar) {
            let octets = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            length += octets.count
            guard length <= limit else { break }
            if scalar == "\"" || scalar == "\\" || scalar == "]" { result.append(0x5C) }
            result += octets
        }
        return result
    }

    /// Printable ASCII and blanks; control characters are left out, everything else is a question mark.
    static func ascii(_ text: String) -> [UInt8] {
        text.unicodeScalars.compactMap { scalar in
            isControl(scalar) ? nil : (32...126).contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : 0x3F
        }
    }

    /// C0, DEL and C1; the line and paragraph separators; the byte order mark; what turns the direction of writing, which
    /// can make a log line read as another one.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
