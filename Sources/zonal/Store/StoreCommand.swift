import AgentCommands
import ArgumentParser
import FlowStore

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after a data folder.",
        subcommands: [Check.self, Compact.self, Stats.self, Retain.self, Backup.self, Restore.self])
}

extension StoreCommand {
    /// Opens the data folder for reading, as a collector beside it does not mind.
    static func read(_ path: String) throws(CommandFailure) -> DataFolder {
        try DataFolderPlace.check(path)
        do throws(StoreError) {
            return try DataFolder.openForReading(path)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
