import Foundation

extension SettingKind {
    /// Why a text is no value of the kind.
    struct ReadingFault: Error {
        let message: String
    }

    /// Reads one value from text: a scalar of a file, an environment variable or a flag. Lists stand there with commas
    /// between, records as `name=value` pairs with blanks between.
    func read(_ text: String) throws(ReadingFault) -> SettingValue {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        switch self {
        case .text: return .text(try plain(trimmed))
        case .expression, .path: return .text(try plain(trimmed, limit: 4096))
        case .integer(let range):
            guard let number = Int64(trimmed), range.contains(number) else { throw unexpected(text) }
            return .integer(number)
        case .bytes(let range):
            guard let bytes = UnitText.bytes(trimmed), range.contains(bytes) else { throw unexpected(text) }
            return .bytes(bytes)
        case .duration(let range):
            guard let milliseconds = UnitText.duration(trimmed), range.contains(milliseconds) else { throw unexpected(text) }
            return .milliseconds(milliseconds)
        case .boolean:
            switch trimmed.lowercased() {
            case "true", "yes", "on": return .boolean(true)
            case "false", "no", "off": return .boolean(false)
            default: throw unexpected(text)
            }
        case .endpoint(let allowsPortZero):
            guard let endpoint = Self.endpoint(trimmed, allowsPortZero: allowsPortZero) else { throw unexpected(text) }
            return .endpoint(endpoint)
        case .url:
            guard Self.isURL(trimmed) else {
                throw ReadingFault(message: unexpected(text).message + Self.mend(url: trimmed))
            }
            return .text(trimmed)
        case .prefix:
            guard Self.isPrefix(trimmed) else { throw unexpected(text) }
            return .text(trimmed)
        case .choice(let words):
            guard words.contains(trimmed.lowercased()) else { throw unexpected(text, Suggestion.nearest(to: trimmed, in: words)) }
            return .text(trimmed.lowercased())
        case .list(let kind, let limit):
            return .list(try Self.elements(trimmed, limit: limit).map { element throws(ReadingFault) in try kind.read(element) })
        case .records(let members, let limit):
            return .list(
                try Self.elements(trimmed, limit: limit).map { element throws(ReadingFault) in
                    try Self.record(element, members)
                })
        }
    }

    private func unexpected(_ text: String, _ nearest: String? = nil) -> ReadingFault {
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        return ReadingFault(message: "\(Fault.quoted(text)) is not \(expectation)\(hint)")
    }

    private func plain(_ text: String, limit: Int = 255) throws(ReadingFault) -> String {
        let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard !text.isEmpty, text.count <= limit, isClean else { throw unexpected(text) }
        return text
    }

    private static func elements(_ text: String, limit: Int) throws(ReadingFault) -> [String] {
        if text.isEmpty { return [] }
        let elements = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard elements.count <= limit else {
            throw ReadingFault(message: "\(elements.count) entries are too many; at most \(limit) are read")
        }
        return elements
    }

    /// `protocol=udp address=192.0.2.1:514` with the defaults of the members that are not named.
    private static func record(_ text: String, _ members: [SettingKey]) throws(ReadingFault) -> SettingValue {
        var values: [String: SettingValue] = [:]
        for pair in text.split(separator: " ") {
            guard let equals = pair.firstIndex(of: "=") else {
                throw ReadingFault(message: "\(Fault.quoted(String(pair))) is not NAME=VALUE")
            }
            let name = String(pair[..<equals])
            guard let member = members.first(where: { $0.path == name }) else {
                throw ReadingFault(message: Suggestion.unknown(name, among: members.map(\.path)))
            }
            guard values[name] == nil else { throw ReadingFault(message: "\(name) is given twice") }
            do throws(ReadingFault) {
                values[name] = try member.readAllowingNone(String(pair[pair.index(after: equals)...]))
            } catch {
                throw ReadingFault(message: "\(name): \(error.message)")
            }
        }
        for member in members where values[member.path] == nil {
            guard let value = member.defaultValue else {
                if member.allowsNone { continue }
                throw ReadingFault(message: "\(member.path) is missing; expected \(member.kind.expectation)")
            }
            values[member.path] = value
        }
        return .record(values)
    }

    static func endpoint(_ text: String, allowsPortZero: Bool) -> SettingEndpoint? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            allowsPortZero || port > 0
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":"), AddressText.family(String(host.prefix { $0 != "%" })) == .v6 else { return nil }
        } else {
            let isName = host.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 || $0 == 95
            }
            guard isName, !host.isEmpty, host.count <= 253 else { return nil }
            // Digits and dots alone want to be an address.
            if host.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), AddressText.family(host) != .v4 { return nil }
        }
        return SettingEndpoint(host: host, port: Int(port))
    }

    private static func isURL(_ text: String) -> Bool {
        guard text.count <= 2048, let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty
        else { return false }
        return parts.port.map { (1...65535).contains($0) } ?? true
    }

    /// What is most likely wrong with a text that is no URL; empty where that is not plain.
    private static func mend(url text: String) -> String {
        if !text.isEmpty, !text.contains("://") { return "; write http:// before it" }
        if let port = URLComponents(string: text)?.port, !(1...65535).contains(port) { return "; its port is not from 1 to 65535" }
        return ""
    }

    private static func isPrefix(_ text: String) -> Bool {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = halves.first, let family = AddressText.family(String(first)) else { return false }
        guard halves.count == 2 else { return true }
        guard halves[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(halves[1]) else { return false }
        return length <= (family == .v4 ? 32 : 128)
    }
}

extension SettingKey {
    /// The default as a value; nil where there is none.
    ///
    /// - Precondition: the schema's own default reads.
    var defaultValue: SettingValue? {
        guard let defaultText else { return nil }
        do throws(SettingKind.ReadingFault) {
            return try readAllowingNone(defaultText)
        } catch {
            preconditionFailure("the default of \(path): \(error.message)")
        }
    }

    /// Reads a value of the key, the word `none` where it is allowed.
    func readAllowingNone(_ text: String) throws(SettingKind.ReadingFault) -> SettingValue {
        let word = text.trimmingCharacters(in: .whitespaces).lowercased()
        if allowsNone, word.isEmpty || word == "none" || word == "null" || word == "~" { return .none }
        do throws(SettingKind.ReadingFault) {
            return try kind.read(text)
        } catch {
            throw allowsNone ? SettingKind.ReadingFault(message: error.message + ", or none") : error
        }
    }
}
