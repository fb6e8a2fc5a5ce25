import AgentCommands
import ArgumentParser
import CollectorService

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "List alerts, newest first.",
        discussion: """
            Examples:
              zonal alerts --state open
              zonal alerts --since -7d --format json

            The table says below each alert which question shows the flows behind it. Alerts are raised by a collector, as \
            batches come in; files that were imported into a folder have none.
            """)

    @Option(help: "open, closed or all.")
    var state: String?

    @Option(help: "Rows at most; 1,000 without it.")
    var limit: String?

    @OptionGroup var time: TimeOptions
    @OptionGroup var source: SourceOptions

    func validate() throws {
        try refuseEmpty(["--state": state, "--limit": limit])
    }

    func run() async throws {
        var parameters = time.parameters
        parameters["state"] = state
        parameters["limit"] = limit
        let place = source.place
        try await source.ask(.alerts, parameters) { body throws(CommandFailure) in try AlertList(json: body).text(asking: place) }
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
