package import FlowModel

/// Writes JSON (RFC 8259) as octets, member by member; sets the commas itself.
///
/// The caller's nesting must be sound: a key before each value of an object and nowhere else, an end for each begin.
package struct JSONWriter: Sendable {
    package private(set) var octets: [UInt8] = []
    /// For each open object or array: whether something stands in it.
    private var filled: [Bool] = []
    private var afterKey = false

    package init() {}

    package mutating func reserveCapacity(_ capacity: Int) { octets.reserveCapacity(capacity) }

    /// Hands out what is written so far and begins again with nothing; for streams. Nesting goes on.
    package mutating func drain() -> [UInt8] {
        let written = octets
        octets.removeAll(keepingCapacity: true)
        return written
    }

    // MARK: - Structure

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// `{`, what `body` writes, `}`.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        beginObject()
        body(&self)
        endObject()
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        beginArray()
        body(&self)
        endArray()
    }

    package mutating func key(_ name: String) {
        separate()
        quote(name.utf8)
        octets.append(UInt8(ascii: ":"))
        afterKey = true
    }

    /// A line feed between texts of a stream of JSON texts; only outside of everything.
    package mutating func newline() { octets.append(10) }

    private mutating func open(_ octet: UInt8) {
        separate()
        octets.append(octet)
        filled.append(false)
    }

    private mutating func close(_ octet: UInt8) {
        octets.append(octet)
        filled.removeLast()
    }

    private mutating func separate() {
        if afterKey {
            afterKey = false
        } else if let last = filled.last {
            if last { octets.append(UInt8(ascii: ",")) }
            filled[filled.count - 1] = true
        }
    }

    // MARK: - Values

    package mutating func null() { literal("null") }
    package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    package mutating func string(_ value: String) {
        separate()
        quote(value.utf8)
    }

    /// A text of octets that came from outside: what is no UTF-8 becomes U+FFFD.
    package mutating func string(utf8 value: [UInt8]) { string(String(decoding: value, as: UTF8.self)) }

    package mutating func integer(_ value: some BinaryInteger) { literal(String(value)) }

    /// null for what JSON has no number for (NaN, infinities).
    package mutating func real(_ value: Double) {
        let text = FieldValue.real(value).text
        if text.isEmpty { null() } else { literal(text) }
    }

    /// RFC 3339 with milliseconds.
    package mutating func time(_ milliseconds: Int64) { string(UTCTime.text(milliseconds: milliseconds)) }

    package mutating func value(_ value: FieldValue) {
        switch value {
        case .absent: null()
        case .integer(let number): integer(number)
        case .timestamp(let milliseconds): time(milliseconds)
        case .real(let number): real(number)
        case .address(let address):
            separate()
            octets.append(UInt8(ascii: "\""))
            address.appendText(to: &octets)
            octets.append(UInt8(ascii: "\""))
        case .text(let text): string(text)
        case .boolean(let truth): bool(truth)
        }
    }

    // Members of an object; an absent value is null.

    package mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Bool?) {
        key(name)
        if let value { bool(value) } else { null() }
    }

    package mutating func member(_ name: String, real value: Double?) {
        key(name)
        if let value { real(value) } else { null() }
    }

    package mutating func member(_ name: String, time milliseconds: Int64?) {
        key(name)
        if let milliseconds { time(milliseconds) } else { null() }
    }

    /// JSON made elsewhere, as it stands.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        octets.append(contentsOf: json)
    }

    private mutating func literal(_ text: String) {
        separate()
        octets.append(contentsOf: text.utf8)
    }

    /// Escapes quotes, backslashes and control characters (U+007F too: terminals mind it).
    private mutating func quote(_ text: String.UTF8View) {
        octets.append(UInt8(ascii: "\""))
        for octet in text {
            switch octet {
            case 0x22, 0x5C:
                octets.append(0x5C)
                octets.append(octet)
            case 0x0A: octets.append(contentsOf: [0x5C, UInt8(ascii: "n")])
            case 0x0D: octets.append(contentsOf: [0x5C, UInt8(ascii: "r")])
            case 0x09: octets.append(contentsOf: [0x5C, UInt8(ascii: "t")])
            case 0x00..<0x20, 0x7F:
                octets.append(contentsOf: "\\u00".utf8)
                octets.append(Self.hexadecimal(octet >> 4))
                octets.append(Self.hexadecimal(octet & 15))
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 48 + digit : 87 + digit }
}
