import AgentCommands
import ArgumentParser

/// The command line: everything that Zonal does, in one binary.
@main
struct Zonal {
    static func main() async {
        await CommandLineRunner.run(Root.self)
    }
}

struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zonal", abstract: "East-west traffic visibility: who talks to whom inside, and what was not seen.",
        discussion: """
            Begin with `zonal up`: it captures the virtual interfaces of this machine, stores their flows under \
            ./zonal-data and serves a page at http://127.0.0.1:8080.

            Exit codes: 0 ok, 1 failed, 2 usage, 3 incomplete answer (with --strict).
            Completion: zonal --generate-completion-script bash|zsh|fish
            """,
        version: Version.text,
        subcommands: [
            UpCommand.self, AgentCommand.self, CollectorCommand.self, MeterCommand.self, ImportCommand.self,
            QueryCommand.self, TopCommand.self, SeriesCommand.self, SQLCommand.self, AlertsCommand.self, AgentsCommand.self, ExportersCommand.self,
            FieldsCommand.self, ReportCommand.self, ExportCommand.self, DumpCommand.self, StoreCommand.self, CheckConfigCommand.self,
        ])
}
