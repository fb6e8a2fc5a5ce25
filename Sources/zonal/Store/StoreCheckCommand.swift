import AgentCommands
import ArgumentParser
import FlowStore

extension StoreCommand {
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Read everything there is, and say what is wrong with it.",
            discussion: """
                Reads each partition wholly: the file's structure, its dictionary, serial numbers and batch ids, and every \
                column of every block; and the catalogue. Writes nothing: a collector may go on beside it. Exit code 1 when \
                something is damaged, or was set aside.
                """)

        @Option(help: "The data folder.")
        var data: String

        func validate() throws { try refuseEmpty(["--data": data]) }

        func run() throws {
            try DataFolderPlace.check(data)
            var files = 0
            var damaged = 0
            do throws(StoreError) {
                try StoreCheck.run(data) { file in
                    files += 1
                    if !file.faults.isEmpty { damaged += 1 }
                    Self.show(file)
                }
            } catch {
                throw CommandFailure("\(error)")
            }
            guard damaged == 0 else {
                throw CommandFailure(
                    "\(data): \(damaged) of \(files) files are damaged or were set aside; docs/operations.md says what can be done")
            }
        }

        private static func show(_ file: StoreCheck.File) {
            let content = file.blocks > 0 ? "\(file.records) records in \(file.blocks) blocks, " : ""
            print("\(file.name): \(content)\(file.faults.isEmpty ? "sound" : "damaged")")
            for fault in file.faults { print("    \(fault)") }
        }
    }
}
