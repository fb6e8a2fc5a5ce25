import CollectorService
import FlowModel
import Foundation
import TestSupport
import Testing

/// Answers that are larger than what sockets hold, to clients that take their time.
@Suite("Slow clients", .timeLimit(.minutes(2)))
struct SlowClientTests {
    /// A collector whose answer to `request` is too large for the kernel to hold.
    private static func filled<Result: Sendable>(
        idleSeconds: Int64, _ body: @Sendable (TestCollector) async throws -> Result
    ) async throws -> Result {
        try await TestCollector.run(in: ScratchFolder(), configure: { $0.idleTimeLimitSeconds = idleSeconds }) { collector in
            let records = (0..<20_000).map { TestBatch.record(port: UInt16($0), sourcePort: UInt16($0)) }
            let reply = try await collector.send(TestBatch.flows(records), report: TestBatch.report(), sequence: 1)
            #expect(reply.status == 200)
            return try await body(collector)
        }
    }

    private static let request = "GET /v1/flows?limit=20000 HTTP/1.1\r\nHost: x\r\n\r\n"

    /// A client that has the head of the large answer and nothing more.
    private static func begun(_ collector: TestCollector) async throws -> SlowConnection {
        try await aside {
            let connection = try SlowConnection(port: collector.port)
            try connection.send(request)
            try connection.readHead()
            #expect(connection.length > 12 << 20)
            return connection
        }
    }

    private static func aside<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Swift.Result { try work() }) }.start()
        }
    }

    @Test("an answer that takes longer than the idle limit comes whole")
    func longerThanIdle() async throws {
        try await Self.filled(idleSeconds: 3) { collector in
            let slow = try await Self.begun(collector)
            try await Self.aside {
                // A connection that says nothing is closed after the limit: until then this one takes little at a time.
                let idle = try SlowConnection(port: collector.port)
                while !idle.hasEnded(withinMilliseconds: 20) { slow.read(atMost: 16_384) }
                slow.readToEnd()
            }
            #expect(slow.received == slow.length)
        }
    }

    @Test("an answer on its way is finished when the collector stops")
    func stopping() async throws {
        try await Self.filled(idleSeconds: 60) { collector in
            let slow = try await Self.begun(collector)
            let idle = try await Self.aside {
                // It is a connection of the server's once it has been answered.
                let idle = try SlowConnection(port: collector.port)
                try idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                try idle.readHead()
                idle.readToEnd()
                return idle
            }
            let stopping = Task { await collector.service.stop() }
            try await Self.aside {
                // The stop closes connections that wait for nothing: by then it has come to the other one too.
                while !idle.hasEnded(withinMilliseconds: 20) { slow.read(atMost: 1024) }
                slow.readToEnd()
            }
            #expect(slow.received == slow.length)
            await stopping.value
        }
    }

    @Test("a client that stops reading is cut off, and does not hold up the end")
    func standing() async throws {
        // Returns when the collector has ended.
        let standing = try await Self.filled(idleSeconds: 1) { try await Self.begun($0) }
        try await Self.aside { standing.readToEnd() }
        #expect(standing.received < standing.length)
    }
}
