import AgentCommands
import ArgumentParser
import Foundation
import Settings

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check a configuration file, and show the settings in force.",
        discussion: """
            Every fault is told at once, with its line and what was expected. Flags beat environment (ZONAL_…) beats file.

            Example:
              zonal check-config /etc/zonal.yaml
            """)

    @Argument(help: "The configuration file (YAML).")
    var file: String?

    @Option(name: .customLong("config"), help: "The same, as the other commands take it.")
    var configurationFile: String?

    func validate() throws {
        guard (file == nil) != (configurationFile == nil) else {
            throw ValidationError("name one configuration file: zonal check-config FILE")
        }
    }

    func run() throws {
        let settings = try SettingsLoading.resolve(flags: [:], file: file ?? configurationFile)
        for (path, value, place) in settings.listing() {
            print("\(path): \(value)  # \(place.description)")
        }
    }
}
