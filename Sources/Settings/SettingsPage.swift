/// The tables of docs/configuration.md, made from the schema so that page and program cannot tell two tales.
package enum SettingsPage {
    /// Stands before and after the made part of the page.
    package static let opening = "<!-- made from the schema: begin -->"
    package static let closing = "<!-- made from the schema: end -->"

    /// A heading, a sentence and a table for each section.
    package static func tables(_ schema: SettingsSchema) -> String {
        var parts: [String] = []
        for section in schema.sections {
            parts.append("### `\(section.name)`\n\n\(section.meaning)\n\n\(table(schema, section: section.name))")
            for key in schema.keys where key.path.hasPrefix(section.name + ".") {
                if case .records(let members, _) = key.kind {
                    parts.append("Each entry of `\(key.path)` has:\n\n\(memberTable(members))")
                }
            }
        }
        return parts.joined(separator: "\n\n")
    }

    private static func table(_ schema: SettingsSchema, section: String) -> String {
        var lines = ["| key | value | default | environment, flag | meaning |", "|---|---|---|---|---|"]
        for key in schema.keys where key.path.hasPrefix(section + ".") {
            let names = ["`\(key.environmentName)`"] + (key.flag.map { ["`\($0)`"] } ?? [])
            let cells = [
                "`\(key.path)`", key.kind.word + (key.allowsNone ? ", or none" : ""), defaultCell(key),
                names.joined(separator: ", "), key.meaning,
            ]
            lines.append(row(cells))
        }
        return lines.joined(separator: "\n")
    }

    private static func memberTable(_ members: [SettingKey]) -> String {
        var lines = ["| member | value | default | meaning |", "|---|---|---|---|"]
        for key in members {
            let cells = ["`\(key.path)`", key.kind.word, defaultCell(key), key.meaning]
            lines.append(row(cells))
        }
        return lines.joined(separator: "\n")
    }

    private static func defaultCell(_ key: SettingKey) -> String {
        guard let text = key.defaultText else { return key.absence }
        return text.isEmpty ? "empty" : "`\(text)`"
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }.joined(separator: " | ")
            + " |"
    }
}
