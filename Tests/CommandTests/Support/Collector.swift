import CollectorService
import FlowModel
import Logging
import TestSupport

/// Data folders and collectors that the commands ask.
enum Collector {
    /// 2026-11-22T14:00:00Z.
    static let now: Int64 = 1_795_356_000_000

    /// A data folder with `count` flows to ports from 1 on, which ended within the minute before `now`, and the account of their agent.
    ///
    /// - Parameter dropped: packets that the agent's kernel dropped.
    static func fill(_ path: String, flows count: Int, dropped: UInt64 = 0) throws {
        let ingest = try LocalIngest(dataFolder: path, clock: { now })
        defer { ingest.close() }
        var flows = FlowBatch()
        for number in 0..<count {
            var record = FlowRecord()
            record.flowStartMilliseconds = now - 30_500
            record.flowEndMilliseconds = now - 30_000
            record.initialStartMilliseconds = record.flowStartMilliseconds
            record.packetDeltaCount = 2
            record.octetDeltaCount = 100
            record.protocolIdentifier = 6
            record.sourceAddress = IPAddress("10.0.1.11") ?? .zero
            record.destinationAddress = IPAddress("10.0.1.12") ?? .zero
            record.sourceTransportPort = 40_000
            record.destinationTransportPort = UInt16(number + 1)
            record.flowId = UInt64(number + 1)
            record.samplingInterval = 1
            flows.append(record)
        }
        var report = AgentReport()
        report.agent = "host-a"
        report.epoch = 1
        report.exportMilliseconds = now - 30_000
        report.interfaces = [AgentReport.Interface(index: 3, name: "veth-a", kind: "veth", captured: 100, dropped: dropped)]
        report.captured = 100
        report.metered = 100
        _ = try ingest.append(flows, report: report, identity: .sequence(agent: "host-a", epoch: 1, sequence: 1), exportMilliseconds: now - 30_000)
    }

    /// Serves a data folder while `body` runs.
    static func run<Result: Sendable>(
        _ path: String, _ body: @Sendable (_ url: String) async throws -> Result
    ) async throws -> Result {
        var configuration = CollectorConfiguration()
        configuration.dataFolder = path
        configuration.listenPort = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = try CollectorService(configuration: configuration, logger: logger, clock: { now })
        let running = Task { try await service.run() }
        let port = try await service.listening().port
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body("http://127.0.0.1:\(port)"))
        } catch {
            result = .failure(error)
        }
        await service.stop()
        try await running.value
        return try result.get()
    }
}
