import FlowModel
import Testing

@testable import IPFIX

/// What a file costs must go with its length, however its templates are made. Counted in steps, since time is no measure.
@Suite("the work of templates goes with the octets")
struct TemplateWorkTests {
    typealias Builder = FileBuilder

    @Test("withdrawing all templates costs those that it takes away", arguments: [false, true])
    func withdrawAll(amongOptions: Bool) throws {
        var builder = Builder()
        let known = 16_383
        // In another domain, or in the same one and of the other kind.
        builder.domain = amongOptions ? 2 : 1
        for start in stride(from: 0, to: known, by: 4000) {
            builder.message((start..<min(start + 4000, known)).map { number in
                amongOptions
                    ? Builder.optionsTemplate(UInt16(257 + number), scope: 1, [(144, 4, nil)])
                    : Builder.template(UInt16(257 + number), [(8, 4)])
            })
        }
        builder.domain = 2
        let pair = Builder.big(UInt16(256)) + [0, 1, 0, 8, 0, 4] + [0, 2, 0, 0]
        let pairs = 5400
        builder.message([Builder.set(2, [[UInt8]](repeating: pair, count: pairs).flatMap { $0 })])
        builder.message([Builder.set(UInt16(257), [1, 2, 3, 4]), Builder.set(256, [1, 2, 3, 4])])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        #expect(decoder.templates.count == known)
        #expect(decoder.templates.touched == known + 2 * pairs)
        // The last of the pair's templates is gone, and none of the others.
        #expect(decoded.setsWithoutTemplate == (amongOptions ? 1 : 2))
        #expect(decoder.templates.plan(257, domain: amongOptions ? 2 : 1) != nil)
    }

    @Test("fields of all templates together are bounded, and those of templates that went make room")
    func fieldsOfAll() throws {
        func wide(_ id: UInt16) -> [UInt8] { Builder.template(id, [(8, 4), (12, 4)] + [(UInt16, UInt16)](repeating: (2, 4), count: 998)) }
        var builder = Builder()
        for id in 300..<304 as Range<UInt16> { builder.message([wide(id)]) }
        let fourth = builder.octets.count - builder.octets.count / 4 + 20
        var limits = FlowFileDecoder.Limits()
        limits.templateFields = 3_500
        var decoder = FlowFileDecoder(limits: limits)
        #expect(throws: IPFIXError(.tooManyTemplateFields(limit: 3_500), at: fourth)) { try decoder.decode(builder.octets) }
        builder = Builder()
        for id in 300..<320 as Range<UInt16> {
            builder.message([wide(id), Builder.template(id, [(8, 4), (12, 4)])])
            builder.message([wide(id), Builder.set(2, Builder.big(id) + [0, 0]), wide(id), Builder.set(2, [0, 2, 0, 0])])
        }
        _ = try decoder.decode(builder.octets)
        #expect(decoder.templates.fields == 0 && decoder.templates.count == 0)
        // What fits into a hundred thousand packed octets: sixteen million fields.
        builder = Builder()
        for id in 300..<1_300 as Range<UInt16> { builder.message([wide(id)]) }
        decoder = FlowFileDecoder()
        #expect(throws: IPFIXError.self) { try decoder.decode(builder.octets) }
        #expect(decoder.templates.fields <= FlowFileDecoder.Limits().templateFields)
    }

    @Test("a template that comes again as it was is not planned anew")
    func repeated() throws {
        var builder = Builder()
        for _ in 0..<500 {
            builder.message([
                Builder.template(300, [(8, 4), (12, 4)]), Builder.optionsTemplate(301, scope: 1, [(144, 4, nil)]),
            ])
        }
        var limits = FlowFileDecoder.Limits()
        limits.templateChanges = 2
        var decoder = FlowFileDecoder(limits: limits)
        _ = try decoder.decode(builder.octets)
        #expect(decoder.templates.touched == 2 && decoder.templateChanges == 2)
    }

    @Test("an id is one template, of data or of options, and the later one counts")
    func oneKind() throws {
        var builder = Builder()
        builder.message([
            Builder.template(300, [(8, 4), (12, 4)]), Builder.optionsTemplate(300, scope: 1, [(144, 4, nil), (41, 4, nil)]),
            Builder.set(300, [UInt8](repeating: 1, count: 8)),
            Builder.set(2, [0, 2, 0, 0]), Builder.set(300, [UInt8](repeating: 1, count: 8)),
            Builder.template(300, [(8, 4), (12, 4)]), Builder.set(300, [UInt8](repeating: 1, count: 8)),
            Builder.set(3, [0, 3, 0, 0]), Builder.set(300, [UInt8](repeating: 1, count: 8)),
        ])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        #expect(decoded.unknownOptions == 2 && decoded.flows.count == 2)
        #expect(decoder.templates.count == 1)
    }

    @Test("fields without octets cost nothing, whatever the records are", arguments: ["flows", "options", "others"])
    func fieldsWithoutOctets(of kind: String) throws {
        var builder = Builder()
        let empty = [Builder.Field](repeating: (4242, 0, nil), count: 1000)
        let variable: Builder.Field = (291, 65_535, nil)
        let content: [UInt8]
        switch kind {
        case "flows":
            builder.message([Builder.template(300, [(8, 4, nil)] + empty + [variable, (12, 4, nil)])])
            content = [UInt8](repeating: 0, count: 9 * 7000)
        case "options":
            builder.message([Builder.optionsTemplate(300, scope: 1, empty + [(10, 0, nil), variable, (82, 65_535, nil), (10, 1, nil)])])
            content = [UInt8](repeating: 0, count: 3 * 20_000)
        default:
            builder.message([Builder.template(300, empty + [variable])])
            content = [UInt8](repeating: 0, count: 60_000)
        }
        builder.message([Builder.set(300, content)])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        #expect(decoded.flows.count == (kind == "flows" ? 7000 : 0))
        #expect(decoded.otherRecords == (kind == "others" ? 60_000 : 0))
        #expect((1...content.count).contains(decoder.fieldsWalked))
    }

    @Test("an element whose first field has no octets is read from the next one")
    func emptyFirst() throws {
        var builder = Builder()
        let flows = Builder.template(300, [(8, 4), (12, 4), (10, 4)])
        let options = Builder.optionsTemplate(301, scope: 1, [(10, 0, nil), (82, 0, nil), (10, 4, nil), (82, 4, nil)])
        builder.message([flows, options, Builder.set(301, Builder.big(UInt32(7)) + Array("eth7".utf8))])
        builder.message([Builder.set(300, [UInt8](repeating: 1, count: 8) + Builder.big(UInt32(7)))])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets).flows
        #expect(decoded.name(decoded.interface[0]) == "eth7")
    }

    @Test("changes of templates are bounded, in each part of a file that is read in parts")
    func changes() throws {
        var builder = Builder()
        for round in 0..<4 {
            builder.message([
                Builder.template(300, [(8, 4), (12, 4), (2, UInt16(1 + round % 2))]),
                Builder.set(300, [UInt8](repeating: 1, count: 9 + round % 2)),
            ])
        }
        var limits = FlowFileDecoder.Limits()
        limits.templateChanges = 3
        var decoder = FlowFileDecoder(limits: limits)
        let length = builder.octets.count
        #expect(throws: IPFIXError(.tooManyTemplateChanges(limit: 3), at: length - 30)) { try decoder.decode(builder.octets) }
        var offset = 0
        var flows = 0
        while offset < builder.octets.count { flows += try decoder.decode(builder.octets, from: &offset, goal: 1).flows.count }
        #expect(flows == 4)
        limits.templateChanges = 4
        decoder = FlowFileDecoder(limits: limits)
        #expect(try decoder.decode(builder.octets).flows.count == 4)
        // Withdrawals are changes, of one that is not there too.
        builder = Builder()
        builder.message([Builder.set(2, [UInt8]([1, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]))])
        #expect(throws: IPFIXError(.tooManyTemplateChanges(limit: 4), at: 36)) { try decoder.decode(builder.octets) }
    }
}
