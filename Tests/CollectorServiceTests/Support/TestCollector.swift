import CollectorService
import Detection
import FlowModel
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing
import TestSupport

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let time = Atomic(TestBatch.now)
    var now: Int64 { time.load(ordering: .relaxed) }
    func advance(seconds: Int64) { time.wrappingAdd(seconds * 1000, ordering: .relaxed) }
}

/// A real collector on a port of the system's choice, over a real data folder.
struct TestCollector: Sendable {
    let service: CollectorService
    let host: String
    let port: Int
    let clock: TestClock

    /// An answer, read.
    struct Reply: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var type: String { headers[.contentType] ?? "" }
        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

        func object() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], "\(text)")
        }
        /// The rows of an answer.
        func rows() throws -> [[String: Any]] { try #require(try object()["rows"] as? [[String: Any]], "\(text)") }
        /// The faults of a problem, as `parameter@column`.
        func faults() throws -> [String] {
            let faults = try #require(try object()["faults"] as? [[String: Any]], "\(text)")
            return faults.map { "\($0["parameter"] ?? "")@\($0["column"] ?? "")" }
        }
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Starts a collector, runs `body`, and stops it gracefully, also when `body` throws.
    static func run<Result: Sendable>(
        in folder: ScratchFolder, clock: TestClock = TestClock(),
        configure: (inout CollectorConfiguration) -> Void = { _ in },
        _ body: @Sendable (TestCollector) async throws -> Result
    ) async throws -> Result {
        var configuration = CollectorConfiguration()
        configuration.dataFolder = folder.path("data")
        configuration.listenPort = 0
        // The clocks of these tests jump, and the time counts.
        configuration.detection.longestTickSeconds = .max
        configure(&configuration)
        let service = try CollectorService(configuration: configuration, logger: logger, clock: { clock.now })
        let running = Task { try await service.run() }
        let address = try await service.listening()
        let collector = TestCollector(service: service, host: address.host, port: address.port, clock: clock)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(collector))
        } catch {
            result = .failure(error)
        }
        await service.stop()
        try await running.value
        return try result.get()
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Reply {
        try await request(.get, path, headers: headers)
    }

    func post(_ body: [UInt8], headers: [(String, String)]) async throws -> Reply {
        try await request(.post, "/v1/batches", headers: headers, body: body)
    }

    /// Sends a batch as an agent would.
    func send(_ flows: FlowBatch, report: AgentReport, sequence: UInt64) async throws -> Reply {
        try await post(
            TestBatch.body(flows, report: report), headers: TestBatch.headers(report, sequence: sequence))
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Reply {
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields[name] = value
        }
        let request = TestClient.Request(
            path, method: method, authority: "\(host):\(port)", headers: fields, body: body.map { ByteBuffer(bytes: $0) })
        let response = try await TestClient.withClient(host: host, port: port) { try await $0.execute(request) }
        let buffer = response.body ?? ByteBuffer()
        return Reply(status: response.status.code, headers: response.headers, body: Array(buffer.readableBytesView))
    }

    /// Asks again until the condition holds; fails after two minutes: the limit is for what hangs, and other
    /// tests may hold all cores.
    func eventually(_ path: String, _ condition: (Reply) throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(120)
        var last: Reply?
        while ContinuousClock.now < end {
            let reply = try await get(path)
            if try condition(reply) { return }
            last = reply
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(path) did not come to what was waited for; last: \(last?.text ?? "nothing")")
    }
}
