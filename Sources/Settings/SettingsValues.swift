/// The settings in force: flags before environment before file before defaults.
///
/// The accessors name a key of the schema and its kind; asking otherwise is a fault of ours and stops the process.
package struct SettingsValues: Sendable {
    private let values: [String: (value: SettingValue, place: Fault.Place)]
    private let schema: SettingsSchema

    init(values: [String: (value: SettingValue, place: Fault.Place)], schema: SettingsSchema) {
        self.values = values
        self.schema = schema
    }

    /// Where the value of a key comes from.
    package func place(_ path: String) -> Fault.Place { values[path]?.place ?? .builtIn }

    /// True when somebody gave the value; false for a default.
    package func isGiven(_ path: String) -> Bool { place(path) != .builtIn }

    /// The value; nil for a key without one.
    package subscript(path: String) -> SettingValue? {
        guard let key = schema[path] else { preconditionFailure("there is no setting \(path)") }
        let value = values[path]?.value ?? key.defaultValue
        return value == SettingValue.none ? nil : value
    }

    package func optionalText(_ path: String) -> String? { optional(path, \.text) }
    package func text(_ path: String) -> String { needed(path, \.text) }
    package func integer(_ path: String) -> Int64 { needed(path, \.integer) }
    package func bytes(_ path: String) -> Int64 { needed(path, \.bytes) }
    package func optionalBytes(_ path: String) -> Int64? { optional(path, \.bytes) }
    package func boolean(_ path: String) -> Bool { needed(path, \.boolean) }
    package func endpoint(_ path: String) -> SettingEndpoint { needed(path, \.endpoint) }
    package func list(_ path: String) -> [SettingValue] { needed(path, \.list) }

    /// A time in milliseconds.
    package func milliseconds(_ path: String) -> Int64 { needed(path, \.milliseconds) }
    package func duration(_ path: String) -> Duration { .milliseconds(milliseconds(path)) }
    package func optionalDuration(_ path: String) -> Duration? {
        optional(path, \.milliseconds).map { .milliseconds($0) }
    }

    /// A list of texts, choices, paths, URLs or prefixes.
    package func texts(_ path: String) -> [String] { elements(path, \.text) }
    package func endpoints(_ path: String) -> [SettingEndpoint] { elements(path, \.endpoint) }
    package func integers(_ path: String) -> [Int64] { elements(path, \.integer) }
    package func records(_ path: String) -> [SettingsRecord] { elements(path, \.record).map(SettingsRecord.init) }

    /// Every key with its value as text and where it comes from, in the order of the schema.
    package func listing() -> [(path: String, value: String, place: Fault.Place)] {
        schema.keys.map { ($0.path, self[$0.path]?.description ?? "none", place($0.path)) }
    }

    private func optional<T>(_ path: String, _ extract: (SettingValue) -> T?) -> T? {
        guard let value = self[path] else { return nil }
        return extracted(value, path, extract)
    }

    private func needed<T>(_ path: String, _ extract: (SettingValue) -> T?) -> T {
        guard let value = self[path] else { preconditionFailure("the setting \(path) may have no value") }
        return extracted(value, path, extract)
    }

    private func elements<T>(_ path: String, _ extract: (SettingValue) -> T?) -> [T] {
        list(path).map { extracted($0, path, extract) }
    }

    private func extracted<T>(_ value: SettingValue, _ path: String, _ extract: (SettingValue) -> T?) -> T {
        guard let found = extract(value) else {
            preconditionFailure("the setting \(path) is asked for as another kind than the schema gives it")
        }
        return found
    }
}

/// One entry of a list of records.
package struct SettingsRecord: Sendable, Equatable {
    package let members: [String: SettingValue]

    init(members: [String: SettingValue]) { self.members = members }

    package func text(_ name: String) -> String? { members[name]?.text }
    package func integer(_ name: String) -> Int64? { members[name]?.integer }
    package func endpoint(_ name: String) -> SettingEndpoint? { members[name]?.endpoint }
}
