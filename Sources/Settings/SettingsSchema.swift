/// All settings, and what they hang together by.
package struct SettingsSchema: Sendable {
    /// In the order of the documentation.
    package let keys: [SettingKey]
    /// One sentence for each section, in the order of the documentation.
    package let sections: [(name: String, meaning: String)]
    /// What holds between keys.
    let rules: [SettingsRule]
    private let byPath: [String: SettingKey]

    /// - Precondition: no path is there twice, none is also a section, and every default reads.
    package init(sections: [(name: String, meaning: String)], keys: [SettingKey], rules: [SettingsRule] = []) {
        var byPath: [String: SettingKey] = [:]
        for key in keys {
            precondition(byPath[key.path] == nil, "the setting \(key.path) is defined twice")
            _ = key.defaultValue
            byPath[key.path] = key
        }
        self.keys = keys
        self.sections = sections
        self.rules = rules
        self.byPath = byPath
    }

    package subscript(path: String) -> SettingKey? { byPath[path] }

    /// True for a path that other keys lie below: `detection`, `detection.exclusions`.
    func isSection(_ path: String) -> Bool {
        path.isEmpty || keys.contains { $0.path.hasPrefix(path + ".") }
    }

    /// The names that may stand directly below a section.
    func names(below path: String) -> [String] {
        let prefix = path.isEmpty ? "" : path + "."
        var names: [String] = []
        for key in keys where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Paths of keys of that name in other sections.
    func paths(named name: String) -> [String] { keys.filter { $0.name == name }.map(\.path) }
}
