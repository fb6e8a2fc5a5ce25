import FlowModel
import Testing

@testable import IPFIX

@Suite("damaged files")
struct DamagedFileTests {
    typealias Builder = FileBuilder
    private static let file: [UInt8] = {
        var random = RandomFlows(seed: 21)
        var encoder = FlowFileEncoder(messageLimit: 1024)
        var report = random.report()
        report.localAddresses.removeSubrange(5..<report.localAddresses.count - 5)
        report.interfaces.removeLast(30)
        var flows = random.batch(count: 25)
        random.addWitnesses(25, to: &flows)
        return encoder.encode(flows: flows, report: report)
    }()

    private static func fault(_ octets: [UInt8], limits: FlowFileDecoder.Limits = .init()) -> IPFIXError? {
        var decoder = FlowFileDecoder(limits: limits)
        do throws(IPFIXError) {
            _ = try decoder.decode(octets)
            return nil
        } catch {
            return error
        }
    }

    @Test("a file cut at any octet is refused")
    func cut() {
        for length in 0..<Self.file.count {
            let error = Self.fault(Array(Self.file[..<length]))
            #expect(error != nil, "cut at \(length)")
        }
        #expect(Self.fault(Self.file) == nil)
    }

    @Test("octets changed anywhere: an error or other values, never a crash", arguments: [1, 2, 3] as [UInt64])
    func flipped(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for round in 0..<2000 {
            var octets = Self.file
            for _ in 0...(round % 4) {
                octets[Int.random(in: 0..<octets.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            }
            if let error = Self.fault(octets) {
                #expect((0...octets.count).contains(error.offset))
                #expect(error.description.hasPrefix("octet \(error.offset): expected "))
            }
        }
    }

    @Test("octets at random behind a message header never crash", arguments: [4, 5] as [UInt64])
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<4000 {
            var builder = Builder()
            let sets = (0..<3).map { _ in
                let id = [2, 3, 256, 257, UInt16.random(in: 0...300, using: &generator)].randomElement(using: &generator) ?? 2
                let content = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                    // Small numbers, so that templates come about.
                    [0, 0, 1, 2, 4, 8, 12, 255, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
                }
                return Builder.set(id, content)
            }
            builder.message(sets)
            _ = Self.fault(builder.octets)
        }
    }

    @Test("the error names the octet and what was expected")
    func errors() {
        #expect(Self.fault([]) == IPFIXError(.truncated(.message, needed: 16, present: 0), at: 0))
        #expect(Self.fault([0, 9] + [UInt8](repeating: 0, count: 20)) == IPFIXError(.version(9), at: 0))
        #expect(Self.fault([0, 10, 0, 15] + [UInt8](repeating: 0, count: 20)) == IPFIXError(.messageLength(15), at: 2))
        #expect(Self.message([0, 2, 0, 3]) == IPFIXError(.setLength(3, limit: 4), at: 18))
        #expect(Self.message([0, 2, 0, 9, 0]) == IPFIXError(.setLength(9, limit: 5), at: 18))
        #expect(Self.message([0, 2, 0]) == IPFIXError(.truncated(.set, needed: 4, present: 3), at: 16))
        #expect(Self.message(Builder.set(7, [])) == IPFIXError(.setID(7), at: 16))
        #expect(Self.message(Builder.set(2, [0, 9, 0, 1, 0, 8, 0, 4])) == IPFIXError(.templateID(9), at: 20))
        #expect(Self.message(Builder.set(2, [0, 9, 0, 0])) == IPFIXError(.templateID(9), at: 20))
        #expect(
            Self.message(Builder.set(2, [1, 0, 0, 2, 0, 8, 0, 4]))
                == IPFIXError(.truncated(.template, needed: 4, present: 0), at: 28))
        #expect(Self.message(Builder.template(256, [(8, 0), (12, 0)])) == IPFIXError(.emptyRecord(template: 256), at: 20))
        #expect(
            Self.message(Builder.optionsTemplate(256, scope: 2, [(82, 4, nil)]))
                == IPFIXError(.scopeCount(2, fields: 1), at: 24))
        #expect(
            Self.message(Builder.optionsTemplate(256, scope: 0, [(82, 4, nil)]))
                == IPFIXError(.scopeCount(0, fields: 1), at: 24))
        let variable = Builder.template(256, [(82, 65_535)])
        #expect(
            Self.message(variable + Builder.set(256, [3, 65]))
                == IPFIXError(.truncated(.record, needed: 3, present: 1), at: 33))
        #expect(
            Self.fault([0, 9] + [UInt8](repeating: 0, count: 20))?.description
                == "octet 0: expected an IPFIX message (version 10), found version 9")
    }

    private static func message(_ body: [UInt8]) -> IPFIXError? {
        var builder = Builder()
        builder.message([body])
        return fault(builder.octets)
    }

    @Test("limits on templates, fields and records")
    func limits() {
        var limits = FlowFileDecoder.Limits()
        limits.templates = 3
        var builder = Builder()
        builder.message((256..<260).map { Builder.template($0, [(8, 4)]) })
        #expect(Self.fault(builder.octets, limits: limits)?.label == "too-many-templates")
        #expect(Self.fault(builder.octets) == nil)

        limits = .init()
        limits.fieldsPerTemplate = 4
        builder = Builder()
        builder.message([Builder.template(256, [(8, 4), (12, 4), (1, 4), (2, 4), (4, 1)])])
        #expect(Self.fault(builder.octets, limits: limits)?.label == "too-many-fields")

        limits = .init()
        limits.records = 9
        builder = Builder()
        builder.message([
            Builder.template(256, [(8, 4), (12, 4)]), Builder.set(256, [UInt8](repeating: 1, count: 80)),
        ])
        #expect(Self.fault(builder.octets, limits: limits) == IPFIXError(.tooManyRecords(limit: 9), at: 36))
        limits.records = 10
        #expect(Self.fault(builder.octets, limits: limits) == nil)
    }

    @Test("a whole message that is missing is noticed by the number of records that the file announces")
    func missingMessage() throws {
        var random = RandomFlows(seed: 8)
        var encoder = FlowFileEncoder(messageLimit: 2000)
        let octets = encoder.encode(flows: random.batch(count: 100), report: AgentReport())
        var last = 0
        var place = 0
        while place < octets.count {
            last = place
            place += Int(octets[place + 2]) << 8 | Int(octets[place + 3])
        }
        let error = try #require(Self.fault(Array(octets[..<last])))
        #expect(error.label == "record-count")
    }
}
