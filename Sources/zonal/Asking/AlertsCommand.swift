import ArgumentParser
import CollectorService

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "List alerts, newest first.",
        discussion: """
            Examples:
              zonal alerts --state open
              zonal alerts --since -7d --format json
            """)

    @Option(help: "open, closed or all.")
    var state: String?

    @Option(help: "Rows at most; 1,000 without it.")
    var limit: String?

    @OptionGroup var time: TimeOptions
    @OptionGroup var source: SourceOptions

    func run() async throws {
        var parameters = time.parameters
        parameters["state"] = state
        parameters["limit"] = limit
        try await source.ask(.alerts, parameters)
    }
}

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents", abstract: "List agents: when they were last heard, what they capture and what they lost.")

    @OptionGroup var source: SourceOptions

    func run() async throws {
        try await source.ask(.agents, [:])
    }
}
