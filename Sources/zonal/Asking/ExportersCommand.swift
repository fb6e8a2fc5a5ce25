import AgentCommands
import ArgumentParser
import CollectorService

struct ExportersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exporters",
        abstract: "List other people's exporters: what they sent, and what did not come or could not be read.",
        discussion: """
            A running collector knows them (`zonal collector --netflow HOST:PORT`); a data folder does not.

            Examples:
              zonal exporters
              zonal exporters --collector http://10.0.0.5:8080 --format json
            """)

    @OptionGroup var source: SourceOptions

    func run() async throws {
        try await source.ask(.exporters, [:])
    }
}
