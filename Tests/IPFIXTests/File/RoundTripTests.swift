import FlowModel
import IPFIX
import Testing

@Suite("a file gives back what it was made of")
struct RoundTripTests {
    @Test("every field, absent or not", arguments: [0, 1, 2, 3, 100, 5000], [1, 2] as [UInt64])
    func fields(count: Int, seed: UInt64) throws {
        var random = RandomFlows(seed: seed &* 1000 &+ UInt64(count))
        let flows = random.batch(count: count)
        let report = random.report()
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(encoder.encode(flows: flows, report: report))
        #expect(decoded.flows.count == count)
        #expect(decoded.flows.spelledOut() == flows.spelledOut(agent: "node-1"))
        #expect(decoded.report == report)
        #expect(decoded.setsWithoutTemplate == 0 && decoded.otherRecords == 0 && decoded.unknownOptions == 0)
        #expect(decoded.unknownFields == 0)
        #expect(decoded.exportMilliseconds == report.exportMilliseconds)
    }

    @Test("short messages hold the same, and none is longer than allowed", arguments: [512, 1400, 65_535])
    func messageLimit(limit: Int) throws {
        var random = RandomFlows(seed: 9)
        let flows = random.batch(count: 3000)
        var encoder = FlowFileEncoder(messageLimit: limit)
        let octets = encoder.encode(flows: flows, report: random.report())
        var walker = MessageWalker()
        var sequence: UInt32 = 0
        var place = 0
        while place < octets.count {
            let length = Int(octets[place + 2]) << 8 | Int(octets[place + 3])
            #expect(length <= limit)
            let header = octets[place + 8..<place + 12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            #expect(header == sequence)
            sequence += walker.records(octets, message: place..<place + length)
            place += length
        }
        #expect(sequence > 3000)
        var decoder = FlowFileDecoder()
        #expect(try decoder.decode(octets).flows.spelledOut() == flows.spelledOut(agent: "node-1"))
    }

    @Test("an empty batch is a file too: a heartbeat")
    func empty() throws {
        var report = AgentReport()
        report.agent = "quiet"
        report.epoch = 7
        report.isGoodbye = true
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(encoder.encode(flows: FlowBatch(), report: report))
        #expect(decoded.flows.isEmpty)
        #expect(decoded.report == report)
    }

    @Test("missing batches are named")
    func missing() throws {
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let octets = encoder.encode(flows: FlowBatch(), report: AgentReport(), missingBatches: [3...5, 9...9])
        let decoded = try decoder.decode(octets)
        #expect(decoded.missingBatches == [3...5, 9...9])
        #expect(decoded.report == nil)
    }

    @Test("files of one encoder on end are one file, and can be read in parts")
    func concatenated() throws {
        var random = RandomFlows(seed: 4)
        let first = random.batch(count: 700)
        var second = random.batch(count: 800, names: ["", "eth0", "node-9", "node-1", "veth1"])
        for row in 0..<second.count { second.flowId[row] += 10_000 }
        var encoder = FlowFileEncoder()
        let report = random.report()
        let octets = encoder.encode(flows: first, report: report) + encoder.encode(flows: second, report: report)
        let all = first.spelledOut(agent: "node-1").merging(second.spelledOut(agent: "node-1")) { a, _ in a }
        var decoder = FlowFileDecoder()
        #expect(try decoder.decode(octets).flows.spelledOut() == all)

        var parts = FlowFileDecoder()
        var offset = 0
        var read: [UInt64: SpelledRecord] = [:]
        var calls = 0
        while offset < octets.count {
            let part = try parts.decode(octets, from: &offset, goal: 100)
            read.merge(part.flows.spelledOut()) { a, _ in a }
            calls += 1
        }
        #expect(read == all)
        #expect(calls > 2)
    }

    @Test("a file of more records than are held at one time is read in parts, and is one agent's and whole all the same")
    func largeInParts() throws {
        var random = RandomFlows(seed: 11)
        let flows = random.batch(count: 4000)
        var encoder = FlowFileEncoder(messageLimit: 4096)
        let report = random.report()
        // As the programs write it: batch on batch.
        let octets = flows.parts(limit: 100).flatMap { encoder.encode(flows: $0, report: report) }
        var limits = FlowFileDecoder.Limits()
        limits.records = 2000
        func read(_ octets: [UInt8]) throws -> [UInt64: SpelledRecord] {
            var decoder = FlowFileDecoder(limits: limits)
            decoder.isOfOneAgent = true
            var offset = 0
            var read: [UInt64: SpelledRecord] = [:]
            while offset < octets.count {
                read.merge(try decoder.decode(octets, from: &offset, goal: 100).flows.spelledOut()) { a, _ in a }
            }
            return read
        }
        var decoder = FlowFileDecoder(limits: limits)
        #expect((#expect(throws: IPFIXError.self) { try decoder.decode(octets) })?.label == "too-many-records")
        #expect(try read(octets) == flows.spelledOut(agent: "node-1"))
        // Without its last message.
        var last = 0
        var next = 0
        while next < octets.count {
            last = next
            next += Int(octets[next + 2]) << 8 + Int(octets[next + 3])
        }
        let cut = #expect(throws: IPFIXError.self) { try read(Array(octets[..<last])) }
        #expect(cut?.label == "record-count")
        var other = random.report()
        other.agent = "node-2"
        let several = #expect(throws: IPFIXError.self) { try read(octets + encoder.encode(flows: flows, report: other)) }
        #expect(several?.label == "several-agents")
    }

    @Test("packets of more reasons than are kept go under one name, and none is lost")
    func manyReasons() throws {
        var report = AgentReport()
        report.agent = "node-1"
        for number in 0..<1100 as Range<UInt64> { report.notMetered["reason-\(number)"] = number }
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(encoder.encode(flows: FlowBatch(), report: report))
        let read = try #require(decoded.report?.notMetered)
        #expect(read.count == 1025)
        #expect(read.values.reduce(0, +) == 1099 * 1100 / 2)
        #expect((read["other"] ?? 0) > 0)
    }

    @Test("files of two agents, or of two starts of one, are no batch; in parts each row has its own agent")
    func severalAgents() throws {
        var random = RandomFlows(seed: 6)
        var encoder = FlowFileEncoder()
        func file(_ agent: String, epoch: UInt64, flowId: UInt64) -> [UInt8] {
            var flows = random.batch(count: 1, names: [""])
            flows.flowId[0] = flowId
            var report = AgentReport()
            report.agent = agent
            report.epoch = epoch
            return encoder.encode(flows: flows, report: report)
        }
        let first = file("node-1", epoch: 1, flowId: 1)
        let again = file("node-1", epoch: 1, flowId: 2)
        let restarted = file("node-1", epoch: 2, flowId: 3)
        let other = file("node-2", epoch: 1, flowId: 4)
        var decoder = FlowFileDecoder()
        #expect(try decoder.decode(first + again).flows.count == 2)
        for (second, words) in [(restarted, "one start of agent node-1"), (other, "agent node-1 alone, found one of node-2")] {
            let error = #expect(throws: IPFIXError.self) { try decoder.decode(first + again + second) }
            #expect(error?.label == "several-agents")
            #expect(error.map { $0.offset > first.count + again.count } ?? false)
            #expect(error?.description.contains(words) ?? false)
        }
        let all = first + restarted + other
        var parts = FlowFileDecoder()
        var offset = 0
        let read = try parts.decode(all, from: &offset, goal: .max)
        #expect(read.flows.spelledOut().mapValues(\.agent) == [1: "node-1", 3: "node-1", 4: "node-2"])
        #expect(read.report?.agent == "node-2")
    }

    @Test("another enterprise number is another file, and the reader must know it")
    func enterpriseNumber() throws {
        var random = RandomFlows(seed: 5)
        let flows = random.batch(count: 50)
        var encoder = FlowFileEncoder(enterpriseNumber: 65_000)
        let octets = encoder.encode(flows: flows, report: random.report())
        var right = FlowFileDecoder(enterpriseNumber: 65_000)
        #expect(try right.decode(octets).flows.spelledOut() == flows.spelledOut(agent: "node-1"))
        var wrong = FlowFileDecoder()
        let foreign = try wrong.decode(octets)
        #expect(foreign.flows.count == 50)
        #expect(foreign.report == nil)
        #expect(foreign.flows.packetDeltaCount.reduce(0, &+) == flows.packetDeltaCount.reduce(0, &+))
    }

    @Test("names longer than a field takes are cut between characters")
    func longNames() throws {
        var flows = FlowBatch()
        flows.names = ["", String(repeating: "ü", count: 600), String(repeating: "x", count: 300)]
        var record = FlowRecord()
        record.interface = 1
        flows.append(record)
        record.interface = 2
        flows.append(record)
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(encoder.encode(flows: flows, report: AgentReport())).flows
        #expect(decoded.name(decoded.interface[0]) == String(repeating: "ü", count: 512))
        #expect(decoded.name(decoded.interface[1]) == String(repeating: "x", count: 300))
    }

    @Test("the longest texts fit into the shortest messages")
    func longTextsInShortMessages() throws {
        let long = String(repeating: "n", count: 5000)
        var report = AgentReport()
        report.agent = long
        report.interfaces = [.init(index: 1, name: long, kind: long)]
        report.notMetered = [long: 1]
        var encoder = FlowFileEncoder(messageLimit: 1)
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(encoder.encode(flows: FlowBatch(), report: report))
        #expect(decoded.report?.interfaces.first?.kind == String(repeating: "n", count: 192))
    }
}
