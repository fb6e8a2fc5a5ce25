import FlowModel
import TestSupport
import Testing

@testable import Detection

@Suite(
    "Flows that others recorded",
    .enabled(
        if: SharedFolder.path("captures/packets/attacks/labelled-flows") != nil, "the shared captures are not here"))
struct LabelledFlowsTests {
    static let labelled = "captures/packets/attacks/labelled-flows"

    static func flows(_ file: String) throws -> FlowBatch {
        let flows = try LabelledFlows.read(try #require(SharedFolder.path("\(labelled)/\(file)")))
        #expect(flows.count >= 40, "only \(flows.count) flows were read from \(file)")
        return flows
    }

    /// What fires in a file: rule, scope and the number of targets, once for each alert.
    static func alerts(_ file: String, batchSize: Int = 50) throws -> [String] {
        let flows = try flows(file)
        var engine = DetectionEngine()
        var lifecycle = AlertLifecycle()
        for first in stride(from: 0, to: flows.count, by: batchSize) {
            var batch = FlowBatch()
            batch.append(flows, rows: first..<min(first + batchSize, flows.count))
            let received = batch.flowEndMilliseconds.last ?? 0
            _ = lifecycle.handle(engine.consume(batch, receivedMilliseconds: received), nowMilliseconds: received)
        }
        return lifecycle.open.map { "\($0.rule) \($0.scope): \(Int($0.observed))" }
    }

    @Test("a horizontal scan of port 80 with ten failures fires, though twice as many hosts answered")
    func horizontal() throws {
        #expect(try Self.alerts("slips-horizontal-portscan-conn.log") == ["D1 10.0.2.112 tcp 80: 10"])
    }

    @Test("a vertical scan fires")
    func vertical() throws {
        #expect(try Self.alerts("slips-portscan.binetflow") == ["D2 10.8.0.69 14.1.11.113: 20"])
    }

    @Test("the failed attempts of a file are those that its labels and states tell")
    func outcomes() throws {
        // 718 REJ and 1 S0 of TCP, 33 unanswered of UDP.
        let flows = try Self.flows("slips-ctu-sme-11-remcos-conn.log.labeled")
        #expect(flows.count == 766)
        #expect((0..<flows.count).count { ContactOutcome.of(flows, row: $0) == .failed } == 752)
    }

    @Test(
        "ordinary traffic, and malware that does not scan, raise nothing",
        arguments: [
            // 718 refused attempts, but at one port of one host: a beacon to a dead server.
            "slips-ctu-sme-11-remcos-conn.log.labeled",
            "slips-mixed-labelled.binetflow", "slips-malicious.binetflow", "slips-iot-malicious.binetflow",
        ])
    func silent(file: String) throws {
        #expect(try Self.alerts(file) == [])
    }

    @Test("what fires does not depend on how the flows are cut into batches", arguments: [1, 7, 1000])
    func batches(size: Int) throws {
        #expect(try Self.alerts("slips-horizontal-portscan-conn.log", batchSize: size) == ["D1 10.0.2.112 tcp 80: 10"])
        #expect(try Self.alerts("slips-malicious.binetflow", batchSize: size) == [])
    }
}
