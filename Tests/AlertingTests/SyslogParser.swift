/// A strict reader of RFC 5424, written from its grammar (§6), to try our messages against.
struct SyslogParser {
    struct Message: Equatable {
        var priority = 0
        var timestamp = ""
        var hostname = ""
        var applicationName = ""
        var processIdentifier = ""
        var messageIdentifier = ""
        var elements: [Element] = []
        var text = ""

        var facility: Int { priority / 8 }
        var severity: Int { priority % 8 }

        /// All values of a parameter of the element whose id begins so.
        func values(_ name: String, in id: String = "flow@") -> [String] {
            elements.filter { $0.id.hasPrefix(id) }.flatMap { $0.parameters.filter { $0.name == name }.map(\.value) }
        }
    }
    struct Element: Equatable {
        var id: String
        var parameters: [Parameter]
    }
    struct Parameter: Equatable {
        var name: String
        var value: String
    }
    struct Fault: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    private var rest: ArraySlice<UInt8>

    static func parse(_ octets: [UInt8]) throws -> Message {
        var parser = SyslogParser(rest: octets[...])
        return try parser.message()
    }

    private mutating func message() throws -> Message {
        var message = Message()
        try expect("<")
        let priority = rest.prefix { (48...57).contains($0) }
        guard (1...3).contains(priority.count), priority.count == 1 || priority.first != 48,
            let number = Int(String(decoding: priority, as: UTF8.self)), number <= 191
        else { throw Fault("PRI") }
        message.priority = number
        rest = rest.dropFirst(priority.count)
        try expect(">1 ")
        message.timestamp = try field(limit: 64)
        message.hostname = try field(limit: 255)
        message.applicationName = try field(limit: 48)
        message.processIdentifier = try field(limit: 128)
        message.messageIdentifier = try field(limit: 32)
        if rest.first == UInt8(ascii: "-") {
            rest = rest.dropFirst()
        } else {
            repeat { message.elements.append(try element()) } while rest.first == UInt8(ascii: "[")
            guard Set(message.elements.map(\.id)).count == message.elements.count else { throw Fault("an SD-ID twice") }
        }
        if rest.isEmpty { return message }
        try expect(" ")
        guard rest.allSatisfy({ (32...126).contains($0) }) else { throw Fault("MSG is not printable ASCII") }
        message.text = String(decoding: rest, as: UTF8.self)
        return message
    }

    private mutating func element() throws -> Element {
        try expect("[")
        var element = Element(id: try name(), parameters: [])
        while rest.first == 32 {
            rest = rest.dropFirst()
            let name = try name()
            try expect("=\"")
            element.parameters.append(Parameter(name: name, value: try value()))
            try expect("\"")
        }
        try expect("]")
        return element
    }

    private mutating func value() throws -> String {
        var octets: [UInt8] = []
        while let octet = rest.first, octet != UInt8(ascii: "\"") {
            rest = rest.dropFirst()
            switch octet {
            case UInt8(ascii: "]"): throw Fault("a bare ] in a value")
            case 0..<32, 127: throw Fault("a control character in a value")
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), "\"\\]".utf8.contains(escaped) else { throw Fault("an escape") }
                octets.append(escaped)
            default: octets.append(octet)
            }
        }
        guard let text = String(validating: octets, as: UTF8.self) else { throw Fault("a value is not UTF-8") }
        return text
    }

    private mutating func name() throws -> String {
        let found = rest.prefix { (33...126).contains($0) && !"= ]\"".utf8.contains($0) }
        guard (1...32).contains(found.count) else { throw Fault("SD-NAME") }
        rest = rest.dropFirst(found.count)
        return String(decoding: found, as: UTF8.self)
    }

    private mutating func field(limit: Int) throws -> String {
        let found = rest.prefix { (33...126).contains($0) }
        guard (1...limit).contains(found.count) else { throw Fault("a header field") }
        rest = rest.dropFirst(found.count)
        try expect(" ")
        return String(decoding: found, as: UTF8.self)
    }

    private mutating func expect(_ text: String) throws {
        guard rest.starts(with: text.utf8) else {
            throw Fault("expected \(text) before \(String(decoding: rest.prefix(20), as: UTF8.self))")
        }
        rest = rest.dropFirst(text.utf8.count)
    }
}
