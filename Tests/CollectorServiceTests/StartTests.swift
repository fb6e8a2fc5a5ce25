import CollectorService
import FlowModel
import FlowQuery
import FlowStore
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Starting and stopping")
struct StartTests {
    private static func error(_ configure: (inout CollectorConfiguration) -> Void) -> CollectorError? {
        var configuration = CollectorConfiguration()
        configuration.listenPort = 0
        configure(&configuration)
        do throws(CollectorError) {
            _ = try CollectorService(configuration: configuration, logger: TestCollector.logger)
            return nil
        } catch {
            return error
        }
    }

    @Test("a second collector on the same data folder is told who has it")
    func second() async throws {
        let folder = try ScratchFolder()
        try await TestCollector.run(in: folder) { _ in
            let error = Self.error { $0.dataFolder = folder.path("data") }
            #expect(error?.code == .dataFolder)
            #expect(error?.description.contains("process \(getpid()) writes this data folder") == true)
            #expect(error?.description.contains("--collector") == true)
        }
        // And it is free afterwards.
        try await TestCollector.run(in: folder) { _ in }
    }

    @Test("a data folder that is a file, or below one")
    func notAFolder() throws {
        let folder = try ScratchFolder()
        try Data("x".utf8).write(to: folder.url.appendingPathComponent("file"))
        for path in [folder.path("file"), folder.path("file/data")] {
            let error = Self.error { $0.dataFolder = path }
            #expect(error?.code == .dataFolder)
            #expect(error?.description.hasPrefix(path) == true)
        }
    }

    @Test("a data folder of a newer format")
    func newerFormat() async throws {
        let folder = try ScratchFolder()
        try await TestCollector.run(in: folder) { _ in }
        // `user_version` stands at octet 60 of an SQLite file.
        let file = try FileHandle(forUpdating: folder.url.appendingPathComponent("data/catalog.sqlite"))
        try file.seek(toOffset: 60)
        try file.write(contentsOf: [0, 0, 0, 99])
        try file.close()
        let error = Self.error { $0.dataFolder = folder.path("data") }
        #expect(error?.code == .dataFolder)
        #expect(error?.description.contains("format 99") == true)
    }

    @Test("a port that is taken, and an address that is not ours")
    func listening() async throws {
        let folder = try ScratchFolder()
        try await TestCollector.run(in: folder) { collector in
            var configuration = CollectorConfiguration()
            configuration.dataFolder = folder.path("other")
            configuration.listenPort = collector.port
            let taken = try CollectorService(configuration: configuration, logger: TestCollector.logger)
            let error = await #expect(throws: CollectorError.self) { try await taken.run() }
            #expect(error?.code == .addressTaken)
            #expect(error?.description.hasPrefix("127.0.0.1:\(collector.port) is taken by another process") == true)
            await #expect(throws: CollectorError.self) { _ = try await taken.listening() }
        }
        for host in ["192.0.2.1", "no.such.host.invalid"] {
            var configuration = CollectorConfiguration()
            configuration.dataFolder = folder.path("other")
            configuration.listenHost = host
            configuration.listenPort = 0
            let service = try CollectorService(configuration: configuration, logger: TestCollector.logger)
            let error = await #expect(throws: CollectorError.self) { try await service.run() }
            #expect(error?.code == .addressUnusable, "\(String(describing: error))")
            #expect(error?.description.contains("--listen") == true)
        }
    }

    @Test("stop before it listens, and cancellation, end the run")
    func stopping() async throws {
        let folder = try ScratchFolder()
        var configuration = CollectorConfiguration()
        configuration.dataFolder = folder.path("data")
        configuration.listenPort = 0
        let early = try CollectorService(configuration: configuration, logger: TestCollector.logger)
        await early.stop()
        try await early.run()

        let cancelled = try CollectorService(configuration: configuration, logger: TestCollector.logger)
        let running = Task { try await cancelled.run() }
        _ = try await cancelled.listening()
        running.cancel()
        try await running.value
    }

    @Test("batches on their way in at the time of the stop are answered, and are there afterwards")
    func stopUnderLoad() async throws {
        let folder = try ScratchFolder()
        let accepted = try await TestCollector.run(in: folder) { collector in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for sequence in 1...20 {
                    group.addTask {
                        let flows = TestBatch.flows((1...50).map { TestBatch.record(port: $0, sourcePort: UInt16(sequence)) })
                        let reply = try? await collector.send(flows, report: TestBatch.report(), sequence: UInt64(sequence))
                        if sequence == 5 { await collector.service.stop() }
                        return reply?.status == 200 ? 50 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(accepted >= 50)
        let offline = try OfflineAnswers(dataFolder: folder.path("data"))
        let rows = try offline.answer(.aggregate, [:]).table.rows
        // Everything that was answered is there; what was stored and not answered may be there too.
        guard case .integer(let records) = rows.first?.first else {
            Issue.record("no totals")
            return
        }
        #expect(Int(records) >= accepted)
        #expect(records % 50 == 0)
    }
}
