import FlowModel
import IPFIX
import Logging
import Testing

@testable import Exporting

@Suite("exports over TCP")
struct StreamExportTests {
    @Test("every flow arrives, each template before its records, several targets each in its own format")
    func targets() async throws {
        let (first, second) = (try await StreamCollector.start(), try await StreamCollector.start())
        let tester = try ExportTester([
            "tcp://127.0.0.1:\(first.port)?domain=9", "tcp://localhost:\(second.port)?format=uniflow&own-elements=no",
        ])
        let flows = ExportTester.flows(20_000)
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(15_000), account: ExportTester.account)
            try await tester.exports.send(flows: ExportTester.flows(5000, first: 15_000), account: ExportTester.account)
            #expect(await tester.exports.drain(deadline: .seconds(60)))
            try await ExportTester.eventually("all came") {
                first.received.flows.count == 20_000 && second.received.statistics.flowRecords >= 33_332
            }
        }
        await first.stop()
        await second.stop()
        #expect(first.received.flows.byID() == flows.byID())
        #expect(first.received.flows.names.contains("veth7"))
        let answered = flows.reversePacketDeltaCount.count { $0 > 0 }
        let halves = second.received.flows
        #expect(halves.count == 20_000 + answered)
        #expect(halves.packetDeltaCount.reduce(0, +) == flows.packets)
        for (collector, statistics) in zip([first, second], tester.exports.statistics) {
            let received = collector.received
            #expect(received.faults.isEmpty && received.statistics.faults.isEmpty && received.connections == 1)
            #expect(received.statistics.sequenceGaps == 0 && received.statistics.setsWithoutTemplate == 0)
            #expect(statistics.offeredFlows == 20_000 && statistics.sentFlows == 20_000 && statistics.isBalanced)
            #expect(statistics.messages == UInt64(received.messages) && statistics.octets == UInt64(received.octets))
            #expect(statistics.records == received.statistics.flowRecords && statistics.failures == 0 && statistics.lastError == nil)
            #expect(statistics.connections == 1 && statistics.sinceMilliseconds > 0)
        }
    }

    @Test("a connection that breaks in mid-stream is followed by a new session; what is not known to have gone is counted")
    func reconnects() async throws {
        let collector = try await StreamCollector.start(closes: [3, 5, 4])
        let tester = try ExportTester(["tcp://127.0.0.1:\(collector.port)"])
        try await tester.running {
            // As long as connections break, more flows come; then 2,000 that must arrive.
            var next = 0
            while collector.received.connections < 4 {
                tester.exports.offer(flows: ExportTester.flows(500, first: next), account: ExportTester.account)
                next += 500
                _ = await tester.exports.drain(deadline: .seconds(60))
            }
            tester.exports.offer(flows: ExportTester.flows(2000, first: 10_000_000), account: ExportTester.account)
            #expect(await tester.exports.drain(deadline: .seconds(60)))
            try await ExportTester.eventually("the last came") {
                collector.received.flows.flowId.count { $0 > 10_000_000 } == 2000
            }
        }
        await collector.stop()
        let received = collector.received
        // Each session began with number 0 and told its templates.
        #expect(received.connections == 4 && received.faults.isEmpty && received.statistics.faults.isEmpty)
        #expect(received.statistics.setsWithoutTemplate == 0 && received.statistics.sequenceGaps == 0)
        #expect(Set(received.flows.flowId).count == received.flows.count)
        let statistics = try #require(tester.exports.statistics.first)
        #expect(statistics.connections == 4 && statistics.failures >= 3 && statistics.isBalanced && statistics.waitingFlows == 0)
        #expect(statistics.sentFlows >= 2000 && statistics.sentFlows + statistics.dropped == statistics.offeredFlows)
        #expect(Set(statistics.droppedFlows.keys).isSubset(of: [.connectionLost]))
        #expect(statistics.lastError?.contains("the connection") ?? false, "\(statistics.lastError ?? "")")
        // Connections that do not hold are one trouble, however many there are.
        #expect(tester.lines.all.count { $0.hasPrefix("warning") } == 1, "\(tester.lines.all)")
    }

    @Test("a collector that is down holds up no other, and the log says so once; when it comes up it gets what waits")
    func down() async throws {
        let up = try await StreamCollector.start()
        let gone = try await StreamCollector.start()
        let port = gone.port
        await gone.stop()
        let tester = try ExportTester(["tcp://127.0.0.1:\(port)", "tcp://127.0.0.1:\(up.port)"]) { $0.steadyTime = .milliseconds(20) }
        let flows = ExportTester.flows(5000)
        try await tester.running {
            for first in stride(from: 0, to: 5000, by: 1000) {
                tester.exports.offer(flows: ExportTester.flows(1000, first: first), account: ExportTester.account)
            }
            try await ExportTester.eventually("the other one has all") { up.received.flows.count == 5000 }
            try await ExportTester.eventually("it is tried again and again") { tester.exports.statistics[0].failures > 10 }
            #expect(await !tester.exports.drain(deadline: .milliseconds(20)))
            #expect(await !tester.exports.drain(patience: .milliseconds(20)))
            let statistics = tester.exports.statistics[0]
            #expect(!statistics.isConnected && statistics.waitingFlows == 5000 && statistics.isBalanced && statistics.dropped == 0)
            #expect(statistics.lastError == "nobody listens at tcp://127.0.0.1:\(port): start the collector, or mend the port")
            #expect(tester.lines.all.count { $0.hasPrefix("warning") } == 1, "\(tester.lines.all)")

            let late = try await StreamCollector.start(port: port)
            #expect(await tester.exports.drain(deadline: .seconds(60)))
            try await ExportTester.eventually("it has all") { late.received.flows.count == 5000 }
            try await ExportTester.eventually("the log says so") {
                tester.lines.all.contains { $0.hasPrefix("notice: an export target is reachable again") }
            }
            await late.stop()
            #expect(late.received.flows.byID() == flows.byID())
        }
        await up.stop()
        #expect(up.received.flows.byID() == flows.byID())
    }

    @Test("a queue that is full loses its oldest flows, which are counted, told of, and named to the collector")
    func queueFull() async throws {
        let tester = try ExportTester(["tcp://127.0.0.1:1"]) { $0.queueByteLimit = ExportQueue.bytes(1000) * 3 }
        for first in stride(from: 0, to: 10_000, by: 1000) {
            tester.exports.offer(flows: ExportTester.flows(1000, first: first), account: ExportTester.account)
        }
        let statistics = try #require(tester.exports.statistics.first)
        #expect(statistics.droppedFlows == [.queueFull: 7000] && statistics.waitingFlows == 3000 && statistics.isBalanced)
        #expect(statistics.waitingBytes <= 3 * UInt64(ExportQueue.bytes(1000)))
        #expect(tester.lines.all.count { $0.contains("the queue of an export target is full") } == 1)

        let collector = try await StreamCollector.start()
        let other = try ExportTester(["tcp://127.0.0.1:\(collector.port)"]) { $0.queueByteLimit = ExportQueue.bytes(1000) }
        for first in [0, 1000] { other.exports.offer(flows: ExportTester.flows(1000, first: first), account: ExportTester.account) }
        try await other.running {
            try await ExportTester.eventually("the newest came") { collector.received.flows.count == 1000 }
        }
        await collector.stop()
        #expect(collector.received.flows.flowId.allSatisfy { $0 > 1000 })
        let lost = ExportTester.flows(1000)
        let reported = collector.received.statistics.reported
        #expect(reported.notSentFlows == 1000)
        #expect(reported.notSentPackets == lost.packets)
        #expect(reported.notSentOctets == lost.octets)
    }

    @Test("send waits for room: nothing is lost with a queue of one batch")
    func backPressure() async throws {
        let collector = try await StreamCollector.start()
        let tester = try ExportTester(["tcp://127.0.0.1:\(collector.port)"]) { $0.queueByteLimit = ExportQueue.bytes(1500) }
        try await tester.running {
            for first in stride(from: 0, to: 50_000, by: 1000) {
                try await tester.exports.send(flows: ExportTester.flows(1000, first: first), account: ExportTester.account)
                #expect(tester.exports.statistics[0].waitingFlows <= 3024)
            }
            #expect(await tester.exports.drain(deadline: .seconds(60)))
            try await ExportTester.eventually("all came") { collector.received.flows.count == 50_000 }
        }
        await collector.stop()
        #expect(tester.exports.statistics[0].sentFlows == 50_000 && tester.exports.statistics[0].dropped == 0)
    }

    @Test("send does not wait for ever for a target that makes no way, and then no more until it does")
    func patience() async throws {
        let tester = try ExportTester(["tcp://127.0.0.1:1"]) {
            $0.queueByteLimit = ExportQueue.bytes(1500)
            $0.patience = .milliseconds(30)
        }
        try await tester.running {
            for first in stride(from: 0, to: 5000, by: 1000) {
                try await tester.exports.send(flows: ExportTester.flows(1000, first: first), account: ExportTester.account)
            }
        }
        #expect(tester.exports.statistics[0].droppedFlows == [.queueFull: 4000])
        // Who waits is sent on when the task is cancelled.
        let patient = try ExportTester(["tcp://127.0.0.1:1"]) { $0.queueByteLimit = ExportQueue.bytes(1500) }
        let task = Task {
            for first in [0, 1000] {
                try await patient.exports.send(flows: ExportTester.flows(1000, first: first), account: ExportTester.account)
            }
        }
        try await ExportTester.eventually("the first is queued") { patient.exports.statistics[0].waitingFlows == 1000 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a collector that reads nothing is given up after its time")
    func deaf() async throws {
        let collector = try await StreamCollector.start(isDeaf: true)
        let tester = try ExportTester(["tcp://127.0.0.1:\(collector.port)"]) { $0.writeTimeout = .milliseconds(200) }
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(200_000), account: ExportTester.account)
            try await ExportTester.eventually("it is given up, and with it what was in hand") {
                let statistics = tester.exports.statistics[0]
                return statistics.failures > 0 && statistics.droppedFlows[.connectionLost] ?? 0 > 0
            }
        }
        await collector.stop()
        let statistics = tester.exports.statistics[0]
        #expect(statistics.isBalanced)
        #expect(tester.lines.all.contains { $0.contains("takes nothing any more") }, "\(tester.lines.all)")
    }

    @Test("a collector that has vanished without a word is noticed after the time of a write, though the kernel takes all")
    func vanished() async throws {
        let collector = try await StreamCollector.start()
        let tester = try ExportTester(["tcp://127.0.0.1:\(collector.port)"]) { $0.writeTimeout = .seconds(1) }
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(10), account: ExportTester.account)
            try await ExportTester.eventually("the flows came") { collector.received.flows.count == 10 }
            try await collector.vanish()
            tester.exports.offer(flows: ExportTester.flows(10, first: 10), account: ExportTester.account)
            try await ExportTester.eventually("it is noticed") { tester.exports.statistics[0].failures > 0 }
        }
        await collector.stop()
        #expect(collector.received.flows.count == 10)
        #expect(tester.lines.all.contains { $0.contains("takes nothing any more") }, "\(tester.lines.all)")
    }

    @Test("who waits for a collector that does not answer is stopped at once", .timeLimit(.minutes(5)))
    func unanswered() async throws {
        // A socket that takes no more connections: the kernel passes over what asks for one.
        let full = try FullListener()
        let tester = try ExportTester(["tcp://127.0.0.1:\(full.port)"]) { $0.connectTimeout = .seconds(3600) }
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(10), account: ExportTester.account)
            try await ExportTester.eventually("it waits for an answer") { full.isAsked }
        }
        #expect(tester.exports.statistics[0].waitingFlows == 10 && tester.exports.statistics[0].connections == 0)
        let impatient = try ExportTester(["tcp://127.0.0.1:\(full.port)"]) { $0.connectTimeout = .milliseconds(100) }
        try await impatient.running {
            try await ExportTester.eventually("it gives up") { impatient.exports.statistics[0].failures > 0 }
        }
        #expect(impatient.exports.statistics[0].lastError?.contains("does not answer") ?? false)
    }

    @Test("of flows that were in hand when the link broke, those whose records had gone are sent, the others lost with a reason")
    func broken() {
        var state = SenderState(queue: ExportQueue(byteLimit: 1_000_000), statistics: ExportStatistics(target: ""))
        let flows = ExportTester.flows(100)
        _ = state.queue.append(ExportQueue.Part(flows: flows, rows: 0..<100, isBulk: false))
        state.statistics.offeredFlows = 100
        func finish(_ rows: Int, unsent: Int, of records: Int) {
            let (part, _) = state.take(rows)
            if let part { state.finish(part, unsent: unsent, of: records, (.notSent, FlowWeight(part))) }
        }
        // Two records a flow: the half of a flow is none.
        finish(50, unsent: 5, of: 100)
        #expect(state.statistics.sentFlows == 47 && state.statistics.droppedFlows == [.notSent: 3])
        finish(30, unsent: 30, of: 30)
        #expect(state.statistics.sentFlows == 47 && state.statistics.droppedFlows == [.notSent: 33])
        // What is put back waits again, in its place.
        let (part, _) = state.take(15)
        if let part { state.putBack(part) }
        #expect(state.inHand == 0 && state.queue.flows == 20)
        finish(20, unsent: 0, of: 20)
        finish(20, unsent: 0, of: 5)
        #expect(state.statistics.sentFlows == 67 && state.inHand == 0 && state.statistics.isBalanced)
        let all = FlowWeight(ExportQueue.Part(flows: flows, rows: 50..<80, isBulk: false))
        #expect(state.droppedPackets > all.packets && state.totals.notSentFlows == 33)
    }

    @Test("over a connection what the exporter tells of itself comes again, templates do not")
    func statisticsAgain() async throws {
        let collector = try await StreamCollector.start()
        var target = try ExportTarget("tcp://127.0.0.1:\(collector.port)")
        target.settings.statisticsMilliseconds = 1
        let exports = try FlowExports(targets: [target], logger: Logger(label: "test"))
        let task = Task { try await exports.run() }
        exports.offer(flows: ExportTester.flows(10), account: ExportTester.account)
        try await ExportTester.eventually("the flows came") { collector.received.statistics.flowRecords == 10 }
        let templates = collector.received.statistics.optionsTemplateRecords
        exports.offer(flows: ExportTester.flows(10, first: 10), account: ExportTester.account)
        try await ExportTester.eventually("they are told of") { collector.received.statistics.reported.exportedFlowRecords ?? 0 >= 10 }
        task.cancel()
        try await task.value
        #expect(collector.received.statistics.optionsTemplateRecords == templates && templates > 0)
        await collector.stop()
    }
}
