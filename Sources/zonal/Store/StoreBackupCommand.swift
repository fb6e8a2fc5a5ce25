import AgentCommands
import ArgumentParser
import FlowStore
import Settings

extension StoreCommand {
    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy a data folder, while a collector may go on writing it.",
            discussion: """
                The copy is a data folder itself: `zonal query --data TARGET` asks it. Each partition is as it was in one \
                moment, and read wholly before the copy gets its name. What is damaged is left out and named, with exit \
                code 1.
                """)

        @Option(help: "The data folder.")
        var data: String

        @Argument(help: "The folder to make; until it is whole, its name ends in .making.")
        var target: String

        func validate() throws { try refuseEmpty(["--data": data, "TARGET": target]) }

        func run() throws {
            try DataFolderPlace.check(data)
            let report: StoreBackup.Report
            do throws(StoreError) {
                report = try StoreBackup.make(of: data, at: target)
            } catch {
                throw CommandFailure("\(error)")
            }
            CommandLineRunner.say(
                "\(target): \(report.records) records in \(report.partitions) partitions, \(UnitText.rounded(report.bytes)), read and found sound")
            for file in report.leftOut { CommandLineRunner.say("zonal: left out: \(file)") }
            if !report.leftOut.isEmpty {
                throw CommandFailure("\(target): lacks \(report.leftOut.count) damaged files; zonal store check tells more")
            }
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Put a backup in the place of a data folder.",
            discussion: """
                No collector may be writing the folder. The backup is copied and read wholly before anything changes; what is \
                at --data is not deleted, but moved to the same name with .replaced behind it.
                """)

        @Argument(help: "The folder that `zonal store backup` has made.")
        var backup: String

        @Option(help: "The data folder.")
        var data: String

        @Flag(help: "Move away what is at --data, instead of a refusal.")
        var replace = false

        func validate() throws { try refuseEmpty(["--data": data, "BACKUP": backup]) }

        func run() throws {
            let report: StoreBackup.Report
            do throws(StoreError) {
                report = try StoreBackup.restore(backup, to: data, replaces: replace)
            } catch {
                throw CommandFailure("\(error)")
            }
            CommandLineRunner.say(
                "\(data): \(report.records) records in \(report.partitions) partitions, \(UnitText.rounded(report.bytes)), read and found sound")
            if let replaced = report.replaced { CommandLineRunner.say("\(replaced): what was there before; remove it when nothing is missing") }
        }
    }
}
