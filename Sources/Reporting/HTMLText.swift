/// Builds HTML in which text from outside cannot become markup: markup is given as literals of this module, everything
/// else is escaped on its way in.
struct HTMLText {
    private(set) var octets: [UInt8] = []

    /// A literal of this module, as it stands.
    mutating func markup(_ literal: StaticString) {
        octets += literal.description.utf8
    }

    /// Text, escaped for content and for attributes in double quotes.
    mutating func text(_ text: String) {
        for scalar in text.unicodeScalars { append(scalar) }
    }

    /// A text that may break after its colons, dots, dashes and slashes, so that an IPv6 address or a long name fits any column.
    mutating func breakable(_ text: String) {
        let isLong = text.utf8.count > 16
        for scalar in text.unicodeScalars {
            append(scalar)
            if isLong, scalar == ":" || scalar == "." || scalar == "-" || scalar == "/" || scalar == "_" { markup("<wbr>") }
        }
    }

    /// An element with its content.
    mutating func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: (inout HTMLText) -> Void
    ) {
        tag(name, attributes)
        content(&self)
        markup("</")
        markup(name)
        markup(">")
    }

    mutating func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// An opening tag, or an element without content.
    mutating func tag(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) {
        markup("<")
        markup(name)
        for (key, value) in attributes {
            markup(" ")
            markup(key)
            markup("=\"")
            text(value)
            markup("\"")
        }
        markup(">")
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "&": markup("&amp;")
        case "<": markup("&lt;")
        case ">": markup("&gt;")
        case "\"": markup("&quot;")
        case "'": markup("&#39;")
        case "\n", "\t": octets.append(UInt8(ascii: " "))
        default:
            octets += String(Character(Self.isShown(scalar) ? scalar : "\u{FFFD}")).utf8
        }
    }

    /// False for control characters, and for those that turn the direction of writing: with them a name can show as
    /// another one.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
