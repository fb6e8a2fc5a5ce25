/// One line of the schema: a setting, what it may hold, and how it is called in a file, the environment and as a flag.
package struct SettingKey: Sendable, Equatable {
    /// Sections and name, with dots between: `collector.listen`. For a member of a record, its name alone.
    package let path: String
    package let kind: SettingKind
    /// The value where nobody gives one, as it would stand in a file; nil for a setting that has none.
    package let defaultText: String?
    /// The word `none` (or an empty value) is allowed and takes the default away.
    package let allowsNone: Bool
    /// The flag of the command line, where there is one: `--listen`.
    package let flag: String?
    /// What stands for the default in the documentation where `defaultText` is nil.
    package let absence: String
    /// One sentence.
    package let meaning: String

    package init(
        _ path: String, _ kind: SettingKind, default defaultText: String?, allowsNone: Bool = false, flag: String? = nil,
        absence: String = "none", _ meaning: String
    ) {
        self.path = path
        self.kind = kind
        self.defaultText = defaultText
        self.allowsNone = allowsNone
        self.flag = flag
        self.absence = absence
        self.meaning = meaning
    }

    /// The name in the environment: `ZONAL_COLLECTOR_LISTEN`.
    package var environmentName: String {
        "ZONAL_" + String(path.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }

    /// The name without its sections.
    package var name: String { String(path.split(separator: ".").last ?? "") }
}
