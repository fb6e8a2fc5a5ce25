import AgentCommands
import ArgumentParser
import CollectorService
import FlowModel
import FlowQuery
import FlowStore
import Settings

extension StoreCommand {
    struct Retain: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retain", abstract: "Delete the oldest partitions, or with --dry-run show which would go.",
            discussion: """
                Whole partitions go: those whose last flows came in longer ago than --age, then the oldest ones until the rest \
                is within --bytes. With --dry-run a collector may be writing the folder.

                Examples:
                  zonal store retain --data ./zonal-data --dry-run
                  zonal store retain --data ./zonal-data --age 30d --bytes 200GiB --dry-run
                  zonal store retain --data ./zonal-data --age 30d --bytes none
                """)

        @Option(help: "The data folder.")
        var data: String

        @Option(help: "Delete what was last written longer ago: 30d; none without it.")
        var age: String?

        @Option(help: "Delete the oldest when there are more bytes: 200GiB; without it 80 % of what the disk had free when the folder was made, none for no bound.")
        var bytes: String?

        @Flag(help: "Show what would go, and delete nothing.")
        var dryRun = false

        func validate() throws {
            try refuseEmpty(["--data": data, "--age": age, "--bytes": bytes])
            if let age, age != "none", UnitText.duration(age) == nil {
                throw ValidationError("--age: \"\(age)\" is not a time such as 1h30m or 30d, or none")
            }
            if let bytes, bytes != "none", UnitText.bytes(bytes) == nil {
                throw ValidationError("--bytes: \"\(bytes)\" is not a size such as 500MiB or 200GiB, or none")
            }
        }

        func run() throws {
            try DataFolderPlace.check(data)
            do throws(StoreError) {
                let folder = try dryRun ? DataFolder.openForReading(data) : DataFolder.openForWriting(data)
                defer { folder.close() }
                var policy = RetentionPolicy()
                policy.age = age.flatMap { UnitText.duration($0) }.map { .milliseconds($0) }
                policy.bytes = bytes.map { UnitText.bytes($0) } ?? folder.usualByteBound
                // What rollups have past their share goes first: no flow is to make room for it.
                let rollups = dryRun ? [] : try folder.store.retainRollups(policy, now: SQLiteFlowStore.wallClock(), dryRun: false)
                show(rollups + (try folder.store.retain(policy, now: SQLiteFlowStore.wallClock(), dryRun: dryRun)), policy)
            } catch {
                show(error.retired, nil)
                throw CommandFailure("\(error)")
            }
        }

        private func show(_ retired: [RetiredPartition], _ policy: RetentionPolicy?) {
            let table = ResultTable(
                columns: [
                    .init(name: "partition", kind: .text), .init(name: "bytes", kind: .count),
                    .init(name: "last_write", kind: .timestamp), .init(name: "reason", kind: .text),
                ],
                rows: retired.map { one in
                    [
                        .text(one.name), .integer(UInt64(clamping: one.bytes)),
                        one.lastWrite.map { .timestamp($0) } ?? .absent, .text(one.reason.rawValue),
                    ]
                })
            if !retired.isEmpty { print(TableRenderer.render(table), terminator: "") }
            guard let policy else { return }
            let bounds = [
                policy.age.map { "older than \(UnitText.duration(Int64($0 / .milliseconds(1))))" },
                policy.bytes.map { "over \(UnitText.rounded($0))" },
            ].compactMap { $0 }
            let freed = UnitText.rounded(retired.reduce(0) { $0 + $1.bytes })
            let what = dryRun ? "would be deleted" : "were deleted"
            CommandLineRunner.say(
                "\(data): \(retired.count) files of \(freed) \(what) (\(bounds.isEmpty ? "no bound" : bounds.joined(separator: ", ")))")
        }
    }
}
