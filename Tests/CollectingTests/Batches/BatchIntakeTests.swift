import Collecting
import Compression
import FlowModel
import IPFIX
import TestSupport
import Testing
import Foundation

@Suite("batches as they come in")
struct BatchIntakeTests {
    private static let epoch = "00000000000000ff"

    private static func report(_ agent: String = "node-1") -> AgentReport {
        var report = AgentReport()
        report.agent = agent
        report.epoch = 255
        report.exportMilliseconds = 1_700_000_000_123
        report.localAddresses = [.init(tenant: .none, address: IPAddress(ipv4: 0x0A00_0001))]
        return report
    }

    private static func flows() -> FlowBatch {
        var flows = FlowBatch()
        flows.names = ["", "veth1"]
        var record = FlowRecord()
        record.sourceAddress = IPAddress(ipv4: 0x0A00_0001)
        record.destinationAddress = IPAddress(ipv4: 0x0A00_0002)
        record.packetDeltaCount = 3
        record.octetDeltaCount = 300
        record.interface = 1
        flows.append(record)
        return flows
    }

    private static func file(report: AgentReport = report()) -> [UInt8] {
        var encoder = FlowFileEncoder()
        return encoder.encode(flows: flows(), report: report, missingBatches: [4...6])
    }

    private static func intake(
        agent: String? = "node-1", epoch: String? = epoch, sequence: String? = "7", type: String? = "application/ipfix",
        encoding: String? = "gzip", body: [UInt8], limit: Int? = nil
    ) throws(IntakeError) -> IntakeBatch {
        var configuration = BatchIntake.Configuration()
        if let limit { configuration.unpackedLimit = limit }
        return try BatchIntake(configuration: configuration).decode(
            agent: agent, epoch: epoch, sequence: sequence, contentType: type, contentEncoding: encoding, body: body)
    }

    private static func refusal(_ body: () throws -> IntakeBatch) -> IntakeError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? IntakeError
        }
    }

    @Test("an agent's batch: identity, flows, report, holes")
    func agent() throws {
        let batch = try Self.intake(body: Gzip.compress(Self.file()))
        #expect(batch.identity == .sequence(agent: "node-1", epoch: 255, sequence: 7))
        #expect(batch.flows.count == 1 && batch.flows.packetDeltaCount == [3])
        #expect(batch.flows.name(batch.flows.agent[0]) == "node-1")
        #expect(batch.flows.name(batch.flows.interface[0]) == "veth1")
        #expect(batch.flows.counted == [true])
        #expect(batch.report == Self.report())
        #expect(batch.missingBatches == [4...6])
        #expect(batch.exportMilliseconds == 1_700_000_000_123)
    }

    @Test("without headers the id is the SHA-256 of the unpacked body, however it was packed")
    func digest() throws {
        let file = Self.file()
        let digest = try #require(
            try Command.check(["sha256sum"], input: Data(file)).split(separator: " ").first.map(String.init))
        for body in [file, try Gzip.compress(file, level: 1), try Gzip.compress(file, level: 9)] {
            // What `curl --data-binary` says of a body.
            let batch = try Self.intake(
                agent: nil, epoch: nil, sequence: nil, type: "application/x-www-form-urlencoded", encoding: nil, body: body)
            #expect(batch.identity == .digest(digest))
            #expect(batch.flows.count == 1 && batch.flows.name(batch.flows.agent[0]) == "node-1")
        }
    }

    @Test("a foreign file under an agent's headers gets the agent's name; without headers it has none")
    func foreign() throws {
        var encoder = FlowFileEncoder()
        let file = encoder.encode(flows: Self.flows(), report: AgentReport())
        let named = try Self.intake(agent: "exporter-9", encoding: nil, body: file)
        #expect(named.report == nil)
        #expect(named.flows.name(named.flows.agent[0]) == "exporter-9")
        let nameless = try Self.intake(agent: nil, epoch: nil, sequence: nil, type: nil, encoding: nil, body: file)
        #expect(nameless.flows.agent == [0])
    }

    @Test("what of a foreign file is left out, or has another time, is counted")
    func account() throws {
        // A template of a source, a destination, packets, an element that nobody knows, and uptimes without what they count from;
        // an options template that means nothing; two and one records of them.
        let file: [UInt8] = [
            0, 10, 0, 16 + 32 + 18 + 4 + 40 + 4 + 8, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
            0, 2, 0, 32, 1, 0, 0, 6, 0, 8, 0, 4, 0, 12, 0, 4, 0, 2, 0, 4, 3, 231, 0, 0, 0, 22, 0, 4, 0, 21, 0, 4,
            0, 3, 0, 18, 1, 1, 0, 2, 0, 1, 3, 230, 0, 4, 3, 231, 0, 4,
            1, 0, 0, 44,
            10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2,
            10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2,
            1, 1, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2,
        ]
        let batch = try Self.intake(agent: nil, epoch: nil, sequence: nil, encoding: nil, body: file)
        #expect(batch.flows.count == 2 && batch.flows.packetDeltaCount == [3, 3])
        #expect(batch.recordsWithoutTime == 2 && batch.recordsBefore1970 == 0)
        #expect(batch.unknownOptions == 1 && batch.unknownFields == 1)
    }

    @Test("all three headers or none", arguments: [
        (nil, Self.epoch, "1", "Zonal-Agent missing"), ("a", nil, "1", "Zonal-Epoch missing"),
        ("a", Self.epoch, nil, "Zonal-Sequence missing"), ("a", nil, nil, "Zonal-Epoch and Zonal-Sequence missing"),
    ] as [(String?, String?, String?, String)])
    func missingHeaders(agent: String?, epoch: String?, sequence: String?, words: String) {
        let error = Self.refusal { try Self.intake(agent: agent, epoch: epoch, sequence: sequence, body: []) }
        #expect(error?.status == 400 && error?.code == "missing-header")
        #expect(error?.message.hasPrefix(words) ?? false)
    }

    @Test("headers that make no sense", arguments: [
        ("", Self.epoch, "1", "bad-agent"), ("a b", Self.epoch, "1", "bad-agent"), ("ä", Self.epoch, "1", "bad-agent"),
        (String(repeating: "x", count: 254), Self.epoch, "1", "bad-agent"),
        ("a", "255", "1", "bad-epoch"), ("a", "0x000000000000ff", "1", "bad-epoch"), ("a", "+0000000000000ff", "1", "bad-epoch"),
        ("a", Self.epoch, "0", "bad-sequence"), ("a", Self.epoch, "-1", "bad-sequence"), ("a", Self.epoch, "", "bad-sequence"),
        ("a", Self.epoch, "+1", "bad-sequence"), ("a", Self.epoch, "9223372036854775808", "bad-sequence"), ("a", Self.epoch, "9223372036854775807", "bad-sequence"),
    ])
    func badHeaders(agent: String, epoch: String, sequence: String, code: String) {
        let error = Self.refusal { try Self.intake(agent: agent, epoch: epoch, sequence: sequence, body: []) }
        #expect(error?.status == 400)
        #expect(error?.code == code)
    }

    @Test("headers and report must agree")
    func mismatch() throws {
        let body = try Gzip.compress(Self.file())
        #expect(Self.refusal { try Self.intake(agent: "node-2", body: body) }?.code == "agent-mismatch")
        #expect(Self.refusal { try Self.intake(epoch: "00000000000000fe", body: body) }?.code == "epoch-mismatch")
        let spaced = try Gzip.compress(Self.file(report: Self.report("node 1")))
        #expect(Self.refusal { try Self.intake(agent: nil, epoch: nil, sequence: nil, body: spaced) }?.code == "bad-agent")
    }

    @Test("what is no batch is refused with the right status")
    func refusals() throws {
        let file = Self.file()
        let packed = try Gzip.compress(file)
        func code(_ type: String?, _ encoding: String?, _ body: [UInt8]) -> String {
            Self.refusal { try Self.intake(type: type, encoding: encoding, body: body) }.map { "\($0.status) \($0.code)" } ?? "200"
        }
        #expect(code("application/ipfix", "gzip", file) == "400 bad-gzip")
        #expect(code("application/ipfix", "gzip", Array(packed.dropLast())) == "400 bad-gzip")
        #expect(code("application/ipfix", "br", packed) == "415 unsupported-encoding")
        #expect(code("application/ipfix", nil, Array("hello, this is text".utf8)) == "400 bad-ipfix")
        #expect(code("application/ipfix", nil, []) == "400 bad-ipfix")
        #expect(code("application/json", nil, Array("{}".utf8)) == "415 not-ipfix")
        #expect(code(nil, nil, [0xD4, 0xC3, 0xB2, 0xA1]) == "415 not-ipfix")
        #expect(code(nil, nil, []) == "415 not-ipfix")
        #expect(code("application/ipfix", nil, Array(file.dropLast())) == "400 bad-ipfix")
        #expect(code("Application/IPFIX; charset=x", "GZIP", packed) == "200")
        #expect(code("application/gzip", nil, packed) == "200")
        #expect(code("application/ipfix", "identity", file) == "200")
    }

    @Test("limits: body, unpacked body, records")
    func limits() throws {
        var configuration = BatchIntake.Configuration()
        configuration.bodyLimit = 100
        let small = BatchIntake(configuration: configuration)
        let long = Self.refusal {
            try small.decode(
                agent: nil, epoch: nil, sequence: nil, contentType: nil, contentEncoding: nil,
                body: [UInt8](repeating: 0, count: 101))
        }
        #expect(long?.status == 413 && long?.code == "body-too-large")
        let packed = try Gzip.compress(Self.file())
        let unpacked = Self.refusal { try Self.intake(body: packed, limit: Self.file().count - 1) }
        #expect(unpacked?.status == 413 && unpacked?.code == "unpacked-too-large")
        #expect(try Self.intake(body: packed, limit: Self.file().count).flows.count == 1)
        configuration = BatchIntake.Configuration()
        configuration.recordLimit = 0
        let few = BatchIntake(configuration: configuration)
        let records = Self.refusal {
            try few.decode(agent: nil, epoch: nil, sequence: nil, contentType: nil, contentEncoding: nil, body: packed)
        }
        #expect(records?.status == 413 && records?.code == "too-many-records")
    }

    @Test("a data set without its template is no batch")
    func missingTemplate() {
        let message: [UInt8] = [0, 10, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 8, 1, 2, 3, 4]
        #expect(Self.refusal { try Self.intake(encoding: nil, body: message) }?.code == "missing-template")
    }
}
