import AgentCommands
import ArgumentParser

/// The small binary for hypervisors: the agent without store and HTTP server.
@main
struct ZonalAgent {
    static func main() async {
        await CommandLineRunner.run(Root.self)
    }
}

struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zonal-agent", abstract: "Capture interfaces and send their flows to a collector.",
        subcommands: [AgentCommand.self, MeterCommand.self], defaultSubcommand: AgentCommand.self)
}
