import Collecting
import FlowModel
import Foundation
import Logging
import Shipping
import Testing

@Suite("batches on their way")
struct ShipperTests {
    private static func flows(_ count: Int, first: UInt64 = 1) -> FlowBatch {
        var flows = FlowBatch()
        for number in 0..<count {
            var record = FlowRecord()
            record.flowId = first + UInt64(number)
            record.sourceAddress = IPAddress(ipv4: 1)
            record.destinationAddress = IPAddress(ipv4: 2)
            record.packetDeltaCount = 1
            flows.append(record)
        }
        return flows
    }

    private static func shipper(_ url: String, _ change: (inout Shipper.Configuration) -> Void = { _ in }) throws -> Shipper {
        var configuration = Shipper.Configuration(collector: url, agent: "node-1", epoch: 0xC0FFEE)
        configuration.backoff = Backoff(shortest: .milliseconds(1), longest: .milliseconds(4))
        change(&configuration)
        return try Shipper(configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs the shipper while `body` does.
    private static func running<T: Sendable>(_ shipper: Shipper, _ body: () async throws -> T) async throws -> T {
        let task = Task { try await shipper.run() }
        do {
            let value = try await body()
            task.cancel()
            try await task.value
            return value
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
    }

    private static func batch(_ request: ScriptedCollector.Request) throws -> IntakeBatch {
        try BatchIntake().decode(
            agent: request.headers["zonal-agent"], epoch: request.headers["zonal-epoch"],
            sequence: request.headers["zonal-sequence"], contentType: request.headers["content-type"],
            contentEncoding: request.headers["content-encoding"], body: request.body)
    }

    @Test("what is offered arrives in order, under its headers")
    func delivers() async throws {
        let server = try await ScriptedCollector.start()
        let shipper = try Self.shipper(server.url + "/") { $0.token = "secret" }
        var report = AgentReport()
        report.exportMilliseconds = 1_700_000_000_000
        report.captured = 9
        for number in 0..<5 { shipper.offer(flows: Self.flows(number, first: UInt64(number) * 10 + 1), report: report) }
        report.isGoodbye = true
        shipper.offer(flows: FlowBatch(), report: report)
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(60)) })
        await server.stop()

        let requests = server.requests
        #expect(requests.map(\.sequence) == [1, 2, 3, 4, 5, 6])
        for (number, request) in requests.enumerated() {
            #expect(request.method == "POST" && request.path == "/v1/batches")
            #expect(request.headers["content-type"] == "application/ipfix")
            #expect(request.headers["content-encoding"] == "gzip")
            #expect(request.headers["zonal-epoch"] == "0000000000c0ffee")
            #expect(request.headers["authorization"] == "Bearer secret")
            let batch = try Self.batch(request)
            #expect(batch.identity == .sequence(agent: "node-1", epoch: 0xC0FFEE, sequence: UInt64(number + 1)))
            #expect(batch.flows.count == (number == 5 ? 0 : number))
            #expect(batch.report?.captured == 9 && batch.report?.isGoodbye == (number == 5))
        }
        let statistics = shipper.statistics
        #expect(statistics.storedBatches == 6 && statistics.storedRecords == 10 && statistics.isBalanced)
        #expect(statistics.sentBytes == UInt64(requests.reduce(0) { $0 + $1.body.count }))
        #expect(statistics.retries.isEmpty)
    }

    @Test("answers that mean «again» are heeded: the same batch comes again until it is stored", arguments: [
        ("unavailable", .status(503)), ("unavailable", .status(500)), ("too-many-requests", .status(429, retryAfter: "0")),
        ("unauthorised", .status(401)), ("unexpected-status", .status(404)), ("connection-closed", .close),
        ("connection-closed", .closeMidway), ("unexpected-status", .foreign(200, body: "<html>Welcome</html>")),
        ("unexpected-status", .foreign(202, body: "{}")), ("unexpected-status", .foreign(204, body: "")),
    ] as [(String, ScriptedCollector.Answer)])
    func retries(label: String, answer: ScriptedCollector.Answer) async throws {
        let server = try await ScriptedCollector.start([answer, answer, .ok])
        let shipper = try Self.shipper(server.url)
        shipper.offer(flows: Self.flows(3), report: AgentReport())
        shipper.offer(flows: Self.flows(4), report: AgentReport())
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(60)) })
        await server.stop()
        #expect(server.requests.map(\.sequence) == [1, 1, 1, 2])
        #expect(server.requests.first?.body == server.requests.dropFirst(2).first?.body)
        let statistics = shipper.statistics
        #expect(statistics.retries == [label: 2])
        #expect(statistics.storedRecords == 7 && statistics.isBalanced)
    }

    @Test("a success of something that is no collector stores nothing: the batch waits", arguments: [
        .foreign(200, body: "<html>Welcome</html>"), .foreign(204, body: ""),
    ] as [ScriptedCollector.Answer])
    func noReceipt(answer: ScriptedCollector.Answer) async throws {
        let server = try await ScriptedCollector.start([answer])
        let shipper = try Self.shipper(server.url) { $0.backoff = Backoff(shortest: .seconds(3600), longest: .seconds(3600)) }
        shipper.offer(flows: Self.flows(3), report: AgentReport())
        try await Self.running(shipper) {
            let end = ContinuousClock.now + .seconds(60)
            while shipper.statistics.retries.isEmpty && ContinuousClock.now < end { await Task.yield() }
        }
        await server.stop()
        let statistics = shipper.statistics
        #expect(statistics.waitingBatches == 1 && statistics.storedBatches == 0 && statistics.isBalanced)
        #expect(statistics.retries == ["unexpected-status": 1])
    }

    @Test("an answer that does not come, or not whole, is waited for no longer than allowed", arguments: [
        .silence, .stallMidway, .trickle,
    ] as [ScriptedCollector.Answer])
    func silence(answer: ScriptedCollector.Answer) async throws {
        let server = try await ScriptedCollector.start([answer, answer])
        let shipper = try Self.shipper(server.url) { $0.requestTimeout = .milliseconds(500) }
        shipper.offer(flows: Self.flows(3), report: AgentReport())
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(60)) })
        await server.stop()
        // On a busy machine an answer that does come may be too late as well.
        #expect(server.requests.count >= 3 && server.requests.allSatisfy { $0.sequence == 1 })
        #expect(Array(shipper.statistics.retries.keys) == ["timeout"])
        #expect(shipper.statistics.storedRecords == 3 && shipper.statistics.isBalanced)
    }

    @Test("a rejected batch is dropped and counted, and the next one names it", arguments: [400, 413, 415])
    func rejected(status: Int) async throws {
        let server = try await ScriptedCollector.start([.ok, .status(status), .ok])
        let shipper = try Self.shipper(server.url)
        for number in 1...3 { shipper.offer(flows: Self.flows(number), report: AgentReport()) }
        let holes = try await Self.running(shipper) {
            #expect(await shipper.drain(deadline: .seconds(60)))
            shipper.offer(flows: FlowBatch(), report: AgentReport())
            #expect(await shipper.drain(deadline: .seconds(60)))
            shipper.offer(flows: FlowBatch(), report: AgentReport())
            #expect(await shipper.drain(deadline: .seconds(60)))
            return try server.requests.map { try Self.batch($0).missingBatches }
        }
        await server.stop()
        #expect(server.requests.map(\.sequence) == [1, 2, 3, 4, 5])
        // Told once it is known, and not again when that was acknowledged.
        #expect(holes == [[], [], [], [2...2], []])
        #expect(shipper.statistics.rejectedBatches == [status: 1])
        #expect(shipper.statistics.rejectedRecords == 2 && shipper.statistics.isBalanced)
    }

    @Test("a repeat that was stored before is stored, and counted as such")
    func duplicate() async throws {
        let server = try await ScriptedCollector.start([.closeMidway, .duplicate])
        let shipper = try Self.shipper(server.url)
        shipper.offer(flows: Self.flows(2), report: AgentReport())
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(60)) })
        await server.stop()
        #expect(shipper.statistics.duplicateBatches == 1 && shipper.statistics.storedRecords == 2)
        #expect(shipper.statistics.isBalanced)
    }

    @Test("a full queue drops the oldest, says so in the report, and names the hole")
    func full() async throws {
        let server = try await ScriptedCollector.start()
        let shipper = try Self.shipper(server.url) { $0.queueBatchLimit = 3 }
        for number in 1...10 { shipper.offer(flows: Self.flows(number), report: AgentReport()) }
        #expect(shipper.statistics.droppedBatches == 7 && shipper.statistics.droppedRecords == 28)
        #expect(shipper.statistics.waitingBatches == 3 && shipper.statistics.waitingRecords == 27)
        #expect(shipper.statistics.waitingBytes > 0 && shipper.statistics.isBalanced)
        let batches = try await Self.running(shipper) {
            #expect(await shipper.drain(deadline: .seconds(60)))
            shipper.offer(flows: FlowBatch(), report: AgentReport())
            #expect(await shipper.drain(deadline: .seconds(60)))
            return try server.requests.map(Self.batch)
        }
        await server.stop()
        #expect(server.requests.map(\.sequence) == [8, 9, 10, 11])
        #expect(Set(batches.flatMap { $0.missingBatches.flatMap { Array($0) } }) == Set(1...7))
        #expect(batches.last?.missingBatches == [7...7])
        #expect(batches.last?.report?.recordsDropped == 28)
    }

    @Test("a batch that may be stored outlives others in a full queue; given up, it is neither dropped nor missing", arguments: [
        1, 2,
    ])
    func uncertain(limit: Int) async throws {
        let server = try await ScriptedCollector.start([.closeMidway, .duplicate])
        let shipper = try Self.shipper(server.url) {
            $0.queueBatchLimit = limit
            $0.backoff = Backoff(shortest: .seconds(3600), longest: .seconds(3600))
        }
        shipper.offer(flows: Self.flows(5), report: AgentReport())
        let last = try await Self.running(shipper) {
            let end = ContinuousClock.now + .seconds(60)
            while shipper.statistics.retries.isEmpty && ContinuousClock.now < end { await Task.yield() }
            shipper.offer(flows: Self.flows(7), report: AgentReport())
            shipper.offer(flows: Self.flows(9), report: AgentReport())
            #expect(await shipper.drain(deadline: .seconds(60)))
            shipper.offer(flows: FlowBatch(), report: AgentReport())
            #expect(await shipper.drain(deadline: .seconds(60)))
            return try Self.batch(try #require(server.requests.last))
        }
        await server.stop()
        let statistics = shipper.statistics
        #expect(server.requests.map(\.sequence) == (limit == 1 ? [1, 3, 4] : [1, 1, 3, 4]))
        #expect(last.missingBatches == [2...2] && last.report?.recordsDropped == 7)
        #expect(statistics.droppedRecords == 7 && statistics.droppedBatches == 1)
        #expect(statistics.uncertainRecords == (limit == 1 ? 5 : 0) && statistics.uncertainBatches == (limit == 1 ? 1 : 0))
        #expect(statistics.storedRecords == (limit == 1 ? 9 : 14) && statistics.isBalanced)
    }

    @Test("with no collector, batches wait; drain gives up at its deadline")
    func unreachable() async throws {
        let server = try await ScriptedCollector.start()
        await server.stop()
        let shipper = try Self.shipper(server.url)
        shipper.offer(flows: Self.flows(5), report: AgentReport())
        let drained = try await Self.running(shipper) {
            let end = ContinuousClock.now + .seconds(60)
            while shipper.statistics.retries.isEmpty && ContinuousClock.now < end { await Task.yield() }
            return await shipper.drain(deadline: .milliseconds(10))
        }
        #expect(!drained)
        #expect(Array(shipper.statistics.retries.keys) == ["connect-failed"])
        #expect(shipper.statistics.waitingRecords == 5 && shipper.statistics.isBalanced)
    }

    @Test("drain tries again and again: a collector that comes back in time gets the last batches")
    func drainTriesAgain() async throws {
        let server = try await ScriptedCollector.start([.status(503), .status(503, retryAfter: "3600"), .status(401), .close])
        let shipper = try Self.shipper(server.url) { $0.backoff = Backoff(shortest: .milliseconds(1), longest: .seconds(3600)) }
        shipper.offer(flows: Self.flows(5), report: AgentReport())
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(60)) })
        await server.stop()
        #expect(server.requests.map(\.sequence) == [1, 1, 1, 1, 1])
        #expect(shipper.statistics.storedRecords == 5 && shipper.statistics.isBalanced)
    }

    @Test("more records than a batch takes go as several")
    func split() async throws {
        let server = try await ScriptedCollector.start()
        let shipper = try Self.shipper(server.url) { $0.recordsPerBatch = 100 }
        shipper.offer(flows: Self.flows(250), report: AgentReport())
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(60)) })
        await server.stop()
        let batches = try server.requests.map(Self.batch)
        #expect(batches.map(\.flows.count) == [100, 100, 50])
        #expect(batches.flatMap(\.flows.flowId) == Array(1...250))
    }

    @Test("plain threads may offer while batches are under way; numbers stay in order")
    func threads() async throws {
        let server = try await ScriptedCollector.start()
        let shipper = try Self.shipper(server.url)
        try await Self.running(shipper) {
            await withCheckedContinuation { continuation in
                let group = DispatchGroup()
                for _ in 0..<4 {
                    group.enter()
                    Thread.detachNewThread {
                        for _ in 0..<25 { shipper.offer(flows: Self.flows(2), report: AgentReport()) }
                        group.leave()
                    }
                }
                group.notify(queue: .global()) { continuation.resume() }
            }
            #expect(await shipper.drain(deadline: .seconds(60)))
        }
        await server.stop()
        #expect(server.requests.map(\.sequence) == Array(1...100))
        #expect(shipper.statistics.storedRecords == 200)
    }

    @Test("whatever a collector answers, each batch is stored once or accounted for", arguments: [1, 2, 3] as [UInt64])
    func random(seed: UInt64) async throws {
        var generator = SeededGenerator(state: seed)
        let answers: [ScriptedCollector.Answer] = [
            .ok, .ok, .status(503), .status(429), .status(400), .close, .closeMidway, .duplicate, .status(403),
        ]
        let script = (0..<80).map { _ in answers.randomElement(using: &generator) ?? .ok }
        let server = try await ScriptedCollector.start(script)
        let shipper = try Self.shipper(server.url)
        for number in 1...40 { shipper.offer(flows: Self.flows(number), report: AgentReport()) }
        #expect(try await Self.running(shipper) { await shipper.drain(deadline: .seconds(120)) })
        await server.stop()
        var stored: [UInt64] = []
        var rejected: [UInt64] = []
        for (request, answer) in server.exchanges {
            switch answer {
            case .ok, .duplicate: stored.append(request.sequence)
            case .status(400, _): rejected.append(request.sequence)
            default: break
            }
        }
        #expect((stored + rejected).sorted() == Array(1...40))
        #expect(stored == stored.sorted())
        let statistics = shipper.statistics
        #expect(statistics.storedRecords == stored.reduce(0, +) && statistics.rejectedRecords == rejected.reduce(0, +))
        #expect(statistics.isBalanced && statistics.waitingBatches == 0)
    }
}
