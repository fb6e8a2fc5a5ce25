import AgentCommands
import ArgumentParser
import FlowModel
import FlowQuery
import FlowStore

extension StoreCommand {
    struct Stats: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats", abstract: "Show what each partition holds, and what its bytes are for.",
            discussion: """
                One line a partition, the newest first; in the table also their sum. The columns from flow_column on are the \
                bytes of the file's tables (docs/formats/store.md). A collector may be writing the folder.
                """)

        /// How the figures are shown.
        enum Format: String, CaseIterable, ExpressibleByArgument { case table, csv, json, ndjson }

        @Option(help: "The data folder.")
        var data: String

        @Option(help: "table, csv, json or ndjson.")
        var format: Format = .table

        func validate() throws { try refuseEmpty(["--data": data]) }

        func run() throws {
            let folder = try StoreCommand.read(data)
            defer { folder.close() }
            let all: [PartitionStatistics]
            do throws(StoreError) {
                all = try folder.store.statistics()
            } catch {
                throw CommandFailure("\(error)")
            }
            let out = try OutputFile(path: nil)
            try out.write(Self.render(all, format))
            for one in all { if let problem = one.problem { CommandLineRunner.say("zonal: \(one.name): \(problem)") } }
        }

        static func render(_ all: [PartitionStatistics], _ format: Format) -> [UInt8] {
            var table = ResultTable(columns: columns, rows: all.map(row))
            switch format {
            case .csv: return CSVRenderer.render(table)
            case .ndjson: return NDJSONRenderer.render(table)
            case .json:
                var writer = JSONWriter()
                writer.object { writer in
                    writer.key("rows")
                    JSONRenderer.write(rows: table, to: &writer)
                }
                writer.newline()
                return writer.octets
            case .table:
                if all.count > 1 { table.rows.append(row(sum(all))) }
                return Array(TableRenderer.render(table, empty: "no flows are held").utf8)
            }
        }

        private static let columns: [ResultTable.Column] =
            [
                .init(name: "partition", kind: .text), .init(name: "records", kind: .count), .init(name: "bytes", kind: .count),
                .init(name: "bytes_per_record", kind: .real), .init(name: "blocks", kind: .count),
                .init(name: "small_blocks", kind: .count), .init(name: "addresses", kind: .count),
                .init(name: "batches", kind: .count), .init(name: "sealed", kind: .boolean),
                .init(name: "oldest", kind: .timestamp), .init(name: "newest", kind: .timestamp),
                .init(name: "last_write", kind: .timestamp),
            ] + PartitionStatistics.tableNames.map { .init(name: $0, kind: .count) }

        private static func row(_ one: PartitionStatistics) -> [FieldValue] {
            func count(_ number: Int64) -> FieldValue { one.problem == nil ? .integer(UInt64(clamping: number)) : .absent }
            func time(_ milliseconds: Int64?) -> FieldValue { milliseconds.map { .timestamp($0) } ?? .absent }
            return [
                .text(one.name), count(one.records), .integer(UInt64(clamping: one.bytes)),
                one.records > 0 ? .real((Double(one.bytes) / Double(one.records) * 100).rounded() / 100) : .absent,
                count(one.blocks), count(one.smallBlocks), count(one.addresses), count(one.batches),
                one.problem == nil ? .boolean(one.isSealed) : .absent, time(one.oldest), time(one.newest), time(one.lastWrite),
            ] + PartitionStatistics.tableNames.map { one.tables[$0].map(count) ?? .absent }
        }

        /// Addresses count once in each partition that has them.
        private static func sum(_ all: [PartitionStatistics]) -> PartitionStatistics {
            var sum = PartitionStatistics(name: "all \(all.count)", bytes: 0)
            sum.isSealed = all.allSatisfy(\.isSealed)
            for one in all {
                sum.bytes += one.bytes
                sum.records += one.records
                sum.blocks += one.blocks
                sum.smallBlocks += one.smallBlocks
                sum.addresses += one.addresses
                sum.batches += one.batches
                sum.oldest = [sum.oldest, one.oldest].compactMap { $0 }.min()
                sum.newest = [sum.newest, one.newest].compactMap { $0 }.max()
                sum.lastWrite = [sum.lastWrite, one.lastWrite].compactMap { $0 }.max()
                sum.tables.merge(one.tables, uniquingKeysWith: +)
            }
            return sum
        }
    }
}
