/// The value of a setting after reading. Sizes are bytes, times are milliseconds.
package enum SettingValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case bytes(Int64)
    case milliseconds(Int64)
    case boolean(Bool)
    case endpoint(SettingEndpoint)
    case list([SettingValue])
    case record([String: SettingValue])
    /// Said to be none.
    case none

    /// As it would stand in a file.
    package var description: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .bytes(let bytes): UnitText.bytes(bytes)
        case .milliseconds(let milliseconds): UnitText.duration(milliseconds)
        case .boolean(let truth): truth ? "true" : "false"
        case .endpoint(let endpoint): endpoint.description
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .record(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.description)" }.joined(separator: ", ") + "}"
        case .none: "none"
        }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    var bytes: Int64? { if case .bytes(let bytes) = self { bytes } else { nil } }
    var milliseconds: Int64? { if case .milliseconds(let milliseconds) = self { milliseconds } else { nil } }
    var boolean: Bool? { if case .boolean(let truth) = self { truth } else { nil } }
    var endpoint: SettingEndpoint? { if case .endpoint(let endpoint) = self { endpoint } else { nil } }
    var list: [SettingValue]? { if case .list(let values) = self { values } else { nil } }
    var record: [String: SettingValue]? { if case .record(let members) = self { members } else { nil } }
}

/// A host (name or address, IPv6 without brackets) and a port.
package struct SettingEndpoint: Sendable, Hashable {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// nil for a text that is no HOST:PORT.
    package init?(_ text: String, allowsPortZero: Bool) {
        guard let endpoint = SettingKind.endpoint(text, allowsPortZero: allowsPortZero) else { return nil }
        self = endpoint
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
