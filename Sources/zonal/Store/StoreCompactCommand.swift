import AgentCommands
import ArgumentParser
import CollectorService
import FlowStore
import Foundation
import Settings

extension StoreCommand {
    struct Compact: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compact", abstract: "Merge and seal everything at once, however fresh.",
            discussion: "A collector does this by itself when it is idle. No collector may be writing the folder.")

        @Option(help: "The data folder.")
        var data: String

        func validate() throws { try refuseEmpty(["--data": data]) }

        func run() throws {
            // Opening for writing makes a folder where there is none: nobody wants to look after an empty one.
            try DataFolderPlace.check(data)
            let before = size()
            // Only a person waits.
            if isatty(FileHandle.standardError.fileDescriptor) == 1 {
                CommandLineRunner.say("\(data): compacting \(before.files) files of \(UnitText.rounded(before.bytes)) …")
            }
            do {
                let folder = try LocalIngest(dataFolder: data)
                defer { folder.close() }
                try folder.compact(everything: true)
            } catch {
                throw CommandFailure("\(error)")
            }
            let after = size()
            CommandLineRunner.say(
                "\(data): \(before.files) files of \(UnitText.rounded(before.bytes)) are \(after.files) of \(UnitText.rounded(after.bytes))")
        }

        /// Of the flows, as far as it can be seen.
        private func size() -> (files: Int, bytes: Int64) {
            let folder = data + "/flows"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let bytes = names.map { name in
                (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int64) ?? 0
            }
            return (names.count, bytes.reduce(0, +))
        }
    }
}
