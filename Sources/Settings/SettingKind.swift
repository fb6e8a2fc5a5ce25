/// What a setting may hold. `SettingKind+Reading.swift` reads the text of each, `expectation` says it in words.
package indirect enum SettingKind: Sendable, Equatable {
    /// Any text of 1 to 255 characters without control characters.
    case text
    /// The same of 1 to 4096 characters.
    case expression
    /// A path of the file system.
    case path
    case integer(ClosedRange<Int64>)
    /// A size: `256MiB`, `64KB`, `1048576`.
    case bytes(ClosedRange<Int64>)
    /// A time: `20s`, `1h30m`, `7d`. The range is in milliseconds.
    case duration(ClosedRange<Int64>)
    case boolean
    /// `HOST:PORT`, an IPv6 address in brackets. `allowsPortZero` lets the system choose the port.
    case endpoint(allowsPortZero: Bool)
    /// `http://…` or `https://…`.
    case url
    /// An address or a prefix: `10.1.0.0/16`, `2001:db8::1`.
    case prefix
    case choice([String])
    case list(of: SettingKind, limit: Int)
    /// A list of maps, each with these members. A member's path is its name alone.
    case records([SettingKey], limit: Int)

    /// What was expected, for messages and for the documentation.
    package var expectation: String {
        switch self {
        case .text: "text of 1 to 255 characters"
        case .expression: "text of 1 to 4096 characters"
        case .path: "a path"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "a size from \(UnitText.bytes(range.lowerBound)) to \(UnitText.bytes(range.upperBound)), such as 256MiB"
        case .duration(let range):
            "a time from \(UnitText.duration(range.lowerBound)) to \(UnitText.duration(range.upperBound)), such as \(Self.examples(range))"
        case .boolean: "true or false"
        case .endpoint: "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080"
        case .url: "a URL with http or https, such as http://127.0.0.1:8080"
        case .prefix: "an address or a prefix, such as 10.1.0.0/16"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .list(let kind, let limit): "a list of at most \(limit), each \(kind.expectation)"
        case .records(let members, let limit):
            "a list of at most \(limit) maps of \(members.map(\.path).joined(separator: ", "))"
        }
    }

    /// Two times that are in the range.
    private static func examples(_ range: ClosedRange<Int64>) -> String {
        ["20s", "1h30m", "30d"].filter { UnitText.duration($0).map(range.contains) == true }.prefix(2).joined(separator: " or ")
    }

    /// The kind in a few words, for the table of the documentation.
    package var word: String {
        switch self {
        case .text, .expression: "text"
        case .path: "path"
        case .integer(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range): "size, \(UnitText.bytes(range.lowerBound)) to \(UnitText.bytes(range.upperBound))"
        case .duration(let range):
            "time, \(UnitText.duration(range.lowerBound)) to \(UnitText.duration(range.upperBound))"
        case .boolean: "true, false"
        case .endpoint: "HOST:PORT"
        case .url: "URL"
        case .prefix: "prefix"
        case .choice(let words): words.joined(separator: ", ")
        case .list(let kind, let limit): "list (at most \(limit)) of \(kind.word)"
        case .records(_, let limit): "list (at most \(limit)) of maps"
        }
    }
}
