import AgentCommands
import ArgumentParser
import Settings

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check a configuration file, and show the settings in force.",
        discussion: """
            Every fault is told at once, with its line and what was expected. Flags beat environment (ZONAL_…) beats file. \
            Without a file it shows what the environment and the defaults make.

            Examples:
              zonal check-config /etc/zonal.yaml
              ZONAL_COLLECTOR_LISTEN=10.0.0.5:8080 zonal check-config
            """)

    @Argument(help: "The configuration file (YAML).")
    var file: String?

    @Option(name: .customLong("config"), help: "The same, as the other commands take it.")
    var configurationFile: String?

    func validate() throws {
        try refuseEmpty(["FILE": file, "--config": configurationFile])
        guard file == nil || configurationFile == nil else {
            throw ValidationError("name one configuration file: zonal check-config FILE")
        }
    }

    func run() throws {
        let settings = try SettingsLoading.resolve(flags: [:], file: file ?? configurationFile)
        let lines = settings.listing().map { path, value, place in "\(path): \(value)  # \(place.description)\n" }
        let out = try OutputFile(path: nil)
        try out.write(Array(lines.joined().utf8))
    }
}
