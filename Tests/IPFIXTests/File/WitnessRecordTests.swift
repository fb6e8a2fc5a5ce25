import FlowModel
import IPFIX
import Testing

@Suite("witness records in a file")
struct WitnessRecordTests {
    typealias Builder = FileBuilder

    @Test(
        "they come back as they were, in their order, and the flows with them", arguments: [0, 1, 2, 300, 5000],
        [true, false])
    func roundTrip(count: Int, isWide: Bool) throws {
        var random = RandomFlows(seed: UInt64(count) &+ 77)
        var flows = random.batch(count: 100)
        random.addWitnesses(count, to: &flows, isWide: isWide)
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let octets = encoder.encode(flows: flows, report: random.report())
        let decoded = try decoder.decode(octets)
        #expect(decoded.flows.spelledOutWitnesses() == flows.spelledOutWitnesses())
        #expect(decoded.flows.spelledOut() == flows.spelledOut(agent: "node-1"))
        #expect(decoded.otherRecords == 0 && decoded.setsWithoutTemplate == 0 && decoded.unknownFields == 0)
    }

    @Test("narrow records take 31 octets each")
    func size() {
        var random = RandomFlows(seed: 3)
        var flows = random.batch(count: 10)
        var encoder = FlowFileEncoder()
        let without = encoder.encode(flows: flows, report: AgentReport()).count
        flows.witnessRecords = (1...200).map { number in
            var witness = WitnessRecord()
            witness.flowId = UInt64(number)
            return witness
        }
        // A template of 8 fields, three of them with an enterprise number, in a set that is there already; one more set header.
        #expect(encoder.encode(flows: flows, report: AgentReport()).count == without + 4 + 8 * 4 + 3 * 4 + 4 + 200 * 31)
    }

    @Test("short messages hold the same", arguments: [512, 1400])
    func messageLimit(limit: Int) throws {
        var random = RandomFlows(seed: 9)
        var flows = random.batch(count: 50)
        random.addWitnesses(700, to: &flows)
        var encoder = FlowFileEncoder(messageLimit: limit)
        let octets = encoder.encode(flows: flows, report: random.report())
        var walker = MessageWalker()
        var sequence: UInt32 = 0
        var place = 0
        while place < octets.count {
            let length = Int(octets[place + 2]) << 8 | Int(octets[place + 3])
            #expect(length <= limit)
            #expect(octets[place + 8..<place + 12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } == sequence)
            sequence += walker.records(octets, message: place..<place + length)
            place += length
        }
        var decoder = FlowFileDecoder()
        #expect(try decoder.decode(octets).flows.spelledOutWitnesses() == flows.spelledOutWitnesses())
    }

    @Test("files on end are read in parts that keep witnesses and flows together", arguments: [600, 65_535])
    func parts(limit: Int) throws {
        var random = RandomFlows(seed: 4)
        var encoder = FlowFileEncoder(messageLimit: limit)
        let report = random.report()
        var octets: [UInt8] = []
        var all: [SpelledWitness] = []
        for file in 0..<3 {
            var flows = random.batch(count: 300)
            for row in 0..<flows.count { flows.flowId[row] += UInt64(file * 1000) }
            random.addWitnesses(file == 1 ? 0 : 400, to: &flows)
            flows.witnessRecords.removeAll { $0.flowId > 10_000 }
            all += flows.spelledOutWitnesses()
            octets += encoder.encode(flows: flows, report: report)
        }
        var decoder = FlowFileDecoder()
        var offset = 0
        var read: [SpelledWitness] = []
        var calls = 0
        while offset < octets.count {
            let part = try decoder.decode(octets, from: &offset, goal: 100).flows
            let flows = Set(part.flowId)
            #expect(part.witnessRecords.allSatisfy { flows.contains($0.flowId) })
            read += part.spelledOutWitnesses()
            calls += 1
        }
        #expect(read == all)
        #expect(calls >= 3)
    }

    @Test("any lengths and any order of fields are read; what is missing is absent")
    func foreignLayout() throws {
        var builder = Builder()
        let fields: [Builder.Field] = [
            (61, 1, nil), (10, 2, nil), (9999, 3, nil), (2, 3, nil), (12, 1, 32473), (148, 5, nil), (1, 8, 29305),
        ]
        let record: [UInt8] = [1, 0, 7, 9, 9, 9, 1, 2, 3, 4, 0, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 99]
        builder.message([Builder.template(400, fields), Builder.set(400, record + record + [0, 0])])
        var decoder = FlowFileDecoder()
        let flows = try decoder.decode(builder.octets).flows
        var expected = WitnessRecord()
        expected.flowId = 42
        expected.part = 4
        expected.direction = .egress
        expected.packetDeltaCount = 0x010203
        expected.reverseOctetDeltaCount = 99
        #expect(flows.count == 0)
        #expect(flows.spelledOutWitnesses() == Array(repeating: SpelledWitness(interface: "7", record: expected), count: 2))
    }

    @Test("what lacks the project's part, or has addresses or fields of variable length, holds no witnesses")
    func otherRecords() throws {
        let templates: [[Builder.Field]] = [
            [(148, 8, nil), (10, 4, nil), (2, 8, nil)],
            [(148, 8, nil), (10, 4, nil), (2, 8, nil), (12, 4, nil)],
            [(148, 8, nil), (10, 4, nil), (2, 8, nil), (12, 4, 1)],
            [(148, 8, nil), (12, 4, 32473), (10, 4, nil), (2, 8, nil), (8, 4, nil)],
            [(148, 8, nil), (12, 9, 32473), (10, 4, nil), (2, 8, nil)],
        ]
        for fields in templates {
            var builder = Builder()
            let length = fields.reduce(0) { $0 + Int($1.length) }
            builder.message([Builder.template(400, fields), Builder.set(400, [UInt8](repeating: 1, count: length))])
            var decoder = FlowFileDecoder()
            let decoded = try decoder.decode(builder.octets)
            #expect(decoded.flows.witnessRecords.isEmpty)
            #expect(decoded.otherRecords == 1)
        }
        var builder = Builder()
        let variable: [Builder.Field] = [(148, 8, nil), (12, 4, 32473), (10, 4, nil), (2, 8, nil), (82, 65_535, nil)]
        builder.message([Builder.template(400, variable), Builder.set(400, [UInt8](repeating: 0, count: 25))])
        var decoder = FlowFileDecoder()
        #expect(try decoder.decode(builder.octets).otherRecords == 1)
    }

    @Test("they count towards the limit of records, and the number that the file announces")
    func limits() throws {
        var random = RandomFlows(seed: 5)
        var flows = random.batch(count: 10)
        random.addWitnesses(10, to: &flows)
        var encoder = FlowFileEncoder(messageLimit: 512)
        let octets = encoder.encode(flows: flows, report: AgentReport())
        var limits = FlowFileDecoder.Limits()
        // Options records are limited apart, and there are more of them: ten flow records stay below the limit, twenty do not.
        limits.records = 100
        var decoder = FlowFileDecoder(limits: limits)
        #expect(try decoder.decode(octets).flows.witnessRecords.count == 10)
        random.addWitnesses(81, to: &flows)
        let longer = encoder.encode(flows: flows, report: AgentReport())
        #expect(throws: IPFIXError.self) { try decoder.decode(longer) }

        var last = 0
        var place = 0
        while place < octets.count {
            last = place
            place += Int(octets[place + 2]) << 8 | Int(octets[place + 3])
        }
        do {
            _ = try decoder.decode(Array(octets[..<last]))
            Issue.record("a file without its last witnesses was taken")
        } catch {
            #expect(error.label == "record-count")
        }
    }

    @Test("names of interfaces that a number and a name share are told apart for witnesses too")
    func names() throws {
        var flows = FlowBatch()
        flows.names = ["", "veth1", "br0"]
        var record = FlowRecord()
        record.flowId = 1
        record.interface = 1
        flows.append(record)
        var witness = WitnessRecord()
        witness.flowId = 1
        witness.interface = 2
        flows.witnessRecords = [witness, witness]
        // An index past the names is no interface.
        flows.witnessRecords[1].interface = 77
        var encoder = FlowFileEncoder()
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(encoder.encode(flows: flows, report: AgentReport())).flows
        #expect(decoded.spelledOutWitnesses().map(\.interface) == ["br0", ""])
        #expect(decoded.name(decoded.interface[0]) == "veth1")
    }
}
