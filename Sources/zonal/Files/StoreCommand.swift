import AgentCommands
import ArgumentParser
import CollectorService
import FlowStore

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after a data folder.", subcommands: [Compact.self])

    struct Compact: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compact", abstract: "Merge and seal everything at once, however fresh.",
            discussion: "A collector does this by itself when it is idle. No collector may be writing the folder.")

        @Option(help: "The data folder.")
        var data: String

        func run() throws {
            do {
                let folder = try LocalIngest(dataFolder: data)
                defer { folder.close() }
                try folder.compact(everything: true)
            } catch {
                throw CommandFailure("\(error)")
            }
        }
    }
}
